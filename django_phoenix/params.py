"""The ``event`` decorator and its promise: arguments by name, converted and checked by annotation.

A handler's signature is read once per class (``collect_events``); what a message then costs is one converter
call per parameter. Keys of the payload that the signature does not name are dropped.

    @event
    async def move(self, x: int, y: int = 0): ...    # {"x": 3}
    @event
    async def place(self, order: Order): ...         # a dataclass (or such) alone is the whole payload
    @event
    async def add(self, *, item: Item): ...          # after a `*` it is a key like any other: {"item": {…}}
"""

from __future__ import annotations

import inspect
import reprlib
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter
from itertools import islice
from typing import Any, TypeVar, overload
from weakref import WeakKeyDictionary

from django_phoenix.exceptions import NOTHING, InvalidParams, Problem
from django_phoenix.payload.mismatch import MISSING, MOST_FLAWS, Conversion, Flaw, Mismatch
from django_phoenix.payload.records import Field, fill, is_record
from django_phoenix.payload.types import converter_for
from django_phoenix.rates import Rate, RateLike

F = TypeVar("F", bound=Callable[..., Any])

MARK = "_phoenix_event"
RATE = "_phoenix_rate"
NO_ARGUMENTS: Mapping[str, Any] = types.MappingProxyType({})


class Params(dict[str, Any]):
    """Annotate one parameter with it to get the whole payload, unconverted.

    Of a form's event it serves as the ``data`` of a Django form.
    """

    # What a form sent, as it came.
    pairs: Sequence[tuple[str, str]] = ()
    # By a plain POST: what is shown is a page of its own, no change of one.
    posted: bool = False

    def getlist(self, name: str) -> list[Any]:
        """All values of a name that may come several times, as Django's QueryDict has it."""
        values: list[Any] = [value for key, value in self.pairs if key == name]
        if values or name not in self:
            return values
        value = self[name]
        return value if isinstance(value, list) else [value]


@overload
def event(name: F, /) -> F: ...
@overload
def event(name: str | None = None, /, *, rate: RateLike | None = None) -> Callable[[F], F]: ...
def event(name: Any = None, /, *, rate: RateLike | None = None) -> Any:
    """Let clients call this method: ``@event``, or ``@event("name")`` when the event is called otherwise.

    On a ``Channel`` it answers the incoming event, on a ``LiveView`` the phx-click (or such) of that name.
    ``rate`` is how often one client may send it, such as ``"5/s"``, ``"20/10s"`` or ``(20, 10)``; what is
    more is answered with an error. Raises ValueError for a rate that is none.
    """
    allowed = Rate.read(rate)
    if name is None or isinstance(name, str):
        return lambda function: _marked(function, name or function.__name__, allowed)
    if not callable(name):
        raise TypeError(f"@event takes a method or a name, got {name!r}. Write @event or @event('name').")
    return _marked(name, name.__name__, allowed)


def _marked(function: F, name: str, rate: Rate | None) -> F:
    setattr(function, MARK, name)
    setattr(function, RATE, rate)
    return function


class Handler:
    """One event's handler: the plain function, and ``bind`` from payload to keyword arguments."""

    __slots__ = ("_binder", "event", "function", "is_async", "name", "rate")

    def __init__(self, owner: type, function: Callable[..., Any], event: str) -> None:
        self.function = function
        self.event = event
        self.name = f"{owner.__name__}.{function.__name__}"
        self.is_async = inspect.iscoroutinefunction(function)
        self.rate: Rate | None = getattr(function, RATE)
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


class Signature:
    """Reads a handler's signature and makes its binder."""

    def __init__(self, owner: type, function: Callable[..., Any], event: str) -> None:
        self.owner = owner.__name__
        self.name = f"{owner.__name__}.{function.__name__}"
        self.event = event
        self.fields: list[Field] = []
        # The parameter that takes the payload as it is, the one for what is left, and the one that all of it
        # is converted for.
        self.whole: str | None = None
        self.rest: str | None = None
        self.sole: Field | None = None
        parameters = self._parameters(function)
        hints = _hints(self.name, function, parameters)
        for parameter in parameters:
            self._add(parameter, hints.get(parameter.name, Any), alone=len(parameters) == 1)

    def binder(self) -> Callable[[Any], Mapping[str, Any]] | None:
        """A function from payload to keyword arguments; None if there is nothing to bind."""
        if self.sole is not None:
            return self._bind_sole
        if self.fields or self.whole or self.rest:
            return self._bind
        return None

    def _parameters(self, function: Callable[..., Any]) -> list[Parameter]:
        parameters = list(inspect.signature(function).parameters.values())
        if isinstance(function, staticmethod | classmethod) or not parameters:
            raise TypeError(
                f"{self.name}: an event handler is an ordinary method, def {self.event}(self, …)."
            )
        # A payload may have a key of that name.
        self.receiver = parameters[0].name
        return parameters[1:]

    def _add(self, parameter: Parameter, hint: Any, *, alone: bool) -> None:
        if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL):
            raise TypeError(f"{self.name}: {parameter} can't be filled by name; drop the '/' or '*'.")
        if parameter.kind is Parameter.VAR_KEYWORD:
            self.rest = parameter.name
        elif hint is Params:
            self.whole = parameter.name
        elif _is_binary(hint) and not alone:
            raise TypeError(
                f"{self.name}: {parameter.name} takes a binary payload, which has no other parts."
            )
        else:
            field = self._field(parameter, hint)
            if _is_binary(hint) or (
                alone and parameter.kind is not Parameter.KEYWORD_ONLY and is_record(hint)
            ):
                self.sole = field
            else:
                self.fields.append(field)

    def _field(self, parameter: Parameter, hint: Any) -> Field:
        try:
            convert, expected = converter_for(hint)
        except TypeError as error:
            raise TypeError(f"{self.name}: parameter {parameter.name!r}: {error}") from None
        return Field(parameter.name, convert, expected, parameter.default is Parameter.empty)

    def _bind(self, payload: Any) -> dict[str, Any]:
        if not isinstance(payload, dict):
            raise no_object(self.owner, self.event, payload)
        try:
            arguments = fill(self.fields, payload) if self.fields else {}
        except Mismatch as mismatch:
            raise self._invalid(mismatch.flaws or ()) from None
        if self.whole is not None:
            arguments[self.whole] = payload if isinstance(payload, Params) else Params(payload)
        if self.rest is not None:
            for key, value in payload.items():
                if key not in arguments and key != self.receiver:
                    arguments[key] = value
        return arguments

    def _bind_sole(self, payload: Any) -> dict[str, Any]:
        assert self.sole is not None
        try:
            return {self.sole.name: self.sole.convert(payload)}
        except Mismatch as mismatch:
            raise self._invalid(mismatch.of(self.sole.expected, payload)) from None

    def _invalid(self, flaws: Iterable[Flaw]) -> InvalidParams:
        return invalid(self.owner, self.event, flaws)


def payload_converter(owner: type, function: Callable[..., Any]) -> Conversion | None:
    """How the payload of a join becomes what its first parameter is annotated as; None: it stays as it is.

    Raises TypeError for an annotation that can't be read or converted to.
    """
    parameters = list(inspect.signature(function).parameters.values())[1:2]
    if not parameters or parameters[0].kind is Parameter.KEYWORD_ONLY:
        return None
    name, label = parameters[0].name, f"{owner.__name__}.{function.__name__}"
    hint = _hints(label, function, parameters).get(name, Any)
    if hint in (Any, object, dict, Params):
        return None
    try:
        return converter_for(hint)
    except TypeError as error:
        raise TypeError(f"{label}: parameter {name!r}: {error}") from None


def invalid(owner: str, event: str, flaws: Iterable[Flaw]) -> InvalidParams:
    """The error for what is wrong with a payload."""
    return InvalidParams(owner, event, [_problem(flaw) for flaw in islice(flaws, MOST_FLAWS)])


def _hints(label: str, function: Callable[..., Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Of the parameters alone: what is returned need not be known at run time."""
    inner: Any = inspect.unwrap(function)
    names = {parameter.name for parameter in parameters}
    try:
        annotations = {name: hint for name, hint in inner.__annotations__.items() if name in names}
        holder: Any = types.SimpleNamespace(__annotations__=annotations)
        return typing.get_type_hints(holder, inner.__globals__, include_extras=True)
    except TypeError as error:
        raise TypeError(f"{label}: an annotation can't be read, {error}.") from None
    except NameError as error:
        raise TypeError(
            f"{label}: an annotation can't be read, {error}. Payloads are converted by annotations, so "
            "import the type at run time, not under TYPE_CHECKING."
        ) from None


def no_object(owner: str, event: str, payload: Any) -> InvalidParams:
    """The error for a payload that is some other JSON."""
    return invalid(owner, event, [Flaw((), "should be a JSON object", payload)])


def _problem(flaw: Flaw) -> Problem:
    got = NOTHING if flaw.got is MISSING else f"{type(flaw.got).__name__} {_brief.repr(flaw.got)}"
    return Problem(f"{'.'.join(map(str, flaw.path)):.100}", flaw.text, got)


def _is_binary(hint: Any) -> bool:
    return hint is bytes or (
        typing.get_origin(hint) is typing.Annotated and typing.get_args(hint)[0] is bytes
    )
