"""The bell: what others did to the visitor's cards. A sticky view: it rings on, whichever page is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone

from django_phoenix.guards import Guard, require_login
from django_phoenix.live_view import Broadcast, LiveView, event
from testproject.roost import deeds
from testproject.roost.models import Activity, Profile

SHOWN = 8


class BellLive(LiveView):
    template_name = "roost/bell.html"
    container = ("div", {"class": "bell"})
    on_mount: ClassVar[tuple[Guard, ...]] = (require_login,)

    class Assigns:
        notices: list[Activity]
        unread: int = 0

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.subscribe(deeds.topic_of(self.request.user.pk))
        self.load()

    def handle_info(self, message: Broadcast) -> None:
        self.load()

    def load(self) -> None:
        user = self.request.user
        found = Activity.objects.filter(card__people=user, board__members=user).exclude(who=user)
        self.assigns.notices = list(found.select_related("who__profile", "board")[:SHOWN])
        self.assigns.unread = found.filter(at__gt=Profile.of(user).rung_at).count()

    @event
    def read(self) -> None:
        Profile.objects.filter(user=self.request.user).update(rung_at=timezone.now())
        self.assigns.unread = 0
