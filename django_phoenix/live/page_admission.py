"""May the main view of a page join, and as what? The checks before any mount, in Phoenix's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.urls import set_urlconf
from django.utils import translation

from django_phoenix.exceptions import JoinRefused
from django_phoenix.live.entering import connect_params, enter, identify, messages_of, unauthorized
from django_phoenix.live.flash import Flash
from django_phoenix.live.locale import Locale
from django_phoenix.live.request import LiveRequest, PageUrl
from django_phoenix.live.routes import Route, find_route, login_allows
from django_phoenix.live.runtime import Runtime, page_params
from django_phoenix.live.session import PageToken, StaticToken
from django_phoenix.live.spec import spec_of
from django_phoenix.transport.read_only_session import ReadOnlySession

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel

# Upstream crashes on longer ones; no DNS name is.
LONGEST_HOST = 253


def admit_page(
    channel: LiveChannel, payload: dict[str, Any], token: PageToken, static: StaticToken
) -> Runtime:
    """The runtime of a page's main view. Raises JoinRefused."""
    session, user = identify(channel, token)
    url, path = _url(channel, payload, token)
    locale = _locale(token, path)
    locale.activate()
    set_urlconf(token.urlconf)
    navigated = payload.get("redirect") is not None
    route = _route(channel, token, path, navigated)
    moved = navigated or url.place(token.locale.script_prefix) != token.place
    _check_guards(channel, route, user, only_get=moved)
    live = _runtime(channel, token, route, url, locale, payload)
    if messages := messages_of(payload, static, live.connect_params):
        live.flash = Flash(messages)
    match = route.match
    enter(live, session, token.session, user, token.nonce, match.args, match.kwargs)
    if live.page.root != token.root:
        unauthorized(channel, f"the page's root layout was {token.root}, this one's is {live.page.root}")
    return live


# -- where


def _url(channel: LiveChannel, payload: dict[str, Any], token: PageToken) -> tuple[PageUrl, str]:
    """The page's URL, and the path that the URLconf is asked for."""
    full = payload.get("url") if payload.get("redirect") is None else payload["redirect"]
    try:
        url = PageUrl(full)
        path = url.path_info(token.locale.script_prefix)
    except ValueError as error:
        unauthorized(channel, str(error))
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
        unauthorized(channel, f"no live view at {path[:200]!r}")
    if route.live_session.name != token.live_session:
        border = f"from live_session {token.live_session!r} to {route.live_session.name!r}"
        unauthorized(channel, f"{path[:200]!r} leads {border}")
    if not navigated and route.view_name != token.view:
        unauthorized(channel, f"the page's view was {token.view}, its URL leads to {route.view_name}")
    return route


def _check_guards(channel: LiveChannel, route: Route, user: Any, *, only_get: bool) -> None:
    """Nobody enters who would not get in by a GET; ``only_get``: no GET has let this URL in."""
    if not login_allows(route.callback, user):
        unauthorized(channel, "LoginRequiredMiddleware asks for a login")
    if only_get and route.guard is not None:
        unauthorized(channel, f"only a GET may decide about {route.match.route!r}: {route.guard}")


# -- as what


def _runtime(
    channel: LiveChannel,
    token: PageToken,
    route: Route,
    url: PageUrl,
    locale: Locale,
    payload: dict[str, Any],
) -> Runtime:
    request = LiveRequest(channel.socket.scope, url, locale.script_prefix)
    request.show(url, route.match)
    return Runtime(
        route.view_class(**route.initkwargs),
        spec_of(route.view_class),
        id=token.id,
        request=request,
        session=ReadOnlySession({}, None),
        live_session=route.live_session,
        route=route,
        params=page_params(url.query, route.match.kwargs),
        uri=url.full,
        channel=channel,
        connect_params=connect_params(payload),
        locale=locale,
        urlconf=token.urlconf,
    )
