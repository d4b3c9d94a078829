"""The channel of topics ``lvu:*``: the bytes of one file (Phoenix.LiveView.UploadChannel)."""

from __future__ import annotations

import asyncio
import logging
import threading
from asyncio import TimerHandle
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from django_phoenix import executor, tokens
from django_phoenix.channel import Channel, Stop
from django_phoenix.exceptions import InvalidToken, JoinRefused
from django_phoenix.live.upload_errors import of_writer
from django_phoenix.wire.message import Reply

if TYPE_CHECKING:
    from django_phoenix.transport.channel_server import ChannelServer
    from django_phoenix.uploads import UploadConfig, UploadEntry, UploadWriter

logger = logging.getLogger(__name__)

# So many bytes are gathered before they are written: a thread is asked no more often.
MEBIBYTE = 1 << 20

# Chunks of this size don't count against MESSAGE_RATE: each waits for the answer to the one before.
LARGE_CHUNK = 16_000

TOKEN = "upload"
NOTHING: dict[str, Any] = {}
FAILED = {"reason": "writer_error"}


class UploadNews:
    """Into the mailbox of the view: look at this upload."""

    __slots__ = ("config",)

    def __init__(self, config: UploadConfig) -> None:
        self.config = config


def sign(view_topic: str, entry: UploadEntry) -> str:
    """The token by which a file may be uploaded, over the view's own connection."""
    return tokens.sign_own(TOKEN, [view_topic, entry.upload_ref, entry.ref])


class UploadChannel(Channel):
    """Hands the bytes to a writer; stays until the view has consumed the file or does not want it."""

    subscribes = False
    rate = None
    takes_any_payload = True

    __slots__ = (
        "_chunks",
        "_closed",
        "_config",
        "_deadline",
        "_discarded",
        "_entry",
        "_gathered",
        "_lock",
        "_timer",
        "_view",
        "_why",
        "complete",
        "received",
        "writer",
    )

    writer: UploadWriter
    _view: ChannelServer

    def __init__(self, server: ChannelServer) -> None:
        super().__init__(server)
        # Bytes that have come, and whether these are all and written.
        self.received = 0
        self.complete = False
        self._chunks: list[bytes] = []
        self._gathered = 0
        self._timer: TimerHandle | None = None
        self._deadline = 0.0
        # The writer's: never two calls at a time, not even if a task was cancelled while a thread writes.
        self._lock = threading.Lock()
        self._closed = self._discarded = False
        # For the writer, if it is closed before it is through.
        self._why: Any = "cancel"

    @property
    def log_name(self) -> str:
        entry: UploadEntry | None = getattr(self, "_entry", None)
        return "An upload" if entry is None else f"The upload {entry.upload_config!r}"

    # Callbacks of a channel.

    async def join(self, payload: Any, **captures: Any) -> None:
        """LV-98"""
        config, entry = self._find(payload)
        if entry._upload is not None:
            raise JoinRefused({"reason": "already_registered"})
        self._config, self._entry = config, entry
        entry._upload = self
        self.server.on_finish(self._finish)
        try:
            self.writer = config._writer(entry)
            await self._call(self.writer.open)
            if entry.client_size == 0:
                await self._complete()
        except Exception as error:
            self._fail(error)
            raise JoinRefused(FAILED) from error
        if entry.cancelled:
            raise JoinRefused({"reason": "disallowed"})

    async def handle_in(self, event: str, payload: Any) -> dict[str, Any] | Stop:
        """LV-99, LV-100"""
        if event != "chunk" or type(payload) is not bytes:
            logger.warning("%s: the message %.100r is none that it takes.", self.log_name, event)
            return NOTHING
        size = self._entry.client_size or 0
        if self.complete or self.received + len(payload) > size:
            return Stop("too large", Reply.error({"reason": "file_size_limit_exceeded", "limit": size}))
        if len(payload) >= LARGE_CHUNK:
            self.server.connection.received -= 1
        self.received += len(payload)
        self._gathered += len(payload)
        self._chunks.append(payload)
        try:
            if self.received == size:
                await self._write()
                await self._complete()
            elif self._gathered >= MEBIBYTE:
                await self._write()
        except Exception as error:
            self._fail(error)
            return Stop("failed", Reply.error(FAILED))
        if not self.complete:
            self._wait_for_more()
        return NOTHING

    # What the view asks and does, from any thread.

    @property
    def percent(self) -> int:
        """How much of the file is here. Not 100 before all of it is written."""
        if self.complete:
            return 100
        return min(self.received * 100 // (self._entry.client_size or 1), 99)

    def stop(self, reason: Any = "normal") -> None:
        """No more is wanted of it."""
        self.server.stop_from_anywhere(reason)

    def discard_now(self) -> None:
        """It has been consumed, in this thread."""
        discard = self.writer.discard
        if not iscoroutinefunction(discard):
            with self._lock:
                self._discarded = True
                discard(True)

    # Which file.

    def _find(self, payload: Any) -> tuple[UploadConfig, UploadEntry]:
        token = payload.get("token") if type(payload) is dict else None
        try:
            topic, upload_ref, entry_ref = tokens.verify_own(TOKEN, token, tokens.DAY)
        except (InvalidToken, ValueError) as error:
            raise JoinRefused({"reason": "invalid_token"}) from error
        view = self.server.connection.topics.get(topic)
        live = None if view is None else getattr(view.channel, "live", None)
        uploads = None if live is None else live.uploads
        config = None if uploads is None else uploads.find(upload_ref)
        entry = None if config is None else config.entry(entry_ref)
        if view is None or config is None or entry is None or not entry.valid or entry.failed:
            raise JoinRefused({"reason": "disallowed"})
        if entry._failure is not None:
            raise JoinRefused({"reason": "disallowed"})
        self._view = view
        return config, entry

    # The writer.

    async def _write(self) -> None:
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._gathered = 0
        await self._call(self.writer.write_chunk, data)

    async def _complete(self) -> None:
        self._stop_timer()
        self._closed = True
        await self._call(self.writer.close, "done")
        self.complete = True

    async def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        """One of the writer's methods, where it belongs."""
        if iscoroutinefunction(function):
            return await function(*args)
        server = self.server
        return await executor.get_pool().run(server.owner, server.context, self._locked, function, *args)

    def _locked(self, function: Callable[..., Any], *args: Any) -> Any:
        with self._lock:
            return function(*args)

    def _fail(self, error: Exception) -> None:
        """The entry stays, with the reason."""
        self._why = error
        self._entry._failure = of_writer(self.log_name, error)
        self._tell_view()

    # Silence.

    def _wait_for_more(self) -> None:
        """LV-101"""
        timeout = self._config.chunk_timeout
        self._deadline = self.server.loop.time() + timeout
        if self._timer is None:
            self._timer = self.server.loop.call_later(timeout, self._look)

    def _look(self) -> None:
        self._timer = None
        rest = self._deadline - self.server.loop.time()
        if self.server.busy or rest > 0:
            self._timer = self.server.loop.call_later(max(rest, 0.1), self._look)
        else:
            logger.info("%s: nothing has come for %s s.", self.log_name, self._config.chunk_timeout)
            self.server.stop("silent")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # The end.

    def _finish(self) -> None:
        """On the loop, whatever has ended it."""
        self._stop_timer()
        self._chunks.clear()
        entry = self._entry
        if entry in self._config.entries:
            entry._is_over = True
            self._tell_view()
        if hasattr(self, "writer") and not self._discarded:
            writer = self.writer
            state = self.server.connection.state
            if iscoroutinefunction(writer.close) or iscoroutinefunction(writer.discard):
                state.run(self._give_back())
            else:
                # Asked for at once: a task may come too late, where the loop is about to end.
                server = self.server
                state.run(
                    self._given_back(executor.get_pool().run(server.owner, server.context, self._let_go))
                )

    def _tell_view(self) -> None:
        if not self._view.ended:
            self._view.inform(UploadNews(self._config))

    def _let_go(self) -> None:
        """In a thread: close what is open, remove what nobody wants."""
        with self._lock:
            try:
                if not self._closed:
                    self._closed = True
                    self.writer.close(self._why)
            finally:
                if not self._discarded:
                    self._discarded = True
                    self.writer.discard(self._entry._is_consumed)

    async def _give_back(self) -> None:
        """The same for a writer that lives on the loop, if only with one of its methods."""
        try:
            try:
                if not self._closed:
                    self._closed = True
                    await self._call(self.writer.close, self._why)
            finally:
                if not self._discarded:
                    self._discarded = True
                    await self._call(self.writer.discard, self._entry._is_consumed)
        except Exception:
            logger.exception("%s: its writer has failed at the end.", self.log_name)

    async def _given_back(self, job: Awaitable[None]) -> None:
        try:
            await asyncio.shield(job)
        except Exception:
            logger.exception("%s: its writer has failed at the end.", self.log_name)
