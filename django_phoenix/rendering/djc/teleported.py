"""Components that stand in a portal: the page has their elements only when the client has moved them.

django-components calls the `$onComponent` of what is in a page's first response at once, and gives up
all calls that follow one for which it finds no element. So it is not told of these; they are called after the
join, as all components are of which the page has not been told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PORTAL = "data-phx-portal"
TEMPLATE = re.compile(r"<(/?)template\b([^>]*)>", re.IGNORECASE)
ID = re.compile(r"\bdata-djc-id-(\w+)")


def ids_in_portals(document: str) -> frozenset[str]:
    """The ids of the components whose elements stand in the portals of a page."""
    if PORTAL not in document:
        return frozenset()
    return frozenset(id for text in portals(document) for id in ID.findall(text))


def portals(document: str) -> Iterator[str]:
    """What stands in each of the outermost portals."""
    start = depth = outside = 0
    for tag in TEMPLATE.finditer(document):
        depth += -1 if tag[1] else 1
        if start and depth == outside:
            yield document[start : tag.start()]
            start = 0
        elif not start and not tag[1] and PORTAL in tag[2]:
            start, outside = tag.end(), depth - 1
