"""What may be skipped: which values cannot change in place, and when two of them are the same.

A *cell* remembers what one dynamic part showed last time: the value it read, where that is immutable by
exact type, else a `Digest` of the text. Nothing else is kept between renders.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.safestring import SafeString

from django_phoenix.js import JS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .rendered import Node
    from .runtime import Runtime

# Immutable by exact type, and not callable.
PLAIN: set[type] = {
    str, SafeString, int, bool, NoneType, float, complex, bytes, Decimal, date, datetime, time, timedelta,
    UUID, range, JS,
}  # fmt: skip

# Of these, equal values of one type always show the same text. (Not so: 0.0 == -0.0, Decimal("1.0") ==
# Decimal("1"), equal moments in different time zones. Those are compared by identity, then by text.)
COMPARABLE: set[type] = {str, SafeString, int, bool, NoneType, bytes, date, timedelta, UUID, JS}


class Digest(int):
    """64 bits that stand for a text already sent; no plain int, for those are remembered as they are."""

    __slots__ = ()


def register_immutable(cls: type) -> type:
    """Declare that instances of exactly this class never change: parts that read them may be skipped.

    Usable as a decorator. Raises TypeError for classes whose instances are callable: templates call those.
    """
    if has_call(cls):
        raise TypeError(
            f"register_immutable({cls.__qualname__}): templates call instances of it, so what they show may "
            "change. Register the class of the values it returns instead."
        )
    PLAIN.add(cls)
    return cls


def has_call(cls: type) -> bool:
    """Whether instances of the class can be called (templates call what they can)."""
    return any("__call__" in base.__dict__ for base in cls.__mro__)


def is_immutable(value: Any) -> bool:
    """Whether the value can never show another text than now (same language, same time zone)."""
    cls = type(value)
    if cls in PLAIN:
        return True
    if cls is tuple or cls is frozenset:
        return all(map(is_immutable, value))
    if issubclass(cls, enum.Enum) and not has_call(cls):
        PLAIN.add(cls)
        return True
    return False


def same(new: Any, old: Any) -> bool:
    """Whether an immutable value certainly shows what the remembered one showed."""
    if new is old:
        return True
    cls = type(new)
    if cls is not type(old):
        return False
    if cls in COMPARABLE:
        return bool(new == old)
    if cls is tuple:
        return len(new) == len(old) and all(map(same, new, old))
    return False


class TreeCell:
    """What is remembered of a part that showed a tree of texts: its block, and a hash of each text."""

    __slots__ = ("block", "hashes")

    def __init__(self, tree: Node) -> None:
        *texts, self.block = tree.values()
        self.hashes = tuple(map(hash, texts))


def cell(rt: Runtime, value: Any, text: Any) -> Any:
    """What to remember of a part that read one value and showed this text, or tree of texts."""
    if type(value) in PLAIN or is_immutable(value):
        return value
    if type(text) is dict:
        rt.fresh.append(text)
        return TreeCell(text)
    return Digest(hash(text))


def cells(values: tuple[Any, ...], text: str) -> tuple[Any, ...]:
    """The same for a part that read several: all of them, or one digest and padding."""
    if all(map(is_immutable, values)):
        return values
    return (Digest(hash(text)), *[None] * (len(values) - 1))


def changed(rt: Runtime, show: Callable[..., Any], memory: list[Any], at: int, new: Any) -> Any:
    """The new text of a pure part that reads one value, or None if the client has it already.

    Of a tree of texts it is the difference.
    """
    old = memory[at]
    if type(new) in PLAIN or is_immutable(new):
        if same(new, old):
            rt.journal.append((memory, at, new))  # so that the next comparison is by identity
            return None
        text = show(rt, new)
        known = hash(text) == old if type(old) is Digest else text == show(rt, old)
        rt.journal.append((memory, at, new))
        return None if known else text
    text = show(rt, new)
    if type(text) is dict:
        return changed_tree(rt, memory, at, text)
    digest = hash(text)
    if type(old) is Digest:
        if digest == old:
            return None
    elif text == show(rt, old):
        rt.journal.append((memory, at, Digest(digest)))
        return None
    rt.journal.append((memory, at, Digest(digest)))
    return text


def changed_tree(rt: Runtime, memory: list[Any], at: int, tree: Node) -> Any:
    """What is new in a tree of texts, or None."""
    old = memory[at]
    new = TreeCell(tree)
    if type(old) is TreeCell and old.block is new.block:
        if old.hashes == new.hashes:
            return None
        rt.journal.append((memory, at, new))
        return {
            slot: text
            for slot, text, now, before in zip(tree, tree.values(), new.hashes, old.hashes, strict=False)
            if now != before
        }
    rt.journal.append((memory, at, new))
    rt.fresh.append(tree)
    return tree


def changed_by_many(
    rt: Runtime, show: Callable[..., str], memory: list[Any], at: int, new: tuple[Any, ...]
) -> str | None:
    """The same for a pure part that reads several values, remembered in neighbouring cells."""
    old = tuple(memory[at : at + len(new)])
    immutable = all(map(is_immutable, new))
    digested = type(old[0]) is Digest
    if immutable and not digested and all(map(same, new, old)):
        rt.journal.append((memory, slice(at, at + len(new)), new))
        return None
    text = show(rt, *new)
    known = hash(text) == old[0] if digested else text == show(rt, *old)
    if not (known and digested and not immutable):
        remember = new if immutable else (Digest(hash(text)), *[None] * (len(new) - 1))
        rt.journal.append((memory, slice(at, at + len(new)), remember))
    return None if known else text


def changed_text(rt: Runtime, memory: list[Any], at: int, text: str) -> str | None:
    """The same for a part that is evaluated every time: only its text is compared."""
    digest = hash(text)
    if memory[at] == digest:
        return None
    rt.journal.append((memory, at, Digest(digest)))
    return text


# What generated code calls: the same, with the text put into the diff.


def renew(
    rt: Runtime, d: dict[str, Any], slot: str, show: Callable[..., str], memory: list[Any], at: int, new: Any
) -> None:
    text = changed(rt, show, memory, at, new)
    if text is not None:
        d[slot] = text


def renew_by_many(
    rt: Runtime,
    d: dict[str, Any],
    slot: str,
    show: Callable[..., str],
    memory: list[Any],
    at: int,
    new: tuple[Any, ...],
) -> None:
    text = changed_by_many(rt, show, memory, at, new)
    if text is not None:
        d[slot] = text


def renew_text(rt: Runtime, d: dict[str, Any], slot: str, memory: list[Any], at: int, text: str) -> None:
    new = changed_text(rt, memory, at, text)
    if new is not None:
        d[slot] = new
