"""The names bound at the place that is being read: what ``for``, ``with`` and others add and take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .source import Scope


class Names:
    """Changes while a page is put together; ``scope`` is what holds now."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._isolated = False
        self._open = False
        self._scope: Scope | None = None

    @property
    def scope(self) -> Scope:
        """The same object as long as nothing changes."""
        if self._scope is None:
            self._scope = Scope(self._names, self._isolated, self._open)
        return self._scope

    @property
    def is_open(self) -> bool:
        return self._open

    def bind(self, names: Iterable[str]) -> None:
        """From here to the end of the body."""
        more = frozenset(names)
        if not more <= self._names:
            self._names |= more
            self._scope = None

    def open(self) -> None:
        """From here to the end of the body any name may be bound."""
        self._open = True
        self._scope = None

    @contextmanager
    def within(self, names: Iterable[str], *, isolated: bool = False, open: bool = False) -> Iterator[None]:
        """A body that has these names besides, or (``isolated``) instead."""
        outer = self._names, self._isolated, self._open
        self._names = frozenset(names) if isolated else self._names | frozenset(names)
        self._isolated = self._isolated or isolated
        self._open = open or (self._open and not isolated)
        self._scope = None
        try:
            yield
        finally:
            self._names, self._isolated, self._open = outer
            self._scope = None
