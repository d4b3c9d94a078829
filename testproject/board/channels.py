"""The whiteboard's two topics: what stays (strokes, in the database) and what passes (hands that move)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from django_phoenix.channel import Channel, JoinRefused, Reply, event
from django_phoenix.history import History
from django_phoenix.presence import Presence
from testproject import visitors
from testproject.board.beat import beat_of
from testproject.board.models import Stroke

FULL = 3000
LONGEST_STROKE = 4000
LONGEST_MOVE = 4096
FARTHEST = 16_000


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
    async def stroke(
        self, uid: str, tool: Literal["pen", "marker", "eraser"], ink: int, size: int, points: list[int]
    ) -> Reply:
        if not (len(uid) <= 40 and 0 <= ink < 8 and 0 <= size < 3 and is_line(points)):
            return Reply.error({"reason": "that is no stroke"})
        if await Stroke.objects.filter(board=self.assigns.board).acount() >= FULL:
            return Reply.error({"reason": "The board is full. Clear it to go on."})
        stroke, is_new = await Stroke.objects.aget_or_create(
            board=self.assigns.board,
            uid=uid,
            defaults={
                "author": self.assigns.author,
                "tool": tool,
                "ink": ink,
                "size": size,
                "points": points,
            },
        )
        if is_new:
            self.broadcast("stroke", stroke.as_payload())
        return Reply.ok({"id": stroke.pk})

    @event
    async def undo(self) -> Reply:
        mine = Stroke.objects.filter(board=self.assigns.board, author=self.assigns.author)
        last = await mine.order_by("-pk").afirst()
        if last is None:
            return Reply.error({"reason": "Nothing of yours is left to take back."})
        await last.adelete()
        self.broadcast("undone", {"uid": last.uid})
        return Reply.ok({})

    @event
    async def clear(self) -> Reply:
        await Stroke.objects.filter(board=self.assigns.board).adelete()
        self.broadcast("cleared", {})
        return Reply.ok({})


def is_line(points: list[int]) -> bool:
    """x, y, then steps; neither too many nor too far."""
    pairs, rest = divmod(len(points), 2)
    return rest == 0 and 0 < pairs <= LONGEST_STROKE and all(-FARTHEST <= n <= FARTHEST for n in points)


class HandsPresence(Presence):
    """Who is at a board: one key for each visitor, one meta for each of their hands (tabs)."""


class HandsChannel(Channel):
    """Where everybody's hand is, and what it is drawing just now. Nothing of it is kept."""

    presence: ClassVar[type[Presence] | None] = HandsPresence

    async def join(self, payload: dict[str, Any], *, board: str) -> dict[str, Any]:
        hand = payload.get("hand")
        if type(hand) is not int or not 0 <= hand < 2**32:
            raise JoinRefused({"reason": "hand should be a number of 32 bits"})
        self.assigns.hand = hand
        self.assigns.beat = beat_of(self.topic)
        visitor = self.assigns.visitor = visitors.of_socket(self.socket)
        self.track(visitor.key, self.meta(str(payload.get("name", ""))))
        return {"you": visitor.key}

    def meta(self, name: str) -> dict[str, Any]:
        return {"hand": self.assigns.hand, "name": visitors.chosen_name(self.assigns.visitor, name)}

    @event
    async def rename(self, name: str) -> None:
        self.update(self.assigns.visitor.key, self.meta(name))

    @event
    async def move(self, data: bytes) -> Reply | None:
        if len(data) % 2 or not 4 <= len(data) <= LONGEST_MOVE:
            return Reply.error({"reason": "a move should be a few numbers of 16 bits"})
        self.assigns.beat.add(self.assigns.hand, data)
        return None
