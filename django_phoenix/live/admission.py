"""May this client join, and as what? The checks before any mount, in Phoenix's order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings as django_settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import set_urlconf
from django.utils import translation

from django_phoenix.exceptions import InvalidToken, JoinRefused
from django_phoenix.live.flash import Flash, FlashMessage, Mailing, read_flash
from django_phoenix.live.locale import Locale
from django_phoenix.live.login import current_login
from django_phoenix.live.page import prepare
from django_phoenix.live.request import LiveRequest, PageUrl, set_nonce
from django_phoenix.live.routes import Route, find_route, login_allows
from django_phoenix.live.runtime import Runtime, page_params
from django_phoenix.live.session import PageToken, StaticToken
from django_phoenix.live.spec import spec_of
from django_phoenix.rendering.diff import RenderState
from django_phoenix.transport.read_only_session import ReadOnlySession

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.socket import Socket

logger = logging.getLogger(__name__)

# Upstream crashes on longer ones; no DNS name is.
LONGEST_HOST = 253


def admit(channel: LiveChannel, payload: Any) -> Runtime:
    """The runtime of a view that may be mounted. Raises JoinRefused. Needs the database: not on the loop."""
    if not isinstance(payload, dict):
        _stale(channel, "the payload is no object")
    token, static = _verify(channel, payload)
    session, user = _identify(channel, channel.socket, token)
    url, path = _url(channel, payload, token)
    locale = _locale(token, path)
    locale.activate()
    set_urlconf(token.urlconf)
    navigated = payload.get("redirect") is not None
    route = _route(channel, token, path, navigated)
    moved = navigated or url.place(token.locale.script_prefix) != token.place
    _check_guards(channel, route, user, only_get=moved)
    live = _runtime(channel, token, route, url, locale, payload)
    if messages := _messages(payload, static, live.connect_params):
        live.flash = Flash(messages)
    _enter(live, token, session, user)
    if live.page.root != token.root:
        _unauthorized(channel, f"the page's root layout was {token.root}, this one's is {live.page.root}")
    return live


# -- who


def _verify(channel: LiveChannel, payload: dict[str, Any]) -> tuple[PageToken, StaticToken]:
    """LV-8, LV-9, LV-10, LV-12"""
    try:
        token = PageToken.verify(payload.get("session"))
        signed = payload.get("static")
        static = StaticToken(token.id) if signed is None else StaticToken.verify(signed)
    except InvalidToken as error:
        _stale(channel, str(error))
    if not channel.topic == f"lv:{token.id}" == f"lv:{static.id}":
        _stale(channel, "topic, session token and static token are of different pages")
    return token, static


def _identify(channel: LiveChannel, socket: Socket, token: PageToken) -> tuple[dict[str, Any], Any]:
    """LV-11 and D12: the session of the socket, and in it the user that the page was made for."""
    if socket.session is None:
        _stale(channel, "the CSRF token of the socket is missing or wrong")
    session, user = current_login(socket)
    if not token.is_for(user):
        _stale(channel, "the page was made for another user, or before a logout or a change of password")
    return session, user


# -- where


def _url(channel: LiveChannel, payload: dict[str, Any], token: PageToken) -> tuple[PageUrl, str]:
    """The page's URL, and the path that the URLconf is asked for."""
    full = payload.get("url") if payload.get("redirect") is None else payload["redirect"]
    try:
        url = PageUrl(full)
        path = url.path_info(token.locale.script_prefix)
    except ValueError as error:
        _unauthorized(channel, str(error))
    if len(url.host) > LONGEST_HOST:
        raise JoinRefused({"reason": "join crashed"})
    return url, path


def _locale(token: PageToken, path: str) -> Locale:
    """The page's, unless the URL itself says another language."""
    locale = token.locale
    used, prefixed_default = is_language_prefix_patterns_used(token.urlconf or django_settings.ROOT_URLCONF)
    if not used:
        return locale
    language = translation.get_language_from_path(path)
    if language is None and not prefixed_default:
        language = django_settings.LANGUAGE_CODE
    return locale if language is None else locale.with_language(language)


def _route(channel: LiveChannel, token: PageToken, path: str, navigated: bool) -> Route:
    """LV-13, LV-14"""
    route = find_route(path, token.urlconf)
    if route is None:
        _unauthorized(channel, f"no live view at {path[:200]!r}")
    if route.live_session.name != token.live_session:
        border = f"from live_session {token.live_session!r} to {route.live_session.name!r}"
        _unauthorized(channel, f"{path[:200]!r} leads {border}")
    if not navigated and route.view_name != token.view:
        _unauthorized(channel, f"the page's view was {token.view}, its URL leads to {route.view_name}")
    return route


def _check_guards(channel: LiveChannel, route: Route, user: Any, *, only_get: bool) -> None:
    """D12: nobody enters who would not get in by a GET; ``only_get``: no GET has let this URL in."""
    if not login_allows(route.callback, user):
        _unauthorized(channel, "LoginRequiredMiddleware asks for a login")
    if only_get and route.guard is not None:
        _unauthorized(channel, f"only a GET may decide about {route.match.route!r}: {route.guard}")


# -- as what


def _runtime(
    channel: LiveChannel,
    token: PageToken,
    route: Route,
    url: PageUrl,
    locale: Locale,
    payload: dict[str, Any],
) -> Runtime:
    view = route.view_class(**route.initkwargs)
    request = LiveRequest(channel.socket.scope, url, locale.script_prefix)
    request.show(url, route.match)
    live = Runtime(
        view,
        spec_of(route.view_class),
        id=token.id,
        request=request,
        session=ReadOnlySession({}, None),
        live_session=route.live_session,
        route=route,
        params=page_params(url.query, route.match.kwargs),
        uri=url.full,
        channel=channel,
        connect_params=_connect_params(payload),
        locale=locale,
        urlconf=token.urlconf,
    )
    view._live = live
    return live


def _connect_params(payload: dict[str, Any]) -> dict[str, Any]:
    """LV-20"""
    params = payload.get("params")
    return (
        {key: value for key, value in params.items() if key != "_csrf_token"}
        if isinstance(params, dict)
        else {}
    )


def _messages(
    payload: dict[str, Any], static: StaticToken, connect_params: dict[str, Any]
) -> tuple[FlashMessage, ...]:
    """LV-28: what a live navigation brings; what the first response has shown, when it comes to life."""
    if payload.get("flash") is not None:
        return read_flash(payload["flash"])
    is_first = payload.get("redirect") is None and connect_params.get("_mounts", 0) == 0
    return static.flash if is_first else ()


def _enter(live: Runtime, token: PageToken, session: dict[str, Any], user: Any) -> None:
    """Give the request what middleware would, and the view its page and context."""
    request: Any = live.request
    key = live.channel.socket.session.session_key
    request.session = ReadOnlySession(session, key)
    live.session = ReadOnlySession({**session, **token.session}, key)  # LV-21
    if user is not None:
        request.log_in(user)
    request.LANGUAGE_CODE = translation.get_language()
    request._messages = Mailing(live)
    set_nonce(request, token.nonce)
    _csrf.process_request(request)  # LV-118
    view = live.view
    view.setup(request, *live.route.match.args, **live.route.match.kwargs)  # type: ignore[union-attr]
    prepare(live)
    live.state = RenderState()


_csrf = CsrfViewMiddleware(lambda request: HttpResponse())


def _stale(channel: LiveChannel, why: str) -> NoReturn:
    _refuse(channel, "stale", why)


def _unauthorized(channel: LiveChannel, why: str) -> NoReturn:
    _refuse(channel, "unauthorized", why)


def _refuse(channel: LiveChannel, reason: str, why: str) -> NoReturn:
    logger.info("Join of %.200r refused as %s: %s.", channel.topic, reason, why)
    raise JoinRefused({"reason": reason})
