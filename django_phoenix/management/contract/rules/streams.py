"""T022: loops over streams that the client, or the renderer, will not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.defaulttags import ForNode

from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.source import Use
from django_phoenix.management.contract.unit import Unit


@rule("T022", Level.ERROR, "A loop over a stream that cannot be one.")
def loop_over_stream(unit: Unit) -> Iterator[Finding]:
    """Only where the stream is called by its name: ``streams.x``."""
    for use in unit.uses:
        node: Any = use.node
        name = _stream_of(node) if isinstance(node, ForNode) else None
        if name is None or use.scope.binds("streams"):
            continue
        right = f"{{% for dom_id, item in streams.{name} %}}"
        if len(node.loopvars) != 2:
            yield Finding(
                use.place,
                f"The items of a stream are pairs, but this loop has {len(node.loopvars)} variable(s).",
                f'Write {right}, and id="{{{{ dom_id }}}}" on the element of each item.',
            )
        if node.is_reversed:
            yield Finding(
                use.place,
                f"The stream {name!r} is shown reversed, but only the browser knows all of its items.",
                "Insert each item at the front: at=0.",
            )
        if node.nodelist_empty:
            yield Finding(
                use.place,
                f"Only the browser knows whether the stream {name!r} is empty: no {{% empty %}} for it.",
                "Put an element with an id beside the items, and show it by CSS while it is the only one.",
            )
        if (tag := _bare_container(use)) is not None:
            yield Finding(
                use.place,
                f'The stream {name!r} stands in a <{tag}> without phx-update="stream": what comes later '
                "replaces what is there.",
                f'Give the <{tag}> right around the loop an id and phx-update="stream".',
            )
        for element in _before(unit, use):
            yield Finding(
                element.place,
                f"A <{element.tag}> stands before the items of the stream {name!r}: where new ones come to "
                "stand depends on whether it was rendered together with others.",
                "Put it behind the loop.",
                Level.WARNING,
            )


def _stream_of(node: Any) -> str | None:
    """The name of the stream that a loop is over."""
    lookups = getattr(node.sequence.var, "lookups", None)
    return lookups[1] if lookups and len(lookups) == 2 and lookups[0] == "streams" else None


def _before(unit: Unit, use: Use) -> Iterator[Element]:
    """Elements that stand in the stream's container, ahead of the loop."""
    if not use.parents or use.parents[-1].static("phx-update") != "stream":
        return
    for element in unit.elements:
        place = element.place
        if (
            element.parents
            and element.parents[-1] is use.parents[-1]
            and not element.repeated
            and place.source is use.place.source
            and place.start < use.place.start
        ):
            yield element


def _bare_container(use: Use) -> str | None:
    """The tag of the element around a loop, if nothing can make that a stream's."""
    element = use.parents[-1] if use.parents else None
    if element is None or element.mixed or element.get("phx-update") is not None:
        return None
    tag: str = element.tag
    return tag
