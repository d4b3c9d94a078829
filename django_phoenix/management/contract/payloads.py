"""What an event carries, as far as the template shows it, against what its handler's annotations ask for.

Values that the template fills in are never converted: only what is written in it, and what is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django_phoenix.live.forms import key_path
from django_phoenix.params import Handler, Signature
from django_phoenix.payload.mismatch import MISSING, Flaw, Mismatch
from django_phoenix.payload.records import fill

from .source import Place

Path = tuple[str, ...]


@dataclass(frozen=True)
class Sent:
    """One value of a payload. ``value`` is None if the template fills it in or the user does."""

    path: Path
    place: Place
    value: str | None = None
    # It may be left out: an unticked checkbox, an input in a branch.
    optional: bool = False
    # Of an unticked checkbox, which nobody can be sure to see ticked.
    checkbox: bool = False


def sent_as(name: str, place: Place, value: str | None = None, **more: bool) -> Sent:
    """The value of a form's input: ``user[name]`` stands at ``("user", "name")``."""
    return Sent(tuple(key_path(name)), place, value, **more)


class Expected:
    """What one handler takes."""

    def __init__(self, handler: Handler, owner: type[Any]) -> None:
        self.handler = handler
        self._signature = Signature(owner, handler.function, handler.event)

    @property
    def names(self) -> list[str] | None:
        """The keys that are not dropped; None if all reach the handler, or if a record takes them."""
        signature = self._signature
        if signature.whole or signature.rest or signature.sole:
            return None
        return [field.name for field in signature.fields]

    def missing(self, sent: Sequence[Sent]) -> list[Path]:
        """Where the handler asks for a value and nothing is sent, or only something optional."""
        # Of records inside of the payload, those of which a part is sent.
        records = {each.path[:depth] for each in sent for depth in range(1, len(each.path))}
        partly: dict[str, Any] = {}
        for record in sorted(records, key=len):
            _put(partly, record, {})
        within = [path for path in self._missing(partly) if path[:-1] in records]
        sure = [each.path for each in sent if not each.optional]
        asked = dict.fromkeys([*self._missing({}), *within])
        return [path for path in asked if not is_among(path, sure)]

    def _missing(self, payload: dict[str, Any]) -> list[Path]:
        found = [flaw for flaw in self._flaws(payload) if flaw.got is MISSING]
        return [tuple(map(str, flaw.path)) for flaw in found]

    def wrong(self, sent: Iterable[Sent]) -> Iterator[tuple[Sent, str]]:
        """Values that are written in the template and do not fit: each with what it should be."""
        for each in sent:
            if each.value is None:
                continue
            payload: dict[str, Any] = {}
            _put(payload, each.path, each.value)
            for flaw in self._flaws(payload):
                if flaw.got is not MISSING and tuple(map(str, flaw.path)) == each.path:
                    yield each, flaw.text
                    break

    def _flaws(self, payload: dict[str, Any]) -> list[Flaw]:
        signature = self._signature
        try:
            if signature.sole is not None:
                signature.sole.convert(payload)
            else:
                fill(signature.fields, payload)
        except Mismatch as mismatch:
            return mismatch.flaws or []
        except Exception:  # a site's own conversion, given a part of what it is used to
            return []
        return []


def is_among(path: Path, others: Iterable[Path]) -> bool:
    """Whether one of the others is the same, or a record that holds it, or a part of it."""
    return any(path[: len(one)] == one[: len(path)] for one in others)


def _put(payload: dict[str, Any], path: Path, value: Any) -> None:
    *above, last = path
    for key in above:
        payload = payload.setdefault(key, {})
        if not isinstance(payload, dict):
            return
    payload.setdefault(last, value)
