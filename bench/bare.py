"""The floor: an ASGI application that knows two channel events and nothing else.

No Django, no limits, no errors, no other server process to reach: what Python and the server cost alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

topics: defaultdict[str, set[Send]] = defaultdict(set)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """WebSockets are served, everything else is let go."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    try:
        await serve(receive, send)
    finally:
        for subscribers in topics.values():
            subscribers.discard(send)


async def serve(receive: Receive, send: Send) -> None:
    while (frame := await receive())["type"] == "websocket.receive":
        join_ref, ref, topic, event, payload = orjson.loads(frame["text"])
        if event == "shout":
            await publish(topic, payload)
            continue
        if event == "phx_join":
            topics[topic].add(send)
            payload = {}
        reply = [join_ref, ref, topic, "phx_reply", {"status": "ok", "response": payload}]
        await send({"type": "websocket.send", "text": orjson.dumps(reply).decode()})


async def publish(topic: str, payload: Any) -> None:
    text = orjson.dumps([None, None, topic, "shout", payload]).decode()
    message = {"type": "websocket.send", "text": text}
    for send in tuple(topics[topic]):
        await send(message)
