"""Other people's clients as the script sees them: programs or pages that are told what to do with sockets."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Route, async_playwright

from tests.support.browser import ARGUMENTS, CHROMIUM

WITHIN = 60.0
BINARY = "$binary"
ADAPTERS = Path(__file__).parent / "adapters"


class Reply(NamedTuple):
    status: str
    response: Any = None


class Socket:
    """One of a client's sockets. What happens to it by itself is noticed, and waits to be asked for."""

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name
        self.notices: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    def notice(self, notice: dict[str, Any]) -> None:
        self.notices.append(notice)
        self._news.set()

    async def wait_for(self, kind: str, **facts: Any) -> dict[str, Any]:
        """The first notice of that kind with those facts; it is taken out. AssertionError if none comes."""
        wanted = {"kind": kind, **facts}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WITHIN):
                while (found := self.take(wanted)) is None:
                    self._news.clear()
                    await self._news.wait()
                return found
        raise AssertionError(f"{self.name}: no {wanted} came; unread: {self.notices}")

    def take(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        for position, notice in enumerate(self.notices):
            if wanted.items() <= notice.items():
                return self.notices.pop(position)
        return None

    async def connect(self, url: str, params: dict[str, str]) -> None:
        await self._call("connect", url, params)

    async def join(self, topic: str, name: str) -> Reply:
        return Reply(**await self._call("join", topic, name))

    async def send(self, topic: str, event: str, payload: Any) -> None:
        """Push, and do not care for an answer."""
        await self._call("send", topic, event, payload)

    async def push(self, topic: str, event: str, payload: Any) -> Reply:
        return Reply(**await self._call("push", topic, event, payload))

    async def leave(self, topic: str) -> Reply:
        return Reply(**await self._call("leave", topic))

    async def disconnect(self) -> None:
        await self._call("disconnect")
        self.client.sockets.pop(self.name, None)

    async def event(self, topic: str, event: str) -> Any:
        """The payload of the next event of that name."""
        return (await self.wait_for("event", topic=topic, event=event))["payload"]

    async def _call(self, command: str, *args: Any) -> Any:
        return await self.client.call(self.name, command, *args)


class Client(ABC):
    """A client library at work somewhere."""

    def __init__(self) -> None:
        self.sockets: dict[str, Socket] = {}

    def socket(self, name: str) -> Socket:
        """A new one, not yet connected."""
        self.sockets[name] = Socket(self, name)
        return self.sockets[name]

    async def call(self, socket: str, command: str, *args: Any) -> Any:
        """What its adapter answers. AssertionError if it fails or does not."""
        call = {"socket": socket, "command": command, "args": [_frozen(arg) for arg in args]}
        return _thawed(await asyncio.wait_for(self.deliver(call), WITHIN))

    @abstractmethod
    async def deliver(self, call: dict[str, Any]) -> Any:
        """Hand a command to the adapter."""

    def heard(self, message: dict[str, Any]) -> None:
        """A notice of the adapter."""
        if message["socket"] in self.sockets:
            self.sockets[message["socket"]].notice(_thawed(message["notice"]))


class ProcessClient(Client):
    """A program that reads commands from its standard input and answers on its output, JSON line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__()
        self.process = process
        self.ids = itertools.count(1)
        self.answers: dict[int, asyncio.Future[Any]] = {}
        self.reading = asyncio.create_task(self._read())

    async def deliver(self, call: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        number = next(self.ids)
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps({"id": number, **call}).encode() + b"\n")
        await self.process.stdin.drain()
        return await answer

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            message = json.loads(line)
            if "notice" in message:
                self.heard(message)
            elif "error" in message:
                self.answers.pop(message["id"]).set_exception(AssertionError(message["error"]))
            else:
                self.answers.pop(message["id"]).set_result(message["result"])


class PageClient(Client):
    """A page in Chromium."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page = page

    async def deliver(self, call: dict[str, Any]) -> Any:
        return await self.page.evaluate("call => window.sockets.call(call)", call)


@contextlib.asynccontextmanager
async def in_process(*command: str, env: dict[str, str]) -> AsyncIterator[Client]:
    """The client that a command starts; it ends when its standard input does."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=env,
        limit=2**20,
    )
    client = ProcessClient(process)
    try:
        yield client
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
        if process.returncode is None:
            process.kill()
            await process.wait()
        client.reading.cancel()


@contextlib.asynccontextmanager
async def in_chromium(
    url: str, modules: Path, library: str, adapter: str, options: dict[str, Any]
) -> AsyncIterator[Client]:
    """A module of ``node_modules`` in a page of the site; the page gets both from the disk."""

    async def from_disk(route: Route) -> None:
        root, _, path = route.request.url.partition("/from-disk/")[2].partition("/")
        file = {"modules": modules, "adapters": ADAPTERS}[root] / path
        # Modules that were written for a bundler leave the ending out.
        named = file if file.suffix in (".js", ".mjs") else file.with_name(f"{file.name}.js")
        await route.fulfill(path=named, content_type="text/javascript")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = await browser.new_page()
            await page.route("**/from-disk/**", from_disk)
            client = PageClient(page)
            await page.expose_function("tell", client.heard)
            await page.goto(url)
            await page.evaluate(START, [library, adapter, options])
            yield client
        finally:
            await browser.close()


START = """
async ([library, adapter, options]) => {
  const map = document.createElement("script");
  map.type = "importmap";
  map.textContent = JSON.stringify({imports: {
    "@supabase/phoenix": "/from-disk/modules/@supabase/phoenix/priv/static/phoenix.mjs",
  }});
  document.head.append(map);
  const [packaged, {Adapter}, {Sockets}] = await Promise.all([
    import(`/from-disk/modules/${library}`),
    import(`/from-disk/adapters/${adapter}`),
    import("/from-disk/adapters/calls.mjs"),
  ]);
  window.sockets = new Sockets(notify => new Adapter(packaged, notify, options), window.tell);
}
"""


def _frozen(value: Any) -> Any:
    if isinstance(value, bytes):
        return {BINARY: base64.b64encode(value).decode()}
    return value


def _thawed(value: Any) -> Any:
    if isinstance(value, dict):
        if BINARY in value:
            return base64.b64decode(value[BINARY])
        return {key: _thawed(part) for key, part in value.items()}
    return value
