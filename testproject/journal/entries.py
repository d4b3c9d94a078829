"""Five thousand made-up entries of a ship's journal, the newest first; any page of them at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

COUNT = 5000
PER_PAGE = 30
PAGES = -(-COUNT // PER_PAGE)
NEWEST = datetime(1926, 6, 21, 20, 0)

WATCH = timedelta(hours=4)
WINDS = ("Calm", "Light airs", "A gentle breeze", "A fresh breeze", "Strong winds", "Half a gale")
QUARTERS = ("from the north", "from the east", "from the south", "from the west", "that will not settle")
NEWS = (
    "Made good way all night.",
    "Two sails in sight at dawn, both gone by noon.",
    "The cook has found the second barrel of apples. It is no better than the first.",
    "Mended the fore-topsail.",
    "Dolphins alongside for an hour.",
    "Took soundings: no bottom at ninety fathoms.",
    "Rain enough to fill every cask.",
    "The cat has taken the chart table and will not be moved.",
    "All hands well.",
    "Saw land, or a cloud that meant to be land.",
    "Spoke the brig Adelaide, homeward bound; gave her our letters.",
)


class Entry(NamedTuple):
    """What one watch has written down; `id` counts from the voyage's first."""

    id: int
    when: datetime
    wind: str
    news: str
    starred: bool = False


def entry(id: int) -> Entry:
    """Raises LookupError for one that nobody has written."""
    if not 1 <= id <= COUNT:
        raise LookupError(f"The journal has the entries 1 to {COUNT}, no {id}.")
    wind = f"{WINDS[id * 7 % 13 % len(WINDS)]} {QUARTERS[id * 5 % 17 % len(QUARTERS)]}"
    return Entry(id, NEWEST - WATCH * (COUNT - id), wind, NEWS[id * 11 % 23 % len(NEWS)])


def page(number: int) -> list[Entry]:
    """Page 1 has the newest entries; the last one may be short."""
    newest = COUNT - (number - 1) * PER_PAGE
    return [entry(id) for id in range(newest, max(0, newest - PER_PAGE), -1)]
