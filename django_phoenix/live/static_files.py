"""Whether the static files that a page was loaded with are still those of the site (phx-track-static)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles.storage import staticfiles_storage

# Of a URL that is no static file's: whether it is still good; None if they know nothing of it.
Judge = Callable[[str], bool | None]
judges: list[Judge] = []

# A page has not more, nor longer ones: looking at what a client says may not take long.
MOST_URLS, LONGEST_URL = 100, 2000

# The mapping that was looked at last, and all the names in it.
_known: tuple[Mapping[str, str], frozenset[str]] = ({}, frozenset())


def has_changed(tracked: Any) -> bool:
    """``_track_static`` of a join: whether one of these URLs is none of the site's any more (LV-20).

    Of static files only a storage that puts a digest into names can tell, such as ManifestStaticFilesStorage.
    """
    urls = tracked[:MOST_URLS] if isinstance(tracked, list) else []
    return any(_is_stale(known_names(), url) for url in urls if isinstance(url, str))


def _is_stale(names: frozenset[str], url: str) -> bool:
    if len(url) > LONGEST_URL:
        return bool(names)
    for judge in judges:
        good = judge(url)
        if good is not None:
            return not good
    return bool(names) and not _is_one_of(names, url)


def known_names() -> frozenset[str]:
    """The names of all static files, plain and with a digest; none if the storage has no such list."""
    global _known
    hashed: Mapping[str, str] | None = getattr(staticfiles_storage, "hashed_files", None)
    if not hashed:
        return frozenset()
    if _known[0] is not hashed:
        _known = hashed, frozenset({*hashed, *hashed.values()})
    return _known[1]


def _is_one_of(names: frozenset[str], url: str) -> bool:
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return False
    return any(tail in names for tail in _tails(path))


def _tails(path: str) -> Iterable[str]:
    """``/static/css/a.css`` → ``static/css/a.css``, ``css/a.css``, ``a.css``."""
    bits = path.split("/")
    return ("/".join(bits[at:]) for at in range(1, len(bits)))
