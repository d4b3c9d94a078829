"""What a live view class is made of, read once: events, callbacks, guards, the declaration of its state."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django_phoenix.live.assigns import Declaration
from django_phoenix.params import Handler, collect_events

F = TypeVar("F", bound=Callable[..., Any])

CALLBACKS = ("mount", "handle_params", "handle_event", "handle_info", "render", "terminate")


def default(function: F) -> F:
    """Marks a callback that does nothing: a class that has no other is not called at all."""
    function.is_default = True  # type: ignore[attr-defined]
    return function


class Spec:
    """One per live view class."""

    def __init__(self, view_class: type[Any]) -> None:
        self.name = view_class.__name__
        self.declaration = Declaration(view_class)
        self.events: dict[str, Handler] = collect_events(view_class)
        # How log lines call the handling of an event.
        self.labels = {name: f"{handler.name} (event {name!r})" for name, handler in self.events.items()}
        self.guards: tuple[Any, ...] = _guards(view_class)
        self._own = {name for name in CALLBACKS if not _is_default(view_class, name)}
        # It has several templates.
        self.renders = "render" in self._own
        if iscoroutinefunction(view_class.render):
            raise TypeError(f"{self.name}.render() is part of each rendering: make it a plain `def`.")
        # Set by the first rendering on the loop that needed the database.
        self.renders_in_pool = False

    def has(self, callback: str) -> bool:
        """Whether the class defines this callback."""
        return callback in self._own


_specs: WeakKeyDictionary[type, Spec] = WeakKeyDictionary()


def spec_of(view_class: type) -> Spec:
    """The spec of a class, made once. Raises TypeError for event handlers that no payload can reach."""
    spec = _specs.get(view_class)
    if spec is None:
        spec = _specs.setdefault(view_class, Spec(view_class))
    return spec


def _is_default(view_class: type[Any], name: str) -> bool:
    return getattr(getattr(view_class, name), "is_default", False)


def _guards(view_class: type[Any]) -> tuple[Any, ...]:
    """The on_mount of the class and of its bases, the bases' first."""
    found: list[Any] = []
    for klass in reversed(view_class.__mro__):
        found.extend(vars(klass).get("on_mount", ()))
    return tuple(dict.fromkeys(found))
