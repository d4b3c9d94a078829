"""Which part of a template is live: the block `live_block`, as its chain of templates resolves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.template.base import Node, NodeList, TextNode
from django.template.defaulttags import IfNode
from django.template.loader_tags import BlockNode, ExtendsNode

from django_phoenix.exceptions import RegionError

from .chain import Blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.template.base import Template

DOCUMENT = re.compile(r"<\s*(?:html|body|!doctype)\b", re.IGNORECASE)


def region_of(chain: tuple[Template, ...], blocks: Blocks, live_block: str) -> str | None:
    """The block that is live; None if the chain is a fragment, live as a whole.

    Raises RegionError if the block is nowhere in the page, but the page is a whole document.
    """
    offered = list(dict.fromkeys(reachable(chain, blocks)))
    if live_block in offered:
        return live_block
    if not any(DOCUMENT.search(text) for text in texts(chain[-1].nodelist)):
        return None
    root = f", whose root is {name(chain[-1])}," if len(chain) > 1 else ""
    raise RegionError(
        f"{name(chain[0])}{root} has no block {live_block!r} to be live: it offers "
        f"{', '.join(map(repr, offered)) or 'no blocks'}. Name one of these by live_block = '…', or put "
        f"{{% block {live_block} %}} where the live part of the page stands."
    )


def reachable(chain: tuple[Template, ...], blocks: Blocks) -> Iterator[str]:
    """The names of the blocks that the page shows, outermost first."""
    seen: set[int] = set()

    def walk(nodes: Iterable[Node]) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, BlockNode):
                yield node.name
                for definition in [named[node.name] for named in blocks if node.name in named] or [node]:
                    if id(definition) not in seen:
                        seen.add(id(definition))
                        yield from walk(definition.nodelist)
            else:
                for nodelist in nodelists(node):
                    yield from walk(nodelist)

    yield from walk(chain[-1].nodelist)


def nodelists(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (nodelist for _, nodelist in node.conditions_nodelists)
        return
    for attribute in node.child_nodelists:
        nodelist = getattr(node, attribute, None)
        if isinstance(nodelist, NodeList):
            yield nodelist


def texts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, TextNode):
            yield node.s
        elif not isinstance(node, ExtendsNode):
            for nodelist in nodelists(node):
                yield from texts(nodelist)


def name(template: Template) -> str:
    return str(template.name or template.origin.name)
