"""An open card: a live component with a form that saves itself, a stream of comments, and uploads."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.shortcuts import get_object_or_404

from django_phoenix.live_component import LiveComponent, Params, event
from django_phoenix.uploads import UploadEntry
from testproject.roost import deeds
from testproject.roost.forms import CardForm
from testproject.roost.models import Attachment, Card, Comment, Label, Lane, Step
from testproject.roost.rows import Person, people_of

Short = Annotated[str, MinLengthValidator(1), MaxLengthValidator(120)]
Long = Annotated[str, MinLengthValidator(1), MaxLengthValidator(2000)]


class Choice(NamedTuple):
    """A label or a person that the card may have."""

    id: int
    name: str
    tone: str
    person: Person | None
    chosen: bool


class StepRow(NamedTuple):
    id: int
    text: str
    done: bool


class FileRow(NamedTuple):
    id: int
    name: str
    size: int
    picture: bool
    url: str


class CardPanel(LiveComponent):
    """`board`: the board's id; `news`: what has just happened to the card."""

    template_name = "roost/card.html"

    class Assigns:
        board: int
        title: str = ""
        lane: int = 0
        lanes: tuple[tuple[int, str], ...] = ()
        labels: tuple[Choice, ...] = ()
        people: tuple[Choice, ...] = ()
        steps: tuple[StepRow, ...] = ()
        steps_done: int = 0
        files: tuple[FileRow, ...] = ()
        form: CardForm
        writes: bool = False

    def mount(self) -> None:
        self.allow_upload(
            "files",
            max_entries=5,
            max_file_size=10 * 1024 * 1024,
            auto_upload=True,
            progress=self.arrives,
        )

    def update(self, board: int | None = None, news: str = "", **rest: Any) -> None:
        if board is not None:
            self.assigns.board = board
            self.stream("comments", self.comments(), live=True)
        self.load()

    @property
    def card(self) -> Card:
        return get_object_or_404(
            Card.objects.select_related("lane"),
            pk=self.id,
            lane__board=self.assigns.board,
            lane__board__members=self.request.user,
        )

    def load(self) -> None:
        card = self.card
        labels, people = (
            set(getattr(card, name).values_list("pk", flat=True)) for name in ("labels", "people")
        )
        members = people_of(card.lane.board.members.select_related("profile"))
        self.assign(
            title=card.title,
            lane=card.lane_id,
            lanes=tuple(Lane.objects.filter(board=self.assigns.board).values_list("pk", "name")),
            labels=tuple(
                Choice(label.pk, label.name, label.tone, None, label.pk in labels)
                for label in Label.objects.filter(board=self.assigns.board)
            ),
            people=tuple(Choice(one.id, one.name, one.tone, one, one.id in people) for one in members),
            steps=tuple(StepRow(step.pk, step.text, step.done) for step in card.steps.all()),
            steps_done=card.steps.filter(done=True).count(),
            files=tuple(
                FileRow(file.pk, file.name, file.size, file.picture, file.get_absolute_url())
                for file in card.attachments.all()
            ),
            form=CardForm(instance=card),
        )

    def comments(self) -> Any:
        """The page follows them: whoever says something, it comes in, and what is taken back goes."""
        return Comment.objects.filter(card=self.id, card__lane__board=self.assigns.board).select_related(
            "author__profile"
        )

    # The form saves itself.

    @event
    def edit(self, params: Params) -> None:
        form = CardForm(params, instance=self.card)
        if form.is_valid() and form.changed_data:
            deeds.change_card(self.request.user, form.instance, form.changed_data)
        self.assigns.form = form

    @event
    def put(self, lane: int) -> None:
        target = get_object_or_404(Lane, pk=lane, board=self.assigns.board)
        deeds.move_card(self.request.user, self.card, target, 0)

    @event
    def label(self, id: int) -> None:
        get_object_or_404(Label, pk=id, board=self.assigns.board)
        deeds.label(self.request.user, self.card, id)

    @event
    def give(self, id: int) -> None:
        card = self.card
        get_object_or_404(card.lane.board.members, pk=id)
        deeds.give(self.request.user, card, id)

    @event
    def remove(self) -> None:
        deeds.remove_card(self.request.user, self.card)

    # The checklist.

    @event
    def add_step(self, text: Short) -> None:
        deeds.add_step(self.request.user, self.card, text.strip() or "…")
        self.push_event("composer:clear", {"id": f"step-of-{self.id}"})

    @event
    def tick(self, id: int) -> None:
        card = self.card
        step = get_object_or_404(Step, pk=id, card=card)
        step.done = not step.done
        step.save(update_fields=["done"])
        deeds.tell(self.assigns.board, card.pk, "edited", self.request.user)

    @event
    def drop_step(self, id: int) -> None:
        card = self.card
        get_object_or_404(Step, pk=id, card=card).delete()
        deeds.tell(self.assigns.board, card.pk, "edited", self.request.user)

    # Comments.

    @event
    def writing(self, text: str = "") -> None:
        """Others see that somebody is about to say something."""
        if self.assigns.writes != bool(text.strip()):
            self.assigns.writes = not self.assigns.writes
            self.send_view(("writes", self.assigns.writes))

    @event
    def say(self, text: Long) -> None:
        if text.strip():
            deeds.say(self.request.user, self.card, text.strip())
            self.writing()
        self.push_event("composer:clear", {"id": f"comment-on-{self.id}"})

    @event
    def unsay(self, id: int) -> None:
        get_object_or_404(Comment, pk=id, card=self.card, author=self.request.user).delete()
        deeds.tell(self.assigns.board, self.id, "edited", self.request.user)

    # Files: sent when they are chosen, kept when they are here.

    @event
    def choose(self) -> None:
        """The page shows what was chosen."""

    def arrives(self, name: str, entry: UploadEntry) -> None:
        if entry.done:
            self.consume_uploaded_entry(entry, self.keep)

    def keep(self, file: Any, entry: UploadEntry) -> None:
        deeds.attach(self.request.user, self.card, file)

    @event
    def cancel(self, ref: str) -> None:
        self.cancel_upload("files", ref)

    @event
    def drop_file(self, id: int) -> None:
        deeds.remove_file(get_object_or_404(Attachment, pk=id, card=self.card))
        deeds.tell(self.assigns.board, self.id, "edited", self.request.user)
