"""The live views that ``{% live_render %}`` shows."""

from __future__ import annotations

from typing import Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.render_tag import LiveRenderNode
from django_phoenix.live.view_names import find_view

from .literals import path_in


def view_path(node: Any) -> str | None:
    """The literal name in such a tag; None for other tags and for variables."""
    return path_in(node, LiveRenderNode)


def view_of(node: Any) -> type[Any] | None:
    """The class that such a tag shows; None if there is none, or only rendering tells."""
    path = view_path(node)
    if path is None:
        return None
    try:
        return find_view(path)
    except (LiveViewError, ValueError):  # ValueError: a path such as "."
        return None


def why_not(path: str) -> str:
    """What is wrong with a name that shows none."""
    try:
        find_view(path)
    except (LiveViewError, ValueError) as error:
        return str(error)
    return ""
