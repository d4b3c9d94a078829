"""Tells a topic's subscribers who has come and gone: one diff in a window, and the state to who joins."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from django_phoenix import pubsub
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.presence.callbacks import (
    Callbacks,
    callbacks_of,
    fetched,
    new_context,
    tell_metas,
)
from django_phoenix.delivery.presence.replica import Rosters
from django_phoenix.delivery.presence.roster import Change, Roster, as_dict, as_json
from django_phoenix.wire.encoding import Encoded, dumps
from django_phoenix.wire.serializer import V2

logger = logging.getLogger("django_phoenix.presence")

DIFF = "presence_diff"
NOBODY = "{}"
# Seconds after which a state with what `fetch` adds is fetched anew, though nobody has come or gone.
FETCHED_FOR = 5.0
# A diff that takes long to hand out is followed by a pause of so many times its time.
PAUSE = 4

# What gets the state, as JSON.
Take = Callable[[str], object]


class Announcer:
    """One per event loop; all of it is for that loop's thread. ``lock`` guards the rosters."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, lock: threading.RLock, rosters: Rosters, window: float
    ) -> None:
        self._loop = loop
        self._lock = lock
        self._rosters = rosters
        self._window = window
        self._tasks: set[asyncio.Task[None]] = set()
        # Who waits for a state that has to be fetched.
        self._takers: dict[Roster, list[Take]] = {}

    # Diffs.

    def look(self, roster: Roster) -> None:
        """It has changed: tell its subscribers, or will when its window is over."""
        if roster.busy or roster.timer is not None:
            return
        wait = roster.due - self._loop.time()
        if wait > 0:
            roster.timer = self._loop.call_later(wait, self._wake, roster)
        else:
            self._announce(roster)

    def _wake(self, roster: Roster) -> None:
        roster.timer = None
        if not roster.busy:
            self._announce(roster)

    def _announce(self, roster: Roster) -> None:
        with self._lock:
            change = roster.begin()
        if change is None:
            self._tidy(roster)
            return
        callbacks = callbacks_of(roster.presence)
        heard = pubsub.subscriber_count(roster.topic) > 0
        if callbacks.handle_metas is not None or (heard and callbacks.fetch is not None):
            roster.busy = True
            self._start(self._announce_with(callbacks, roster, change))
            return
        if heard:
            self._send(roster, as_json(change.joined.values()), as_json(change.left.values()))
        else:
            self._done(roster)
        self._tidy(roster)

    async def _announce_with(self, callbacks: Callbacks, roster: Roster, change: Change) -> None:
        try:
            await self._fetch_and_send(callbacks, roster, change)
        except Exception:
            logger.exception("The subscribers of %r could not be told who is present", roster.topic)
        finally:
            if roster.sending is change:
                self._done(roster)
            roster.busy = False
        if roster.waiting is not None:
            self.look(roster)
        else:
            self._tidy(roster)

    async def _fetch_and_send(self, callbacks: Callbacks, roster: Roster, change: Change) -> None:
        topic, bare = roster.topic, (as_dict(change.joined.values()), as_dict(change.left.values()))
        joins = await fetched(callbacks.fetch, topic, bare[0])
        leaves = await fetched(callbacks.fetch, topic, bare[1])
        joins, leaves = _as_sent(joins, bare[0]), _as_sent(leaves, bare[1])
        self._send(roster, dumps(joins), dumps(leaves))
        if callbacks.handle_metas is not None:
            with self._lock:
                present = {key: value["metas"] for key, value in as_dict(roster.shown()).items()}
            await tell_metas(callbacks.handle_metas, topic, {"joins": joins, "leaves": leaves}, present)

    def _send(self, roster: Roster, joins: str, leaves: str) -> None:
        """The rest must be right before this: subscribers may end, and so leave, while it is handed out."""
        self._done(roster)
        began = self._loop.time()
        roster.due = began + self._window
        payload = Encoded(f'{{"joins":{joins},"leaves":{leaves}}}')
        frame = V2.encode_broadcast(roster.topic, DIFF, payload)
        pubsub.deliver_on_this_loop(Delivery(roster.topic, DIFF, frame))
        now = self._loop.time()
        roster.due = max(roster.due, now + PAUSE * (now - began))

    def _done(self, roster: Roster) -> None:
        with self._lock:
            roster.done()

    def _tidy(self, roster: Roster) -> None:
        """Forget an empty roster, but not how lately its subscribers were told."""
        if not roster.empty or roster.timer is not None:
            return
        wait = roster.due - self._loop.time()
        if wait > 0:
            roster.timer = self._loop.call_later(wait, self._wake, roster)
            return
        with self._lock:
            if roster.empty:
                self._rosters.forget(roster)

    # States.

    def state(self, presence: str, topic: str, take: Take) -> None:
        """Give ``take`` the state as subscribers know it: at once, or when it has been fetched."""
        with self._lock:
            roster = self._rosters.get(presence, topic)
            fetch = callbacks_of(presence).fetch
            if roster is None:
                text: str | None = NOBODY
            elif fetch is None:
                text = roster.shown_as_json()
            else:
                text = self._fetched_lately(roster)
        if text is not None or roster is None:
            take(text or NOBODY)
        elif roster in self._takers:
            self._takers[roster].append(take)
        else:
            self._takers[roster] = [take]
            self._start(self._fetch_states(roster))

    async def _fetch_states(self, roster: Roster) -> None:
        """One fetch at a time; who comes meanwhile shares the next one, which is not older than they are."""
        while takers := self._takers[roster]:
            self._takers[roster] = []
            text = self._fetched_lately(roster)
            if text is None:
                text = await self._fetched_state(roster)
            for take in takers:
                try:
                    take(text)
                except Exception:
                    logger.exception("%r could not be given the presences of %r", take, roster.topic)
        del self._takers[roster]

    def _fetched_lately(self, roster: Roster) -> str | None:
        return roster.shown_json if self._loop.time() < roster.shown_until else None

    async def _fetched_state(self, roster: Roster) -> str:
        with self._lock:
            version, bare = roster.version, as_dict(roster.shown())
        fetch = callbacks_of(roster.presence).fetch
        text = dumps(_as_sent(await fetched(fetch, roster.topic, bare), bare))
        if roster.version == version:
            roster.shown_json, roster.shown_until = text, self._loop.time() + FETCHED_FOR
        return text

    # Tasks.

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work, context=new_context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Let all windows be over, and wait for what is being fetched."""
        while True:
            for roster in tuple(self._rosters):
                roster.due = 0.0
                if roster.timer is not None:
                    roster.timer.cancel()
                    self._wake(roster)
            if not self._tasks:
                return
            await asyncio.wait(tuple(self._tasks))

    def close(self) -> None:
        """Nothing more is told."""
        for task in tuple(self._tasks):
            task.cancel()
        for roster in tuple(self._rosters):
            if roster.timer is not None:
                roster.timer.cancel()


def _as_sent(presences: dict[str, Any], bare: dict[str, Any]) -> dict[str, Any]:
    """As they are, or bare if they are not JSON."""
    try:
        dumps(presences)
    except TypeError as error:
        logger.error("What a Presence's fetch has added is not JSON (%s); it is left out.", error)
        return bare
    return presences
