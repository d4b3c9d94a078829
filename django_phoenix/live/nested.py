"""``{% live_render %}``: the element of a view in a template, with its first HTML or with what it joins by.

In the first response a view is mounted and rendered where its tag stands. On the socket there is an empty
element with a token: its client joins, and the view fills it then (LV-4, LV-5, LV-6).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.family import Family, Kind, family_of, root_of
from django_phoenix.live.lifecycle import mounting, showing
from django_phoenix.live.locale import active_locale, restoring
from django_phoenix.live.navigation import Patch
from django_phoenix.live.page import container_of
from django_phoenix.live.request import nonce_of, request_in, urlconf_of
from django_phoenix.live.routes import name_of
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.session import DEFAULT, StaticToken, user_marks
from django_phoenix.live.spec import spec_of
from django_phoenix.live.steps import drive_sync
from django_phoenix.live.view_names import find_view
from django_phoenix.live.view_token import Surroundings, ViewToken
from django_phoenix.transport.read_only_session import ReadOnlySession

logger = logging.getLogger(__name__)

ELEMENT = re.compile(r"[a-zA-Z][\w-]*")

# Of an ordinary page: the ids of its views, in the render context.
IDS = "phoenix_view_ids"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one tag asks for."""

    view_class: type[Any]
    id: str
    session: dict[str, Any]
    sticky: bool
    container: tuple[str, dict[str, Any]]
    place: str  # "template:line"


def read_wanted(target: Any, options: Mapping[str, Any], place: str) -> Wanted:
    """From the values in a tag. Raises LiveViewError for what makes no sense, with the tag's place."""
    rest = dict(options)
    id = str(rest.pop("id"))
    if not id or id.split() != [id]:
        raise LiveViewError(
            f"{place}: the id of a view is one word that no other element has, got {id!r:.100}."
        )
    sticky, given = bool(rest.pop("sticky", False)), rest.pop("session", None)
    container, css_class = rest.pop("container", None), rest.pop("class", None)
    if given is not None and not isinstance(given, Mapping):
        raise LiveViewError(f"{place}: session=… should be a dict, got {type(given).__name__}.")
    try:
        view_class = find_view(target)
    except LiveViewError as error:
        raise LiveViewError(f"{place}: {error}") from error.__cause__
    tag, attributes = container_of(view_class)
    if container is not None:
        tag, attributes = str(container), dict(attributes)
    if ELEMENT.fullmatch(tag) is None:
        raise LiveViewError(f"{place}: the container is the name of an element, got {tag!r:.100}.")
    if css_class is not None:
        attributes = {**attributes, "class": css_class}
    session = {**(given or {}), **rest}
    try:
        json.dumps(session)
    except (TypeError, ValueError) as error:
        raise LiveViewError(
            f"{place}: what a {{% live_render %}} hands over is signed into the page, so it has to be "
            f"JSON ({error}). Hand over a pk, and look the object up in mount()."
        ) from None
    return Wanted(view_class, id, session, sticky, (tag, attributes), place)


# -- in a live view


def show_in_view(live: Runtime, wanted: Wanted, *, outside: bool = False) -> SafeString:
    """A view in the template of another. ``outside``: beyond the live region, where nothing changes."""
    kind = Kind.STICKY if wanted.sticky or outside else Kind.CHILD
    if live.channel is None:
        return _first(live.request, live, wanted, kind, outside=outside)
    return _element(live, wanted, kind, _token(live.request, live, wanted, kind), "")


def _token(request: HttpRequest, live: Runtime | None, wanted: Wanted, kind: Kind) -> str:
    """LV-5, LV-6: what its client joins by."""
    parent = where = None
    if kind is Kind.CHILD:
        assert live is not None
        parent = live.id, family_of(live).mark
    else:
        where = _surroundings(request, live)
    token = ViewToken(kind, wanted.id, name_of(wanted.view_class), wanted.session, parent, where)
    return token.sign()


def _surroundings(request: HttpRequest, live: Runtime | None) -> Surroundings:
    user, auth = user_marks(getattr(request, "user", None))
    if live is not None and live.channel is not None:
        return Surroundings(live.uri, user, auth, live.locale, nonce_of(request), live.urlconf)
    return Surroundings(
        request.build_absolute_uri(),
        user,
        auth,
        active_locale(),
        nonce_of(request),
        urlconf_of(request),
    )


# -- in a first response


def show_in_page(context: Context, wanted: Wanted) -> SafeString:
    """A view in an ordinary page. Raises LiveViewError if its template does not know the request."""
    request = request_in(context)
    if request is None:
        raise LiveViewError(
            f"{wanted.place}: {{% live_render %}} needs the request. Render the template by "
            "render(request, …), or hand the request over."
        )
    page: dict[Any, Any] = context.render_context.dicts[0]
    ids = page.setdefault(IDS, set())
    return _first(request, None, wanted, Kind.WIDGET, ids=ids)


def _first(
    request: HttpRequest,
    outer: Runtime | None,
    wanted: Wanted,
    kind: Kind,
    *,
    ids: set[str] | None = None,
    outside: bool = False,
) -> SafeString:
    """Mounted and rendered without a socket, as the page is (LV-4)."""
    if ids is None:
        assert outer is not None
        ids = _ids_of(outer)
    if wanted.id in ids:
        raise LiveViewError(
            f"{wanted.place}: two views of this page have the id {wanted.id!r}. Each needs its own."
        )
    ids.add(wanted.id)
    live = _make(request, outer, wanted, kind)
    live.family.ids = ids  # type: ignore[union-attr]
    session_token = "" if kind is Kind.CHILD else _token(request, outer, wanted, kind)
    with restoring(live.locale):
        html = _mounted(live, outer)
    static_token = StaticToken(live.id, live.messages).sign()
    shown_kind = Kind.WIDGET if outside else kind
    return _element(outer, wanted, shown_kind, session_token, html, static_token)


def _ids_of(live: Runtime) -> set[str]:
    family = family_of(live)
    if family.ids is None:
        family.ids = {live.id}
    return family.ids


def _make(request: HttpRequest, outer: Runtime | None, wanted: Wanted, kind: Kind) -> Runtime:
    view = wanted.view_class()
    live = Runtime(
        view,
        spec_of(wanted.view_class),
        id=wanted.id,
        request=request,
        session=ReadOnlySession.of(getattr(request, "session", None), wanted.session),
        live_session=DEFAULT if outer is None else outer.live_session,
        route=None,
        params={},
        uri=request.build_absolute_uri(),
        locale=active_locale(),
    )
    live.family = Family(kind, outer if kind is Kind.CHILD else None)
    view.setup(request)
    return live


def _mounted(live: Runtime, outer: Runtime | None) -> str:
    """Its HTML; nothing if it wants the page to be elsewhere."""
    html = ""
    drive_sync(mounting(live))
    if live.navigation is None:
        html = drive_sync(showing(live))
    if live.navigation is not None:  # by itself, or by a view in it
        _lead_away(live, outer)
        return ""
    assets = getattr(live.context, "phoenix_assets", None)
    if assets is not None:
        html += "".join(each.comment for each in assets.take())
    return html


def _lead_away(live: Runtime, outer: Runtime | None) -> None:
    """LV-7: the whole response leads there. An ordinary page is on its way: there it happens at the join."""
    assert not isinstance(live.navigation, Patch)
    if outer is None:
        logger.info(
            "%s asks for %s in an ordinary page: it is shown empty until it joins.",
            live.spec.name,
            live.navigation,
        )
        return
    page = root_of(outer)
    if page.navigation is None:
        page.navigation = live.navigation
        if live.flash is not None:
            page.adopt_flash(live.flash)


def _element(
    outer: Runtime | None, wanted: Wanted, kind: Kind, session_token: str, html: str, static_token: str = ""
) -> SafeString:
    tag, attributes = wanted.container
    relation: dict[str, Any] = {}
    if kind is Kind.CHILD:
        assert outer is not None
        relation = {"data-phx-parent-id": outer.id}
    elif kind is Kind.STICKY:
        relation = {"data-phx-sticky": True}
    return format_html(
        '<{} id="{}" data-phx-session="{}" data-phx-static="{}"{}>{}</{}>',
        tag,
        wanted.id,
        session_token,
        static_token,
        flatatt({**relation, **attributes}),
        mark_safe(html),
        tag,
    )
