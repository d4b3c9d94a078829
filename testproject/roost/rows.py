"""What pages show of the models: small values that never change, so that what is new is soon found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from testproject.roost.models import (
    Attachment,
    Board,
    Card,
    Comment,
    Label,
    Lane,
    Profile,
    Step,
    initials,
)


class Person(NamedTuple):
    id: int
    name: str
    tone: str
    face_url: str = ""

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


class Tag(NamedTuple):
    id: int
    name: str
    tone: str


class CardRow(NamedTuple):
    id: int
    lane: int
    title: str
    text: bool
    tags: tuple[Tag, ...]
    people: tuple[Person, ...]
    due: date | None
    urgency: str
    steps: int
    steps_done: int
    comments: int
    files: int


class LaneRow(NamedTuple):
    id: int
    name: str
    finishes: bool
    cards: tuple[CardRow, ...]


class BoardTile(NamedTuple):
    """A board in the overview."""

    id: int
    name: str
    about: str
    tone: str
    cards: int
    done: int
    lanes: tuple[tuple[int, ...], ...]  # of each list: where its first cards stand in a small picture of it
    people: tuple[Person, ...]

    @property
    def per_cent(self) -> int:
        return round(100 * self.done / self.cards) if self.cards else 0


def person_of(profile: Profile) -> Person:
    return Person(profile.user_id, profile.name, profile.tone, profile.face_url)


def people_of(users: Iterable[Any]) -> tuple[Person, ...]:
    """For users that came with their profiles."""
    return tuple(sorted((person_of(user.profile) for user in users), key=lambda person: person.name))


def tags_of(labels: Iterable[Label]) -> tuple[Tag, ...]:
    return tuple(Tag(label.pk, label.name, label.tone) for label in labels)


def urgency(due: date | None, finished: bool) -> str:
    """late, soon, later or done; nothing for a card without a date."""
    if due is None:
        return ""
    if finished:
        return "done"
    today = timezone.localdate()
    return "late" if due < today else "soon" if due <= today + timedelta(days=2) else "later"


def number_of(things: QuerySet[Any]) -> Coalesce:
    """How many of them a card has. Each is counted by itself: joins would multiply them."""
    of_card = things.filter(card=OuterRef("pk")).order_by().values("card")
    return Coalesce(Subquery(of_card.annotate(count=Count("pk")).values("count")), 0)


def cards_to_show() -> Any:
    """Cards with all that a row says, in three queries."""
    return (
        Card.objects.select_related("lane")
        .prefetch_related("labels", "people__profile")
        .annotate(
            step_count=number_of(Step.objects.all()),
            step_done_count=number_of(Step.objects.filter(done=True)),
            comment_count=number_of(Comment.objects.all()),
            file_count=number_of(Attachment.objects.all()),
        )
    )


def card_row(card: Any) -> CardRow:
    """Of a card from `cards_to_show`."""
    return CardRow(
        id=card.pk,
        lane=card.lane_id,
        title=card.title,
        text=bool(card.text),
        tags=tags_of(card.labels.all()),
        people=people_of(card.people.all()),
        due=card.due,
        urgency=urgency(card.due, card.lane.finishes),
        steps=card.step_count,
        steps_done=card.step_done_count,
        comments=card.comment_count,
        files=card.file_count,
    )


def lanes_of(board_id: int) -> tuple[LaneRow, ...]:
    rows: dict[int, list[CardRow]] = {}
    for card in cards_to_show().filter(lane__board=board_id):
        rows.setdefault(card.lane_id, []).append(card_row(card))
    return tuple(
        LaneRow(lane.pk, lane.name, lane.finishes, tuple(rows.get(lane.pk, ())))
        for lane in Lane.objects.filter(board=board_id)
    )


def board_tiles(user: Any) -> tuple[BoardTile, ...]:
    """The user's boards."""
    boards = Board.objects.filter(members=user).prefetch_related("members__profile")
    counted = Lane.objects.filter(board__in=boards).annotate(count=Count("cards"))
    lanes: dict[int, list[Any]] = {}
    for lane in counted:
        lanes.setdefault(lane.board_id, []).append(lane)
    return tuple(board_tile(board, lanes.get(board.pk, [])) for board in boards)


def board_tile(board: Board, lanes: list[Any]) -> BoardTile:
    return BoardTile(
        id=board.pk,
        name=board.name,
        about=board.about,
        tone=board.tone,
        cards=sum(lane.count for lane in lanes),
        done=sum(lane.count for lane in lanes if lane.finishes),
        lanes=tuple(tuple(range(0, 13 * min(lane.count, 5), 13)) for lane in lanes[:6]),
        people=people_of(board.members.all()),
    )
