"""What sends events in a page: elements, and components that are given ``phx-…`` attributes to pass on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .bindings import CORE, CORE_EVENTS
from .component_calls import call_of
from .elements import Element
from .html import MARK, Attribute
from .literals import DYNAMIC
from .source import Place, Use
from .unit import Unit

# The element is inside of the component.
COMPONENT = "component"


def senders_of(unit: Unit) -> Iterator[Element]:
    """Elements, and stand-ins for the elements of components that get the attributes of their tags."""
    yield from unit.elements
    for use in unit.uses:
        params: Any = getattr(use.node, "params", None)
        if params and hasattr(use.node, "registry"):
            call = call_of(params)
            events = CORE_EVENTS.get(getattr(use.node, "name", ""), ())
            attributes = tuple(
                _attribute(use, name, value, CORE if name in events else "")
                for name, value in call.kwargs.items()
                if name.startswith(("phx-", "phx_", "phx:")) or name in events
            )
            if attributes:
                yield _stand_in(use, attributes, mixed=call.spread)


def _attribute(use: Use, name: str, value: Any, prefix: str = "") -> Attribute:
    """An argument of the tag, as the attribute that it becomes."""
    source, start = use.place.source, use.place.start
    match = re.search(rf"(?<![\w:-]){re.escape(name)}\s*=\s*([\"']?)", use.place.text)
    if match is None:
        return Attribute(prefix + name, None if value is DYNAMIC else str(value), use.place, use.place)
    quote, at = match[1], start + match.end()
    close = source.text.find(quote, at) if quote else -1
    end = close if close >= 0 else at + len(re.match(r"[^\s%]*", source.text[at:])[0])  # type: ignore[index]
    whole = Place(source, start + match.start(), end + len(quote))
    text = MARK if value is DYNAMIC else str(value)
    return Attribute(prefix + name, text, whole, Place(source, at, end))


def _stand_in(use: Use, attributes: tuple[Attribute, ...], *, mixed: bool) -> Element:
    return Element(
        COMPONENT,
        attributes,
        use.place,
        use.scope,
        use.parents,
        enclosed=False,
        live=use.live,
        mixed=mixed,
        outer=use.outer,
    )
