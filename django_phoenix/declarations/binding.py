"""What a template gives a function component, checked, into the names of its template."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from django_phoenix.exceptions import ComponentInputError

from .declaration import Attribute, Declaration, SlotDeclaration
from .global_attributes import IN_WORDS
from .rest import Rest


def names_of(
    declaration: Declaration, args: Sequence[Any], kwargs: Mapping[str, Any], slots: Mapping[str, Any]
) -> dict[str, Any]:
    """Call the function: its arguments and what it returns are the names of the component's template.

    `slots` holds the fills by name. Raises ComponentInputError for what the component does not take,
    TypeError for a function that returns anything but a mapping or None.
    """
    given = kwargs if not args else {**_by_position(declaration, args, kwargs), **kwargs}
    arguments = _attributes(declaration, given)
    _slots(declaration, slots, arguments)
    more = declaration.function(**arguments)
    names = {parameter.removesuffix("_"): value for parameter, value in arguments.items()}
    if more is None:
        return names
    if not isinstance(more, Mapping):
        raise TypeError(
            f"{declaration.name}: {declaration.function.__qualname__} should return a mapping of more names "
            f"for its template, or None, got {_shown(more)}."
        )
    names.update(more)
    return names


def _by_position(declaration: Declaration, args: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    if len(args) > len(declaration.positional):
        most = len(declaration.positional)
        by_name = next((n for n in declaration.attributes if n not in declaration.positional), "name")
        raise _error(
            declaration,
            f"takes {most or 'no'} attribute{'' if most == 1 else 's'} without a name, got {len(args)}: "
            f"{', '.join(map(_shown, args))}. Name the others: {declaration.example([by_name])}.",
        )
    given = dict(zip(declaration.positional, args, strict=False))
    for name, value in given.items():
        if name in named:
            raise _error(
                declaration,
                f"attribute {name!r} is given twice: without a name, {_shown(value)}, and with it, "
                f"{_shown(named[name])}.",
            )
    return given


def _attributes(declaration: Declaration, given: Mapping[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    attributes = declaration.attributes
    for name, value in given.items():
        attribute = attributes.get(name)
        if attribute is not None:
            arguments[attribute.parameter] = _value(declaration, attribute, value)
        elif declaration.rest is not None and declaration.rest.takes(name):
            rest[name] = value
        else:
            raise _unknown(declaration, name)
    for attribute in attributes.values():
        if attribute.parameter not in arguments:
            if attribute.required:
                raise _missing(declaration, attribute)
            arguments[attribute.parameter] = attribute.default
    if declaration.rest is not None:
        try:
            arguments[declaration.rest.parameter] = Rest(rest)
        except ValueError as error:
            raise _error(declaration, str(error)) from None
    return arguments


def _value(declaration: Declaration, attribute: Attribute, value: Any) -> Any:
    if not attribute.fits(value):
        raise _misfit(declaration, attribute, value)
    if attribute.enum is not None and value in (attribute.allowed or ()):
        return attribute.enum(value)
    return value


def _slots(declaration: Declaration, fills: Mapping[str, Any], arguments: dict[str, Any]) -> None:
    """Put each slot's fill, or None, among the arguments; a group of slots is a mapping."""
    for slot in declaration.slots.values():
        arguments[slot.name] = {} if slot.is_group else None
    for name, fill in fills.items():
        owner = next((slot for slot in declaration.slots.values() if slot.takes(name)), None)
        if owner is None:
            raise _unknown_fill(declaration, name)
        if owner.is_group:
            arguments[owner.name][name.partition(".")[2]] = fill
        else:
            arguments[owner.name] = fill
    for slot in declaration.required_slots():
        if arguments[slot.name] is None:
            raise _unfilled(declaration, slot)


# Errors: which component, which attribute, what was expected, what came, what to do.


def _error(declaration: Declaration, text: str) -> ComponentInputError:
    return ComponentInputError(declaration.name, text)


def _misfit(declaration: Declaration, attribute: Attribute, value: Any) -> ComponentInputError:
    hint = ""
    if value == "" and isinstance(value, str):
        hint = " A template's name that nothing defines is an empty text: is it spelt right?"
    elif attribute.allowed is not None:
        hint = _nearest(str(value), map(str, attribute.allowed))
    elif isinstance(value, str) and attribute.annotation in (int, float, bool):
        kind = "bool" if attribute.annotation is bool else "number"
        hint = f" Without quotes it is a {kind}: {attribute.name}={value}."
    return _error(
        declaration,
        f"attribute {attribute.name!r} should be {attribute.expected}, got {_shown(value)}.{hint}",
    )


def _missing(declaration: Declaration, attribute: Attribute) -> ComponentInputError:
    return _error(
        declaration,
        f"attribute {attribute.name!r} ({attribute.expected}) is required, got nothing. "
        f"Write {declaration.example([attribute.name])}.",
    )


def _unknown(declaration: Declaration, name: str) -> ComponentInputError:
    takes = ", ".join(declaration.attributes) or "no attributes of its own"
    if declaration.rest is None:
        remedy = "For global attributes (class, id, …) give its function a parameter of type Rest"
        takes += ", and no global ones"
    else:
        parameter = declaration.rest.parameter
        remedy = f"If its element should get it, declare it: {parameter}: Annotated[Rest, {name!r}]"
        takes += f"; {', '.join(declaration.rest.included)}" if declaration.rest.included else ""
        takes += f"; and global ones ({IN_WORDS})"
    near = _nearest(name, [*declaration.attributes, *(declaration.rest.included if declaration.rest else ())])
    return _error(declaration, f"unknown attribute {name!r}.{near} It takes {takes}. {remedy}.")


def _unknown_fill(declaration: Declaration, name: str) -> ComponentInputError:
    known = [f"{slot.name}.…" if slot.is_group else slot.name for slot in declaration.slots.values()]
    takes = f"It has {', '.join(known)}" if known else "It has no slots"
    if name == "default":
        remedy = (
            'put it into {% fill "…" %}'
            if known
            else f'close it at once, {{% component "{declaration.name}" … / %}}'
        )
        return _error(
            declaration, f"something stands between its tags, and it has no body. {takes}: {remedy}."
        )
    return _error(declaration, f"unknown slot {name!r}.{_nearest(name, declaration.slots)} {takes}.")


def _unfilled(declaration: Declaration, slot: SlotDeclaration) -> ComponentInputError:
    if slot.is_body:
        return _error(declaration, "nothing stands between its tags, and its body is required.")
    fill = f'{{% fill "{slot.name}" %}}…{{% endfill %}}'
    return _error(declaration, f"slot {slot.name!r} is required, got nothing. Write {fill} between its tags.")


def _nearest(name: str, known: Iterator[str] | Sequence[str] | Mapping[str, Any]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _shown(value: Any) -> str:
    return f"{_REPR.repr(value)} ({type(value).__qualname__})"


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 80
