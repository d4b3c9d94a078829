"""What a Channel class defines, read once per class: its event handlers and callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_phoenix.channel import EVENT_RATE, Channel
from django_phoenix.conf import settings
from django_phoenix.decorators import refuse_those_of_views
from django_phoenix.history import History
from django_phoenix.params import Handler, collect_events, invalid, no_object, payload_converter
from django_phoenix.payload.mismatch import Mismatch
from django_phoenix.presence import Presence
from django_phoenix.rates import Meter, Rate
from django_phoenix.transport.limiter import CHANNEL, Limiter, rates_of

JOIN = "phx_join"


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
        "_convert_payload",
        "_rate",
        "_rates",
        "after_join",
        "channel_class",
        "events",
        "handle_idle",
        "handle_in",
        "handle_info",
        "handle_out",
        "history",
        "intercept",
        "join",
        "presence",
        "subscribes",
        "takes_any_payload",
        "terminate",
    )

    def __init__(self, channel_class: type[Channel]) -> None:
        self.channel_class = channel_class
        self.events: dict[str, Handler] = collect_events(channel_class)
        for handler in self.events.values():
            refuse_those_of_views(channel_class, handler.function)
        self.join = self._overridden("join")
        self._convert_payload = payload_converter(channel_class, channel_class.join)
        self.after_join = self._overridden("after_join")
        self.handle_in = self._overridden("handle_in")
        self.handle_out = self._overridden("handle_out")
        self.handle_info = self._overridden("handle_info")
        self.handle_idle = self._overridden("handle_idle")
        self.terminate = self._overridden("terminate")
        intercept: Collection[str] = channel_class.intercept
        self.intercept = frozenset([intercept] if isinstance(intercept, str) else intercept)
        if self.intercept and self.handle_out is None:
            events = ", ".join(map(repr, sorted(self.intercept)))
            raise ImproperlyConfigured(
                f"{channel_class.__name__}.intercept names {events}, but there is no handle_out, so that no "
                "client would get it. Define handle_out(self, event, payload)."
            )
        self._rate = _rate_of(channel_class)
        self._rates: dict[Any, Rate] = rates_of(self.events)
        self.presence = _presence_of(channel_class)
        self.subscribes = channel_class.subscribes
        self.history = _history_of(channel_class)
        self.takes_any_payload = channel_class.takes_any_payload

    def join_payload(self, payload: Any) -> Any:
        """What ``join`` gets of the client's payload: converted, if its parameter is annotated.

        Raises InvalidParams.
        """
        if self.takes_any_payload:
            return payload
        if type(payload) is not dict:
            raise no_object(self.channel_class.__name__, JOIN, payload)
        convert = self._convert_payload
        if convert is None:
            return payload
        try:
            return convert.convert(payload)
        except Mismatch as mismatch:
            flaws = mismatch.of(convert.expected, payload)
            raise invalid(self.channel_class.__name__, JOIN, flaws) from None

    def limiter(self, shared: tuple[Rate, Meter] | None) -> Limiter | None:
        """For one client; ``shared`` is its connection's. None where nothing is limited."""
        rate = Rate.read(settings.EVENT_RATE) if isinstance(self._rate, str) else self._rate
        if rate is None and shared is None and not self._rates:
            return None
        return Limiter(self._rates if rate is None else {CHANNEL: rate, **self._rates}, shared)

    def _overridden(self, name: str) -> Callback | None:
        function = getattr(self.channel_class, name)
        refuse_those_of_views(self.channel_class, function)
        return None if function is getattr(Channel, name) else Callback(self.channel_class, function)


def _rate_of(channel_class: type[Channel]) -> Rate | str | None:
    """A string stands for the setting."""
    if channel_class.rate == EVENT_RATE:
        return EVENT_RATE
    try:
        return Rate.read(channel_class.rate)
    except ValueError as error:
        raise ImproperlyConfigured(f"{channel_class.__name__}.rate: {error}") from None


def _history_of(channel_class: type[Channel]) -> History | None:
    history: object = channel_class.history
    if history is not None and not isinstance(history, History):
        raise ImproperlyConfigured(
            f"{channel_class.__name__}.history should be a History(size=…, ttl=…) or None, got {history!r}."
        )
    if history is not None and not channel_class.subscribes:
        raise ImproperlyConfigured(
            f"{channel_class.__name__} has a history, but subscribes = False, so that no client "
            "would get it. Remove one of the two."
        )
    return history


def _presence_of(channel_class: type[Channel]) -> type[Presence] | None:
    presence: Any = channel_class.presence
    if presence is None or (isinstance(presence, type) and issubclass(presence, Presence)):
        return presence
    raise ImproperlyConfigured(
        f"{channel_class.__name__}.presence should be a subclass of Presence, got {presence!r}."
    )


_blueprints: dict[type[Channel], Blueprint] = {}


def blueprint_of(channel_class: type[Channel]) -> Blueprint:
    """The one blueprint of a class."""
    blueprint = _blueprints.get(channel_class)
    if blueprint is None:
        blueprint = _blueprints[channel_class] = Blueprint(channel_class)
    return blueprint
