"""The overview: all boards of a person, what they should do next, and a dialog for a new board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone

from django_phoenix.live_view import Broadcast, Params, event
from testproject.roost import deeds
from testproject.roost.forms import BoardForm
from testproject.roost.live.page import RoostLive
from testproject.roost.models import Board, Card
from testproject.roost.presence import BoardPresence
from testproject.roost.rows import BoardTile, board_tiles, urgency


class Due(NamedTuple):
    """A card that waits for the visitor."""

    id: int
    board: int
    title: str
    where: str
    tone: str
    due: date | None
    urgency: str


def greeting() -> str:
    hour = timezone.localtime().hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def waiting_for(user: Any) -> tuple[Due, ...]:
    """The first of the user's cards that are not done; those with a date come first."""
    cards = Card.objects.filter(people=user, lane__finishes=False, lane__board__members=user)
    found = sorted(
        cards.select_related("lane__board"), key=lambda card: (card.due is None, card.due, card.pk)
    )
    return tuple(
        Due(
            card.pk,
            card.lane.board_id,
            card.title,
            f"{card.lane.board.name} · {card.lane.name}",
            card.lane.board.tone,
            card.due,
            urgency(card.due, False),
        )
        for card in found[:8]
    )


class BoardsLive(RoostLive):
    template_name = "roost/boards.html"

    class Assigns:
        page_title: str = "Boards"
        hello: str = ""
        tiles: tuple[BoardTile, ...] = ()
        waiting: tuple[Due, ...] = ()
        here: dict[int, int] = {}  # noqa: RUF012  (each view gets its own)
        making: bool = False
        form: BoardForm

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.hello = greeting()
        self.assigns.form = BoardForm()
        for key in Board.objects.filter(members=self.request.user).values_list("pk", flat=True):
            self.subscribe(deeds.topic(key))
        self.load()

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assigns.making = self.live_action == "new"
        self.assigns.page_title = "New board" if self.assigns.making else "Boards"

    def handle_info(self, message: Broadcast) -> None:
        self.load()

    def load(self) -> None:
        self.assigns.tiles = tiles = board_tiles(self.request.user)
        self.assigns.waiting = waiting_for(self.request.user)
        self.assigns.here = {tile.id: len(BoardPresence.list(deeds.topic(tile.id))) for tile in tiles}

    @event
    def leave(self) -> None:
        self.push_patch("roost:boards")

    @event
    def validate(self, params: Params) -> None:
        self.assigns.form = BoardForm(params)

    @event
    def make(self, params: Params) -> None:
        self.assigns.form = form = BoardForm(params)
        if form.is_valid():
            self.push_navigate(deeds.make_board(self.request.user, **form.cleaned_data))
