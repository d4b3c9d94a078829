"""May a page of this origin open a connection? Asked before the upgrade, per mount."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

# True: the host of the request (which ALLOWED_HOSTS has to know), or one in CSRF_TRUSTED_ORIGINS.
# "same": scheme, host and port of the request. A list: "https://example.com", "//*.example.com",
# "//host:8000". A function is given the parsed origin. False: any.
CheckOrigin = bool | str | Iterable[str] | Callable[[SplitResult], bool]

SAME = "same"
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def origin_allowed(check: CheckOrigin, request: HttpRequest) -> bool:
    """Whether the request's Origin header passes ``check``. Without that header it always does."""
    header = request.META.get("HTTP_ORIGIN")
    if header is None or check is False:
        return True
    origin = _parsed(header)
    if origin is None:
        return False
    if callable(check):
        return bool(check(origin))
    if check == SAME:
        return _is_same(origin, request)
    if not origin.hostname:
        return False
    if check is True:
        return _is_our_host(origin, request) or _is_listed(origin, django_settings.CSRF_TRUSTED_ORIGINS)
    assert not isinstance(check, bool | str)
    return _is_listed(origin, check)


def _parsed(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_our_host(origin: SplitResult, request: HttpRequest) -> bool:
    try:
        host = _parsed(f"//{request.get_host()}")
    except DisallowedHost:
        return False
    return host is not None and origin.hostname == host.hostname


def _is_same(origin: SplitResult, request: HttpRequest) -> bool:
    try:
        own = _parsed(f"{request.scheme}://{request.get_host()}")
    except DisallowedHost:
        return False
    return own is not None and _triple(origin) == _triple(own)


def _triple(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or DEFAULT_PORTS.get(url.scheme)


def _is_listed(origin: SplitResult, entries: Iterable[str]) -> bool:
    return any(_matches(origin, entry) for entry in entries)


def _matches(origin: SplitResult, entry: str) -> bool:
    """A missing scheme or port in ``entry`` matches any; ``*.example.com`` also example.com itself."""
    wanted = _parsed(entry if "//" in entry else f"//{entry}")
    if wanted is None or not wanted.hostname or not origin.hostname:
        return False
    if wanted.scheme and wanted.scheme != origin.scheme:
        return False
    if wanted.port is not None and wanted.port != (origin.port or DEFAULT_PORTS.get(origin.scheme)):
        return False
    if wanted.hostname.startswith("*."):
        domain = wanted.hostname[2:]
        return origin.hostname == domain or origin.hostname.endswith(f".{domain}")
    return origin.hostname == wanted.hostname
