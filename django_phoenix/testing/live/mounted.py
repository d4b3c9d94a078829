"""One live view of a page, as the official client's View: its topic, its tree, its components."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.errors import Crash
from django_phoenix.testing.frames import Arrival
from django_phoenix.testing.live.page import Container
from django_phoenix.testing.live.tree import Tree

if TYPE_CHECKING:
    from django_phoenix.testing.live.tab import Tab

# What in a diff's text asks for a look at the page: a child view, a form that is to be sent.
NOTABLE = ("data-phx-session", "phx-trigger-action")


class Mounted:
    """Of the client's side, but for ``instance``: the server's own object."""

    def __init__(self, tab: Tab, container: Container, parent: Mounted | None) -> None:
        self.tab = tab
        self.container = container
        self.parent = parent
        self.id = container.id
        self.topic = f"lv:{container.id}"
        self.join_ref: str | None = None
        self.joined = False
        self.tree = Tree()
        self.children: dict[str, Mounted] = {}
        # The server's object, for as long as somebody may ask for it.
        self.instance: Any = None
        # Where a live navigation has led to: joined again with that.
        self.redirect: str | None = None
        self.mounts = 0
        self.attempts = 0
        # How often the page was patched by it: the parts of components by cid, the rest under None.
        self.patches: Counter[int | None] = Counter()
        # The reply to the event in hand.
        self.reply: dict[str, Any] | None = None
        # Something came that may have brought or taken children, components, forms to be sent.
        self.stirred = False

    # What the server says.

    def hear(self, arrival: Arrival) -> None:
        """See Hearer."""
        payload = arrival.payload
        if arrival.event == "phx_reply":
            if payload["status"] == "ok":
                self._take_reply(arrival.ref, payload["response"])
        elif arrival.event == "diff":
            self._apply(payload)
        elif arrival.event == "live_patch":
            self.tab.patched(payload)
        elif arrival.event in ("live_redirect", "redirect"):
            self.tab.leaving(self, arrival.event, payload)
        elif arrival.event in ("phx_close", "phx_error"):
            self._ended()

    def _take_reply(self, ref: str | None, response: dict[str, Any]) -> None:
        if ref == self.join_ref and "rendered" in response:
            self._mount(response)
            return
        if "diff" in response:
            self._apply(response["diff"])
        if "live_patch" in response:
            self.tab.patched(response["live_patch"])
        for event in ("live_redirect", "redirect"):
            if event in response:
                self.tab.leaving(self, event, response[event])

    def _mount(self, response: dict[str, Any]) -> None:
        self.joined = True
        self.mounts += 1
        self.attempts = 0
        self.tree = Tree()
        if "container" in response:
            self.container.become(*response["container"])
        self._apply(response["rendered"], joins=True)
        if "live_patch" in response:
            self.tab.patched(response["live_patch"])

    def _apply(self, diff: dict[str, Any], *, joins: bool = False) -> None:
        diff = dict(diff)
        title, events, self.reply = diff.pop("t", None), diff.pop("e", ()), diff.pop("r", None)
        if title is not None or (joins and self.container.is_main):
            self.tab.page.title.show(title)
        if diff:
            self.tree.merge(diff)
            self.patches.update(int(cid) for cid in diff.get("c", ()))
            if len(diff) > ("c" in diff):
                self.patches[None] += 1
            self.tab.changed()
            if joins or self.children or self.tree.has_parts or _mentions(diff):
                self.stirred = True
        for name, payload, *_ in events:
            self.tab.pushed(name, payload)

    def _ended(self) -> None:
        self.joined = False
        self.tab.wire.forget(self)

    # What the page says.

    async def join(self, flash: str | None = None) -> dict[str, Any] | None:
        """Join; the reply."""
        tab = self.tab
        payload: dict[str, Any] = {
            "params": self._params(),
            "session": self.container.session,
            "static": self.container.static,
            "sticky": self.container.is_sticky,
        }
        if self.redirect is not None:
            payload["redirect"] = self.redirect
        elif self.parent is None and not self.container.is_sticky:
            payload["url"] = tab.origin + tab.url
        if flash is not None:
            payload["flash"] = flash
        self.attempts += 1
        reply = await tab.wire.call(self, "phx_join", payload)
        self._remember()
        return reply

    def _params(self) -> dict[str, Any]:
        tab = self.tab
        params = {**tab.params, "_mounts": self.mounts, "_mount_attempts": self.attempts}
        if tab.page.csrf:
            params["_csrf_token"] = tab.page.csrf
        if tab.page.tracked:
            params["_track_static"] = tab.page.tracked
        if tab.referer is not None:
            params["_live_referer"] = tab.referer
        return params

    def _remember(self) -> None:
        server = self.tab.wire.connection.topics.get(self.topic)
        live = None if server is None else getattr(server.channel, "live", None)
        self.instance = None if live is None else live.view

    async def push(self, event: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Send something of the view; the response, ``{}`` if the view ended over it."""
        self.reply = None
        reply = await self.tab.wire.call(self, event, payload)
        response: dict[str, Any] = {} if reply is None else reply["response"]
        return response

    async def leave(self) -> None:
        """It is not in the page any more."""
        for child in tuple(self.children.values()):
            await child.leave()
        self.children.clear()
        if self.joined:
            self.joined = False
            await self.tab.wire.call(self, "phx_leave", {})
        self.tab.wire.forget(self)

    async def look_for_components(self) -> None:
        """Tell the server of those that are gone."""
        gone = sorted(self.tree.components.keys() - self.tree.seen())
        if not gone or not self.joined:
            return
        await self.push("cids_will_destroy", {"cids": gone})
        still = sorted(set(gone) - self.tree.seen())
        if still and self.joined:
            response = await self.push("cids_destroyed", {"cids": still})
            self.tree.forget(response.get("cids", ()))

    async def aclose(self) -> None:
        """See Hearer: it goes with its page."""

    def concerns(self, crash: Crash) -> bool:
        """Whether it is a crash of this view."""
        return crash.topic == self.topic and crash.channel.socket is self.tab.wire.connection.socket


def _mentions(diff: Any) -> bool:
    """Whether something of note is in what came."""
    if isinstance(diff, str):
        return any(word in diff for word in NOTABLE)
    if isinstance(diff, dict):
        return any(_mentions(each) for each in diff.values())
    if isinstance(diff, list):
        return any(_mentions(each) for each in diff)
    return False
