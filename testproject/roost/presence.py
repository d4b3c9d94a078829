"""Who looks at which board, and at which of its cards."""

from __future__ import annotations

from typing import Any, NamedTuple

from django_phoenix.presence import Presence
from testproject.roost.rows import Person


class BoardPresence(Presence):
    """Keys are users; each of their tabs says which card it has open, and whether they are writing."""


class Here(NamedTuple):
    """Somebody who is here."""

    id: int
    person: Person
    cards: tuple[int, ...]
    writes: tuple[int, ...]


def meta_of(person: Person, card: int | None = None, writes: bool = False) -> dict[str, Any]:
    """What one tab says of itself."""
    return {**person._asdict(), "card": card, "writes": writes}


def who_is_here(topic: str) -> tuple[Here, ...]:
    """Each person once, however many tabs they have open."""
    found = [here(entry["metas"]) for entry in BoardPresence.list(topic).values()]
    return tuple(sorted(found, key=lambda one: one.person.name))


def here(metas: list[dict[str, Any]]) -> Here:
    newest = metas[-1]
    return Here(
        newest["id"],
        Person(newest["id"], newest["name"], newest["tone"], newest["face_url"]),
        cards=tuple(sorted({meta["card"] for meta in metas if meta["card"]})),
        writes=tuple(sorted({meta["card"] for meta in metas if meta["card"] and meta["writes"]})),
    )
