"""What the official client does about uploads, over the in-process live client."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from urllib.parse import urlencode

from tests.support.live_client import LiveClient, Reply, View
from tests.support.tree import flat, merged

INPUT = re.compile(r'<input[^>]*type="file"[^>]*>')
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


@asynccontextmanager
async def uploading(path: str) -> AsyncIterator[Form]:
    """A page of `upload_views`, joined."""
    async with LiveClient() as browser:
        yield Form(await browser.open(f"/uploads/{path}"))


def file(
    ref: Any, content: bytes | int, name: str = "a.txt", type: str = "text/plain", **more: Any
) -> dict[str, Any]:
    """What the client tells of a file; `content` itself, or how many bytes of it."""
    size = content if isinstance(content, int) else len(content)
    return {
        **{"path": "files", "ref": str(ref), "name": name, "type": type, "size": size},
        **{"last_modified": 5, "relative_path": "", **more},
    }


class Form:
    """A page with a file input: its HTML as diffs make it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.client = view.client
        self.tree = expanded(view.joined["rendered"])

    @property
    def html(self) -> str:
        return flat(self.tree)

    @property
    def text(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    @property
    def input(self) -> dict[str, str]:
        """The attributes of the file input."""
        found = INPUT.search(self.html)
        assert found, self.html
        return {name: unescape(value) for name, value in ATTRIBUTE.findall(found[0][len("<input") :])}

    @property
    def ref(self) -> str:
        return self.input["data-phx-upload-ref"]

    def take(self, response: Any) -> Any:
        """Merge the diff of a response."""
        if "diff" in response:
            self.tree = merged(self.tree, expanded(response["diff"]))
        return response

    async def event(self, name: str, value: Any = None) -> Any:
        return self.take(await self.view.event(name, value))

    async def settled(self) -> Any:
        """A diff that nobody asked for."""
        return self.take({"diff": await self.view.pushed("diff")})

    async def choose(self, *files: dict[str, Any], ref: str | None = None) -> Any:
        payload = {"type": "form", "event": "validate", "value": "", "meta": {"_target": "files"}}
        return self.take(
            await self.view.call("event", {**payload, "uploads": {ref or self.ref: list(files)}})
        )

    async def preflight(self, *files: dict[str, Any], ref: str | None = None) -> Any:
        return self.take(
            await self.view.call("allow_upload", {"ref": ref or self.ref, "entries": list(files)})
        )

    async def progress(self, entry_ref: Any, progress: Any) -> Any:
        payload = {"event": None, "ref": self.ref, "entry_ref": str(entry_ref), "progress": progress}
        return self.take(await self.view.call("progress", payload))

    async def submit(self, **values: str) -> Any:
        return self.take(
            await self.view.call(
                "event", {"type": "form", "event": "save", "value": urlencode(values), "meta": {}}
            )
        )

    async def join(self, token: Any, topic: str = "lvu:0") -> tuple[Upload, Reply]:
        return await join(self.client, token, topic)

    async def begin(self, one: dict[str, Any]) -> Upload:
        """Chosen, preflighted, joined."""
        await self.choose(one)
        entries = (await self.preflight(one))["entries"]
        upload, reply = await self.join(entries[one["ref"]], f"lvu:{one['ref']}")
        assert reply == ("ok", {}), reply
        return upload

    async def upload(self, content: bytes, ref: Any = 0, **more: Any) -> Upload:
        """All of it."""
        upload = await self.begin(file(ref, content, **more))
        for start in range(0, len(content), 64_000):
            assert await upload.chunk(content[start : start + 64_000]) == ("ok", {})
        await self.progress(ref, 100)
        return upload


async def join(client: LiveClient, token: Any, topic: str) -> tuple[Upload, Reply]:
    """Join an `lvu:` topic."""
    ref = str(next(client.refs))
    await client.send(ref, ref, topic, "phx_join", {"token": token})
    return Upload(client, topic, ref), await client.reply(ref)


class Upload:
    """One joined `lvu:` topic."""

    def __init__(self, client: LiveClient, topic: str, join_ref: str) -> None:
        self.client = client
        self.topic = topic
        self.join_ref = join_ref

    async def chunk(self, data: bytes) -> Reply:
        ref = str(next(self.client.refs))
        head = [self.join_ref, ref, self.topic, "chunk"]
        frame = bytes([0, *map(len, head)]) + "".join(head).encode() + data
        self.client.to_server.put_nowait({"type": "websocket.receive", "bytes": frame})
        return await self.client.reply(ref)

    async def closed(self) -> None:
        """Wait for `phx_close`."""
        await self.client.frame(lambda frame: frame[2] == self.topic and frame[3] == "phx_close")

    async def leave(self) -> None:
        ref = str(next(self.client.refs))
        await self.client.send(self.join_ref, ref, self.topic, "phx_leave", {})
        assert await self.client.reply(ref) == ("ok", {})


def expanded(node: Any, templates: Any = None) -> Any:
    """A tree or diff with its shared statics in their places."""
    if isinstance(node, list):
        return [expanded(each, templates) for each in node]
    if not isinstance(node, dict):
        return node
    templates = node.get("p", templates)
    found = {key: expanded(value, templates) for key, value in node.items() if key != "p"}
    if isinstance(found.get("s"), int):
        found["s"] = templates[str(found["s"])]
    return found
