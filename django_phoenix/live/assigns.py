"""The state of one view: an object whose ``vars()`` is the top layer of the template's context."""

from __future__ import annotations

import dataclasses
import inspect
from copy import deepcopy
from typing import Any

IMMUTABLE = (str, int, float, bool, type(None), bytes)


class Assigns:
    """``self.assigns``: what is set here is a name in the template."""

    def __getattr__(self, name: str) -> Any:
        have = ", ".join(sorted(vars(self))) or "none yet"
        raise AttributeError(
            f"{type(self).__qualname__} has no {name!r} (it has: {have}). "
            f"Set it in mount(), or give it a default in the view's class Assigns."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__}: {vars(self)!r}>"


class Declaration:
    """What the nested ``class Assigns`` of a view and its bases declare: names, types, defaults."""

    def __init__(self, view_class: type) -> None:
        nested = _nested_classes(view_class)
        name = f"{view_class.__qualname__}.Assigns"
        namespace = {"__module__": view_class.__module__, "__qualname__": name}
        self.type: type[Assigns] = type("Assigns", (*nested, Assigns), namespace)
        self.annotations: dict[str, Any] = {}
        self._defaults: dict[str, Any] = {}
        for declared in reversed(nested):
            for klass in reversed(declared.__mro__[:-1]):
                self._read(klass)

    def _read(self, klass: type) -> None:
        annotations = inspect.get_annotations(klass)
        self.annotations.update(annotations)
        for name, value in vars(klass).items():
            if name in annotations or _is_plain_value(name, value):
                self._defaults[name] = value
        self._defaults.update(vars(klass).get("__dataclass_fields__", {}))

    def fresh(self) -> Assigns:
        """A new state: every default set, mutable ones copied so that no two views share them."""
        assigns = object.__new__(self.type)
        state = vars(assigns)
        for name, default in self._defaults.items():
            _set_default(state, name, default)
        return assigns


def _nested_classes(view_class: type) -> tuple[type, ...]:
    found = [klass.__dict__["Assigns"] for klass in view_class.__mro__ if "Assigns" in klass.__dict__]
    for declared in found:
        if not isinstance(declared, type):
            raise TypeError(
                f"{view_class.__qualname__}.Assigns should be a nested class, got {declared!r:.100}. Write "
                "class Assigns: with a line `name: type = default` for each."
            )
    distinct = list(dict.fromkeys(found))
    # class Assigns(Base.Assigns) names its base itself: listing the base again would be an impossible order.
    return tuple(
        klass
        for klass in distinct
        if not any(klass is not other and issubclass(other, klass) for other in distinct)
    )


def _is_plain_value(name: str, value: Any) -> bool:
    """Whether an unannotated class attribute is a default (not a method, a property, or Python's own)."""
    return not name.startswith("_") and not callable(value) and not hasattr(value, "__get__")


def _set_default(state: dict[str, Any], name: str, default: Any) -> None:
    if isinstance(default, dataclasses.Field):
        if default.default_factory is not dataclasses.MISSING:
            state[name] = default.default_factory()
        elif default.default is not dataclasses.MISSING:
            state[name] = deepcopy(default.default)
    else:
        state[name] = default if isinstance(default, IMMUTABLE) else deepcopy(default)
