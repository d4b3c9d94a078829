"""Notices that a callback blocks the event loop, and says which one, while it does.

One daemon thread asks each watched loop for a sign of life every ``LOOP_BLOCK_LIMIT`` seconds. If the last
request is still unanswered by then, it looks at what the loop's thread is doing. Nothing is spent per
message.
"""

from __future__ import annotations

import logging
import os
import site
import sys
import sysconfig
import threading
import time
import traceback
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

from django_phoenix.conf import settings
from django_phoenix.delivery.job import MessageRecord
from django_phoenix.signals import loop_blocked

logger = logging.getLogger(__name__)

PACKAGE = str(Path(__file__).parent) + os.sep
LIBRARIES = tuple(
    directory + os.sep
    for directory in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        site.getusersitepackages(),
    }
)
# Frames of the log's stack.
STACK_DEPTH = 12


class Blockage(NamedTuple):
    """What a loop's thread is doing: ``label`` of the message it handles, if any; ``where`` in user code."""

    label: str | None
    where: str
    stack: str


class _Watched:
    """One loop, and the last request for a sign of life."""

    __slots__ = ("asked_at", "loop", "reported", "thread", "unanswered")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.thread = threading.get_ident()
        self.asked_at = 0.0
        self.unanswered = False
        self.reported = False

    def ask(self) -> None:
        self.asked_at = time.monotonic()
        self.unanswered = True
        self.loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self.unanswered = False
        if self.reported:
            self.reported = False
            logger.warning("The event loop runs again after %.1f s.", time.monotonic() - self.asked_at)


class Watchdog:
    """Watches any number of loops with one thread, which ends with the last of them."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._watched: dict[AbstractEventLoop, _Watched] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._gone = threading.Event()

    def watch(self, loop: AbstractEventLoop) -> None:
        """Begin, on the loop's own thread. A loop that is watched already stays so."""
        with self._lock:
            self._watched.setdefault(loop, _Watched(loop))
            if self._thread is None:
                self._gone.clear()
                self._thread = threading.Thread(target=self._main, name="phoenix-watchdog", daemon=True)
                self._thread.start()

    def unwatch(self, loop: AbstractEventLoop) -> None:
        """End, before the loop is closed."""
        with self._lock:
            self._watched.pop(loop, None)
            if not self._watched:
                self._gone.set()

    def _main(self) -> None:
        while True:
            self._gone.wait(self.limit)
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return
                watched = list(self._watched.values())
            for each in watched:
                self._look_at(each)

    def _look_at(self, watched: _Watched) -> None:
        if watched.loop.is_closed():
            self.unwatch(watched.loop)
        elif not watched.loop.is_running():
            watched.unanswered = False
        elif not watched.unanswered:
            try:
                watched.ask()
            except RuntimeError:
                # Closed this very moment.
                self.unwatch(watched.loop)
        elif not watched.reported and time.monotonic() - watched.asked_at >= self.limit:
            watched.reported = True
            _report(watched)


def examine(thread: int) -> Blockage | None:
    """What that thread is doing; None if it has ended."""
    innermost = sys._current_frames().get(thread)
    if innermost is None:
        return None
    frames = list(_outwards(innermost))
    record = next((found for frame in frames if (found := _record_in(frame)) is not None), None)
    guilty = next((frame for frame in frames if _is_users(frame.f_code)), innermost)
    code = guilty.f_code
    return Blockage(
        label=None if record is None else str(record.label),
        where=f"{code.co_filename}:{guilty.f_lineno}, in {code.co_qualname}",
        stack="".join(traceback.format_stack(innermost)[-STACK_DEPTH:]),
    )


def _report(watched: _Watched) -> None:
    seconds = time.monotonic() - watched.asked_at
    found = examine(watched.thread)
    if found is None:
        return
    logger.error(
        "The event loop has been blocked for %.0f ms by %s, at %s. Nobody else is served meanwhile: write "
        "the callback as a plain `def`, which runs in a thread, or await something that does not block.\n%s",
        seconds * 1000,
        found.label or "code outside any callback",
        found.where,
        found.stack,
    )
    loop_blocked.send_robust(
        Watchdog, label=found.label, where=found.where, seconds=seconds, stack=found.stack
    )


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _record_in(frame: FrameType) -> MessageRecord | None:
    """The record of a message that this frame of ours handles: it keeps it in a local variable."""
    if not frame.f_code.co_filename.startswith(PACKAGE):
        return None
    return next((value for value in frame.f_locals.values() if isinstance(value, MessageRecord)), None)


def _is_users(code: CodeType) -> bool:
    name = code.co_filename
    return not name.startswith((PACKAGE, "<frozen", *LIBRARIES))


_watchdog: Watchdog | None = None


def watch(loop: AbstractEventLoop) -> None:
    """Watch the running loop, unless the setting ``LOOP_BLOCK_LIMIT`` is None. On the loop's thread."""
    global _watchdog
    if settings.LOOP_BLOCK_LIMIT is None:
        return
    if _watchdog is None:
        _watchdog = Watchdog(settings.LOOP_BLOCK_LIMIT)
    _watchdog.watch(loop)


def unwatch(loop: AbstractEventLoop) -> None:
    """Stop watching; before the loop is closed."""
    if _watchdog is not None:
        _watchdog.unwatch(loop)


def _after_fork() -> None:
    """The child has none of its parent's threads, nor its loops."""
    global _watchdog
    _watchdog = None


os.register_at_fork(after_in_child=_after_fork)
