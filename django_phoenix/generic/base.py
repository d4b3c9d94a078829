"""What the generic live views share: a template named after the model, names for it, the object."""

from __future__ import annotations

from typing import Any, ClassVar

from django_phoenix.live_view import LiveView

DERIVED = "_template_is_derived"


class GenericLive(LiveView):
    """Base of the others. Without a template of its own a view takes the one that Django's would.

    For the model ``shop.Book`` that is ``shop/book_list.html``, ``_detail``, ``_form`` or
    ``_confirm_delete``.
    """

    _loads_by_params = True

    # What the name of the template ends in, before ".html".
    template_name_suffix: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if _has_template(cls):
            return
        model = _model_of(cls)
        if model is not None and cls.template_name_suffix:
            meta = model._meta
            cls.template_name = f"{meta.app_label}/{meta.model_name}{cls.template_name_suffix}.html"
            setattr(cls, DERIVED, True)

    @classmethod
    def template_names(cls) -> set[str]:
        """The names that the view itself gives its template: for the template checks."""
        return set(getattr(cls, "extra_context", None) or ())

    def show(self, **more: Any) -> None:
        """Assign what ``get_context_data`` gives, so that the template sees it."""
        values = self.get_context_data(**more)
        values.pop("view", None)  # the template has it anyway
        self.assign(values)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The names for the template, as in Django's generic views; called where the view loads its data."""
        return {**kwargs, **(getattr(self, "extra_context", None) or {})}


def _has_template(cls: type[Any]) -> bool:
    """Whether a template is named, and not only derived from another model."""
    for owner in cls.__mro__:
        own = vars(owner)
        if own.get("template") is not None or own.get("template_name") is not None:
            return DERIVED not in own
    return False


def _model_of(cls: type[Any]) -> Any:
    if getattr(cls, "model", None) is not None:
        return cls.model
    queryset = getattr(cls, "queryset", None)
    if queryset is not None:
        return queryset.model
    return getattr(getattr(getattr(cls, "form_class", None), "_meta", None), "model", None)


def object_name(cls: type[Any], ending: str) -> str:
    """What Django's views call an object in the template, or a list of them; "" if only they know."""
    model = _model_of(cls)
    name: str = getattr(cls, "context_object_name", None) or ""
    return name or ("" if model is None else f"{model._meta.model_name}{ending}")


class ObjectLive(GenericLive):
    """What shows or changes one object: ``self.object``, which is ``object`` in the template."""

    @classmethod
    def template_names(cls) -> set[str]:
        """What it shows, under its names."""
        return {*super().template_names(), "object", object_name(cls, "")}

    @property
    def object(self) -> Any:
        """None where there is none yet."""
        return vars(self.assigns).get("object")

    @object.setter
    def object(self, value: Any) -> None:
        self.assigns.object = value
