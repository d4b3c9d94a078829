"""Presence: who is here, on all nodes (Phoenix.Presence).

    class RoomPresence(Presence):
        async def fetch(self, topic, presences):
            users = User.objects.in_bulk(presences)          # one query for all keys
            ...

    class RoomChannel(Channel):
        presence = RoomPresence

        async def join(self, payload, *, room: int):
            self.track(self.user.pk, {"device": payload["device"]})

Every client of the channel then gets ``presence_state`` after its join and a ``presence_diff`` whenever
somebody comes, goes or changes, as the official client's ``Presence`` class expects them. A presence ends
with the channel, the live view or the task that it was tracked for, however that ends.
"""

from __future__ import annotations

import asyncio
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from asgiref.sync import async_to_sync

from django_phoenix.delivery.presence import callbacks
from django_phoenix.delivery.presence.announcer import Take
from django_phoenix.delivery.presence.callbacks import Callback, Callbacks, Presences
from django_phoenix.delivery.presence.onlooker import tracker_for_thread
from django_phoenix.delivery.presence.owner import Owning, owner_of
from django_phoenix.delivery.presence.roster import Entry, as_dict
from django_phoenix.delivery.presence.tracker import Place, close_tracker, reset, tracker_of
from django_phoenix.delivery.presence.values import Key, body_of, key_of, topic_of
from django_phoenix.exceptions import AlreadyTracked, NotTracked, PresenceError

__all__ = [
    "AlreadyTracked",
    "Key",
    "Meta",
    "NotTracked",
    "Owning",
    "Presence",
    "PresenceError",
    "close",
    "owner_of",
    "reset",
    "serving",
    "settle",
]

# A meta, or what makes it from the one before.
Meta = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]


class Presence:
    """Subclass it once per kind of presence. Classes do not see each other's presences.

    ``owner``, whose end is the presence's end, is a Channel, a LiveView or an asyncio task. ``topic`` may be
    left out for a channel, whose own topic it is then. Keys are strings (numbers and UUIDs become ones);
    several owners may have the same key: each is one of its metas. Everything but ``fetch`` and
    ``handle_metas`` may be called from any thread, never waits and takes hold at once.
    """

    # By what name its presences go on all nodes. None: the class's module and name.
    name: str | None = None

    # Callbacks, each ``def`` or ``async def``.

    def fetch(self, topic: str, presences: Presences) -> Any:
        """Add to presences what clients should know beside the metas: return ``{key: {"metas": […], …}}``.

        Called with all keys at once: for the joins and for the leaves of a diff, and for a list.
        """
        return presences

    def handle_metas(self, topic: str, diff: dict[str, Presences], presences: dict[str, Any]) -> Any:
        """On every node, after each diff: ``diff`` as it was sent, and all ``presences``, key to metas."""

    # Coming and going.

    @classmethod
    def track(
        cls, owner: Any, key: Key, meta: Mapping[str, Any] | None = None, *, topic: str | None = None
    ) -> str:
        """Say that ``key`` is here, with ``meta``, a JSON object. Returns its ``phx_ref``.

        Raises AlreadyTracked if this owner has the key on the topic already, PresenceError if it has ended,
        TypeError for a key, meta or owner that is none. Does nothing for a live view at GET ("" is
        returned).
        """
        it = owner_of(owner)
        if it is None:
            return ""
        place, body = cls._place(it, topic, key), body_of(cls.__name__, {} if meta is None else meta)
        return tracker_of(it.owner.loop).track(it.owner, place, body)

    @classmethod
    def untrack(cls, owner: Any, key: Key, *, topic: str | None = None) -> None:
        """Say that it is here no more. Nothing happens if it was not."""
        it = owner_of(owner)
        if it is not None:
            place = cls._place(it, topic, key)
            tracker_of(it.owner.loop).untrack(it.owner, place)

    @classmethod
    def update(cls, owner: Any, key: Key, meta: Meta, *, topic: str | None = None) -> str:
        """Another meta for the same presence, or a function that makes it from the former one.

        The function is called again if another thread has changed the meta meanwhile. Returns the new
        ``phx_ref``. Raises NotTracked if this owner does not have the key on the topic, and TypeError as
        ``track``.
        """
        it = owner_of(owner)
        if it is None:
            return ""
        place, tracker = cls._place(it, topic, key), tracker_of(it.owner.loop)
        if callable(meta):
            make = meta
            return tracker.change(it.owner, place, lambda former: body_of(cls.__name__, make(former)))
        return tracker.update(it.owner, place, body_of(cls.__name__, meta))

    # Looking.

    @classmethod
    def list(cls, topic: str) -> Presences:
        """Who is on ``topic``: ``{key: {"metas": […]}}``, with what ``fetch`` adds.

        RuntimeError on an event loop if the class has a ``fetch``: ``await alist(…)`` there.
        """
        return cls._fetched(topic, as_dict(_entries(cls, topic)), "list")

    @classmethod
    async def alist(cls, topic: str) -> Presences:
        """As ``list``, on an event loop."""
        return await callbacks.fetched(cls._callbacks().fetch, topic, as_dict(await _aentries(cls, topic)))

    @classmethod
    def get_by_key(cls, topic: str, key: Key) -> dict[str, Any] | None:
        """What ``list`` has for one key; None if it is not there. RuntimeError as ``list``."""
        key = key_of(cls.__name__, key)
        return cls._fetched(topic, as_dict(_entries(cls, topic, key)), "get_by_key").get(key)

    @classmethod
    async def aget_by_key(cls, topic: str, key: Key) -> dict[str, Any] | None:
        """As ``get_by_key``, on an event loop."""
        key = key_of(cls.__name__, key)
        bare = as_dict(await _aentries(cls, topic, key))
        return (await callbacks.fetched(cls._callbacks().fetch, topic, bare)).get(key)

    # For the machinery.

    @classmethod
    def state_of(cls, topic: str, take: Take) -> None:
        """Give ``take`` the ``presence_state`` as JSON: at once, or when ``fetch`` has run. On a loop."""
        tracker_of(asyncio.get_running_loop()).announcer.state(cls._name(), topic, take)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        callbacks.register(cls._name(), cls._callbacks)

    @classmethod
    def _name(cls) -> str:
        return cls.__dict__.get("name") or f"{cls.__module__}.{cls.__qualname__}"

    @classmethod
    def _callbacks(cls) -> Callbacks:
        mine: Callbacks | None = cls.__dict__.get("_own_callbacks")
        if mine is None:
            it = cls()
            mine = Callbacks(_overridden(it, "fetch"), _overridden(it, "handle_metas"))
            cls._own_callbacks = mine  # type: ignore[attr-defined]
        return mine

    @classmethod
    def _place(cls, it: Owning, topic: str | None, key: Key) -> Place:
        where = it.topic if topic is None else topic
        if where is None:
            raise TypeError(f"{cls.__name__}: say where {key!r} is present: topic=…")
        return cls._name(), topic_of(cls.__name__, where), key_of(cls.__name__, key)

    @classmethod
    def _fetched(cls, topic: str, bare: Presences, method: str) -> Presences:
        fetch = cls._callbacks().fetch
        if fetch is None or not bare:
            return bare
        if running_loop() is not None:
            raise RuntimeError(
                f"{cls.__name__}.{method}(…) would block the event loop, since the class has a fetch: "
                f"await {cls.__name__}.a{method}(…) instead."
            )
        if not fetch.is_async:
            result = fetch.function(topic, bare)
            callbacks.check_fetched(fetch, result)
            return dict(result)
        return async_to_sync(_in_own_context)(fetch, topic, bare)


async def settle() -> None:
    """Let everything that the running loop's presences wait for be told now: for tests.

    Windows end, what ``fetch`` is asked for is awaited, other processes are told.
    """
    await tracker_of(asyncio.get_running_loop()).settle()


def serving() -> None:
    """The running loop begins to serve clients: let it learn of the others' presences, if there are any."""
    if callbacks.any_class():
        tracker_of(asyncio.get_running_loop())


def close() -> None:
    """The running loop is about to end: its presences leave on all other nodes."""
    close_tracker()


def _entries(cls: type[Presence], topic: str, key: str | None = None) -> tuple[Entry, ...]:
    here = running_loop()
    tracker = tracker_for_thread() if here is None else tracker_of(here)
    return () if tracker is None else tracker.presences(cls._name(), topic, key)


async def _aentries(cls: type[Presence], topic: str, key: str | None = None) -> tuple[Entry, ...]:
    tracker = tracker_of(asyncio.get_running_loop())
    await tracker.ready()
    return tracker.presences(cls._name(), topic, key)


async def _in_own_context(fetch: Callback, topic: str, bare: Presences) -> Presences:
    work: Coroutine[Any, Any, Presences] = callbacks.fetched(fetch, topic, bare)
    return await asyncio.get_running_loop().create_task(work, context=callbacks.new_context())


def _overridden(it: Presence, name: str) -> Callback | None:
    method = getattr(it, name)
    if method.__func__ is getattr(Presence, name):
        return None
    return Callback(method, f"{type(it).__name__}.{name}")
