"""A board: everybody who looks at it sees the same lists, who else is here, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from django_phoenix.live_view import Broadcast, event
from testproject.roost import deeds
from testproject.roost.live.page import RoostLive
from testproject.roost.live_components import CardPanel
from testproject.roost.models import Card, Lane
from testproject.roost.presence import BoardPresence, Here, meta_of, who_is_here
from testproject.roost.rows import LaneRow, Person, lanes_of, people_of

Title = Annotated[str, MinLengthValidator(1), MaxLengthValidator(120)]


class BoardRow(NamedTuple):
    id: int
    name: str
    about: str
    tone: str


def with_me(here: tuple[Here, ...], me: Person) -> tuple[Here, ...]:
    """At GET nobody is tracked yet; the page that joins should not look different."""
    if any(one.id == me.id for one in here):
        return here
    return tuple(sorted((*here, Here(me.id, me, (), ())), key=lambda one: one.person.name))


class BoardLive(RoostLive):
    template_name = "roost/board.html"

    class Assigns:
        page_title: str = ""
        board: BoardRow
        lanes: tuple[LaneRow, ...] = ()
        members: tuple[Person, ...] = ()
        here: tuple[Here, ...] = ()
        eyes: dict[int, tuple[Person, ...]] = {}  # noqa: RUF012  (each view gets its own)
        open_card: int = 0

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        board = self.my_board(params["board"])
        self.topic = deeds.topic(board.pk)
        self.subscribe(self.topic)
        self.assigns.board = BoardRow(board.pk, board.name, board.about, board.tone)
        self.assigns.members = people_of(board.members.select_related("profile"))
        self.load()
        BoardPresence.track(self, self.assigns.me.id, meta_of(self.assigns.me), topic=self.topic)
        self.look_around()

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """The board's own URL, or that of one of its cards: which is the same page with a dialog."""
        board = self.assigns.board
        if params["board"] != board.id:
            raise Http404("A patch leads to a URL of the same board.")
        card = self.find(params["card"]) if "card" in params else None
        self.assigns.page_title = card.title if card else board.name
        self.show(card.pk if card else 0)

    def find(self, key: int) -> Card:
        return get_object_or_404(
            Card.objects.select_related("lane"), pk=key, **self.here_and_mine("lane__board")
        )

    def here_and_mine(self, board: str) -> dict[str, Any]:
        """For a lookup: of this board, and the visitor is still one of its members."""
        return {board: self.assigns.board.id, f"{board}__members": self.request.user}

    def load(self) -> None:
        self.assigns.lanes = lanes_of(self.assigns.board.id)

    # Who else is here.

    def show(self, card: int) -> None:
        if card != self.assigns.open_card:
            self.assigns.open_card = card
            self.appear(writes=False)

    def appear(self, writes: bool) -> None:
        if self.connected:
            meta = meta_of(self.assigns.me, self.assigns.open_card or None, writes)
            BoardPresence.update(self, self.assigns.me.id, meta, topic=self.topic)

    def look_around(self) -> None:
        self.assigns.here = here = with_me(who_is_here(self.topic), self.assigns.me)
        eyes: dict[int, tuple[Person, ...]] = {}
        for other in here:
            for card in other.cards:
                if other.id != self.assigns.me.id:
                    eyes[card] = (*eyes.get(card, ()), other.person)
        self.assigns.eyes = eyes

    # What happens on the board, here and elsewhere.

    def handle_info(self, message: Broadcast | tuple[Any, ...]) -> None:
        match message:
            case Broadcast(event="presence_diff"):
                self.look_around()
            case Broadcast(event="removed", payload={"card": key}) if key == self.assigns.open_card:
                self.load()
                self.leave()
            case Broadcast(event=what, payload={"card": key}):
                if self.still_mine(self.assigns.board.id):
                    self.load()
                    if key == self.assigns.open_card:
                        self.send_update(CardPanel, id=key, news=what)
            case ("writes", bool(writes)):
                self.appear(writes)

    @event
    def leave(self) -> None:
        self.push_patch("roost:board", self.assigns.board.id)

    @event
    def move(self, id: int, lane: int, index: int) -> None:
        target = get_object_or_404(Lane, pk=lane, **self.here_and_mine("board"))
        deeds.move_card(self.request.user, self.find(id), target, index)
        self.load()  # in the reply, for whoever moves it on with the keyboard

    @event
    def add_card(self, lane: int, title: Title) -> None:
        target = get_object_or_404(Lane, pk=lane, **self.here_and_mine("board"))
        deeds.add_card(self.request.user, target, title.strip() or "Untitled")
        self.push_event("composer:clear", {"id": f"add-{lane}"})

    @event
    def add_lane(self, name: Annotated[str, MinLengthValidator(1), MaxLengthValidator(40)]) -> None:
        board = self.my_board(self.assigns.board.id)
        board.lanes.create(name=name, position=len(self.assigns.lanes))
        deeds.tell(board.pk, None, "sorted", self.request.user)
        self.push_event("composer:clear", {"id": "add-lane"})

    @property
    def url(self) -> str:
        return reverse("roost:board", args=[self.assigns.board.id])
