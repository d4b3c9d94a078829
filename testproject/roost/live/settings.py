"""Settings: of the visitor, and of a board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db.models import Count
from django.shortcuts import get_object_or_404

from django_phoenix.generic.edit import UpdateLive
from django_phoenix.live_view import Broadcast, event
from testproject.roost import deeds
from testproject.roost.forms import BoardForm, ProfileForm
from testproject.roost.live.page import RoostLive
from testproject.roost.models import Board, Lane, Profile, tone_of
from testproject.roost.rows import Person, Tag, people_of, person_of, tags_of

Short = Annotated[str, MinLengthValidator(1), MaxLengthValidator(40)]


class ProfileLive(RoostLive, UpdateLive):
    template_name = "roost/profile.html"
    form_class = ProfileForm
    success_message = "Saved. Others see it from now on."

    class Assigns:
        page_title: str = "Settings"
        area: str = "settings"
        form: ProfileForm

    uploads: Mapping[str, Mapping[str, Any]] = {
        "picture": {"accept": ".png,.jpg,.jpeg,.gif,.webp", "max_file_size": 3 * 1024 * 1024}
    }

    def get_object(self, queryset: Any = None) -> Profile:
        return Profile.of(self.request.user)

    def form_valid(self, form: Any) -> None:
        self.object = form.save()
        self.assigns.me = person_of(self.object)
        self.put_flash("success", self.success_message)
        self.reset_form()


class LaneRow(NamedTuple):
    id: int
    name: str
    finishes: bool
    cards: int


class BoardSettingsLive(RoostLive, UpdateLive):
    """A board's name, lists, labels and people. All but the name is changed at once."""

    template_name = "roost/board_settings.html"
    form_class = BoardForm
    success_message = "Saved."

    class Assigns:
        page_title: str = "Board settings"
        board: int = 0
        name: str = ""
        tone: str = ""
        form: BoardForm
        lanes: tuple[LaneRow, ...] = ()
        labels: tuple[Tag, ...] = ()
        people: tuple[Person, ...] = ()
        owner: int = 0
        stranger: str = ""

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.subscribe(deeds.topic(self.my_board(params["board"]).pk))

    def get_object(self, queryset: Any = None) -> Board:
        return self.my_board(self.kwargs["board"])

    def load(self) -> None:
        super().load()
        self.look()

    def look(self) -> None:
        board = self.object
        lanes = board.lanes.annotate(count=Count("cards"))
        self.assign(
            board=board.pk,
            name=board.name,
            tone=board.tone,
            owner=board.owner_id,
            lanes=tuple(LaneRow(lane.pk, lane.name, lane.finishes, lane.count) for lane in lanes),
            labels=tags_of(board.labels.all()),
            people=people_of(board.members.select_related("profile")),
        )

    def handle_info(self, message: Broadcast) -> None:
        if message.event != "presence_diff" and self.still_mine(self.object.pk):
            self.look()

    def form_valid(self, form: Any) -> None:
        self.object = form.save()
        self.put_flash("success", self.success_message)
        self.reset_form()
        self.changed()

    def changed(self) -> None:
        self.look()
        deeds.tell(self.object.pk, None, "sorted", self.request.user)

    # Lists.

    @event
    def lane(self, id: int, name: str, finishes: bool = False) -> None:
        lane = get_object_or_404(Lane, pk=id, board=self.get_object())
        lane.name, lane.finishes = name.strip()[:40] or lane.name, finishes
        lane.save()
        self.changed()

    @event
    def shift(self, id: int, by: Literal[-1, 1]) -> None:
        """Change places with the list before or after it."""
        lanes = list(self.get_object().lanes.all())
        at = next((number for number, lane in enumerate(lanes) if lane.pk == id), None)
        if at is None or not 0 <= at + by < len(lanes):
            return
        lanes.insert(at + by, lanes.pop(at))
        for position, lane in enumerate(lanes):
            lane.position = position
        Lane.objects.bulk_update(lanes, ["position"])
        self.changed()

    @event
    def drop_lane(self, id: int) -> None:
        deeds.remove_lane(get_object_or_404(Lane, pk=id, board=self.get_object()))
        self.changed()

    @event
    def add_lane(self, name: Short) -> None:
        self.get_object().lanes.create(name=name, position=len(self.assigns.lanes))
        self.push_event("composer:clear", {"id": "new-lane"})
        self.changed()

    # Labels.

    @event
    def add_label(self, name: Annotated[str, MinLengthValidator(1), MaxLengthValidator(24)]) -> None:
        self.get_object().labels.create(name=name, tone=tone_of(len(self.assigns.labels)))
        self.push_event("composer:clear", {"id": "new-label"})
        self.changed()

    @event
    def drop_label(self, id: int) -> None:
        self.get_object().labels.filter(pk=id).delete()
        self.changed()

    # People.

    @event
    def invite(self, username: str = "") -> None:
        user = get_user_model().objects.filter(username=username.strip(), is_active=True).first()
        self.assigns.stranger = "" if user else username.strip()
        if user is not None:
            Profile.of(user)
            self.get_object().members.add(user)
            self.push_event("composer:clear", {"id": "invite"})
            self.changed()

    @event
    def dismiss(self, id: int) -> None:
        """Its owner belongs to a board for good; who dismisses themselves has left."""
        if id == self.get_object().owner_id:
            return
        self.get_object().members.remove(id)
        self.changed()
        if id == self.request.user.pk:
            self.push_navigate("roost:boards")

    @event
    def drop_board(self) -> None:
        if self.request.user.pk != self.object.owner_id:
            raise PermissionDenied
        self.put_flash("info", f"{self.object.name} is gone.")
        deeds.remove_board(self.object)
        self.push_navigate("roost:boards")
