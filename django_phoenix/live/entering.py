"""What all joins share: who comes, what they bring, what their request gets, how they are refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation

from django_phoenix.exceptions import JoinRefused
from django_phoenix.live.flash import FlashMessage, Mailing, read_flash
from django_phoenix.live.login import current_login
from django_phoenix.live.page import prepare
from django_phoenix.live.request import set_nonce
from django_phoenix.live.session import StaticToken
from django_phoenix.rendering.diff import RenderState
from django_phoenix.transport.read_only_session import ReadOnlySession

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.live.runtime import Runtime

logger = logging.getLogger(__name__)


class ForSomebody(Protocol):
    """A token that was made for one user, or for nobody."""

    def is_for(self, user: Any) -> bool:
        """Whether it is this one's."""


def identify(channel: LiveChannel, token: ForSomebody) -> tuple[dict[str, Any], Any]:
    """LV-11: the session of the socket, and in it the user that the page was made for."""
    check_session(channel)
    session, user = current_login(channel.socket)
    if not token.is_for(user):
        stale(channel, "the page was made for another user, or before a logout or a change of password")
    return session, user


def check_session(channel: LiveChannel) -> None:
    """LV-11"""
    if channel.socket.session is None:
        stale(channel, "the CSRF token of the socket is missing or wrong")


def connect_params(payload: dict[str, Any]) -> dict[str, Any]:
    """LV-20"""
    params = payload.get("params")
    return (
        {key: value for key, value in params.items() if key != "_csrf_token"}
        if isinstance(params, dict)
        else {}
    )


def messages_of(
    payload: dict[str, Any], static: StaticToken, connect_params: dict[str, Any]
) -> tuple[FlashMessage, ...]:
    """LV-28: what a live navigation brings; what the first response has shown, when it comes to life."""
    if payload.get("flash") is not None:
        return read_flash(payload["flash"])
    is_first = payload.get("redirect") is None and connect_params.get("_mounts", 0) == 0
    return static.flash if is_first else ()


def enter(
    live: Runtime,
    session: dict[str, Any],
    given: dict[str, Any],
    user: Any,
    nonce: str | None,
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
) -> None:
    """Give the request what middleware would, and the view its page and context. ``given``: by the token."""
    request: Any = live.request
    key = live.channel.socket.session.session_key
    request.session = ReadOnlySession(session, key)
    live.session = ReadOnlySession({**session, **given}, key)  # LV-21
    if user is not None:
        request.log_in(user)
    request.LANGUAGE_CODE = translation.get_language()
    set_nonce(request, nonce)
    _csrf.process_request(request)  # LV-118
    settle(live, args, kwargs or {})


def settle(live: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """The request is as middleware would leave it: the view is to be mounted next."""
    request: Any = live.request
    request._messages = Mailing(live)
    live.view.setup(request, *args, **kwargs)
    prepare(live)
    live.state = RenderState()


_csrf = CsrfViewMiddleware(lambda request: HttpResponse())


def stale(channel: LiveChannel, why: str) -> NoReturn:
    """The client is to get itself fresh tokens, by loading the page."""
    refuse(channel, "stale", why)


def unauthorized(channel: LiveChannel, why: str) -> NoReturn:
    """The client is to load the page in full: a GET decides."""
    refuse(channel, "unauthorized", why)


def refuse(channel: LiveChannel, reason: str, why: str) -> NoReturn:
    """Raises JoinRefused; ``why`` is for the log alone."""
    logger.info("Join of %.200r refused as %s: %s.", channel.topic, reason, why)
    raise JoinRefused({"reason": reason})
