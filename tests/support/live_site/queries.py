"""Views and components whose streams follow queries, and their URLs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event

HERE = "tests.support.live_site.queries"
USERS = """<ul id="{0}" phx-update="stream">
{{% for dom_id, u in streams.{0} %}}<li id="{{{{ dom_id }}}}">{{{{ u }}}} {{{{ u.groups.count }}}}</li>
{{% endfor %}}</ul>"""


class ActiveLive(LiveView):
    """The first three who are active, by name."""

    template = USERS.format("users")
    query = User.objects.filter(is_active=True).order_by("username")

    def mount(self, params: Any, session: Any) -> None:
        self.stream("users", self.query[: int(params.get("first", 3))], live=True)

    @event
    def window(self, low: int, high: int | None = None, reset: bool = False) -> None:
        self.stream("users", self.query[low:high], live=True, reset=reset)

    @event
    def own(self, name: str) -> None:
        self.stream("users", [User(pk=99, username=name)], reset=True)

    @event
    def follow(self) -> None:
        self.stream("users", self.query, live=True, reset=True)

    @event
    def refresh(self) -> None:
        self.stream_refresh("users")

    @event
    def touch(self, pk: int) -> None:
        self.stream_insert("users", User.objects.get(pk=pk), update_only=True)


class AsyncActiveLive(ActiveLive):
    """The same of an async view, which could not read a query itself."""

    async def mount(self, params: Any, session: Any) -> None:
        self.stream("users", self.query[:3], live=True)

    @event
    async def window(self, low: int, high: int | None = None, reset: bool = False) -> None:
        self.stream("users", self.query[low:high], live=True, reset=reset)


class OddIdsLive(LiveView):
    """Falling, without a slice, with ids of its own, through a relation."""

    template = USERS.format("members")

    def mount(self, params: Any, session: Any) -> None:
        query = User.objects.filter(groups__name=params.get("group", "one")).order_by(
            "-is_staff", "-username"
        )
        self.stream("members", query, live=True, dom_id=lambda user: f"u-{user.username}")


class HiddenLive(LiveView):
    """Its list is shown at times."""

    template = f"<main>{{% if shown %}}{USERS.format('users')}{{% endif %}}</main>"

    class Assigns:
        shown: bool = True

    def mount(self, params: Any, session: Any) -> None:
        self.stream("users", User.objects.order_by("username"), live=True)

    @event
    def toggle(self) -> None:
        self.assigns.shown = not self.assigns.shown


class RoomComponent(LiveComponent):
    """Members of one group."""

    template = f"<section>{{{{ group }}}}{USERS.format('members')}</section>"

    def update(self, **assigns: Any) -> None:
        self.assign(assigns)
        query = User.objects.filter(groups__name=self.assigns.group).order_by("username")
        self.stream("members", query, live=True, dom_id=lambda user: f"{self.id}-{user.pk}")


class RoomsLive(LiveView):
    template = (
        "{% load phoenix %}<div>{% for name in names %}"
        '{% live_component "' + HERE + '.RoomComponent" id=name group=name %}{% endfor %}</div>'
        "<ul id='groups' phx-update='stream'>{% for dom_id, group in streams.groups %}"
        '<li id="{{ dom_id }}">{{ group.name }}</li>{% endfor %}</ul>'
    )

    class Assigns:
        names: list[str] = []

    def mount(self, params: Any, session: Any) -> None:
        self.assigns.names = ["one", "two"]
        self.stream("groups", Group.objects.order_by("name"), live=True)

    @event
    def show(self, names: list[str]) -> None:
        self.assigns.names = names


VIEWS = (ActiveLive, AsyncActiveLive, OddIdsLive, HiddenLive, RoomsLive)
urlpatterns = [path(f"{view.__name__}/", view.as_view()) for view in VIEWS]
