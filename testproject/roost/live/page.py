"""What all pages behind the login share: who looks, and which boards they may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404

from django_phoenix.guards import Guard, require_login
from django_phoenix.live_view import LiveView
from testproject.roost.models import Board, Profile
from testproject.roost.rows import Person, person_of


def know_me(view: LiveView, params: dict[str, Any], session: Mapping[str, Any]) -> None:
    """`me`: how the visitor appears to others."""
    view.assigns.me = person_of(Profile.of(view.request.user))


class RoostLive(LiveView):
    """A page for members. `area` says which part of the site it belongs to."""

    on_mount: ClassVar[tuple[Guard, ...]] = (require_login, know_me)

    class Assigns:
        me: Person
        area: str = "boards"

    def my_board(self, key: int) -> Board:
        """Raises Http404 for a board of others: whether it exists is their business."""
        return get_object_or_404(Board, pk=key, members=self.request.user)

    def still_mine(self, key: int) -> bool:
        """Whether the visitor is still a member; if not, they are led away."""
        if Board.objects.filter(pk=key, members=self.request.user).exists():
            return True
        self.put_flash("info", "You are not on that board any more.")
        self.push_navigate("roost:boards")
        return False
