"""All that can be done to a board: each changes the database, is remembered, and is told to all who look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from django_phoenix.pubsub import broadcast
from testproject.roost.models import Activity, Attachment, Board, Card, Comment, Deed, Lane, Step, tone_of

FIRST_LANES = (("To do", False), ("Doing", False), ("Done", True))
FIRST_LABELS = ("Idea", "Bug", "Urgent")
STARTS_OF_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


def topic(board_id: int) -> str:
    """What happens on a board is told here."""
    return f"roost:{board_id}"


def topic_of(user_id: int) -> str:
    """What others do to somebody's cards is told here."""
    return f"roost:person:{user_id}"


def tell(board_id: int, card_id: int | None, what: str, by: Any) -> None:
    """Sent when the transaction is through."""
    broadcast(topic(board_id), what, {"card": card_id, "by": by.pk})


def note(who: Any, deed: Deed, card: Card, more: str = "") -> None:
    """Remember a deed and tell of it."""
    board = card.lane.board_id
    Activity.objects.create(board_id=board, card=card, who=who, deed=deed, title=card.title, more=more[:120])
    tell(board, card.pk, deed.value, who)
    for person in card.people.exclude(pk=who.pk):
        broadcast(topic_of(person.pk), deed.value, {"card": card.pk})


@transaction.atomic
def make_board(who: Any, name: str, about: str = "", tone: str = "ember") -> Board:
    board = Board.objects.create(name=name, about=about, tone=tone, owner=who)
    furnish(board)
    return board


def furnish(board: Board) -> None:
    """What a new board has from the start."""
    board.members.add(board.owner)
    for position, (name, finishes) in enumerate(FIRST_LANES):
        board.lanes.create(name=name, position=position, finishes=finishes)
    for number, name in enumerate(FIRST_LABELS):
        board.labels.create(name=name, tone=tone_of(number * 3 + 3))


@transaction.atomic
def add_card(who: Any, lane: Lane, title: str) -> Card:
    last = lane.cards.aggregate(last=Max("position"))["last"]
    card = Card.objects.create(lane=lane, title=title, position=0 if last is None else last + 1)
    note(who, Deed.MADE, card, f"to {lane.name}")
    return card


@transaction.atomic
def move_card(who: Any, card: Card, lane: Lane, index: int) -> None:
    """Lay the card at `index` (0: on top) of a list of the same board."""
    came_from = card.lane
    others = list(lane.cards.exclude(pk=card.pk))
    index = max(0, min(index, len(others)))
    others.insert(index, card)
    card.lane = lane
    for position, other in enumerate(others):
        other.position = position
    Card.objects.bulk_update(others, ["position", "lane"])
    if came_from == lane:
        tell(lane.board_id, card.pk, "sorted", who)
    elif lane.finishes:
        note(who, Deed.DONE, card)
    else:
        note(who, Deed.MOVED, card, f"to {lane.name}")


@transaction.atomic
def change_card(who: Any, card: Card, fields: Iterable[str]) -> None:
    card.save(update_fields=list(fields))
    tell(card.lane.board_id, card.pk, "edited", who)


@transaction.atomic
def remove_card(who: Any, card: Card) -> None:
    remove_files(card=card)
    board, key = card.lane.board_id, card.pk
    Activity.objects.create(board_id=board, who=who, deed=Deed.REMOVED, title=card.title)
    card.delete()
    tell(board, key, "removed", who)


@transaction.atomic
def label(who: Any, card: Card, key: int) -> None:
    """Put the label on the card, or take it off."""
    _toggle(card.labels, key)
    tell(card.lane.board_id, card.pk, "edited", who)


@transaction.atomic
def give(who: Any, card: Card, key: int) -> None:
    """Give the card to a member of its board, or take it back."""
    if _toggle(card.people, key) and key != who.pk:
        note(who, Deed.GIVEN, card)
    tell(card.lane.board_id, card.pk, "edited", who)


def _toggle(manager: Any, key: int) -> bool:
    """Whether it is there now."""
    if manager.filter(pk=key).exists():
        manager.remove(key)
        return False
    manager.add(key)
    return True


@transaction.atomic
def add_step(who: Any, card: Card, text: str) -> Step:
    step = card.steps.create(text=text)
    tell(card.lane.board_id, card.pk, "edited", who)
    return step


@transaction.atomic
def say(who: Any, card: Card, text: str) -> Comment:
    comment = card.comments.create(author=who, text=text)
    note(who, Deed.SAID, card, text)
    return comment


@transaction.atomic
def attach(who: Any, card: Card, file: UploadedFile[Any]) -> Attachment:
    start = file.read(12)
    file.seek(0)
    is_picture = start.startswith(STARTS_OF_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
    attachment = card.attachments.create(
        by=who, file=file, name=str(file.name)[-120:], size=file.size or 0, picture=is_picture
    )
    note(who, Deed.FILED, card, attachment.name)
    return attachment


def remove_file(attachment: Attachment) -> None:
    """The row at once, the file when that is certain."""
    file = attachment.file
    attachment.delete()
    transaction.on_commit(lambda: file.delete(save=False))


@transaction.atomic
def remove_lane(lane: Lane) -> None:
    remove_files(card__lane=lane)
    lane.delete()


@transaction.atomic
def remove_board(board: Board) -> None:
    remove_files(card__lane__board=board)
    board.delete()


def remove_files(**where: Any) -> None:
    for attachment in Attachment.objects.filter(**where):
        remove_file(attachment)
