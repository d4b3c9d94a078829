"""What a live view's or component's class is made of, read once: events, callbacks, guards, its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import getattr_static, iscoroutinefunction
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django_phoenix.live.assigns import Declaration
from django_phoenix.params import Handler, collect_events

F = TypeVar("F", bound=Callable[..., Any])

CALLBACKS = ("mount", "handle_params", "handle_event", "handle_info", "handle_async", "render", "terminate")
COMPONENT_CALLBACKS = ("mount", "update", "update_many", "handle_event", "handle_async", "render")


def default(function: F) -> F:
    """Marks a callback that does nothing: a class that has no other is not called at all."""
    function.is_default = True  # type: ignore[attr-defined]
    return function


class OwnSpec:
    """What views and live components have in common."""

    def __init__(self, owner: type[Any], callbacks: tuple[str, ...]) -> None:
        self.name = owner.__name__
        self.declaration = Declaration(owner)
        self.events: dict[str, Handler] = collect_events(owner)
        # How log lines call the handling of an event.
        self.labels = {name: f"{handler.name} (event {name!r})" for name, handler in self.events.items()}
        self._own = {name for name in callbacks if not _is_default(owner, name)}
        # It has several templates.
        self.renders = "render" in self._own
        # What is set back after each rendering.
        self.temporary: Mapping[str, Any] = owner.temporary_assigns
        if iscoroutinefunction(owner.render):
            raise TypeError(f"{self.name}.render() is part of each rendering: make it a plain `def`.")

    def has(self, callback: str) -> bool:
        """Whether the class defines this callback."""
        return callback in self._own


class Spec(OwnSpec):
    """One per live view class."""

    def __init__(self, view_class: type[Any]) -> None:
        super().__init__(view_class, CALLBACKS)
        self.guards: tuple[Any, ...] = _guards(view_class)
        self.info_label = f"{self.name}.handle_info"
        # Set by the first rendering on the loop that needed the database.
        self.renders_in_pool = False


class ComponentSpec(OwnSpec):
    """One per live component class."""

    def __init__(self, component_class: type[Any]) -> None:
        super().__init__(component_class, COMPONENT_CALLBACKS)
        if self.has("update_many") and not isinstance(
            getattr_static(component_class, "update_many"), classmethod
        ):
            raise TypeError(
                f"{self.name}.update_many() is told of many components at once: make it a @classmethod, "
                "def update_many(cls, updates)."
            )


_specs: WeakKeyDictionary[type, Spec] = WeakKeyDictionary()
_component_specs: WeakKeyDictionary[type, ComponentSpec] = WeakKeyDictionary()


def spec_of(view_class: type) -> Spec:
    """The spec of a class, made once. Raises TypeError for event handlers that no payload can reach."""
    spec = _specs.get(view_class)
    if spec is None:
        spec = _specs.setdefault(view_class, Spec(view_class))
    return spec


def component_spec_of(component_class: type) -> ComponentSpec:
    """The same for a live component's class. Raises TypeError also for an update_many of one component."""
    spec = _component_specs.get(component_class)
    if spec is None:
        spec = _component_specs.setdefault(component_class, ComponentSpec(component_class))
    return spec


def _is_default(view_class: type[Any], name: str) -> bool:
    return getattr(getattr(view_class, name), "is_default", False)


def _guards(view_class: type[Any]) -> tuple[Any, ...]:
    """The on_mount of the class and of its bases, the bases' first."""
    found: list[Any] = []
    for klass in reversed(view_class.__mro__):
        found.extend(vars(klass).get("on_mount", ()))
    return tuple(dict.fromkeys(found))
