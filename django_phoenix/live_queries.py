"""Live queries, the side of those who write: which models tell of their changes, and how.

``DJANGO_PHOENIX = {"LIVE_MODELS": ["chat.Message", "shop"]}`` names models, or all those of an app. Each save
and each deletion of them, and each change of their many-to-many relations, is told to all processes, on
commit, whoever makes it: a live view, an ordinary one, the admin, a task, a shell. Views follow by
``self.stream("messages", Message.objects.filter(…), live=True)``.

Django sends no signal for ``update()``, ``bulk_create()``, ``bulk_update()`` and raw SQL. ``LiveQuerySet``
tells of the first three by itself; ``changed()`` tells of anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from django_phoenix.delivery.live_models import checked, is_live
from django_phoenix.delivery.model_changes import MANY, add, tell, tell_all

__all__ = ["LiveQuerySet", "changed"]


def changed(what: Any) -> None:
    """Tell live queries of changes that Django sends no signal for, as soon as they are committed.

    ``what``: objects that were saved, created or deleted, one or several; a queryset of such objects; or a
    model, any of whose objects may have changed.

    Raises TypeError for anything else, ImproperlyConfigured for a model that LIVE_MODELS does not name.
    """
    if isinstance(what, type) and issubclass(what, Model):
        tell_all(what)
    elif isinstance(what, Model):
        tell([what])
    elif isinstance(what, QuerySet):
        keys = set(what.values_list("pk", flat=True)[: MANY + 1])
        add(checked(what.model), keys)
    elif isinstance(what, Iterable):
        tell(list(what))
    else:
        raise TypeError(
            "changed() takes a model, objects of one, or a queryset of those that have changed, got "
            f"{type(what).__name__}."
        )


class LiveQuerySet(QuerySet[Any]):
    """Tells of ``update``, ``bulk_update`` and ``bulk_create``: ``objects = LiveQuerySet.as_manager()``.

    Nothing is told of models that LIVE_MODELS does not name.
    """

    def update(self, **values: Any) -> int:
        """As Django's."""
        count = super().update(**values)
        if count and is_live(self.model):
            tell_all(self.model)
        return count

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """As Django's."""
        created: list[Any] = super().bulk_create(objs, *args, **options)
        if created and is_live(self.model):
            if any(each.pk is None for each in created):
                tell_all(self.model)
            else:
                tell(created)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]
