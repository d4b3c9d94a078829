"""A second process for pubsub tests: takes commands on stdin, tells on stdout what it does and gets.

``python -m tests.support.pubsub_peer server`` subscribes on an event loop, as a server does;
``python -m tests.support.pubsub_peer plain`` only publishes, as a WSGI worker or a shell does.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

from django_phoenix.delivery.envelope import Delivery

LIMIT = 30
LONGEST_LINE = 16_000_000


class Peer:
    """The test's end. Start it with ``peer(...)``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self._unclaimed: list[dict[str, Any]] = []

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Give a command and wait for its answer."""
        self.tell(do, **arguments)
        return await self.next(answer=do)

    def tell(self, do: str, **arguments: Any) -> None:
        """Give a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")

    async def next(self, **match: Any) -> dict[str, Any]:
        """The first line with these values that no earlier call has had; it may have come already."""
        claimed = next((line for line in self._unclaimed if match.items() <= line.items()), None)
        if claimed is not None:
            self._unclaimed.remove(claimed)
            return claimed
        async with asyncio.timeout(LIMIT):
            while told := await self._read():
                if match.items() <= told.items():
                    return told
                self._unclaimed.append(told)
        raise AssertionError(f"the peer ended; it said {self.lines[-5:]}")

    async def _read(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            return None
        told: dict[str, Any] = json.loads(line)
        assert told["pid"] == self.pid
        self.lines.append(told)
        return told

    def got(self, event: str) -> list[Any]:
        """Payloads of the broadcasts that it has told of so far."""
        return [line["payload"] for line in self.lines if line.get("got") == event]

    async def kill(self) -> None:
        """SIGKILL: it leaves nothing in order."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def peer(
    kind: str, layers: dict[str, Any], *, module: str = "tests.support.pubsub_peer", **phoenix: Any
) -> AsyncIterator[Peer]:
    """A ``server`` or ``plain`` peer with these CHANNEL_LAYERS and DJANGO_PHOENIX settings."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        kind,
        env={**os.environ, "PEER_LAYERS": json.dumps(layers), "PEER_PHOENIX": json.dumps(phoenix)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    it = Peer(process)
    try:
        await it.next(answer="ready")
        yield it
    finally:
        await it.kill()


# The other end.


def say(**line: Any) -> None:
    # One write: threads speak, too.
    sys.stdout.write(json.dumps({"pid": os.getpid(), **line}) + "\n")
    sys.stdout.flush()


class Listener:
    """A subscriber that tells everything."""

    def deliver(self, delivery: Delivery) -> None:
        payload = delivery.payload
        if isinstance(payload, bytes):
            payload = payload.hex()
        say(got=delivery.event, topic=delivery.topic, payload=payload, offset=delivery.offset)


class Commands:
    """What both kinds do."""

    def broadcast(self, topic: str, event: str, payload: dict[str, Any], **options: Any) -> dict[str, Any]:
        from django_phoenix import pubsub

        pubsub.broadcast(topic, event, {**payload, "publisher": os.getpid()}, **options)
        return {}

    def flush_one(self, topic: str, event: str) -> dict[str, Any]:
        """In a message of its own on the layer."""
        from django_phoenix import pubsub

        pubsub.broadcast(topic, event, {})
        return {"flushed": pubsub.flush(LIMIT)}

    def binary(self, topic: str, event: str, content: str) -> dict[str, Any]:
        from django_phoenix import pubsub

        pubsub.broadcast(topic, event, bytes.fromhex(content))
        return {}

    def burst(self, topic: str, event: str, count: int, topics: int = 1) -> dict[str, Any]:
        """Many at once; tells the processor time of the whole process until all have been handed over."""
        from django_phoenix import pubsub

        began = time.process_time()
        for number in range(count):
            name = topic if topics == 1 else f"{topic}:{number % topics}"
            pubsub.broadcast(name, event, {"number": number, "publisher": os.getpid()})
        flushed = pubsub.flush(LIMIT)
        return {"cpu": time.process_time() - began, "flushed": flushed}

    def changed(self, model: str) -> dict[str, Any]:
        """Tell live queries of a model's changes."""
        from django.apps import apps

        from django_phoenix import live_queries

        live_queries.changed(apps.get_model(model))
        return {}

    def lost(self) -> dict[str, Any]:
        from django_phoenix import pubsub

        return {"lost": pubsub.lost()}


class Plain(Commands):
    """No event loop anywhere in sight."""

    def fork(self, topic: str, event: str) -> dict[str, Any]:
        """Let a forked worker broadcast; it ends as multiprocessing workers do."""
        child = multiprocessing.get_context("fork").Process(
            target=self.broadcast, args=(topic, event, {"from": "child"})
        )
        child.start()
        child.join(LIMIT)
        return {"child": child.pid, "exitcode": child.exitcode}

    def end(self, topic: str, event: str) -> dict[str, Any]:
        """Broadcast as the very last thing before the interpreter ends."""
        self.broadcast(topic, event, {})
        sys.exit()

    def run(self) -> None:
        say(answer="ready")
        for line in sys.stdin:
            command = json.loads(line)
            name = command.pop("do")
            say(answer=name, **getattr(self, name)(**command))


class Server(Commands):
    """Subscribes and handles on an event loop."""

    def __init__(self) -> None:
        self.listener = Listener()
        self.held = threading.Event()
        self.tasks: set[asyncio.Task[Any]] = set()

    async def subscribe(self, topic: str) -> dict[str, Any]:
        from django_phoenix import pubsub

        pending = pubsub.subscribe(topic, self.listener)
        if pending is not None:
            await pending
        return {}

    async def unsubscribe(self, topic: str) -> dict[str, Any]:
        from django_phoenix import pubsub

        pubsub.unsubscribe(topic, self.listener)
        return {}

    async def catch_up(self, topic: str, offset: str | None = None, listen: bool = True) -> dict[str, Any]:
        """As a channel with a history does when a client joins."""
        from django_phoenix import pubsub
        from django_phoenix.history import History

        began = time.monotonic()
        told, missed = await pubsub.catch_up(topic, History(size=200), offset)
        if listen:
            pubsub.subscribe(topic, self.listener)
        payloads = [each.payload.hex() if type(each.payload) is bytes else each.payload for each in missed]
        return {**told, "missed": payloads, "seconds": time.monotonic() - began}

    async def knows_another(self, topic: str) -> dict[str, Any]:
        """Once its history has taken over another process'."""
        from django_phoenix import pubsub

        log = pubsub._node.hub_here()._log(topic)
        assert log is not None
        async with asyncio.timeout(LIMIT):
            while not log._copies:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return {}

    async def direct(self, node: str, topic: str, event: str) -> dict[str, Any]:
        from django_phoenix import pubsub

        pubsub.direct_broadcast(node, topic, event, {"publisher": os.getpid()})
        return {}

    async def listen(self, topic: str, count: int) -> dict[str, Any]:
        """With a subscription of the kind that scripts use."""
        from django_phoenix import pubsub

        async def run() -> None:
            async with pubsub.subscription(topic) as messages:
                say(listening=topic)
                heard = [(await anext(messages)).payload["body"] for _ in range(count)]
            say(heard=heard)

        self.tasks.add(asyncio.create_task(run()))
        return {}

    async def node(self) -> dict[str, Any]:
        from django_phoenix import pubsub

        return {"name": pubsub.node_name()}

    async def hold(self, topic: str, event: str) -> dict[str, Any]:
        """A `def` handler that broadcasts and then blocks until ``release``."""
        from django_phoenix import executor

        def handler() -> None:
            self.broadcast(topic, event, {})
            self.held.wait(LIMIT)
            say(released=True)

        context = contextvars.copy_context()
        executor.bind_context(context)

        async def run() -> None:
            await executor.get_pool().run(self, context, handler)

        self.tasks.add(asyncio.create_task(run()))
        return {}

    async def release(self) -> dict[str, Any]:
        self.held.set()
        return {}

    async def leave(self) -> dict[str, Any]:
        from django_phoenix import pubsub

        await pubsub.close_hub()
        return {}

    async def run(self) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        say(answer="ready")
        while line := await reader.readline():
            command = json.loads(line)
            name = command.pop("do")
            answer = getattr(self, name)(**command)
            if asyncio.iscoroutine(answer):
                answer = await answer
            say(answer=name, **answer)


def main(plain: type[Plain] = Plain, server: type[Server] = Server) -> None:
    import django
    from django.conf import settings

    settings.configure(
        CHANNEL_LAYERS=json.loads(os.environ["PEER_LAYERS"]),
        DJANGO_PHOENIX=json.loads(os.environ["PEER_PHOENIX"]),
        DATABASES={},
        INSTALLED_APPS=json.loads(os.environ.get("PEER_APPS", "[]")),
        SECRET_KEY="common to all",
        LOGGING={
            "version": 1,
            "handlers": {"stderr": {"class": "logging.StreamHandler"}},
            "loggers": {"django_phoenix": {"handlers": ["stderr"], "level": "INFO"}},
        },
    )
    django.setup()
    if sys.argv[1] == "plain":
        plain().run()
    else:
        asyncio.run(server().run())


if __name__ == "__main__":
    main()
