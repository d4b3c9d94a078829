"""What a link of a live page carries; as the tags live_patch and live_navigate write it."""

from __future__ import annotations

import re
from typing import Any

from django_phoenix.exceptions import ComponentInputError

# Schemes that run what they are given. Browsers drop blanks and control characters before and in a scheme.
DROPPED = re.compile(r"[\x00-\x20]")
CODE = ("javascript:", "data:", "vbscript:")


def link(
    component: str, *, href: str = "", patch: str = "", navigate: str = "", replace: bool = False
) -> dict[str, Any] | None:
    """The attributes of a link to one of three kinds of place, or None if there is no place.

    Raises ComponentInputError for more than one place, for a `patch` or `navigate` that leaves the site, and
    for URLs that are code.
    """
    places = {"href": href, "patch": patch, "navigate": navigate}
    given = {name: str(url) for name, url in places.items() if url}
    if not given:
        return None
    if len(given) > 1:
        raise ComponentInputError(component, f"{' and '.join(given)} are given: a link leads to one place.")
    ((name, url),) = given.items()
    if DROPPED.sub("", url).lower().startswith(CODE):
        raise ComponentInputError(component, f"{name}={url!r:.80} would run as code; a link leads to a URL.")
    if name == "href":
        return {"href": url}
    if not url.startswith(("/", "?", "#")) or url.startswith(("//", "/\\")):
        raise ComponentInputError(
            component,
            f"{name}={url!r:.80} should be a path of this site, such as '/orders' or '?page=2'. "
            "Give other URLs as href.",
        )
    return {
        "href": url,
        "data-phx-link": "patch" if name == "patch" else "redirect",
        "data-phx-link-state": "replace" if replace else "push",
    }
