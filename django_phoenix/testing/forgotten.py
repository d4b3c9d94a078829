"""A forgotten ``await`` is an error: an assertion that never ran would be a test that always passes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class Owed(Coroutine[Any, Any, T]):
    """A coroutine that tells ``forgotten`` if it is thrown away unasked.

    ``around`` is called with ``work`` when somebody asks. ``depth``: frames between here and the test.
    """

    __slots__ = ("_around", "_asked", "_forgotten", "_what", "_work")

    def __init__(
        self,
        work: Coroutine[Any, Any, T],
        around: Callable[[Coroutine[Any, Any, T]], Coroutine[Any, Any, T]],
        forgotten: Callable[[str], object],
        what: str,
        depth: int = 2,
    ) -> None:
        self._work = work
        self._around = around
        self._asked: Coroutine[Any, Any, T] | None = None
        self._forgotten = forgotten
        frame = sys._getframe(depth)
        self._what = f"{what} ({Path(frame.f_code.co_filename).name}, line {frame.f_lineno}) was not awaited"

    def __await__(self) -> Generator[Any, Any, T]:
        return self._begun().__await__()

    def send(self, value: Any) -> Any:
        """See Coroutine."""
        return self._begun().send(value)

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: BaseException | object = None,
        tb: TracebackType | None = None,
    ) -> Any:
        """See Coroutine."""
        return self._begun().throw(val if isinstance(val, BaseException) else typ)

    def close(self) -> None:
        """See Coroutine."""
        self._begun().close()
        self._work.close()

    def _begun(self) -> Coroutine[Any, Any, T]:
        if self._asked is None:
            self._asked = self._around(self._work)
        return self._asked

    def __del__(self) -> None:
        if self._asked is None:
            self._work.close()
            self._forgotten(self._what)
