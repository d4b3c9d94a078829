"""May a view join that a tag shows? A child asks for its parent's place, the others for their page's user.

What a client says of the page's URL does not count: nothing has checked whether it may see another one.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django.urls import Resolver404, ResolverMatch, resolve, set_urlconf

from django_phoenix.live.departures import has_departed
from django_phoenix.live.entering import (
    check_session,
    connect_params,
    enter,
    identify,
    messages_of,
    refuse,
    settle,
    stale,
)
from django_phoenix.live.family import Family, Kind
from django_phoenix.live.flash import Flash
from django_phoenix.live.request import LiveRequest, PageUrl
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.session import DEFAULT, StaticToken
from django_phoenix.live.spec import spec_of
from django_phoenix.live.view_names import view_named
from django_phoenix.transport.read_only_session import ReadOnlySession

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.live.view_token import Surroundings, ViewToken


def admit_child(
    channel: LiveChannel, payload: dict[str, Any], token: ViewToken, static: StaticToken
) -> Runtime:
    """A view in a view: the same request, user and session, and an end when that one ends (LV-17, LV-85)."""
    check_session(channel)
    parent = _parent(channel, token)
    parent.locale.activate()
    set_urlconf(parent.urlconf)
    request: Any = copy(parent.request)
    live = _runtime(
        channel,
        payload,
        token,
        static,
        Family(Kind.CHILD, parent),
        request=request,
        session=ReadOnlySession.of(request.session, token.session),
        live_session=parent.live_session,
        uri=parent.uri,
        locale=parent.locale,
        urlconf=parent.urlconf,
    )
    settle(live, (), {})
    return live


def _parent(channel: LiveChannel, token: ViewToken) -> Runtime:
    """The view whose rendering this token was part of. Raises JoinRefused if it has ended."""
    assert token.parent is not None
    id, mark = token.parent
    connection = channel.server.connection
    server = connection.topics.get(f"lv:{id}")
    live: Runtime | None = None if server is None else getattr(server.channel, "live", None)
    if live is not None and live.family is not None and live.family.is_of(mark):
        if live.navigation is not None and not live.family.outlives(live.navigation):
            refuse(channel, "parent_redirect", "its parent is about to lead elsewhere")
        return live
    if has_departed(connection, mark):
        refuse(channel, "parent_redirect", "its parent has led elsewhere")
    stale(channel, "its parent has ended")


def admit_root(
    channel: LiveChannel, payload: dict[str, Any], token: ViewToken, static: StaticToken
) -> Runtime:
    """A sticky view, or one in an ordinary page: for the user that the page was made for (LV-17)."""
    where: Surroundings = token.surroundings  # type: ignore[assignment]
    session, user = identify(channel, where)
    where.locale.activate()
    set_urlconf(where.urlconf)
    url = PageUrl(where.url)
    request = LiveRequest(channel.socket.scope, url, where.locale.script_prefix)
    request.show(url, _match(request.path_info, where.urlconf))
    live = _runtime(
        channel,
        payload,
        token,
        static,
        Family(token.kind),
        request=request,
        session=ReadOnlySession({}, None),
        live_session=DEFAULT,
        uri=url.full,
        locale=where.locale,
        urlconf=where.urlconf,
    )
    enter(live, session, token.session, user, where.nonce)
    return live


def _match(path: str, urlconf: str | None) -> ResolverMatch | None:
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return None


def _runtime(
    channel: LiveChannel,
    payload: dict[str, Any],
    token: ViewToken,
    static: StaticToken,
    family: Family,
    **place: Any,
) -> Runtime:
    view_class = view_named(token.view)
    if view_class is None:
        stale(channel, f"there is no view {token.view} any more")
    live = Runtime(
        view_class(),
        spec_of(view_class),
        id=token.id,
        route=None,
        params={},
        channel=channel,
        connect_params=connect_params(payload),
        **place,
    )
    live.family = family
    if messages := messages_of(payload, static, live.connect_params):
        live.flash = Flash(messages)
    return live
