"""Sockets and channels that the test kit's own tests talk to: one of everything that a channel can do."""

from __future__ import annotations

import asyncio
import threading

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse

from django_phoenix.channel import Channel, JoinRefused, Params, Reply, Stop, event
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.history import History
from django_phoenix.presence import Presence
from django_phoenix.pubsub import broadcast
from django_phoenix.socket import Socket


async def count():
    return await Group.objects.acount()


def count_synchronously():
    return async_to_sync(count)()


class RoomChannel(Channel):
    intercept = ["whisper"]

    def join(self, payload, *, room: int):
        if room == 13:
            raise JoinRefused({"reason": "unlucky"})
        if room == 14:
            raise ZeroDivisionError("in join")
        self.assigns.room = room
        self.push("welcome", {"room": room})
        return {"groups": Group.objects.count(), **payload}

    def terminate(self, reason):
        if getattr(self.assigns, "fails", False):
            raise ZeroDivisionError("in terminate")
        Group.objects.get_or_create(name=f"ended: {reason}")

    # The database.

    @event
    def make(self, name: str):
        Group.objects.create(name=name)
        return {
            "groups": Group.objects.count(),
            "main": threading.current_thread() is threading.main_thread(),
        }

    @event
    async def amake(self, name: str):
        await Group.objects.acreate(name=name)
        return {"groups": await count()}

    @event
    def sync_over_async(self):
        return {"groups": count_synchronously()}

    @event
    async def async_over_sync_over_async(self):
        return {"groups": await sync_to_async(count_synchronously)()}

    @event
    def make_and_tell(self, name: str, fail: bool = False):
        with transaction.atomic():
            Group.objects.create(name=name)
            self.broadcast("made", {"name": name})
            if fail:
                transaction.set_rollback(True)
        return {}

    # Messages.

    @event
    async def echo(self, params: Params):
        return dict(params)

    @event
    async def no(self):
        return Reply.error({"reason": "because"})

    @event
    async def say(self, body: str):
        self.broadcast("said", {"body": body})

    @event
    def say_to_others(self, body: str):
        self.broadcast_from("said", {"body": body})

    @event
    async def whisper(self, body: str):
        self.broadcast("whisper", {"body": body})

    def handle_out(self, event, payload):
        self.push(event, {"heard": payload["body"]})

    @event
    def in_order(self):
        self.broadcast("first")
        self.push("second")
        self.broadcast("third")
        return {}

    @event
    async def blob(self, data: bytes):
        self.push("blob", data)
        self.broadcast("blobs", data)
        return Reply.ok(data[::-1])

    @event
    async def flood(self, times: int):
        for number in range(times):
            self.push("flood", {"number": number})

    # Ends.

    @event
    async def boom(self):
        raise ZeroDivisionError("bang")

    @event
    def boom_in_a_thread(self):
        raise LookupError("bang, off the loop")

    @event
    async def stop_now(self):
        return Stop("done", {"bye": True})

    # What comes later.

    @event
    async def nap(self):
        await asyncio.sleep(0.05)
        self.push("awake")

    @event
    async def sleep_long(self):
        await asyncio.sleep(60)

    @event
    async def wait_for_it(self):
        self.assigns.it = asyncio.Event()
        await self.assigns.it.wait()
        return {"came": True}

    @event
    async def later(self):
        self.assigns.pending = self.reply_later()

    @event
    async def now(self):
        self.assigns.pending.ok({"late": True})

    @event
    async def remind(self):
        self.send_after(0.05, "remember")

    @event
    def from_a_thread(self):
        threading.Timer(0.05, self.push, ["from a thread"]).start()

    def handle_info(self, message):
        if message == "boom":
            raise ZeroDivisionError("in handle_info")
        if str(message).startswith("chain"):
            self.chain = getattr(self, "chain", 0) + 1
            self.send_after(10, message)
            message = f"chain {self.chain}"
        self.push("info", {"message": str(message)})


class Here(Presence):
    async def fetch(self, topic, presences):
        names = {str(group.pk): group.name async for group in Group.objects.filter(pk__in=presences)}
        return {key: {**value, "name": names.get(key)} for key, value in presences.items()}


class LoungeChannel(Channel):
    presence = Here

    async def join(self, payload):
        self.track(payload["key"], {"device": payload.get("device", "phone")})

    @event
    async def move(self, key: str, device: str):
        self.update(key, {"device": device})


class NewsChannel(Channel):
    history = History(size=3)


class RoomSocket(Socket):
    channels = {"news": NewsChannel, "room:<int:room>": RoomChannel, "lounge": LoungeChannel}

    def connect(self, params):
        if "refuse" in params:
            raise ConnectRefused("too many", status=429)
        if "boom" in params:
            raise ZeroDivisionError("in connect")
        self.assigns.params = params

    def id(self):
        return f"users:{self.user.pk}" if self.user.is_authenticated else None

    def refusal_response(self, refusal):
        return HttpResponse(str(refusal.reason), status=refusal.status)


def tell_everybody(body):
    """What a view of the site does."""
    broadcast("room:1", "said", {"body": body})
