"""What the site shows: one entry per demo, with the files that make it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

from testproject.pages import highlight

ROOT = Path(__file__).resolve().parent.parent


class Source(NamedTuple):
    """One file of a demo, ready to print."""

    name: str
    html: SafeString


@dataclass(frozen=True)
class Demo:
    """One demo; `name` is its URL's name, and what it lies under in the navigation."""

    name: str
    title: str
    kind: str
    lead: str
    teaser: str
    files: tuple[str, ...]

    @property
    def live(self) -> bool:
        return self.kind == "Live view"

    @property
    def sources(self) -> tuple[Source, ...]:
        return sources(self.files)


@cache
def sources(files: tuple[str, ...]) -> tuple[Source, ...]:
    """Read and colour the files once per process."""
    return tuple(Source(name.rsplit("/", 1)[-1], source(ROOT / name)) for name in files)


def source(path: Path) -> SafeString:
    text = path.read_text(encoding="utf-8").strip()
    match path.suffix:
        case ".py":
            return highlight.python(text)
        case ".html":
            return highlight.template(text)
        case _:
            return escape(text)


DEMOS = (
    Demo(
        name="counter",
        title="Counter",
        kind="Live view",
        lead="The smallest live page. Its state is a Python object on the server; its page is a Django "
        "template. Each click sends a few bytes up and gets only the changed number back.",
        teaser="State in Python, markup in a Django template, no JavaScript of yours.",
        files=("counter/live.py", "counter/templates/counter/counter.html"),
    ),
    Demo(
        name="together",
        title="Shared counter",
        kind="Live view",
        lead="One number for everybody. Open this page in a second tab, or send the address to a "
        "colleague: a click in one window moves the number in all of them.",
        teaser="One number in the database, every open tab in step.",
        files=(
            "together/live.py",
            "together/models.py",
            "together/templates/together/together.html",
        ),
    ),
    Demo(
        name="table",
        title="Big table",
        kind="Live view",
        lead="A thousand rows, drawn by an ordinary {% for %}. Change one cell, and one cell travels. "
        "Sort them, and only their new positions do.",
        teaser="A thousand rows; change one cell and one cell travels.",
        files=("table/live.py", "table/rows.py", "table/templates/table/table.html"),
    ),
    Demo(
        name="cards",
        title="Board of cards",
        kind="Live view",
        lead="Each card is a live component: a part of the page with a state and events of its own. Like "
        "one, and only that number travels; move one to another lane, and it keeps what it knows.",
        teaser="Live components: parts of a page that look after themselves.",
        files=(
            "cards/live.py",
            "cards/live_components.py",
            "cards/templates/cards/cards.html",
            "cards/templates/cards/card.html",
        ),
    ),
    Demo(
        name="chart",
        title="Moving chart",
        kind="Live view",
        lead="A picture that draws itself. The server measures twice a second and the template writes "
        "SVG; there is no chart library and no script.",
        teaser="SVG written by a template, moving by itself.",
        files=("chart/live.py", "chart/series.py", "chart/templates/chart/chart.html"),
    ),
    Demo(
        name="pictures",
        title="Pictures",
        kind="Live view",
        lead="Drop some pictures: you see them before anything is sent. They travel over the page's own "
        "socket, in pieces, each with its progress; what comes out is a Django file, for a storage.",
        teaser="Drop, preview, progress, errors, cancel: uploads without a script.",
        files=("photos/live.py", "photos/album.py", "photos/templates/photos/photos.html"),
    ),
    Demo(
        name="journal",
        title="Endless journal",
        kind="Live view",
        lead="Five thousand entries to scroll through, both ways. The browser has ninety of them at most, "
        "and the server remembers none: what is scrolled to is streamed in, what is far away is let go.",
        teaser="A stream: thousands of rows to scroll through, none of them kept on the server.",
        files=("journal/live.py", "journal/templates/journal/journal.html", "journal/entries.py"),
    ),
    Demo(
        name="radio",
        title="Radio",
        kind="Live view",
        lead="Press play and look around: the music goes on. The player is a view of its own, marked as "
        "sticky, in a frame that the radio's pages share; it is kept as it is while they change.",
        teaser="A sticky view: a player that plays on while the page around it changes.",
        files=(
            "radio/live.py",
            "radio/templates/radio/frame.html",
            "radio/templates/radio/player.html",
            "radio/templates/radio/radio.html",
        ),
    ),
    Demo(
        name="chat",
        title="Chat room",
        kind="Channel",
        lead="Three rooms over one socket, with Phoenix's own JavaScript client in the page. Drop a picture, "
        "open a second tab, pull the plug: what you missed comes in when you are back.",
        teaser="Rooms, who is here, pictures: channels and the official Phoenix client.",
        files=(
            "chat/channels.py",
            "chat/uploads.py",
            "chat/static/chat/room.js",
            "chat/static/chat/upload.js",
        ),
    ),
    Demo(
        name="board",
        title="Whiteboard",
        kind="Channel",
        lead="Draw together. Lines travel while they are being drawn, as binary frames; what all hands do "
        "within 40 ms arrives as one.",
        teaser="Many hands, many frames: binary, gathered, and kept through a lost connection.",
        files=(
            "board/channels.py",
            "board/beat.py",
            "board/static/board/board.js",
            "board/static/board/hands.js",
        ),
    ),
)
BY_NAME = {demo.name: demo for demo in DEMOS}
BY_NAME |= {"room": BY_NAME["chat"], "own-board": BY_NAME["board"]}
