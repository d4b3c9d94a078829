"""What a link of a live page carries; as the tags live_patch and live_navigate write it."""

from __future__ import annotations

from typing import Any


def link(
    *, href: str = "", patch: str = "", navigate: str = "", replace: bool = False
) -> dict[str, Any] | None:
    """The attributes of a link to one of three kinds of place, or None if there is no place."""
    if not patch and not navigate:
        return {"href": href} if href else None
    return {
        "href": patch or navigate,
        "data-phx-link": "patch" if patch else "redirect",
        "data-phx-link-state": "replace" if replace else "push",
    }
