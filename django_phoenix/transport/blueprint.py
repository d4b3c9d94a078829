"""What a Channel class defines, read once per class: its event handlers and callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any

from django_phoenix.channel import Channel
from django_phoenix.params import Handler, collect_events


class Callback:
    """One overridden callback."""

    __slots__ = ("function", "is_async", "name")

    def __init__(self, owner: type, function: Callable[..., Any]) -> None:
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function)
        self.name = f"{owner.__name__}.{function.__name__}"


class Blueprint:
    """A Channel class, taken apart. None stands for a callback that the class leaves alone."""

    __slots__ = (
        "after_join",
        "channel_class",
        "events",
        "handle_idle",
        "handle_in",
        "handle_info",
        "handle_out",
        "intercept",
        "join",
        "subscribes",
        "takes_any_payload",
        "terminate",
    )

    def __init__(self, channel_class: type[Channel]) -> None:
        self.channel_class = channel_class
        self.events: dict[str, Handler] = collect_events(channel_class)
        self.join = self._overridden("join")
        self.after_join = self._overridden("after_join")
        self.handle_in = self._overridden("handle_in")
        self.handle_out = self._overridden("handle_out")
        self.handle_info = self._overridden("handle_info")
        self.handle_idle = self._overridden("handle_idle")
        self.terminate = self._overridden("terminate")
        intercept: Collection[str] = channel_class.intercept
        self.intercept = frozenset([intercept] if isinstance(intercept, str) else intercept)
        self.subscribes = channel_class.subscribes
        self.takes_any_payload = channel_class.takes_any_payload

    def _overridden(self, name: str) -> Callback | None:
        function = getattr(self.channel_class, name)
        return None if function is getattr(Channel, name) else Callback(self.channel_class, function)


_blueprints: dict[type[Channel], Blueprint] = {}


def blueprint_of(channel_class: type[Channel]) -> Blueprint:
    """The one blueprint of a class."""
    blueprint = _blueprints.get(channel_class)
    if blueprint is None:
        blueprint = _blueprints[channel_class] = Blueprint(channel_class)
    return blueprint
