"""The watchdog names the callback that blocks an event loop, while it does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from django_phoenix import watchdog
from django_phoenix.executor import begin_message, end_message
from django_phoenix.signals import loop_blocked
from django_phoenix.watchdog import Watchdog

SOON = 10


class Told:
    """What the signal said; ``block`` blocks the loop until it has."""

    def __init__(self) -> None:
        self.arguments: dict[str, Any] = {}
        self.event = threading.Event()

    def receive(self, **arguments: Any) -> None:
        self.arguments = arguments
        self.event.set()

    async def block(self) -> None:
        assert self.event.wait(SOON)


@pytest.fixture
def told() -> Iterator[Told]:
    it = Told()
    loop_blocked.connect(it.receive)
    yield it
    loop_blocked.disconnect(it.receive)


@pytest.fixture
def dog() -> Iterator[Watchdog]:
    it = Watchdog(0.02)
    yield it
    for loop in list(it._watched):
        it.unwatch(loop)
    if it._thread is not None:
        it._thread.join(SOON)


async def as_a_process_does(callback: Callable[[], Any]) -> None:
    record = begin_message(None, "CounterLive.inc of 'counter'")
    try:
        await callback()
    finally:
        end_message(record)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this file's helper for a part of the package, as the process's code is."""
    monkeypatch.setattr(watchdog, "PACKAGE", __file__)


async def test_a_blocked_loop_is_told_with_file_and_line_while_it_lasts(
    dog: Watchdog, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    dog.watch(asyncio.get_running_loop())
    await told.block()
    line = Told.block.__code__.co_firstlineno + 1
    assert told.arguments["where"] == f"{__file__}:{line}, in Told.block"
    assert told.arguments["label"] is None
    assert told.arguments["seconds"] >= dog.limit
    assert "self.event.wait(SOON)" in told.arguments["stack"]
    assert caplog.text.count("The event loop has been blocked") == 1


async def test_the_message_that_is_being_handled_is_named(dog: Watchdog, told: Told, ours: None) -> None:
    dog.watch(asyncio.get_running_loop())
    await as_a_process_does(told.block)
    assert told.arguments["label"] == "CounterLive.inc of 'counter'"


async def test_when_the_loop_runs_again_that_is_told_too(
    dog: Watchdog, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    dog.watch(asyncio.get_running_loop())
    await told.block()
    async with asyncio.timeout(SOON):
        while "runs again" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def test_a_loop_that_runs_is_left_in_peace(dog: Watchdog, caplog: pytest.LogCaptureFixture) -> None:
    calm = Watchdog(5)
    calm.watch(asyncio.get_running_loop())
    await asyncio.sleep(0.01)
    calm.unwatch(asyncio.get_running_loop())
    assert caplog.text == ""


def test_its_thread_ends_with_the_last_loop(dog: Watchdog) -> None:
    async def watched() -> None:
        dog.watch(asyncio.get_running_loop())

    asyncio.run(watched())
    thread = dog._thread
    if thread is not None:
        thread.join(SOON)
        assert not thread.is_alive()
    # And begins again with the next.
    asyncio.run(watched())
    assert len(dog._watched) <= 1


async def test_the_setting_turns_it_off(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_watchdog", None)
    settings.DJANGO_PHOENIX = {"LOOP_BLOCK_LIMIT": None}
    watchdog.watch(asyncio.get_running_loop())
    assert watchdog._watchdog is None


async def test_the_setting_turns_it_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_watchdog", None)
    settings.DJANGO_PHOENIX = {"LOOP_BLOCK_LIMIT": 3}
    loop = asyncio.get_running_loop()
    watchdog.watch(loop)
    made = watchdog._watchdog
    assert made is not None
    assert made.limit == 3
    assert list(made._watched) == [loop]
    watchdog.unwatch(loop)
    assert not made._watched
