"""A function's signature and docstring into the declaration of its component."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter
from typing import Any

from .annotations import allowed_of, bare, check_of, enum_of, name_of
from .declaration import Attribute, Declaration, RestDeclaration, SlotDeclaration
from .global_attributes import NAME
from .rest import Rest

LINE = re.compile(r"(?P<indent> *)(?P<name>\w+): +(?P<text>\S.*)")


def read(name: str, function: Callable[..., Any], slot: type) -> Declaration:
    """The declaration of a function whose slots are annotated with the class `slot`.

    Raises TypeError, naming the function, for a signature that declares nothing sensible.
    """
    where = f"The component {name!r} ({function.__module__}.{function.__qualname__})"
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(
            f"{where} is to be a plain function that returns: load what it shows where it is used."
        )
    hints = _hints(where, function)
    parameters = inspect.signature(function).parameters
    doc, docs = split_docstring(inspect.getdoc(function) or "", parameters)
    attributes: dict[str, Attribute] = {}
    slots: dict[str, SlotDeclaration] = {}
    rest: RestDeclaration | None = None
    positional: list[str] = []
    for parameter in parameters.values():
        _refuse_stars(where, parameter)
        if parameter.name not in hints:
            raise TypeError(
                f"{where} has no annotation for {parameter.name!r}: write {parameter.name}: str, or such."
            )
        annotation, text = hints[parameter.name], docs.get(parameter.name, "")
        if bare(annotation) is Rest:
            if rest is not None:
                raise TypeError(
                    f"{where} has two Rest parameters, {rest.parameter!r} and {parameter.name!r}."
                )
            rest = RestDeclaration(parameter.name, _included(where, parameter, annotation), text)
        elif (shape := _slot_shape(annotation, slot)) is not None:
            required = shape == "one" and parameter.default is Parameter.empty
            slots[parameter.name] = SlotDeclaration(parameter.name, required, shape == "group", text)
        else:
            attribute = _attribute(where, parameter, annotation, text)
            attributes[attribute.name] = attribute
            if parameter.kind is not Parameter.KEYWORD_ONLY:
                positional.append(attribute.name)
    return Declaration(name, function, doc, attributes, slots, rest, tuple(positional))


def split_docstring(doc: str, names: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The prose, and by parameter what its line ``name: text`` says (further lines of it stand indented)."""
    known = set(names)
    prose: list[str] = []
    docs: dict[str, str] = {}
    current, depth = "", 0
    for line in doc.splitlines():
        match = LINE.fullmatch(line)
        indent = len(line) - len(line.lstrip())
        if match and match["name"] in known:
            current, depth = match["name"], indent
            docs[current] = match["text"]
        elif current and line.strip() and indent > depth:
            docs[current] += " " + line.strip()
        else:
            current = ""
            prose.append(line)
    return "\n".join(prose).strip(), docs


def _hints(where: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{where} has an annotation without meaning at run time, when attributes are checked: {error}: "
            "import it outside of `if TYPE_CHECKING`."
        ) from error


def _refuse_stars(where: str, parameter: Parameter) -> None:
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        raise TypeError(
            f"{where} takes {parameter}: name each attribute; a parameter of type Rest takes global ones."
        )
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        raise TypeError(f"{where} has the positional-only parameter {parameter.name!r}: remove the slash.")


def _included(where: str, parameter: Parameter, annotation: Any) -> tuple[str, ...]:
    """What `Annotated[Rest, "disabled", "form"]` names."""
    if parameter.default is not Parameter.empty:
        raise TypeError(
            f"{where} has {parameter.default!r} as default of {parameter.name!r}: a Rest has none. Further "
            f'attributes are named like this: {parameter.name}: Annotated[Rest, "disabled", "form"].'
        )
    names = getattr(annotation, "__metadata__", ())
    wrong = [name for name in names if not isinstance(name, str) or NAME.fullmatch(name) is None]
    if wrong:
        raise TypeError(
            f"{where} lets {wrong[0]!r} into {parameter.name!r}, which is no name of an attribute."
        )
    return names


def _slot_shape(annotation: Any, slot: type) -> str | None:
    """ "one" for `Slot` and `Slot | None`, "group" for `Mapping[str, Slot]`."""
    annotation = bare(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is slot or origin is slot:
        return "one"
    if origin in (typing.Union, types.UnionType):
        some = [member for member in arguments if member is not types.NoneType]
        return "one" if len(some) == 1 and _slot_shape(some[0], slot) == "one" else None
    if origin in (Mapping, dict) and len(arguments) == 2 and _slot_shape(arguments[1], slot) == "one":
        return "group"
    return None


def _attribute(where: str, parameter: Parameter, annotation: Any, doc: str) -> Attribute:
    required = parameter.default is Parameter.empty
    attribute = Attribute(
        name=parameter.name.removesuffix("_"),
        parameter=parameter.name,
        annotation=annotation,
        expected=name_of(annotation),
        required=required,
        default=None if required else parameter.default,
        allowed=allowed_of(annotation),
        doc=doc,
        check=check_of(annotation),
        enum=enum_of(annotation),
    )
    if not required and parameter.default is not None and not attribute.fits(parameter.default):
        raise TypeError(
            f"{where} declares {parameter.name!r} as {attribute.expected}, with the default "
            f"{parameter.default!r}."
        )
    return attribute
