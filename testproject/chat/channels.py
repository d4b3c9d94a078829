"""The chat's rooms: one channel class, one topic per room."""

from __future__ import annotations

from typing import Any

from django_phoenix.channel import Channel, Reply, event
from testproject.chat.models import Message

REMEMBERED = 50


class RoomChannel(Channel):
    async def join(self, payload: dict[str, Any], *, room: str) -> dict[str, Any]:
        self.assigns.room = room
        latest = Message.objects.filter(room=room).order_by("-pk")[:REMEMBERED]
        return {"messages": [message.as_payload() async for message in latest][::-1]}

    @event
    async def new_msg(self, name: str, body: str) -> Reply:
        name, body = name.strip()[:40], body.strip()
        if not name or not 0 < len(body) <= 500:
            return Reply.error({"reason": "a name and 1 to 500 characters, please"})
        message = await Message.objects.acreate(room=self.assigns.room, name=name, body=body)
        self.broadcast("new_msg", message.as_payload())
        return Reply.ok({"id": message.pk})

    @event
    async def typing(self, name: str) -> None:
        self.broadcast_from("typing", {"name": name.strip()[:40]})
