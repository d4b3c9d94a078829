"""Runs one Channel in its process: join, events, infos, the end; checks what callbacks return."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import Any

from django.conf import settings as django_settings

from django_phoenix import executor, pubsub
from django_phoenix.channel import Stop
from django_phoenix.conf import settings
from django_phoenix.delivery.envelope import OFFSET
from django_phoenix.exceptions import InvalidParams, JoinRefused
from django_phoenix.history import History
from django_phoenix.params import Handler, no_object
from django_phoenix.process import is_being_cancelled
from django_phoenix.signals import channel_joined
from django_phoenix.transport import crash
from django_phoenix.transport.answers import INVALID
from django_phoenix.transport.blueprint import Callback
from django_phoenix.transport.channel_inbox import ChannelInbox
from django_phoenix.transport.channel_process import ChannelProcess
from django_phoenix.transport.handles import Beat
from django_phoenix.transport.letters import Info, Join, Waiting
from django_phoenix.transport.locale import activate, call_activated
from django_phoenix.wire.encoding import Encoded
from django_phoenix.wire.message import OF_THE_PROTOCOL, Frame, Message, Reply

logger = logging.getLogger("django_phoenix.channel")

EVENT_RETURNS = "None, a dict, a Reply or Stop"
OTHER_RETURNS = "None or Stop"
# What a join reply says of the topic's history.
HISTORY = "phx_history"
CRASHED = {"reason": "channel_crash"}
JOIN_CRASHED = {"reason": "join crashed"}
DUPLICATE = {"reason": "duplicate join"}


class ChannelServer(ChannelInbox):
    """One joined topic of one connection."""

    __slots__ = ("_first", "doing")

    # The callback that runs, or ran last.
    doing: str
    # The join, while it waits for the end of a predecessor.
    _first: Join | None

    @property
    def wants_idle(self) -> bool:  # type: ignore[override]
        return self.channel.wants_idle

    # How it begins.

    def begin(self, join: Join) -> None:
        """The client's phx_join, which comes first."""
        self._first, self.doing = join, "its join"
        self.post(join, eager=True)

    def make_way(self) -> ChannelProcess:
        """For another join of our topic. Returns the process whose end that one has to wait for.

        A join that waits itself is answered at once: however many come, one of them waits.
        """
        first = self._first
        if first is None or first.predecessor is None:
            self.stop("duplicate join")
            return self
        super().kill()
        self._refuse(first.message, DUPLICATE)
        return first.predecessor

    # Out of the mailbox.

    async def handle(self, item: Any) -> None:
        record = executor.begin_message(self.connection, self)
        try:
            if type(item) is Message:
                await self._handle_in(item)
            elif type(item) is Waiting:
                self.connection.waiting_bytes -= item.size
                await self._handle_in(item.message)
            elif type(item) is Info:
                await self._handle_info(item.message)
            elif type(item) is Beat:
                item.interval.waits = False
                if not item.interval.cancelled:
                    await self._handle_info(item.interval.message)
            elif type(item) is Join:
                await self._handle_join(item)
            else:
                self._check_stop(await self._call("handle_out", self.blueprint.handle_out, *item))
        except (Exception, asyncio.CancelledError) as error:
            if self._is_called_off(error):
                raise
            await self._crash(error, _event_of(item))
        finally:
            executor.end_message(record)

    async def idle(self) -> None:
        record = executor.begin_message(self.connection, self)
        try:
            await self.channel.handle_idle()
        except (Exception, asyncio.CancelledError) as error:
            if self._is_called_off(error):
                raise
            await self._crash(error)
        finally:
            executor.end_message(record)

    async def end(self, reason: Any) -> None:
        record = executor.begin_message(self.connection, self)
        try:
            await self._terminate(reason)
        finally:
            executor.end_message(record)
            self.finish(reason, None if reason == "closed" else "phx_close", {})

    def stop(self, reason: Any) -> None:
        if self.blueprint.terminate is None and not self._busy and not self._ended:
            # Nobody wants to hear of it, so it takes no task: thousands may end at once.
            self._ended = True
            self.finish(reason, None if reason == "closed" else "phx_close", {})
        else:
            super().stop(reason)

    def kill(self) -> None:
        super().kill()
        self.finish("killed", "phx_close", {})

    def answer_undelivered(self, item: Any) -> None:
        if type(item) is Waiting:
            self.connection.waiting_bytes -= item.size
            item = item.message
        if type(item) is not Message:
            return
        if item.event == "phx_leave":
            self.reply(item.join_ref, item.ref, "ok", {})
        else:
            self.reply_unmatched(item)

    # Callbacks.

    async def _handle_in(self, message: Message) -> None:
        self._in_hand = message
        try:
            begun = self._dispatch(message)
            result = None if begun is None else await begun
        except Exception as error:
            result = self._refusal(error)
            if result is None:
                raise
        finally:
            self._in_hand = None
        if result is not None:
            self._answer(message, result)

    def _dispatch(self, message: Message) -> Awaitable[Any] | None:
        """Call what handles a push; None: nothing does, and it has been answered."""
        handler = self.blueprint.events.get(message.event)
        if handler is None:
            return self._dispatch_other(message)
        self.doing = handler.name
        try:
            arguments = handler.bind(message.payload)
        except InvalidParams as error:
            self.reply(self.join_ref, message.ref, "error", self._invalid(error))
            return None
        return self._invoke(handler, (self.channel,), arguments)

    def _dispatch_other(self, message: Message) -> Awaitable[Any] | None:
        callback = self.blueprint.handle_in
        if message.event == "phx_leave":
            self.reply(message.join_ref, message.ref, "ok", {})
            self.stop("left")
        elif callback is None or message.event.startswith(OF_THE_PROTOCOL):
            # No client has the latter. A handle_in that passes events on would end others' channels by them.
            logger.warning(
                "%s: no handler for the event %.100r. Mark a method with @event, or define handle_in.",
                self,
                message.event,
            )
            self.reply(self.join_ref, message.ref, "error", {"reason": "unknown event"})
        elif not isinstance(message.payload, dict | bytes):
            error = no_object(self.channel.log_name, message.event, message.payload)
            self.reply(self.join_ref, message.ref, "error", self._invalid(error))
        else:
            return self._invoke(callback, (self.channel, message.event, message.payload), {})
        return None

    async def _handle_info(self, message: Any) -> None:
        callback = self.blueprint.handle_info
        if callback is None:
            logger.warning("%s got a message but defines no handle_info: %.200r", self, message)
        else:
            self._check_stop(await self._invoke(callback, (self.channel, message), {}))

    async def _handle_join(self, join: Join) -> None:
        message, self._held = join.message, []
        if join.predecessor is not None:
            await join.predecessor.finished(settings.SHUTDOWN_GRACE)
            if self._stop_reason is not None:
                self._refuse(message, DUPLICATE)
                return
        self._first = None
        # For what is said of the payload.
        activate(self.connection.socket)
        try:
            sent = {} if message.payload is None else message.payload
            payload = self.blueprint.join_payload(sent)
            response = await self._call("join", self.blueprint.join, payload, **self.captures)
            if response is not None and not isinstance(response, dict):
                raise self._bad_return(self.doing, "None or a dict, or raise JoinRefused({...})", response)
            missed: list[pubsub.Delivery] = []
            if self.blueprint.history is not None:
                # From here on until the channel is subscribed nothing is waited for.
                response, missed = await self._catch_up(sent, self.blueprint.history, response)
            frame = self.reply_frame(message.join_ref, message.ref, "ok", response or {})
        except JoinRefused as refusal:
            self._refuse(message, refusal.response)
        except InvalidParams as error:
            self._refuse(message, self._invalid(error))
        except (Exception, asyncio.CancelledError) as error:
            if self._is_called_off(error):
                raise
            self._refuse_join(message, error)
        else:
            await self._accept(frame, missed)

    async def _catch_up(
        self, payload: dict[str, Any], history: History, response: dict[str, Any] | None
    ) -> tuple[dict[str, Any], list[pubsub.Delivery]]:
        """The reply with what it says of the topic's history, and what the client has missed."""
        told, missed = await pubsub.catch_up(self.topic, history, payload.get(OFFSET))
        return {**(response or {}), HISTORY: told}, missed

    async def _accept(self, frame: Frame, missed: list[pubsub.Delivery]) -> None:
        self.joined = True
        subscribed = pubsub.subscribe(self.topic, self) if self.blueprint.subscribes else None
        if self.blueprint.presence is not None:
            # Here, so that the diffs that come from now on follow upon it.
            self.blueprint.presence.state_of(self.topic, self._push_presences)
        if subscribed is not None and self.blueprint.history is None:
            # Other processes' broadcasts must not be missed either, from the reply on.
            await subscribed
        outbox = self.connection.outbox
        outbox.put(frame)
        # Broadcasts and pushes since: none of them gets before the reply.
        held, self._held = self._held, None
        for delivery in missed:
            self.deliver(delivery)
        for pushed in held or ():
            outbox.put(pushed)
        if channel_joined.receivers:
            channel_joined.send_robust(type(self.channel), channel=self.channel)
        if self.blueprint.after_join is not None:
            self._check_stop(await self._call("after_join", self.blueprint.after_join))

    def _push_presences(self, state: str) -> None:
        encode = self.connection.serializer.encode_push
        self.emit(encode(self.join_ref, self.topic, "presence_state", Encoded(state)))

    def _refuse_join(self, message: Message, error: BaseException) -> None:
        """``join`` has raised: a refusal, or a crash."""
        refusal = self._refusal(error) if isinstance(error, Exception) else None
        if refusal is None:
            crash.report(self, f"{self}: join failed.", self.doing, message.event, error)
            refusal = Reply.error({**JOIN_CRASHED, **crash.details(error)})
        self._refuse(message, refusal.response)

    def _refusal(self, error: Exception) -> Reply | None:
        """The error reply that the channel makes of an exception; None: it is a crash."""
        try:
            response = self.channel.refusal(error)
        except Exception as failure:
            crash.report(self, f"{self}: refusal failed.", f"{self.channel.log_name}.refusal", None, failure)
            return None
        if response is None:
            return None
        logger.info("%s: %s has refused, %s: %s", self, self.doing, type(error).__name__, error)
        return Reply.error(response)

    def _refuse(self, message: Message, response: dict[str, Any]) -> None:
        self._ended = True
        self._held = None
        self.reply(message.join_ref, message.ref, "error", response)
        self.finish("refused", None, {})

    async def _terminate(self, reason: Any) -> None:
        if not self.joined:
            return
        try:
            await self._call("terminate", self.blueprint.terminate, reason)
        except (Exception, asyncio.CancelledError) as error:
            if self._is_called_off(error):
                raise
            crash.report(self, f"{self}: terminate failed.", self.doing, None, error)

    async def _crash(self, error: BaseException, event: str | None = None) -> None:
        crash.report(self, f"{self} crashed in {self.doing}.", self.doing, event, error)
        self._ended = True
        try:
            await self._terminate(error)
        finally:
            self.finish(error, "phx_error", {**CRASHED, **crash.details(error)})

    def _is_called_off(self, error: BaseException) -> bool:
        """Somebody has asked our task to end, as opposed to a callback that let a CancelledError out."""
        return isinstance(error, asyncio.CancelledError) and (self._killed or is_being_cancelled())

    async def _call(self, name: str, callback: Callback | None, /, *args: Any, **kwargs: Any) -> Any:
        if callback is None:
            return None
        return await self._invoke(callback, (self.channel, *args), kwargs)

    def _invoke(
        self, callback: Callback | Handler, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Awaitable[Any]:
        """Call it where it belongs: ``async def`` here on the loop, ``def`` in the pool."""
        self.doing = callback.name
        socket = self.connection.socket
        if callback.is_async:
            activate(socket)
            coroutine: Awaitable[Any] = callback.function(*args, **kwargs)
            return coroutine
        run = executor.get_pool().run
        return run(self.connection, self.context, call_activated, socket, callback.function, args, kwargs)

    # What they return.

    def _answer(self, message: Message, result: Any) -> None:
        if isinstance(result, dict):
            self.reply(self.join_ref, message.ref, "ok", result)
        elif isinstance(result, Reply):
            self.reply(self.join_ref, message.ref, result.status, result.response)
        elif isinstance(result, Stop):
            if result.reply is not None:
                self._answer(message, result.reply)
            self.stop(result.reason)
        else:
            raise self._bad_return(self.doing, EVENT_RETURNS, result)

    def _check_stop(self, result: Any) -> None:
        if isinstance(result, Stop):
            self.stop(result.reason)
        elif result is not None:
            raise self._bad_return(self.doing, OTHER_RETURNS, result)

    def _bad_return(self, callback: str, expected: str, got: Any) -> TypeError:
        return TypeError(
            f"{callback} should return {expected}; it returned {type(got).__name__} {got!r:.200}"
        )

    def _invalid(self, error: InvalidParams) -> dict[str, Any]:
        """The response that tells of it."""
        logger.warning("%s", error)
        response: dict[str, Any] = {"reason": INVALID, "errors": error.errors}
        return {**response, "detail": str(error)} if django_settings.DEBUG else response


def _event_of(item: Any) -> str | None:
    """The client's event, if it is one."""
    if type(item) is Waiting:
        item = item.message
    return item.event if type(item) is Message else None
