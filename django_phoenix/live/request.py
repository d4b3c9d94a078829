"""``self.request`` on the socket, where no middleware runs; and what pages ask of their requests."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch

if TYPE_CHECKING:
    from django.template import Context

SCHEMES = {"ws": "http", "wss": "https"}

# What belongs to the handshake and not to the page.
HANDSHAKE_HEADERS = frozenset({b"upgrade", b"connection", b"origin"})


class PageUrl:
    """A URL as the client gave it, taken apart. Raises ValueError if it is none."""

    __slots__ = ("full", "host", "path", "query")

    def __init__(self, full: object) -> None:
        if not isinstance(full, str):
            raise ValueError(f"a URL should be text, got {type(full).__name__}")
        parts = urlsplit(full)
        if parts.scheme not in ("http", "https", "") or not parts.path.startswith("/"):
            raise ValueError(f"not a page's URL: {full[:200]!r}")
        self.full = full
        self.host = parts.hostname or ""
        self.path = unquote(parts.path)
        self.query = parts.query

    def path_info(self, script_prefix: str) -> str:
        """The path that the URLconf is asked for. Raises ValueError if it is outside the script prefix."""
        if script_prefix == "/":
            return self.path
        if not self.path.startswith(script_prefix):
            raise ValueError(f"{self.path[:200]!r} is not below {script_prefix!r}")
        return self.path[len(script_prefix) - 1 :]

    def place(self, script_prefix: str) -> str:
        """Path and query, written alike however they were quoted. ValueError as in ``path_info``."""
        query = urlencode(parse_qsl(self.query, keep_blank_values=True))
        return f"{self.path_info(script_prefix)}?{query}"


class LiveRequest(ASGIRequest):
    """A GET of the joined page, with the cookies and headers of the socket's handshake.

    It follows the page: after a patch it is a GET of the new URL. Not there: a body, messages, and whatever a
    middleware of the site would have added.
    """

    def __init__(self, handshake: Mapping[str, Any], url: PageUrl, script_prefix: str) -> None:
        super().__init__(_page_scope(handshake, url), BytesIO())
        self._script_prefix = script_prefix
        self.show(url)

    def show(self, url: PageUrl, match: ResolverMatch | None = None) -> None:
        """Become a GET of this URL."""
        self.path = url.path
        self.path_info = url.path_info(self._script_prefix)
        self.META["PATH_INFO"] = self.path_info
        self.META["SCRIPT_NAME"] = self._script_prefix.rstrip("/")
        self.META["QUERY_STRING"] = url.query
        self.GET = QueryDict(url.query)
        self.resolver_match = match

    def log_in(self, user: Any) -> None:
        """What AuthenticationMiddleware does."""

        async def auser() -> Any:
            return user

        self.user = user
        self.auser = auser


def _page_scope(handshake: Mapping[str, Any], url: PageUrl) -> dict[str, Any]:
    headers = handshake.get("headers", ())
    return {
        "type": "http",
        "method": "GET",
        "scheme": SCHEMES.get(handshake.get("scheme", "ws"), "http"),
        "path": url.path,
        "root_path": "",
        "query_string": url.query,
        "client": handshake.get("client"),
        "server": handshake.get("server"),
        "headers": [
            (name, value)
            for name, value in headers
            if name not in HANDSHAKE_HEADERS and not name.startswith(b"sec-websocket-")
        ],
    }


def added_by_middleware(request: HttpRequest) -> dict[str, Any]:
    """What others have set on a request: ``user``, ``site``, a tenant; nothing that each request has."""
    return {name: value for name, value in vars(request).items() if name not in _own and name[0] != "_"}


_own = frozenset({*vars(HttpRequest()), *dir(ASGIRequest), "session", "environ", "scope", "script_name"})


def request_in(context: Context) -> Any:
    """The request that a template is rendered for; None if it does not know."""
    return getattr(context, "request", None) or context.get("request")


def nonce_in(context: Context) -> str | None:
    """The CSP nonce of the page that a template is rendered for."""
    request = request_in(context)
    return None if request is None else nonce_of(request)


def urlconf_of(request: HttpRequest) -> str | None:
    """The URLconf that middleware has set on a request, by its name; None: the site's."""
    urlconf = getattr(request, "urlconf", None)
    return urlconf if isinstance(urlconf, str) else None


def nonce_of(request: HttpRequest) -> str | None:
    """The page's CSP nonce, by Django 6's or django-csp's middleware; asking puts it into the header."""
    for name in ("csp_nonce", "_csp_nonce"):
        nonce = getattr(request, name, None)
        if nonce is not None:
            return str(nonce)
    return None


def set_nonce(request: HttpRequest, nonce: str | None) -> None:
    """Let templates on the socket find the nonce of the page that they are shown in."""
    if nonce is not None:
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        request._csp_nonce = nonce  # type: ignore[attr-defined]
