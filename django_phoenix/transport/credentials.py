"""Session and user of a handshake, the way Django's middleware would find them on a POST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from django_phoenix.transport.read_only_session import ReadOnlySession

if TYPE_CHECKING:
    from django_phoenix.socket import Socket

# Stands for the token where the mount does not check it.
UNCHECKED = object()


def identify(
    socket: Socket, request: HttpRequest, token: Any, has_ended: Callable[[str], bool] = lambda key: False
) -> None:
    """Give ``socket`` its session and user.

    A missing or wrong CSRF token leaves the session None and the user anonymous; it is no error. A missing
    session cookie is an empty session, and so is one for whose key ``has_ended`` is true. The database is
    asked only if there is a session cookie.
    """
    session = _session_of(request, has_ended)
    if token is UNCHECKED or _token_is_right(request, session, token):
        request.session = session
        socket.user = _user_of(request)
        data = dict(session.items()) if session.session_key else {}
        socket.session = ReadOnlySession(data, session.session_key)
    else:
        socket.user = _anonymous()


def _session_of(request: HttpRequest, has_ended: Callable[[str], bool]) -> Any:
    if not apps.is_installed("django.contrib.sessions"):
        return _NoSession()
    engine = import_module(django_settings.SESSION_ENGINE)
    key = request.COOKIES.get(django_settings.SESSION_COOKIE_NAME)
    return engine.SessionStore(None if key is None or has_ended(key) else key)


class _NoSession(dict[str, Any]):
    """For a site without sessions."""

    session_key = None


def _token_is_right(request: HttpRequest, session: Any, token: Any) -> bool:
    """Ask Django's own middleware, by a POST that carries the token in the header."""
    if not isinstance(token, str) or not token:
        return False
    post = HttpRequest()
    post.method = "POST"
    post.path = request.path
    post.COOKIES = request.COOKIES
    post.META = {django_settings.CSRF_HEADER_NAME: token}
    post.session = session
    _csrf.process_request(post)
    return _csrf.process_view(post, _no_view, (), {}) is None


class _QuietCsrf(CsrfViewMiddleware):
    """Only the answer counts: no page, no log line, for a wrong token is no error here."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _no_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_csrf = _QuietCsrf(_no_view)


def _user_of(request: HttpRequest) -> Any:
    if request.session.session_key is None:
        return _anonymous()
    return user_in(request.session)


def user_in(session: Mapping[str, Any]) -> Any:
    """The user that a session's data name, found as Django finds it, but never changing the session."""
    if not apps.is_installed("django.contrib.auth"):
        return None
    return auth.get_user(SimpleNamespace(session=_Borrowed(session.items())))  # type: ignore[arg-type]


class _Borrowed(dict[str, Any]):
    """A session's data for ``auth.get_user``, which may want to change the session."""

    def flush(self) -> None:
        """No: the next ordinary request will."""

    def cycle_key(self) -> None:
        """No: nothing here could tell the browser its new key, and the old one would be gone."""


def _anonymous() -> Any:
    if not apps.is_installed("django.contrib.auth"):
        return None
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
