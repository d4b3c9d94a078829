"""The ``event`` decorator and its promise: arguments by name, converted and checked by annotation.

A handler's signature is read once per class (``collect_events``); what a message then costs is one converter
call per parameter. Keys of the payload that the signature does not name are dropped.
"""

from __future__ import annotations

import inspect
import reprlib
import types
import typing
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any, TypeVar, overload
from weakref import WeakKeyDictionary

from django_phoenix.conversion import Converter, Mismatch, converter_for
from django_phoenix.exceptions import InvalidParams

F = TypeVar("F", bound=Callable[..., Any])

MARK = "_phoenix_event"
NO_ARGUMENTS: Mapping[str, Any] = types.MappingProxyType({})


class Params(dict[str, Any]):
    """Annotate one parameter with it to get the whole payload, unconverted."""


@overload
def event(name: F) -> F: ...
@overload
def event(name: str) -> Callable[[F], F]: ...
def event(name: Any) -> Any:
    """Let clients call this method: ``@event``, or ``@event("name")`` when the event is called otherwise.

    On a ``Channel`` it answers the incoming event, on a ``LiveView`` the phx-click (or such) of that name.
    """
    if isinstance(name, str):
        return lambda function: _marked(function, name)
    if not callable(name):
        raise TypeError(f"@event takes a method or a name, got {name!r}. Write @event or @event('name').")
    return _marked(name, name.__name__)


def _marked(function: F, name: str) -> F:
    setattr(function, MARK, name)
    return function


class Handler:
    """One event's handler: the plain function, and ``bind`` from payload to keyword arguments."""

    __slots__ = ("_binder", "event", "function", "is_async", "name")

    def __init__(self, owner: type, function: Callable[..., Any], event: str) -> None:
        self.function = function
        self.event = event
        self.name = f"{owner.__name__}.{function.__name__}"
        self.is_async = inspect.iscoroutinefunction(function)
        self._binder = Signature(owner, function, event).binder()

    def bind(self, payload: Any) -> Mapping[str, Any]:
        """The keyword arguments that ``payload`` gives. Raises InvalidParams."""
        binder = self._binder
        return NO_ARGUMENTS if binder is None else binder(payload)


_collected: WeakKeyDictionary[type, dict[str, Handler]] = WeakKeyDictionary()


def collect_events(owner: type) -> dict[str, Handler]:
    """The handlers of a class by event name. The most derived definition of a method decides.

    Raises TypeError for a signature that no payload can fill, and for two methods that take one event.
    """
    handlers = _collected.get(owner)
    if handlers is None:
        handlers = _collected[owner] = _read_handlers(owner)
    return handlers


def _read_handlers(owner: type) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for attribute, function in _event_methods(owner).items():
        name = getattr(function, MARK)
        if name in handlers:
            raise TypeError(
                f"{owner.__name__}: {handlers[name].name} and {attribute} both take the event {name!r}. "
                "Rename one of them with @event('other_name')."
            )
        handlers[name] = Handler(owner, function, name)
    return handlers


def _event_methods(owner: type) -> dict[str, Callable[..., Any]]:
    attributes: dict[str, Any] = {}
    for base in reversed(owner.__mro__):
        attributes.update(vars(base))
    return {name: value for name, value in attributes.items() if hasattr(value, MARK) and callable(value)}


# Of what clients send, which may be long or deeply nested.
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxlong = _brief.maxother = 80
_brief.fillvalue = "…"


class Slot(typing.NamedTuple):
    """One parameter: its name, how its value is converted, and what stands in for a missing one."""

    name: str
    convert: Converter
    expected: str
    default: Any


class Signature:
    """Reads a handler's signature and makes its binder."""

    def __init__(self, owner: type, function: Callable[..., Any], event: str) -> None:
        self.owner = owner.__name__
        self.name = f"{owner.__name__}.{function.__name__}"
        self.event = event
        self.slots: list[Slot] = []
        self.whole: str | None = None
        self.rest: str | None = None
        self.raw: str | None = None
        hints = self._hints(function)
        for parameter in self._parameters(function):
            self._add(parameter, hints.get(parameter.name, Any))

    def binder(self) -> Callable[[Any], Mapping[str, Any]] | None:
        """A function from payload to keyword arguments; None if there is nothing to bind."""
        if self.raw is not None:
            return self._bind_bytes
        if self.slots or self.whole or self.rest:
            return self._bind
        return None

    def _hints(self, function: Callable[..., Any]) -> dict[str, Any]:
        try:
            return typing.get_type_hints(function)
        except NameError as error:
            raise TypeError(
                f"{self.name}: an annotation can't be read, {error}. Event parameters are converted by their "
                "annotations, so import the type at run time, not under TYPE_CHECKING."
            ) from None

    def _parameters(self, function: Callable[..., Any]) -> list[Parameter]:
        parameters = list(inspect.signature(function).parameters.values())
        if isinstance(function, staticmethod | classmethod) or not parameters:
            raise TypeError(
                f"{self.name}: an event handler is an ordinary method, def {self.event}(self, …)."
            )
        # A payload may have a key of that name.
        self.receiver = parameters[0].name
        return parameters[1:]

    def _add(self, parameter: Parameter, hint: Any) -> None:
        if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL):
            raise TypeError(f"{self.name}: {parameter} can't be filled by name; drop the '/' or '*'.")
        if parameter.kind is Parameter.VAR_KEYWORD:
            self.rest = parameter.name
        elif hint is Params:
            self.whole = parameter.name
        elif hint is bytes:
            self.raw = parameter.name
        else:
            self.slots.append(self._slot(parameter, hint))

    def _slot(self, parameter: Parameter, hint: Any) -> Slot:
        try:
            convert, expected = converter_for(hint)
        except TypeError as error:
            raise TypeError(f"{self.name}: parameter {parameter.name!r}: {error}") from None
        return Slot(parameter.name, convert, expected, parameter.default)

    def _bind(self, payload: Any) -> dict[str, Any]:
        if type(payload) is not dict:
            raise self._invalid(None, "a JSON object", payload)
        arguments: dict[str, Any] = {}
        for name, convert, expected, default in self.slots:
            if name in payload:
                try:
                    arguments[name] = convert(payload[name])
                except Mismatch:
                    raise self._invalid(name, expected, payload[name]) from None
            elif default is Parameter.empty:
                raise InvalidParams(self.owner, self.event, name, expected, "nothing")
        if self.whole is not None:
            arguments[self.whole] = Params(payload)
        if self.rest is not None:
            taken = {self.receiver, *arguments}
            arguments.update({key: value for key, value in payload.items() if key not in taken})
        return arguments

    def _bind_bytes(self, payload: Any) -> dict[str, Any]:
        assert self.raw is not None
        if not isinstance(payload, bytes):
            raise self._invalid(self.raw, "binary", payload)
        return {self.raw: payload}

    def _invalid(self, parameter: str | None, expected: str, got: Any) -> InvalidParams:
        shown = f"{type(got).__name__} {_brief.repr(got)}"
        return InvalidParams(self.owner, self.event, parameter, expected, shown)
