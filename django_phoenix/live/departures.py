"""Views of one client that lead elsewhere: children that join too late, joins that go round in a circle."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from django_phoenix.exceptions import RedirectLoop
from django_phoenix.live.navigation import Leaving, Navigate

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.transport.connection import Connection

# Of so many views that have left a page while children of theirs may still be joining.
REMEMBERED = 16

# As many joins in a row as browsers follow redirects, of those that a GET is answered with.
LIMIT = 20


class Departures:
    """Those of one connection, which keeps them from the first one on."""

    __slots__ = ("marks", "row")

    def __init__(self) -> None:
        # Of views that had joined: by what their children's tokens know them.
        self.marks: deque[str] = deque(maxlen=REMEMBERED)
        # How many joins in a row were answered with another place.
        self.row = 0


def departures_of(connection: Connection) -> Departures:
    """Made when they are first needed."""
    if connection.departures is None:
        connection.departures = Departures()
    return connection.departures


def note_departure(channel: LiveChannel) -> None:
    """The view leads elsewhere: children of it that join now are too late, but nothing is wrong."""
    family = channel.live.family
    if family is not None:
        departures_of(channel.server.connection).marks.append(family.mark)


def has_departed(connection: Connection, mark: str) -> bool:
    """Whether this was the mark of a view that led elsewhere."""
    return connection.departures is not None and mark in connection.departures.marks


def count_redirect(channel: LiveChannel, target: Leaving) -> None:
    """A join is answered with another place: the client would follow such answers for ever.

    Raises RedirectLoop if that has happened too often in a row.
    """
    if not isinstance(target, Navigate):
        return  # the page goes, and its connection
    departures = departures_of(channel.server.connection)
    departures.row += 1
    if departures.row > LIMIT:
        departures.row = 0
        raise RedirectLoop(
            f"{channel.log_name} leads to {target.to!r}, after {LIMIT} joins in a row that led elsewhere. "
            "Do two views navigate to one another in mount() or handle_params()?"
        )


def note_arrival(channel: LiveChannel) -> None:
    """A view has been mounted: the row is over."""
    departures = channel.server.connection.departures
    if departures is not None:
        departures.row = 0
