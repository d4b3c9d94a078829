"""A callback has failed: one log record with the traceback, and the signal ``channel_crashed``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.exceptions import SynchronousOnlyOperation

from django_phoenix.signals import channel_crashed

if TYPE_CHECKING:
    from django_phoenix.transport.channel_process import ChannelProcess

logger = logging.getLogger("django_phoenix.channel")

ADVICE = (
    "{} is an `async def`, which runs on the event loop: make it a plain `def`, which runs in a thread, or "
    "use the ORM's async methods (acount, aget, async for)."
)
NO_AWAIT = "push, broadcast, send and the like return at once and take no `await`."


def advise(error: BaseException, callback: str) -> None:
    """To an error of the callback so called, if it is a usual mistake, add what to do about it."""
    if hasattr(error, "__notes__"):
        return
    if isinstance(error, SynchronousOnlyOperation):
        error.add_note(ADVICE.format(callback))
    elif isinstance(error, TypeError) and "NoneType" in str(error) and "await" in str(error):
        error.add_note(NO_AWAIT)


def report(
    process: ChannelProcess, what: str, callback: str, event: str | None, error: BaseException
) -> None:
    """Tell of an error, and go on. ``what`` is the log's sentence; ``event`` the client's, if any.

    The record's extras say for an error tracker what the sentence says for people.
    """
    advise(error, callback)
    channel = process.channel
    trace = (type(error), error, error.__traceback__)
    extra = {
        "phoenix_channel": channel.log_name,
        "phoenix_topic": process.topic,
        "phoenix_callback": callback,
        "phoenix_event": event,
        "phoenix_user": _key_of(process.connection.socket.user),
    }
    logger.error("%s", what, exc_info=trace, extra=extra)
    channel_crashed.send_robust(
        type(channel), channel=channel, error=error, exc_info=trace, label=callback, event=event
    )


def details(error: BaseException) -> dict[str, Any]:
    """What a developer's browser is told of a crash: nothing outside DEBUG.

    ``error`` is type and message; ``notes`` say what else is known, as which line of which template it was.
    """
    if not django_settings.DEBUG:
        return {}
    name = type(error).__qualname__
    return {"error": f"{name}: {error}" if str(error) else name, "notes": getattr(error, "__notes__", [])}


def _key_of(user: Any) -> str | None:
    key = None if user is None else user.pk
    return None if key is None else str(key)
