"""Live views that lead to one another at each join: the client would follow them for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from django_phoenix.exceptions import RedirectLoop
from django_phoenix.live.navigation import Leaving, Navigate

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.transport.connection import Connection

# As many as browsers follow, of those that a GET is answered with.
LIMIT = 20

# Of the connections whose last join was answered so, how many in a row.
_rows: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()


def count(channel: LiveChannel, target: Leaving) -> None:
    """A join is answered with another place. Raises RedirectLoop if that has happened too often in a row."""
    if not isinstance(target, Navigate):
        return  # the page goes, and its connection
    connection = channel.server.connection
    row = _rows[connection] = _rows.get(connection, 0) + 1
    if row > LIMIT:
        forget(channel)
        raise RedirectLoop(
            f"{channel.log_name} leads to {target.to!r}, after {LIMIT} joins in a row that led elsewhere. "
            "Do two views navigate to one another in mount() or handle_params()?"
        )


def forget(channel: LiveChannel) -> None:
    """A view has been mounted."""
    if _rows:
        _rows.pop(channel.server.connection, None)
