"""The names that a template tag reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.base import FilterExpression, Node, NodeList, Variable
from django.template.defaulttags import FilterNode, FirstOfNode, IfNode, RegroupNode

from .source import Place, Use

IF_TAG = re.compile(r"\{%\s*(if|ifchanged|elif|else|endif|endifchanged)\b.*?%\}", re.DOTALL)
# With one of these a name may be missing.
FORGIVING = {"default", "default_if_none", "yesno"}


@dataclass(frozen=True)
class Read:
    """A name that is read: ``user`` of ``{{ user.name|upper }}``, with its further ``lookups``."""

    name: str
    lookups: tuple[str, ...]
    place: Place
    # Asked for rather than used: in the test of an `{% if %}`, or under `|default`.
    optional: bool


def reads_of(use: Use) -> Iterator[Read]:
    """What a tag reads by itself, its bodies left out; names of enclosing ``for`` and ``with`` among it."""
    node: Any = use.node
    if isinstance(node, IfNode):
        for (condition, _), place in zip(node.conditions_nodelists, condition_places(use), strict=True):
            yield from _reads(condition, place, optional=True)
    elif isinstance(node, RegroupNode):
        # Its other expression is of the entries.
        yield from _reads(node.target, use.place)
    elif isinstance(node, FilterNode):
        # It filters a name of its own.
        yield from _reads(node.filter_expr.filters, use.place)
    else:
        optional = isinstance(node, FirstOfNode)
        own = [value for key, value in vars(node).items() if key not in {"token", "origin"}]
        yield from _reads(own, use.place, optional=optional)


def condition_places(use: Use) -> list[Place]:
    """The tags of an ``{% if %}``: its own, ``{% elif %}``, ``{% else %}``. If unsure, its own for all."""
    node: Any = use.node
    source = use.place.source
    places = [use.place]
    depth = 0
    for match in IF_TAG.finditer(source.text, use.place.end):
        if match[1] in ("if", "ifchanged"):
            depth += 1
        elif match[1] in ("endif", "endifchanged"):
            if not depth:
                break
            depth -= 1
        elif not depth:
            places.append(Place(source, *match.span()))
    count = len(node.conditions_nodelists)
    return places if len(places) == count else [use.place] * count


def _reads(item: Any, place: Place, *, optional: bool = False) -> Iterator[Read]:
    seen: set[int] = set()
    waiting: list[tuple[Any, bool]] = [(item, optional)]
    while waiting:
        item, optional = waiting.pop()
        if id(item) in seen or isinstance(item, Node | NodeList | str):
            continue
        seen.add(id(item))
        if isinstance(item, Variable):
            if item.lookups:
                yield _read(place, item.lookups, optional)
        elif isinstance(item, FilterExpression):
            forgiving = any(getattr(function, "__name__", "") in FORGIVING for function, _ in item.filters)
            waiting += [(item.var, optional or forgiving), (item.filters, optional)]
        elif isinstance(item, list | tuple | set):
            waiting += [(each, optional) for each in item]
        elif isinstance(item, dict):
            waiting += [(each, optional) for each in item.values()]
        elif _is_condition(item):
            waiting += [(each, optional) for each in vars(item).values()]
        elif is_parameter(item):
            for path in names_of_parameter(item):
                yield _read(place, path, optional)


def _read(place: Place, lookups: tuple[str, ...], optional: bool) -> Read:
    return Read(lookups[0], tuple(lookups[1:]), place.find(".".join(lookups)), optional)


def _is_condition(item: object) -> bool:
    return type(item).__module__ in {"django.template.smartif", "django.template.defaulttags"}


def is_parameter(item: object) -> bool:
    """A parameter of a tag of django-components."""
    return hasattr(item, "value") and hasattr(item, "is_flag")


def names_of_parameter(item: Any) -> Iterator[tuple[str, ...]]:
    """The names that such a parameter reads."""
    waiting = [item.value]
    while waiting:
        value = waiting.pop()
        yield from ((token.content,) for token in getattr(value, "used_variables", ()))
        waiting += getattr(value, "children", ())
        waiting += [each for each in getattr(value, "filters", ()) if hasattr(each, "used_variables")]
        if hasattr(getattr(value, "value", None), "children"):
            waiting.append(value.value)
