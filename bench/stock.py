"""The usual way: the same two events with Django Channels' own consumer, groups and in-memory layer."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

settings.configure(
    SECRET_KEY="benchmark",
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
)
django.setup()


class StockConsumer(AsyncWebsocketConsumer):
    """One consumer per socket, one group per topic."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        join_ref, ref, topic, event, payload = json.loads(text_data or "")
        if event == "shout":
            message = {"type": "shout", "topic": topic, "payload": payload}
            await self.channel_layer.group_send(group_of(topic), message)
            return
        if event == "phx_join":
            await self.channel_layer.group_add(group_of(topic), self.channel_name)
            payload = {}
        response = {"status": "ok", "response": payload}
        await self.send(text_data=json.dumps([join_ref, ref, topic, "phx_reply", response]))

    async def shout(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps([None, None, message["topic"], "shout", message["payload"]]))


def group_of(topic: str) -> str:
    """Group names may not hold every character that a topic may."""
    return hashlib.sha1(topic.encode()).hexdigest()


consumer = StockConsumer.as_asgi()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """WebSockets are served, everything else is let go."""
    if scope["type"] == "websocket":
        await consumer(scope, receive, send)
