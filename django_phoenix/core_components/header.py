"""core.header."""

from __future__ import annotations

from typing import Literal

from django_phoenix.component import Rest, Slot, component


@component("core.header", template_file="django_phoenix/core/header.html")
def header(
    level: Literal[1, 2, 3] = 1,
    *,
    body: Slot,
    subtitle: Slot | None = None,
    actions: Slot | None = None,
    rest: Rest,
) -> None:
    """The heading of a page or a part of it.

    level: of the heading: 1 for the page's own
    body: the title
    subtitle: a line or two below it
    actions: buttons beside it
    rest: the element's other attributes
    """
