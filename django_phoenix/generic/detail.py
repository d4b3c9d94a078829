"""A page about one object (django.views.generic.detail)."""

from __future__ import annotations

from typing import Any

from django.views.generic.detail import SingleObjectMixin

from django_phoenix.generic.base import ObjectLive


class DetailLive(SingleObjectMixin, ObjectLive):  # type: ignore[type-arg]
    """Looks up the object that the URL says: ``path("books/<int:pk>/", BookLive.as_view())``.

    ``model`` or ``queryset``, ``get_queryset()``, ``get_object()``, ``slug_field``, ``context_object_name``
    and ``get_context_data()`` are those of Django's DetailView. The template sees ``object``, and the same
    under the model's name. Raises Http404 as that does.
    """

    template_name_suffix = "_detail"

    def handle_params(self, params: dict[str, Any], uri: str) -> Any:
        """Look it up, for the URL of now."""
        self.load()

    def load(self) -> None:
        """Look the object up again, for example after a broadcast that it has changed."""
        self.object = self.get_object()
        self.show()
