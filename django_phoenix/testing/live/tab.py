"""One page in one browser tab: its URL, its live views, its socket; as the official client's LiveSocket."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django_phoenix.live.flash import COOKIE as FLASH_COOKIE
from django_phoenix.live.reload import COOKIE as RELOAD_COOKIE
from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.browser import Browser, Loaded
from django_phoenix.testing.live.dom import VIEW, attribute, shown
from django_phoenix.testing.live.forms import Form, Memory
from django_phoenix.testing.live.mounted import Mounted
from django_phoenix.testing.live.moves import LOAD, NAVIGATE, PATCH, Moves
from django_phoenix.testing.live.page import Page, container, read
from django_phoenix.testing.live.screen import CHILD, IGNORED, Screen
from django_phoenix.testing.live.wire import Wire
from django_phoenix.testing.world import World

if TYPE_CHECKING:
    from django_phoenix.testing.live.uploads import Entry

TRIGGER = "phx-trigger-action"
# Page loads and navigations that may follow from one another.
MOST_MOVES = 20

Work = Callable[[], Coroutine[Any, Any, None]]


class Tab(Screen):
    """What both faces of the kit stand on."""

    def __init__(
        self, world: World, browser: Browser, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.world = world
        self.browser = browser
        self.params = dict(params)
        self._headers = headers
        self.response: Any = None
        self.referer: str | None = None
        self.moves = Moves()
        self.events: list[tuple[str, dict[str, Any]]] = []
        # Those that no assertion has asked for.
        self.untold: list[tuple[str, dict[str, Any]]] = []
        # What the user has done to forms, by view and form.
        self.memories: dict[tuple[str | None, str], Memory] = {}
        # The files that were chosen, by upload.
        self.chosen: dict[str, list[Entry]] = {}
        self._entries = itertools.count()
        self._wire: Wire | None = None
        self._todo: deque[Work] = deque()

    def next_entry(self) -> int:
        """For the next file that is chosen."""
        return next(self._entries)

    @property
    def origin(self) -> str:
        """Such as ``http://testserver``."""
        return self.browser.origin

    @property
    def wire(self) -> Wire:
        """The page's socket. AssertionError for a page without one."""
        if self._wire is None:
            raise Failure(f"{self.url or 'The page'}: no live view is connected here. {self.what_it_is()}")
        return self._wire

    @property
    def main(self) -> Mounted | None:
        """The view that the URL leads to."""
        return next((view for view in self.views.values() if view.container.is_main), None)

    def what_it_is(self) -> str:
        """For messages."""
        if not self.page.status:
            return "It is a page of another site."
        return f"The answer was {self.page.status}:\n{shown(self.page.html)}"

    # Pages.

    async def load(self, method: str, url: str, data: Any = None) -> None:
        """Leave this page for another."""
        loaded = await self.browser.load(method, url, data)
        await self.close_socket()
        self.moves.add(LOAD, loaded.url)
        await self.show(loaded)

    async def show(self, loaded: Loaded) -> None:
        """Be at a page that has been loaded, and connect it."""
        self.url, self.response, self.referer = loaded.url, loaded.response, None
        self.views.clear()
        self.memories.clear()
        self.chosen.clear()
        self.ignored.clear()
        self.changed()
        if loaded.response is None:
            self.page = Page(loaded.url, 0, "")
            return
        self.page = read(loaded.url, self.origin, loaded.response)
        if not self.page.containers:
            return
        await self.connect()
        for each in self.page.containers:
            await self.join(Mounted(self, each, None))

    async def connect(self) -> None:
        """Open a socket for the page."""
        self._wire = Wire(self.world, self.browser.client, self.page.csrf, self.params, self._headers)
        await self._wire.open()

    async def close_socket(self) -> None:
        """As when a browser leaves a page."""
        wire, self._wire = self._wire, None
        self.lost()
        if wire is not None and wire.close_code is None:
            await wire.aclose()

    async def join(self, view: Mounted, flash: str | None = None) -> None:
        """A view is new in the page, or is to be joined again."""
        self.views[view.id] = view
        if view.parent is not None:
            view.parent.children[view.id] = view
        reply = await view.join(flash)
        if reply is not None and reply["status"] != "ok":
            self._refused(view, reply["response"])

    def _refused(self, view: Mounted, response: dict[str, Any]) -> None:
        for name, payload, *_ in response.get("events", ()):
            self.pushed(name, payload)
        for event in ("live_redirect", "redirect"):
            if event in response:
                self.leaving(view, event, response[event])
                return
        reason = response.get("reason")
        if reason == "reload":
            self.browser.set_cookie(RELOAD_COOKIE, response["token"])
        elif reason == "join crashed":
            return  # raised already, unless the test has asked for it
        elif reason not in ("stale", "unauthorized"):
            raise Failure(
                f"{self.url}: the view could not be joined: {response}.{self.world.errors.as_text()}"
            )
        self._todo.append(lambda: self.load("get", self.url))

    # What views say.

    def pushed(self, name: str, payload: dict[str, Any]) -> None:
        """An event for the page's script."""
        self.events.append((name, payload))
        self.untold.append((name, payload))

    def patched(self, patch: dict[str, Any]) -> None:
        """The URL is another, the view is not."""
        self.url = patch["to"]
        main = self.main
        if main is not None and main.redirect is not None:
            main.redirect = self.origin + self.url
        self.moves.add(PATCH, self.url, replace=patch.get("kind") == "replace")

    def leaving(self, view: Mounted, event: str, payload: dict[str, Any]) -> None:
        """A view leads elsewhere: what follows is done when the server is idle."""
        to, flash = payload["to"], payload.get("flash")
        if event == "live_redirect" and self.main is not None:
            replace = payload.get("kind") == "replace"
            self._todo.append(lambda: self.navigate(to, flash, replace=replace))
        else:
            self._todo.append(lambda: self._redirect(to, flash))

    async def _redirect(self, to: str, flash: str | None) -> None:
        if flash is not None:
            self.browser.set_cookie(FLASH_COOKIE, flash)
        await self.load("get", to)

    async def navigate(self, to: str, flash: str | None = None, *, replace: bool = False) -> None:
        """Live navigation of the main view. Another live_session, or no live view: a full load."""
        main = self.main
        if main is None or not main.container.session:
            await self.load("get", to)
            return
        before = self.url
        self.url = to
        self.moves.add(NAVIGATE, to, replace=replace)
        await main.leave()
        for child in [view for view in self.views.values() if view.parent is not None]:
            del self.views[child.id]
        self.referer = self.origin + before
        successor = Mounted(self, main.container, None)
        successor.redirect = self.origin + to
        await self.join(successor, flash)
        for view in self.views.values():
            # Those of the layout are pulled into the main view, and are gone if it does not show them.
            view.container.nested = not view.container.is_main

    async def patch(self, to: str, *, replace: bool = False) -> None:
        """As a click on a link that patches."""
        main = self.main
        if main is None or not main.joined:
            await self.load("get", to)
            return
        response = await main.push("live_patch", {"url": self.origin + to})
        if response.get("link_redirect"):
            await self.navigate(to, replace=replace)
        elif main.joined:
            self.moves.add(PATCH, to, replace=replace)
            self.url = to
            if main.redirect is not None:
                main.redirect = self.origin + to

    # A connection that fails; for what comes then, see recovery.py.

    async def drop(self) -> None:
        """The line breaks; the page stays as it is."""
        await self.wire.drop()
        self.lost()

    async def kill(self) -> None:
        """The server's process dies."""
        await self.wire.kill()
        self.lost()

    def lost(self) -> None:
        """Nothing is joined any more."""
        for view in self.views.values():
            view.joined = False

    async def hook(self, view: Mounted, event: str, payload: Any) -> Any:
        """``pushEvent`` of some hook; the reply."""
        value = {} if payload is None else payload
        await view.push("event", {"type": "hook", "event": event, "value": value})
        return view.reply

    # What the user does with the browser itself.

    async def visit(self, kind: str, to: str) -> None:
        """As by a link of that kind; ``to`` as in one."""
        url = self.browser.resolve(self.url, to)
        if kind == PATCH:
            await self.patch(url)
        elif kind == NAVIGATE:
            await self.navigate(url)
        else:
            await self.load("get", url)

    async def back(self) -> None:
        """The page before, as the client goes there: by a patch, live, or by a load."""
        step = self.moves.step_back()
        if step is None:
            raise Failure(f"{self.url}: there is no page before this one.")
        left, to = step
        await self.visit(left.kind, to.to)
        self.moves.came_back(to)

    # After each message.

    async def act(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something as a user would, and all that follows from it."""
        self.begin()
        result = await work
        await self.follow()
        return result

    async def follow(self) -> None:
        """Do what has been left to do: children, components that are gone, navigation."""
        moves = 0
        while True:
            while stirred := [view for view in self.views.values() if view.stirred]:
                for view in stirred:
                    view.stirred = False
                await self._reconcile()
                for view in stirred:
                    await view.look_for_components()
            if not self._todo:
                return
            moves += 1
            if moves > MOST_MOVES:
                last = ", ".join(map(str, self.moves.done[-4:]))
                raise Failure(f"The page is led elsewhere without end: …, {last}.")
            await self._todo.popleft()()

    async def _reconcile(self) -> None:
        """Join the child views that are new in the page, leave those that are gone."""
        html = "".join(view.tree.html() for view in self.views.values())
        if TRIGGER in html or IGNORED.search(html):
            self._look_at_forms()
        if len(self.views) == 1 and CHILD.search(html) is None:
            return
        present = {each.id or "": each for each in self.dom.find(f"[{VIEW}]")}
        for view in list(self.views.values()):
            if view.id not in present and view.id in self.views:
                await view.leave()
                self.forget(view)
        for dom_id, element in present.items():
            if dom_id not in self.views:
                parent = self.views.get(attribute(element, "data-phx-parent-id") or "")
                await self.join(Mounted(self, container(element), parent))

    def _look_at_forms(self) -> None:
        """One that has got ``phx-trigger-action`` is sent by HTTP."""
        for form in self.dom.find(f"form[{TRIGGER}]"):
            self._todo.append(partial(self._send, form))
            return

    async def _send(self, form: Any) -> None:
        await Form(self, form).send_by_http(None, {})

    def forget(self, view: Mounted) -> None:
        """It is not in the page any more, nor are those in it."""
        for child in [each for each in self.views.values() if each.parent is view]:
            self.forget(child)
        self.views.pop(view.id, None)
        if view.parent is not None:
            view.parent.children.pop(view.id, None)
