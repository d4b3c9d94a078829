"""The whiteboard's two topics: what stays (strokes, in the database) and what passes (hands that move)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from django_phoenix.channel import Channel, event
from django_phoenix.history import History
from django_phoenix.presence import Presence
from django_phoenix.rates import RateLike
from testproject import visitors
from testproject.board.beat import beat_of
from testproject.board.models import Stroke
from testproject.board.payloads import Hand, Line

FULL = 3000


class BoardChannel(Channel):
    """Strokes: each is kept, and told to everybody in the order in which it was kept."""

    history: ClassVar[History | None] = History(size=500, ttl=600)

    async def join(self, payload: dict[str, Any], *, board: str) -> dict[str, Any]:
        self.assigns.board = board
        self.assigns.author = visitors.of_socket(self.socket).key
        # Who comes back gets what was missed from the history, without a look at the database.
        return {} if "phx_offset" in payload else await self.all()

    @event
    async def all(self) -> dict[str, Any]:
        """Every stroke, for newcomers and for those who were away too long."""
        strokes = Stroke.objects.filter(board=self.assigns.board).order_by("pk")
        return {"strokes": [stroke.as_payload() async for stroke in strokes]}

    @event
    async def stroke(self, line: Line) -> dict[str, Any]:
        strokes = Stroke.objects.filter(board=self.assigns.board)
        if await strokes.acount() >= FULL:
            raise ValidationError("The board is full. Clear it to go on.")
        stroke, is_new = await strokes.aget_or_create(
            uid=line.uid,
            defaults={"board": self.assigns.board, "author": self.assigns.author, **asdict(line)},
        )
        if is_new:
            self.broadcast("stroke", stroke.as_payload())
        return {"id": stroke.pk}

    @event
    async def undo(self) -> dict[str, Any]:
        mine = Stroke.objects.filter(board=self.assigns.board, author=self.assigns.author)
        last = await mine.order_by("-pk").afirst()
        if last is None:
            raise ValidationError("Nothing of yours is left to take back.")
        await last.adelete()
        self.broadcast("undone", {"uid": last.uid})
        return {}

    @event
    async def clear(self) -> dict[str, Any]:
        await Stroke.objects.filter(board=self.assigns.board).adelete()
        self.broadcast("cleared", {})
        return {}


class HandsPresence(Presence):
    """Who is at a board: one key for each visitor, one meta for each of their hands (tabs)."""


class HandsChannel(Channel):
    """Where everybody's hand is, and what it is drawing just now. Nothing of it is kept."""

    presence: ClassVar[type[Presence] | None] = HandsPresence
    rate: ClassVar[RateLike | None] = "60/s"  # pages send 25

    async def join(self, hand: Hand, *, board: str) -> dict[str, Any]:
        self.assigns.hand = hand.hand
        self.assigns.beat = beat_of(self.topic)
        visitor = self.assigns.visitor = visitors.of_socket(self.socket)
        self.track(visitor.key, self.meta(hand.name))
        return {"you": visitor.key}

    def meta(self, name: str) -> dict[str, Any]:
        return {"hand": self.assigns.hand, "name": visitors.chosen_name(self.assigns.visitor, name)}

    @event
    async def rename(self, name: str) -> None:
        self.update(self.assigns.visitor.key, self.meta(name))

    @event
    async def move(self, data: Annotated[bytes, MaxLengthValidator(4096)]) -> None:
        self.assigns.beat.add(self.assigns.hand, data)
