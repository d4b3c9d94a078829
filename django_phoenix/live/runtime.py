"""The one private record behind each live view (LiveView.Socket): all of its state that is not assigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest
from django.template import Context
from django.urls import set_urlconf

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.components import Components
from django_phoenix.live.flash import Flash, FlashMessage, sign_flash
from django_phoenix.live.flash_page import show_flash
from django_phoenix.live.forms import decode_query
from django_phoenix.live.locale import DEFAULT as DEFAULT_LOCALE
from django_phoenix.live.locale import Locale, active_locale
from django_phoenix.live.navigation import Leaving, Navigation, Patch
from django_phoenix.live.page import choose_page
from django_phoenix.live.request import LiveRequest, PageUrl, added_by_middleware, nonce_of
from django_phoenix.live.routes import Route, find_route, login_allows
from django_phoenix.live.session import LiveSession
from django_phoenix.live.spec import Spec
from django_phoenix.live.steps import Where
from django_phoenix.live.temporary import keep, let_go
from django_phoenix.rendering.assets import Assets, deliveries
from django_phoenix.rendering.diff import RenderState

if TYPE_CHECKING:
    from django_phoenix.live.family import Family
    from django_phoenix.live.page import Page
    from django_phoenix.live.queries import LiveQueries
    from django_phoenix.live.upload_records import UploadRecords
    from django_phoenix.live_view import LiveView
    from django_phoenix.rendering.diff import Render
    from django_phoenix.rendering.rendered import ComponentRef, Node
    from django_phoenix.transport.read_only_session import ReadOnlySession

# Tells our script in the page what components need (assets/js/components.js).
LOAD_EVENT = "djc:load"


class Runtime:
    """Where a view is mounted, what it has asked for, and what its client was last sent."""

    __slots__ = (
        "behind",
        "channel",
        "components",
        "connect_params",
        "context",
        "family",
        "flash",
        "id",
        "live_session",
        "locale",
        "navigation",
        "page",
        "params",
        "pushed",
        "queries",
        "render_where",
        "request",
        "route",
        "session",
        "spec",
        "state",
        "title",
        "uploads",
        "uri",
        "urlconf",
        "view",
    )

    def __init__(
        self,
        view: LiveView,
        spec: Spec,
        *,
        id: str,
        request: HttpRequest,
        session: ReadOnlySession,
        live_session: LiveSession,
        route: Route | None,
        params: dict[str, Any],
        uri: str,
        channel: Any = None,
        connect_params: dict[str, Any] | None = None,
        locale: Locale = DEFAULT_LOCALE,
        urlconf: str | None = None,
    ) -> None:
        self.view = view
        view._live = self
        self.spec = spec
        self.id = id
        self.request = request
        self.session = session
        self.live_session = live_session
        self.route = route
        self.params = params
        self.uri = uri
        self.channel = channel
        self.connect_params = connect_params or {}
        self.locale = locale
        self.urlconf = urlconf
        self.navigation: Navigation | None = None
        self.pushed: list[list[Any]] = []
        self.title: Any = None
        self.render_where = Where.HERE
        # Messages have changed the view since the last rendering.
        self.behind = False
        # From the first rendering that shows one.
        self.components: Components | None = None
        # From the first allow_upload on.
        self.uploads: UploadRecords | None = None
        # From the first stream that follows a query on.
        self.queries: LiveQueries | None = None
        # Of a view that stands in another one, or in an ordinary page, or shows such views.
        self.family: Family | None = None
        # From the first message on.
        self.flash: Flash | None = None
        self.page: Page = None  # type: ignore[assignment]  # until the view is let in
        self.context: Context = None  # type: ignore[assignment]
        self.state: RenderState = None  # type: ignore[assignment]

    @property
    def is_nested(self) -> bool:
        """A tag shows the view: no URL leads to it."""
        return self.family is not None and self.family.is_nested

    # What the view asks for; it takes hold when the callback has returned.

    def navigate(self, target: Navigation) -> None:
        """Remember where to go. Raises LiveViewError if somewhere else was asked for already."""
        if self.navigation is not None:
            raise LiveViewError(
                f"{self.spec.name} asks for {target}, but this callback has asked for {self.navigation} "
                "already. Return after the first one."
            )
        self.navigation = target

    def shared(self) -> Mapping[str, Any]:
        """What ``assign_new`` finds that is there already: the parent's assigns, or the request's extras."""
        parent = None if self.family is None else self.family.parent
        if parent is not None:
            assigns: Mapping[str, Any] = vars(parent.view.assigns)
            return assigns
        return added_by_middleware(self.request) if self.channel is None else {}

    def take_patch(self) -> Patch | None:
        """The patch that was asked for, once."""
        target = self.navigation
        if not isinstance(target, Patch):
            return None
        self.navigation = None
        return target

    def leave(self) -> Leaving:
        """Where the view is left for, with what the visitor is to be shown there (LV-79)."""
        target: Leaving = self.navigation  # type: ignore[assignment]
        unshown = () if self.flash is None else self.flash.take_unshown()
        return replace(target, flash=sign_flash(unshown)) if unshown else target

    def open_flash(self) -> Flash:
        """The view's messages, to be written to."""
        if self.flash is None:
            self.flash = Flash()
            if self.context is not None:
                show_flash(self.context, self)
        return self.flash

    @property
    def messages(self) -> tuple[FlashMessage, ...]:
        """All that the flash holds, oldest first."""
        return () if self.flash is None else self.flash.messages

    @property
    def has_news(self) -> bool:
        """Something was said that the page does not show yet."""
        return self.flash is not None and bool(self.flash.unshown)

    def adopt_flash(self, flash: Flash) -> None:
        """A component leads elsewhere: what it has to say is said there."""
        for message in flash.take_unshown():
            self.open_flash().add(message)

    def push_event(self, event: str, payload: dict[str, Any], *, before: bool) -> None:
        self.pushed.append([event, payload, True] if before else [event, payload])

    def take_pushed(self) -> list[list[Any]]:
        """The events that wait for the client, once."""
        pushed = self.pushed
        self.pushed = []
        return pushed

    def move_to(self, to: str) -> None:
        """Be at another URL of this view. Raises LiveViewError if that URL leads elsewhere."""
        self.show(*self.check_patch(to, self.spec.name))

    def check_patch(self, to: str, asker: str) -> tuple[PageUrl, Route]:
        """Where a patch leads. Raises LiveViewError if that is elsewhere."""
        url = PageUrl(urljoin(self.uri, to))
        route = self.find_patch(url)
        if route is None:
            raise LiveViewError(
                f"{asker}: push_patch({to!r}) leads to another view, live_session or guard. A patch "
                "stays in its view; for another one use push_navigate() or redirect()."
            )
        return url, route

    def find_patch(self, url: PageUrl) -> Route | None:
        """The route of a URL if it is this very view's and no GET would have to be asked, else None.

        Raises ValueError if the URL is outside the site.
        """
        path = url.path_info(self.locale.script_prefix)
        route = find_route(path, self.urlconf)
        if (
            route is None
            or self.route is None
            or route.view_class is not type(self.view)
            or route.live_session != self.live_session
            or not self._is_set_up_for(route)
        ):
            return None
        if not login_allows(route.callback, self.request.user):
            return None
        return route if path == self.request.path_info or route.guard is None else None

    def _is_set_up_for(self, route: Route) -> bool:
        """Whether the route's as_view() has our arguments: guards and templates were chosen by these."""
        here = self.route.initkwargs if self.route is not None else {}
        there = route.initkwargs
        return here is there or {**here, "live_action": None} == {**there, "live_action": None}

    def show(self, url: PageUrl, route: Route) -> None:
        """Take over what a URL says. Raises TooManyFieldsSent."""
        self.params = page_params(url.query, route.match.kwargs)
        self.route = route
        self.uri = url.full
        if isinstance(self.request, LiveRequest):
            self.request.show(url, route.match)
        if self.family is not None:
            self.family.show(url, route.match)
        state = vars(self.view)
        state.pop("live_action", None)  # a route that names none has the class's
        state.update(route.initkwargs, args=route.match.args, kwargs=route.match.kwargs)

    def localize(self, language: str | None, time_zone: str | None) -> None:
        """Live in another language or time zone, beginning now."""
        if language is not None:
            self.locale = self.locale.with_language(language)
        if time_zone is not None:
            self.locale = replace(self.locale, time_zone=time_zone)
        self.locale.activate()
        if self.components is not None and self.channel is not None:
            # Everything anew: components, too, whose tags have not changed.
            self.state = RenderState()
        self._settle_abroad()

    def follow_locale(self) -> None:
        """``mount`` may have activated a language or time zone, as middleware does: now it is the view's."""
        active = active_locale()
        if active != self.locale:
            self.locale = active
            self._settle_abroad()

    def enter(self) -> None:
        """Make the running thread, or task, the view's."""
        self.locale.activate_all()
        set_urlconf(self.urlconf)

    def _settle_abroad(self) -> None:
        if self.channel is not None:
            self.channel.abroad = True

    # Rendering.

    def show_component(
        self, component_class: Any, id: Any, arguments: dict[str, Any], fills: Any, place: str, former: Any
    ) -> tuple[ComponentRef, bool]:
        """A live component stands in what is being rendered."""
        components = self.components
        if components is None:
            components = self.components = Components(self)
        return components.show(component_class, id, arguments, fills, place, former)

    def tree(self) -> Node:
        """All of the live region, for a response without a socket."""
        if self.components is not None:
            self.components.begin()
        return self.page.region.tree(self.context, self)

    def evaluate(self) -> Render:
        """Evaluate the live region; nothing is remembered before ``diff``."""
        if self.spec.renders:
            choose_page(self)
        if self.spec.temporary:
            keep(self.view, self.state)
        if self.components is not None:
            self.components.begin()
        render: Render = self.page.region.render(self.context, self.state, self)
        return render

    def evaluate_first(self) -> Render:
        """As ``evaluate``, after ``mount``, which may have chosen a template."""
        choose_page(self)
        return self.evaluate()

    def diff(self, render: Render, reply: dict[str, Any] | None = None) -> dict[str, Any]:
        """Remember the rendering as sent, and add events, title and reply to its diff."""
        diff = render.diff
        render.commit()
        self.behind = False
        if self.components is not None:
            trees = self.components.take_diffs(render)
            diff = {**render.diff, "c": trees} if trees else render.diff
        if self.view._streams is not None:
            self.view._streams.forget()
        if self.queries is not None:
            self.queries.rendered()
        if self.spec.temporary:
            let_go(self.view, self.spec)
        if self.flash is not None:
            self.flash.shown()
        self._load_assets()
        title = vars(self.view.assigns).get("page_title")
        if self.pushed or reply is not None or title != self.title:
            diff = dict(diff)
            if title != self.title and title is not None:
                diff["t"] = str(title)
            self.title = title
            if self.pushed:
                diff["e"] = self.take_pushed()
            if reply is not None:
                diff["r"] = reply
        return diff

    def component_diff(self, reply: dict[str, Any] | None = None) -> dict[str, Any]:
        """The same where only components were rendered."""
        assert self.components is not None
        diff: dict[str, Any] = {}
        if trees := self.components.take_diffs():
            diff["c"] = trees
        if self.queries is not None:
            self.queries.rendered()
        self._load_assets()
        if self.pushed:
            diff["e"] = self.take_pushed()
        if reply is not None:
            diff["r"] = reply
        return diff

    def _load_assets(self) -> None:
        """Have the page load what components need that it shows for the first time."""
        assets: Assets | None = getattr(self.context, "phoenix_assets", None)
        if assets is None:
            return
        is_join, assets.joined = not assets.joined, True
        if not assets.noted:
            return
        for delivery in deliveries:
            news = delivery.load(assets.take(), nonce_of(self.request))
            if news is not None:
                self.pushed.insert(0, [LOAD_EVENT, {**news, "join": True} if is_join else news])


def page_params(query: str, captures: dict[str, Any]) -> dict[str, Any]:
    """What ``mount`` and ``handle_params`` get: the query, and over it what the URL pattern captured.

    Raises TooManyFieldsSent as ``request.GET`` does, which Django answers with 400.
    """
    try:
        return {**decode_query(query), **captures}
    except ValueError as error:
        raise TooManyFieldsSent(f"The URL's query can't be read: {error}") from None
