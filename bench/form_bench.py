"""What one `phx-change` of a Django form of ten fields costs: server CPU, and bytes on the wire.

python bench/form_bench.py [--quick]

In one process, from the frame that comes to the frame that goes: decoding, binding, Django's form and its
validation, `{{ field }}` for each field with its errors, diff, encoding.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testproject.settings")
os.environ.setdefault("PHX_BENCH", "1")

from django.conf import settings
from django.test import Client
from django.test.utils import setup_test_environment

from testproject.asgi import application

VALUES = {
    **{"name": "Ada", "email": "ada@example.org", "phone": "", "street": "1 Main St", "zip": "10115"},
    **{"city": "Berlin", "country": "de", "born": "1815-12-10", "note": ""},
}
TOKENS = re.compile(
    r'<\w+ id="(phx-[^"]+)" data-phx-main data-phx-session="([^"]*)" data-phx-static="([^"]*)"'
)
CSRF = re.compile(r'name="csrf-token" content="([^"]*)"')


class Peer:
    """A page's socket, in process."""

    def __init__(self, path: str) -> None:
        client = Client()
        html = client.get(path).content.decode()
        found, csrf = TOKENS.search(html), CSRF.search(html)
        assert found, html[:500]
        self.topic, self.session, self.static = f"lv:{found[1]}", found[2], found[3]
        self.url = f"http://testserver{path}"
        self.csrf = csrf[1] if csrf else ""
        self.cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self.received: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.ref = 0

    async def join(self) -> None:
        query = urlencode({"vsn": "2.0.0", "_csrf_token": self.csrf})
        scope = {
            "type": "websocket", "path": "/live/websocket", "raw_path": b"/live/websocket", "root_path": "",
            "scheme": "ws", "query_string": query.encode(), "client": ("127.0.0.1", 1), "subprotocols": [],
            "server": ("testserver", 80),
            "headers": [(b"host", b"testserver"), (b"cookie", self.cookies.encode())],
        }  # fmt: skip
        self.task = asyncio.create_task(application(scope, self.received.get, self.sent.put))
        self.received.put_nowait({"type": "websocket.connect"})
        assert (await self.sent.get())["type"] == "websocket.accept"
        payload = {
            "url": self.url, "session": self.session, "static": self.static, "params": {"_mounts": 0},
        }  # fmt: skip
        reply = json.loads((await self.call("phx_join", payload))["text"])
        assert reply[4]["status"] == "ok", reply

    async def call(self, event: str, payload: Any) -> Any:
        self.ref += 1
        frame = json.dumps(["1", str(self.ref), self.topic, event, payload])
        self.received.put_nowait({"type": "websocket.receive", "text": frame})
        return await self.sent.get()


async def measure(path: str, rounds: int, changes: int) -> tuple[float, int]:
    """Microseconds of one change, the best round's; bytes of the answer."""
    peer = await asyncio.to_thread(Peer, path)
    await peer.join()
    size = 0
    found = []
    for number in range(rounds):
        started = time.process_time()
        for change in range(changes):
            value = urlencode({**VALUES, "name": f"Ada {number}{change:04}"})
            payload = {"type": "form", "event": "validate", "value": value, "meta": {"_target": "name"}}
            reply = await peer.call("event", payload)
            size = len(reply["text"])
        found.append((time.process_time() - started) / changes * 1e6)
    peer.task.cancel()
    print(
        f"{path}: best {min(found):.0f} µs, median {statistics.median(found):.0f} µs, {size} bytes",
        reply["text"],
    )
    return min(found), size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    setup_test_environment()
    settings.ALLOWED_HOSTS = ["*"]
    for path in ("/live/form", "/live/form_sync"):
        asyncio.run(measure(path, 2 if quick else 7, 100 if quick else 500))


if __name__ == "__main__":
    main()
