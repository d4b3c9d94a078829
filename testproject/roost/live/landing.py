"""The front page, with a board to play with: it belongs to this tab alone, and forgets itself with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django_phoenix.live_view import LiveView, event
from testproject.roost.rows import CardRow, LaneRow, Person, Tag

ADA, JOE, MIA = Person(1, "Ada L", "ember"), Person(2, "Joe O", "sky"), Person(3, "Mia R", "plum")
DESIGN, BUG, FEATURE = Tag(1, "Design", "plum"), Tag(2, "Bug", "rose"), Tag(3, "Feature", "indigo")


def sample(id: int, title: str, tags: tuple[Tag, ...], people: tuple[Person, ...], **facts: Any) -> CardRow:
    nothing: dict[str, Any] = {"due": None, "urgency": "", "text": False}
    counts = dict.fromkeys(("lane", "steps", "steps_done", "comments", "files"), 0)
    return CardRow(id=id, title=title, tags=tags, people=people, **{**nothing, **counts, **facts})


LANES = (
    LaneRow(
        1,
        "Next",
        False,
        (
            sample(1, "Search remembers", (FEATURE,), (JOE,), comments=2),
            sample(2, "Check every chart at night", (DESIGN, BUG), (MIA,), files=1),
        ),
    ),
    LaneRow(
        2,
        "Doing",
        False,
        (
            sample(3, "Take this card and lay it into Done", (BUG,), (JOE, MIA), steps=5, steps_done=4),
            sample(4, "New pictures for the front page", (DESIGN,), (ADA,), comments=3),
        ),
    ),
    LaneRow(
        3, "Done", True, (sample(5, "Settle on eight colours", (DESIGN,), (MIA,), steps=3, steps_done=3),)
    ),
)


class Demo(NamedTuple):
    """What a card's row needs of its board."""

    id: int
    tone: str


class LandingLive(LiveView):
    template_name = "roost/landing.html"

    class Assigns:
        page_title: str = "Boards that move while you watch"
        lanes: tuple[LaneRow, ...] = LANES
        bars: tuple[int, ...] = (30, 44, 38, 62, 56, 24, 18, 52, 70, 64, 82, 74, 40, 92)
        faces: tuple[Person, ...] = (ADA, JOE, MIA)
        moved: int = 0

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        """Nothing to fetch: the page is the same for all."""

    @event
    async def move(self, id: int, lane: int, index: int) -> None:
        card = next((card for lane in self.assigns.lanes for card in lane.cards if card.id == id), None)
        if card is None:
            return
        self.assigns.lanes = tuple(
            laid(row, card, index if row.id == lane else None) for row in self.assigns.lanes
        )
        self.assigns.moved += 1


def laid(lane: LaneRow, card: CardRow, index: int | None) -> LaneRow:
    """The list without the card, or with it at `index`."""
    cards = [other for other in lane.cards if other.id != card.id]
    if index is not None:
        cards.insert(max(0, index), card)
    return lane._replace(cards=tuple(cards))
