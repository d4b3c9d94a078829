"""The channel of topics ``lv:*``: one live view of one page (LiveView.Channel)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.core.exceptions import SuspiciousOperation

from django_phoenix.channel import Channel, Stop
from django_phoenix.exceptions import JoinRefused
from django_phoenix.executor import get_pool
from django_phoenix.live import component_life, lifecycle, reload, upload_life
from django_phoenix.live.admission import admit
from django_phoenix.live.client import liveview_version
from django_phoenix.live.component_records import Record
from django_phoenix.live.departures import count_redirect, note_arrival, note_departure
from django_phoenix.live.events import story_of_event
from django_phoenix.live.family import adopt, take_parent_along
from django_phoenix.live.lifecycle import Outcome
from django_phoenix.live.mail import OWN_MESSAGES, story_of
from django_phoenix.live.navigation import Leaving
from django_phoenix.live.page import container_of
from django_phoenix.live.request import PageUrl
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Step, Steps, Where, drive
from django_phoenix.live.tasks import Key, Tasks, Work
from django_phoenix.transport.limiter import Limiter

if TYPE_CHECKING:
    from django_phoenix.socket import Socket
    from django_phoenix.transport.channel_server import ChannelServer

logger = logging.getLogger(__name__)

# How often a view that waits for a slow client looks whether it is still there, in seconds.
SLOW_CLIENT_CHECK = 1.0

# Wakes a view that has something to show.
AWAKE = object()

NOTHING: dict[str, Any] = {}


class LiveChannel(Channel):
    """Runs the view: joins, events, messages in; diffs and navigation out. The stage of the view's steps."""

    subscribes = False
    rate = None
    takes_any_payload = True

    __slots__ = ("abroad", "limiters", "live", "tasks", "waits_for_client", "wants_idle")

    live: Runtime

    def __init__(self, server: ChannelServer) -> None:
        super().__init__(server)
        # Some other language, time zone or script prefix than the site's default may be active.
        self.abroad = False
        # Messages have changed the view since the last rendering.
        self.wants_idle = False
        # Made when an event that has a rate comes; of the view under None, else of a component's class.
        self.limiters: dict[type | None, Limiter] | None = None
        # From the first start_async on.
        self.tasks: Tasks | None = None
        # It has something to show, and will when the client has read what it was sent.
        self.waits_for_client = False

    # Callbacks of a channel.

    async def join(self, payload: Any, **captures: Any) -> dict[str, Any]:
        """The view is mounted, or refused."""
        try:
            outcome = await drive(self._joining(payload), self)
        except tuple(reload.STATUSES) as error:
            logger.warning("%s: mount refused, %s: %s", self.log_name, type(error).__name__, error)
            raise JoinRefused(reload.refusal(error)) from None
        except Exception as error:
            if not isinstance(error, JoinRefused):
                take_parent_along(self, error)
            raise
        if outcome.leaving is not None:
            count_redirect(self, outcome.leaving)
            raise JoinRefused({outcome.leaving.event: outcome.leaving.as_wire(), "events": outcome.diff["e"]})
        note_arrival(self)
        reply: dict[str, Any] = {"rendered": outcome.rendered, "liveview_version": liveview_version()}
        if outcome.patches:
            reply["live_patch"] = outcome.patches[-1].as_wire()
        if payload.get("redirect") is not None:
            reply["container"] = list(container_of(self.live.view))
        return reply

    async def handle_in(self, event: str, payload: Any) -> dict[str, Any] | Stop:
        """Exactly one ok reply to each, whatever it is (LV-29)."""
        if type(payload) is bytes:
            logger.warning("%s: the message %.100r is binary, which no view takes.", self.log_name, event)
            return NOTHING
        if event == "event":
            return await self._event(payload)
        if event == "live_patch":
            return await self._live_patch(payload)
        if event == "allow_upload":
            return await self._allow_upload(payload)
        if event == "progress":
            return await self._progress(payload)
        if event == "cids_will_destroy":
            return (await self._components_go(payload)) or NOTHING
        if event == "cids_destroyed":
            return {"cids": self._components_are_gone(payload)}
        logger.warning("%s: unknown message %.100r.", self.log_name, event)
        return NOTHING

    async def handle_info(self, message: Any) -> Stop | None:
        """A message for the view. If others wait behind it, one rendering shows them all."""
        live = self.live
        if message is AWAKE:
            return None
        if type(message) in OWN_MESSAGES and (story := story_of(self, message)) is not None:
            return self._push(await drive(story, self))
        if not live.spec.has("handle_info") and not _is_hooked(live.view):
            logger.warning("%s got a message but defines no handle_info: %.200r", self.log_name, message)
            return None
        self.server.doing = live.spec.info_label
        if self.server.pending == 0 and not self.server.connection.outbox.busy:
            self._shows_view()
            return self._push(await drive(lifecycle.last_message(live, message), self))
        self.wants_idle = True
        return self._push(await drive(lifecycle.message(live, message), self))

    async def handle_idle(self) -> None:
        """Nothing waits: show what messages have changed, or once the client has read what it was sent."""
        outbox = self.server.connection.outbox
        if outbox.busy:
            if not self.waits_for_client:
                self.waits_for_client = True
                outbox.when_drained(self._client_is_ready)
            return
        self.wants_idle = False
        live = self.live
        self.server.doing = f"{live.spec.name}'s rendering"
        stale = live.components is not None and live.components.stale
        story = component_life.catching_up(live) if stale else lifecycle.catching_up(live)
        stop = self._push(await drive(story, self))
        if stop is not None:
            self.stop(stop.reason)

    async def terminate(self, reason: Any) -> None:
        """The end of the view."""
        if isinstance(reason, BaseException):
            take_parent_along(self, reason)
        self.server.doing = f"{self.live.spec.name}.terminate"
        await drive(lifecycle.ending(self.live, reason), self)

    def refusal(self, error: Exception) -> None:
        """An event has no error reply (LV-29): whatever is raised ends the view, which mounts again."""

    @property
    def log_name(self) -> str:
        """The view's name, as soon as it is known."""
        live: Runtime | None = getattr(self, "live", None)
        return live.spec.name if live is not None else "A live view"

    # Stage: where the steps of this view run.

    @property
    def renders_in_pool(self) -> bool:
        """Once one rendering of the class has needed the database, none of them is tried on the loop."""
        return self.live.spec.renders_in_pool

    @renders_in_pool.setter
    def renders_in_pool(self, value: bool) -> None:
        self.live.spec.renders_in_pool = value

    def enter(self) -> None:
        """Make this thread, or task, the view's."""
        if self.abroad:
            self.live.enter()

    def in_pool(self, function: Callable[..., Any], *args: Any) -> Awaitable[Any]:
        """Run a function on a pool thread, inside the view's Context."""
        return get_pool().run(self.server.owner, self.server.context, function, *args)

    # Messages of the client.

    def _joining(self, payload: Any) -> Steps[Outcome]:
        self.live = live = yield Step(Where.POOL, admit, (self, payload))
        if live.family is not None and live.family.parent is not None:
            parent = live.family.parent.channel
            parent.server.on_loop(adopt, parent, self)
        self.abroad = is_abroad(live, self.socket)
        self.enter()
        return (yield from lifecycle.joining(live))

    async def _event(self, payload: dict[str, Any]) -> dict[str, Any] | Stop:
        name, cid = payload.get("event"), payload.get("cid")
        if not isinstance(name, str):
            return NOTHING
        record = None
        if cid is not None:
            record = self.component(cid)
            if record is None:
                return NOTHING  # LV-65: it has gone meanwhile
        if self.server.connection.outbox.busy:
            await self._client_reads()
        story = story_of_event(self, name, payload, record)
        if self.live.uploads is not None and payload.get("uploads"):
            story = upload_life.with_files(self.live, payload["uploads"], record, story)
        if story is None:
            return NOTHING
        if record is None:
            self._shows_view()
        return self._reply(await drive(story, self))

    async def _allow_upload(self, payload: Any) -> dict[str, Any] | Stop:
        """LV-96"""
        self.server.doing = f"{self.live.spec.name}'s uploads"
        if upload_life.shows_view(self.live, payload.get("ref")):
            self._shows_view()
        preflight = await drive(upload_life.preflight(self.live, payload), self)
        reply = self._reply(preflight.outcome)
        return reply if isinstance(reply, Stop) else {**preflight.response, **reply}

    async def _progress(self, payload: Any) -> dict[str, Any] | Stop:
        """LV-102; where the progress leads elsewhere, that is no reply to it."""
        self.server.doing = f"{self.live.spec.name}'s uploads"
        if self.server.connection.outbox.busy:
            await self._client_reads()
        if upload_life.shows_view(self.live, payload.get("ref")):
            self._shows_view()
        outcome = await drive(upload_life.progress(self.live, payload), self)
        if outcome.leaving is None:
            return self._reply(outcome)
        self._push(outcome)
        return Stop("navigated", NOTHING)

    def component(self, cid: Any) -> Record | None:
        """The live component of this cid, which may have gone."""
        components = self.live.components
        return None if components is None else components.find(cid)

    async def _components_go(self, payload: Any) -> Stop | None:
        """LV-63"""
        components = self.live.components
        moved = [] if components is None else components.mark(_cids(payload))
        return self._push(await drive(component_life.reviving(self.live, moved), self)) if moved else None

    def _components_are_gone(self, payload: Any) -> list[int]:
        """LV-64"""
        live = self.live
        if live.components is None:
            return []
        gone = live.components.delete(_cids(payload))
        self.forget_components(gone)
        return gone

    def forget_components(self, cids: list[int]) -> None:
        """Drop what went on for components that have gone. On the loop."""
        if self.live.queries is not None:
            self.live.queries.forget(cids)
        if self.live.uploads is not None:
            self.live.uploads.forget(cids)
        if self.tasks is not None:
            self.tasks.forget(cids)

    async def _live_patch(self, payload: dict[str, Any]) -> dict[str, Any] | Stop:
        """LV-74"""
        live = self.live
        try:
            to = payload.get("url")
            if isinstance(to, str) and to.startswith(("/", "?")):
                to = urljoin(live.uri, to)  # of a JS command, as it stands there
            url = PageUrl(to)
            route = live.find_patch(url)
            if route is not None:
                live.show(url, route)
                if live.flash is not None:
                    live.flash.clear()
        except (ValueError, SuspiciousOperation) as error:
            logger.warning("%s: live_patch refused: %s", self.log_name, error)
            route = None
        if route is None:
            return {"link_redirect": True}
        self.server.doing = f"{live.spec.name}.handle_params"
        self._shows_view()
        return self._reply(await drive(lifecycle.patching(live), self))

    def _shows_view(self) -> None:
        """The rendering to come shows what earlier messages have changed, but for single components."""
        live = self.live
        self.wants_idle = bool(live.components is not None and live.components.stale)

    # What views and components ask for, from any thread.

    def inform(self, message: Any) -> None:
        """Put something before ``handle_info``."""
        self.server.on_loop(self.server.inform, message)

    def start_task(
        self,
        key: Key,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        work: Work | None = None,
    ) -> None:
        """Run it beside the view."""
        self.server.on_loop(self._start_task, key, function, args, kwargs, work)

    def cancel_task(self, key: Key, reason: Any) -> None:
        """End it, if it runs."""
        self.server.on_loop(self._cancel_task, key, reason)

    def _start_task(self, *task: Any) -> None:
        if self.server.over:
            return
        if self.tasks is None:
            self.tasks = Tasks(self)
            self.server.on_finish(self.tasks.close)
        self.tasks.start(*task)

    def _cancel_task(self, key: Key, reason: Any) -> None:
        if self.tasks is not None:
            self.tasks.cancel(key, reason)

    # Ways out.

    def _reply(self, outcome: Outcome) -> dict[str, Any] | Stop:
        """As the reply to what the client sent."""
        diff = outcome.diff
        for each in outcome.before:
            self.push("diff", each)  # LV-68
        for patch in outcome.patches:
            self.push("live_patch", patch.as_wire())  # LV-75
        if outcome.leaving is not None:
            if diff:
                self.push("diff", diff)  # LV-78
            reply = {outcome.leaving.event: outcome.leaving.as_wire()}
            return Stop("navigated", reply) if self._ends_by(outcome.leaving) else reply
        return {"diff": diff} if diff else NOTHING

    def _push(self, outcome: Outcome) -> Stop | None:
        """As messages of their own, for nothing waits for a reply."""
        for each in outcome.before:
            self.push("diff", each)
        for patch in outcome.patches:
            self.push("live_patch", patch.as_wire())
        if outcome.diff:
            self.server.push_here("diff", outcome.diff)
        if outcome.leaving is None:
            return None
        self.push(outcome.leaving.event, outcome.leaving.as_wire())
        return Stop("navigated") if self._ends_by(outcome.leaving) else None

    def _ends_by(self, target: Leaving) -> bool:
        """Whether the view is left behind where the page goes now (LV-77, LV-86)."""
        family = self.live.family
        if family is None:
            return True
        if family.outlives(target):
            return False
        note_departure(self)
        return True

    # A slow client.

    def _client_is_ready(self) -> None:
        self.waits_for_client = False
        self.server.inform(AWAKE)

    async def _client_reads(self) -> None:
        """Wait until the client has taken what it was sent; its further events wait in the mailbox."""
        connection = self.server.connection
        while connection.outbox.busy and not connection.closed:
            ready = asyncio.Event()
            connection.outbox.when_drained(ready.set)
            try:
                await asyncio.wait_for(ready.wait(), SLOW_CLIENT_CHECK)
            except TimeoutError:
                continue


def is_abroad(live: Runtime, socket: Socket) -> bool:
    """Whether the view lives elsewhere than threads and sockets do by default."""
    if socket.language is not None or socket.time_zone is not None:
        return True
    return live.urlconf is not None or not live.locale.is_default


def _is_hooked(view: Any) -> bool:
    """Whether hooks want the view's messages."""
    return view._hooks is not None and bool(view._hooks.handle_info)


def _cids(payload: Any) -> list[Any]:
    """What a client says of components."""
    cids = payload.get("cids") if type(payload) is dict else None
    return cids if type(cids) is list else []
