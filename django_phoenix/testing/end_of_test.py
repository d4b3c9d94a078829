"""When a test is over, what it opened is closed, without a line in the test.

Django's runner: the TestCase that runs is found on the call stack, and asked to clean up. pytest: our plugin
calls ``close_all`` before the fixtures are undone, so while the test's transaction is still there.
"""

from __future__ import annotations

import os
import sys
import unittest
from collections.abc import Iterator
from types import FrameType
from typing import Any, Protocol


class Closable(Protocol):
    """What has an end."""

    def close(self) -> None:
        """From outside of the loop."""

    async def aclose(self) -> None:
        """From inside."""


_open: list[Closable] = []


def at_end_of_test(opened: Closable) -> bool:
    """Close it then. False if no test is found whose end could be noticed."""
    for frame in _outwards(sys._getframe(1)):
        owner = _test_case_in(frame)
        if isinstance(owner, unittest.IsolatedAsyncioTestCase):
            owner.addAsyncCleanup(opened.aclose)
            return True
        if isinstance(owner, unittest.TestCase):
            owner.addCleanup(opened.close)
            return True
        if owner is not None:
            raise RuntimeError(
                f"{owner.__name__}: what is connected for the whole class would outlive the transactions of "
                "its tests. Connect in each test, or in setUp."
            )
    if "PYTEST_CURRENT_TEST" not in os.environ:
        return False
    _open.append(opened)
    return True


def close_all() -> None:
    """For the pytest plugin. All are closed; the first exception is raised then."""
    errors: list[BaseException] = []
    while _open:
        try:
            _open.pop().close()
        except BaseException as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _test_case_in(frame: FrameType) -> Any:
    """The TestCase whose method this is, or the class if it is a class method."""
    code = frame.f_code
    if not code.co_argcount:
        return None
    first = frame.f_locals.get(code.co_varnames[0])
    if isinstance(first, unittest.TestCase):
        return first
    return first if isinstance(first, type) and issubclass(first, unittest.TestCase) else None
