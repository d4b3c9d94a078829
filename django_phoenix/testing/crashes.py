"""What ``assert_crash`` finds."""

from __future__ import annotations

import re

from django_phoenix.testing.errors import Crash
from django_phoenix.testing.inbox import ERROR, Inbox


class Crashed:
    """``error`` is the exception, once the block is over."""

    error: BaseException


def verdict(
    crashes: list[Crash], expected: type[BaseException], match: str | None, inbox: Inbox
) -> BaseException:
    """The exception that a channel crashed of. AssertionError if there is none, or another one."""
    if not crashes:
        raise AssertionError(f"{inbox.owner}: the channel did not crash.\n{inbox.listing()}")
    crash = crashes[0]
    error = crash.error
    check_kind(inbox.owner, error, expected, match)
    if inbox.take((ERROR,), "phx_error") is None and not crash.where.endswith(".terminate"):
        raise AssertionError(f"{inbox.owner}: {error!r} was raised, but the channel goes on.") from error
    return error


def check_kind(who: str, error: BaseException, expected: type[BaseException], match: str | None) -> None:
    """AssertionError if it is another one."""
    if not isinstance(error, expected) or (match is not None and not re.search(match, str(error))):
        wanted = expected.__name__ + (f" that matches {match!r}" if match is not None else "")
        raise AssertionError(f"{who}: crashed of {error!r}, expected {wanted}.") from error
