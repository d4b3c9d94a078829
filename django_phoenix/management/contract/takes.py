"""What a component class takes: arguments, by name and by position, and slots. Only what it declares."""

from __future__ import annotations

import inspect
import sys
import typing
from dataclasses import dataclass, field
from inspect import Parameter
from typing import Any

from django.utils.safestring import SafeString

from django_phoenix.declarations.annotations import check_of, name_of

from .component_calls import DEFAULT


@dataclass(frozen=True)
class Argument:
    """One declared argument."""

    name: str
    annotation: Any = Any
    required: bool = False

    @property
    def expected(self) -> str:
        return name_of(self.annotation)

    def fits(self, value: Any) -> bool:
        """Whether a literal is of the declared type. Texts written in a template are safe."""
        check = check_of(self.annotation)
        return check is None or check(SafeString(value) if isinstance(value, str) else value)


@dataclass
class Takes:
    """None where the class declares nothing of a kind, so that anything will do."""

    named: dict[str, Argument] | None = None
    positional: list[Argument] | None = None
    slots: dict[str, bool] | None = None  # name -> whether it has to be filled
    # Any further name is fine.
    open_named: bool = False
    open_positional: bool = False
    # An argument of another type makes an error when it is rendered.
    strict: bool = False
    also: list[Any] = field(default_factory=list)

    @property
    def most_positional(self) -> int | None:
        """How many arguments may have no name; None: any number."""
        return None if self.positional is None or self.open_positional else len(self.positional)

    def accepts(self, name: str) -> bool:
        return (
            self.named is None
            or name in self.named
            or self.open_named
            or any(takes(name) for takes in self.also)
        )


def takes_of(component: Any) -> Takes:
    """Of a component class of django-components, or a function component."""
    declaration = getattr(component, "declaration", None)
    if declaration is not None:
        return _of_function(declaration)
    takes = Takes()
    known = _globals_of(component)
    if (declared := getattr(component, "Kwargs", None)) is not None:
        arguments, takes.open_named = _fields(declared, known)
        takes.named = {argument.name: argument for argument in arguments}
    if (declared := getattr(component, "Args", None)) is not None:
        takes.positional, takes.open_positional = _fields(declared, known)
    if (declared := getattr(component, "Slots", None)) is not None:
        arguments, is_open = _fields(declared, known)
        takes.slots = None if is_open else {each.name: each.required for each in arguments}
    return takes


def _of_function(declaration: Any) -> Takes:
    attributes = {
        each.name: Argument(each.name, each.annotation, each.required)
        for each in declaration.attributes.values()
    }
    slots = {DEFAULT if each.is_body else each.name: each.required for each in declaration.slots.values()}
    return Takes(
        named=attributes,
        positional=[attributes[name] for name in declaration.positional],
        slots=slots,
        strict=True,
        also=[declaration.takes_attribute],
    )


def _fields(declared: Any, known: dict[str, Any]) -> tuple[list[Argument], bool]:
    """The fields of a NamedTuple, dataclass, pydantic model or any other class, and whether it takes more."""
    try:
        parameters = list(inspect.signature(declared).parameters.values())
    except (TypeError, ValueError):
        return [], True
    hints = _hints(declared, known)
    stars = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
    fields = [
        Argument(each.name, hints.get(each.name, Any), each.default is Parameter.empty)
        for each in parameters
        if each.kind not in stars
    ]
    # A pydantic model leaves out what it does not know, unless it is told not to.
    lenient = hasattr(declared, "model_config") and declared.model_config.get("extra") != "forbid"
    return fields, lenient or any(each.kind in stars for each in parameters)


def _globals_of(component: type[Any]) -> dict[str, Any]:
    """What names mean where the class and its bases are written; its nested classes are made elsewhere."""
    known: dict[str, Any] = {}
    for base in reversed(component.__mro__):
        known.update(vars(sys.modules.get(base.__module__, typing)))
    return known


def _hints(declared: Any, known: dict[str, Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(declared, known)
    except Exception:  # whatever an annotation raises when it is read
        return {}
