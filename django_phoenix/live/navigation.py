"""Where a view may send the browser, and how it is said on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.shortcuts import resolve_url
from django.urls import NoReverseMatch

PUSH, REPLACE = "push", "replace"

# Browsers drop tabs and line breaks in URLs and read a backslash as a slash: each could make a path a host.
FORBIDDEN = re.compile(r"[\\\x00-\x1f\x7f]|^//|^/%09", re.IGNORECASE)
SCHEME = re.compile(r"^(https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patch:
    """Another URL of the same view: ``handle_params`` runs, the state stays."""

    to: str
    kind: str = PUSH

    def as_wire(self) -> dict[str, Any]:
        return {"to": self.to, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Navigate:
    """Another live view, over the same socket."""

    to: str
    kind: str = PUSH
    flash: str | None = None

    event = "live_redirect"

    def as_wire(self) -> dict[str, Any]:
        return {"to": self.to, "kind": self.kind, **_flash(self.flash)}


@dataclass(frozen=True, slots=True)
class Redirect:
    """Any page, loaded in full."""

    to: str
    status: int | None = 302
    flash: str | None = None

    event = "redirect"

    def as_wire(self) -> dict[str, Any]:
        status = {} if self.status is None else {"status": self.status}
        return {"to": self.to, **status, **_flash(self.flash)}


def _flash(token: str | None) -> dict[str, str]:
    return {} if token is None else {"flash": token}


Leaving = Navigate | Redirect
Navigation = Patch | Navigate | Redirect


def local_path(to: Any, args: tuple[Any, ...], kwargs: dict[str, Any], current: str) -> str:
    """The local path meant by a path, a query (``"?page=2"``), a URL name with arguments, or a model.

    Raises ValueError if it is not a path of this site.
    """
    if isinstance(to, str) and to.startswith("?"):
        to = current.partition("?")[0] + to
    try:
        path = resolve_url(to, *args, **kwargs)
    except NoReverseMatch as error:
        raise ValueError(f"{to!r} is neither a path of this site nor the name of a URL: {error}") from error
    if not is_local_path(path):
        raise ValueError(
            f"expected a path of this site such as '/orders/?page=2' (or a URL name), got {path!r}. "
            f"For another site use redirect(external=...)."
        )
    return path


def is_local_path(path: str) -> bool:
    """LV-81: one leading slash, and nothing that a browser would read as another host."""
    return path.startswith("/") and not FORBIDDEN.search(path)


def external_url(url: str) -> str:
    """The URL, if a browser may be sent there; raises ValueError for ``javascript:`` and the like."""
    if not SCHEME.match(url) or re.search(r"[\x00-\x1f\x7f]", url):
        raise ValueError(f"expected an http, https, mailto or tel URL, got {url!r}.")
    return url
