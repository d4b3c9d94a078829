"""A radio that plays on while its pages change: the player is a sticky view in a frame that they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from django_phoenix.live_view import LiveView, event
from testproject.pages.catalogue import BY_NAME
from testproject.radio.stations import BY_SLUG, STATIONS, Station


class PlayerLive(LiveView):
    """Stands in radio/frame.html and outlives the pages. Their buttons have ``phx-target="#player"``."""

    template_name = "radio/player.html"
    container = ("section", {"class": "player", "aria-label": "Player"})

    class Assigns:
        station: Station | None = None
        playing: bool = False

    @event
    def play(self, station: str) -> None:
        if station in BY_SLUG:
            self.assigns.station = BY_SLUG[station]
            self.assigns.playing = True

    @event
    def toggle(self) -> None:
        self.assigns.playing = not self.assigns.playing

    @event
    def skip(self, by: int = 1) -> None:
        now = self.assigns.station
        place = STATIONS.index(now) + by if now else 0
        self.play(STATIONS[place % len(STATIONS)].slug)

    @event
    def visit(self) -> None:
        """Show the station's page; what plays goes on."""
        if self.assigns.station is not None:
            self.push_navigate("station", self.assigns.station.slug)


class RadioLive(LiveView):
    template_name = "radio/radio.html"

    class Assigns:
        page_title: str = "Radio"
        stations: tuple[Station, ...] = STATIONS


class StationLive(LiveView):
    template_name = "radio/station.html"

    class Assigns:
        page_title: str
        station: Station

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        station = BY_SLUG.get(params["slug"])
        if station is None:
            raise Http404("No such station.")
        self.assign(station=station, page_title=station.name, demo=BY_NAME["radio"])
