"""Presence on one event loop: its own presences and their owners, its talk with other loops, its clock."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import os
import random
import secrets
import threading
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable
from functools import partial
from typing import Any

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import Delivery
from django_phoenix.delivery.presence.announcer import Announcer
from django_phoenix.delivery.presence.gossip import PART, Gossip, Message
from django_phoenix.delivery.presence.owner import Owner
from django_phoenix.delivery.presence.replica import Own, Rosters
from django_phoenix.delivery.presence.roster import Entry, Roster
from django_phoenix.exceptions import AlreadyTracked, NotTracked, PresenceError
from django_phoenix.wire.topic import INTERNAL

logger = logging.getLogger("django_phoenix.presence")

# The topic of all replicas; each one's own has its name behind it.
TOPIC = f"{INTERNAL}presence"

# Seconds between beats, if the setting has it shorter.
SHORTEST_BEAT = 0.05
# Seconds that the answers to a hello are given to come.
FIRST_ANSWERS = 0.3

# Presence class's name, topic, key.
Place = tuple[str, str, str]


class Tracker:
    """One per event loop. What changes or reads presences works from any thread and never waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lock = threading.RLock()
        self.rosters = Rosters()
        self._own = Own(secrets.token_urlsafe(6), self.rosters)
        self._beat_every: float = max(SHORTEST_BEAT, settings.PRESENCE_HEARTBEAT)
        # Who is as quiet as everybody is between two beats is not down.
        down_after = max(2 * self._beat_every, settings.PRESENCE_DOWN_AFTER)
        self._gossip = Gossip(self._own, self.rosters, self._send, loop.time, down_after)
        self._window: float = settings.PRESENCE_WINDOW
        self.announcer = Announcer(loop, self.lock, self.rosters, self._window)
        # An owner's only presence, or all of them.
        self._owners: dict[Owner, Entry | dict[Place, Entry]] = {}
        self._woken = False
        self._looking = False
        self._starting: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._gossip_due = 0.0
        self._gossip_timer: asyncio.TimerHandle | None = None
        self._next_beat = 0.0
        self._beat_timer: asyncio.TimerHandle | None = None

    # Presences.

    def track(self, owner: Owner, place: Place, body: str) -> str:
        """A new presence; its ref. Raises AlreadyTracked or PresenceError."""
        with self.lock:
            if owner.over:
                raise PresenceError(f"{owner} has ended and can't be tracked.")
            if self._find(owner, place) is not None:
                raise AlreadyTracked(owner, place[2], place[1])
            entry = self._own.add(self.rosters.made(*place[:2]), place[2], body)
            is_new = owner not in self._owners
            self._keep(owner, place, entry)
        if is_new:
            owner.on_finish(partial(self.untrack_all, owner))
        self._changed()
        return entry.ref

    def update(self, owner: Owner, place: Place, body: str) -> str:
        """Another meta for a presence; its new ref. Raises NotTracked."""
        with self.lock:
            entry = self._replace(owner, place, self._found(owner, place), body)
        self._changed()
        return entry.ref

    def change(self, owner: Owner, place: Place, body_after: Callable[[dict[str, Any]], str]) -> str:
        """As ``update``, with a body made from the former meta. Asked again if that changed meanwhile: user
        code is not called under the lock."""
        while True:
            with self.lock:
                former = self._found(owner, place)
                meta = former.meta()
            body = body_after(meta)
            with self.lock:
                if self._found(owner, place) is former:
                    entry = self._replace(owner, place, former, body)
                    break
        self._changed()
        return entry.ref

    def untrack(self, owner: Owner, place: Place) -> None:
        """The end of a presence; nothing happens if there is none."""
        with self.lock:
            entry = self._find(owner, place)
            if entry is not None:
                self._let_go(owner, place)
                self._own.remove(entry)
        self._changed()

    def untrack_all(self, owner: Owner) -> None:
        """The end of an owner."""
        with self.lock:
            kept = self._owners.pop(owner, {})
            for entry in tuple(kept.values()) if isinstance(kept, dict) else (kept,):
                self._own.remove(entry)
        self._changed()

    def presences(self, presence: str, topic: str, key: str | None = None) -> tuple[Entry, ...]:
        """All that are on a topic, or those of one key."""
        with self.lock:
            roster = self.rosters.get(presence, topic)
            if roster is None:
                return ()
            return tuple(roster.entries()) if key is None else roster.of_key(key)

    def _replace(self, owner: Owner, place: Place, former: Entry, body: str) -> Entry:
        entry = self._own.replace(former, body)
        self._keep(owner, place, entry)
        return entry

    def _find(self, owner: Owner, place: Place) -> Entry | None:
        kept = self._owners.get(owner)
        if isinstance(kept, dict):
            return kept.get(place)
        return kept if kept is not None and _place_of(kept) == place else None

    def _found(self, owner: Owner, place: Place) -> Entry:
        entry = self._find(owner, place)
        if entry is None:
            raise NotTracked(owner, place[2], place[1])
        return entry

    def _keep(self, owner: Owner, place: Place, entry: Entry) -> None:
        kept = self._owners.get(owner)
        if isinstance(kept, dict):
            kept[place] = entry
        elif kept is None or _place_of(kept) == place:
            self._owners[owner] = entry
        else:
            self._owners[owner] = {_place_of(kept): kept, place: entry}

    def _let_go(self, owner: Owner, place: Place) -> None:
        # The owner stays known while it lives: its end is asked for once.
        kept = self._owners[owner]
        if isinstance(kept, dict):
            del kept[place]
        else:
            self._owners[owner] = {}

    # Telling.

    def _changed(self) -> None:
        """Let subscribers and other replicas hear of it: at once on the loop."""
        if running_loop() is self.loop:
            self._look()
        elif not self._woken:
            self._woken = True
            # A loop that has been closed has no subscribers any more.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._woken = False
        if self._looking:
            # Somebody left while others were being told.
            return
        self._looking = True
        try:
            while self.rosters.changed:
                with self.lock:
                    changed, self.rosters.changed = self.rosters.changed, {}
                for roster in changed:
                    self._look_at(roster)
        finally:
            self._looking = False
        self._look_at_gossip()

    def _look_at(self, roster: Roster) -> None:
        try:
            self.announcer.look(roster)
        except Exception:
            logger.exception("The subscribers of %r could not be told who is present", roster.topic)

    def _look_at_gossip(self) -> None:
        if not self._own.untold:
            return
        if not self._has_company:
            with self.lock:
                self._own.forget_delta()
            return
        wait = self._gossip_due - self.loop.time()
        if wait <= 0 or self._own.untold >= PART:
            self._tell_changes()
        elif self._gossip_timer is None:
            self._gossip_timer = self.loop.call_later(wait, self._tell_changes)

    def _tell_changes(self) -> None:
        if self._gossip_timer is not None:
            self._gossip_timer.cancel()
            self._gossip_timer = None
        self._gossip_due = self.loop.time() + self._window
        with self.lock:
            self._gossip.tell_changes()

    # Other replicas.

    @property
    def _has_company(self) -> bool:
        """Whether there may be other replicas, in this process or elsewhere."""
        return pubsub.layer() is not None or pubsub.subscriber_count(TOPIC) > 1

    def start(self) -> None:
        """Begin to listen and to beat. On the loop."""
        self._starting = self.loop.create_task(self._begin(), context=contextvars.Context())

    async def _begin(self) -> None:
        pending = [pubsub.subscribe(topic, self) for topic in (TOPIC, f"{TOPIC}:{self._own.name}")]
        for each in pending:
            if each is not None:
                await each
        if self._has_company:
            with self.lock:
                self._gossip.hello()
        self._schedule_beat(random.uniform(0.5, 1) * self._beat_every)
        if self._has_company:
            await asyncio.sleep(FIRST_ANSWERS)
        self._ready.set()

    @property
    def is_ready(self) -> bool:
        """Whether ``ready`` need not wait any more."""
        return self._ready.is_set()

    async def ready(self) -> None:
        """Wait until others have had the time to tell who is there: a moment, once in a loop's life."""
        await self._ready.wait()

    def deliver(self, delivery: Delivery) -> None:
        """A message of another replica."""
        try:
            with self.lock:
                self._gossip.receive(delivery.event, delivery.payload)
        except Exception:
            logger.exception("A message of another process about presences could not be read")
        self._look()

    def _send(self, to: str | None, word: str, message: Message) -> None:
        topic = TOPIC if to is None else f"{TOPIC}:{to}"
        pubsub.broadcast(topic, word, message, on_commit=False)

    def _schedule_beat(self, after: float) -> None:
        self._next_beat = self.loop.time() + after
        self._beat_timer = self.loop.call_later(after, self._beat)

    def _beat(self) -> None:
        late = self.loop.time() - self._next_beat
        self._schedule_beat(self._beat_every)
        with self.lock:
            if self._has_company:
                self._gossip.beat()
            # While the loop was blocked it heard nobody: that is no silence of theirs.
            self._gossip.look_for_the_silent(late)
        self._look()

    # Ends.

    async def settle(self) -> None:
        """Let what waits for a window be told now, and wait for what is being fetched."""
        await asyncio.sleep(0)
        self._look()
        if self._own.untold:
            self._tell_changes()
        await self.announcer.settle()

    def close(self) -> None:
        """The loop is about to end: say goodbye. On the loop."""
        for timer in (self._beat_timer, self._gossip_timer):
            if timer is not None:
                timer.cancel()
        if self._starting is not None:
            self._starting.cancel()
        self.announcer.close()
        if self._has_company:
            with self.lock:
                self._gossip.bye()
        for topic in (TOPIC, f"{TOPIC}:{self._own.name}"):
            pubsub.unsubscribe(topic, self)


def _place_of(entry: Entry) -> Place:
    return entry.roster.presence, entry.roster.topic, entry.key


# One per loop.

_trackers: dict[asyncio.AbstractEventLoop, Tracker] = {}
_lock = threading.Lock()


def tracker_of(loop: asyncio.AbstractEventLoop) -> Tracker:
    """The loop's tracker, made and started when it is first asked for. Any thread."""
    tracker = _trackers.get(loop)
    if tracker is not None:
        return tracker
    with _lock:
        for closed in [known for known in _trackers if known.is_closed()]:
            del _trackers[closed]
        tracker = _trackers.get(loop)
        if tracker is None:
            tracker = _trackers[loop] = Tracker(loop)
            loop.call_soon_threadsafe(tracker.start)
    return tracker


def running_tracker() -> Tracker | None:
    """That of any loop that runs in this process, or else rests: a test's may."""
    resting = None
    for loop, tracker in tuple(_trackers.items()):
        if loop.is_running():
            return tracker
        if not loop.is_closed():
            resting = tracker
    return resting


def close_tracker() -> None:
    """The running loop is about to end."""
    tracker = _trackers.pop(asyncio.get_running_loop(), None)
    if tracker is not None:
        tracker.close()


def reset() -> None:
    """Forget all trackers: in tests, and in a forked child."""
    global _lock
    _lock = threading.Lock()
    _trackers.clear()


os.register_at_fork(after_in_child=reset)
