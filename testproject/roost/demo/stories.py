"""What the demo's boards tell. Days count from today."""

from __future__ import annotations

from typing import NamedTuple

PASSWORD = "opensesame"

# Login → name, what they do, colour.
PEOPLE = {
    "ada": ("Ada Lindqvist", "Product lead", "ember"),
    "joe": ("Joe Okafor", "Engineering", "sky"),
    "mia": ("Mia Rossi", "Design", "plum"),
    "sam": ("Sam Haddad", "Operations", "moss"),
}


class CardStory(NamedTuple):
    title: str
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    due: int | None = None
    text: str = ""
    steps: tuple[tuple[str, bool], ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


class BoardStory(NamedTuple):
    name: str
    about: str
    tone: str
    members: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    lanes: tuple[tuple[str, tuple[CardStory, ...]], ...]


RELEASE = BoardStory(
    "Autumn release",
    "Everything that ships on the first of the month",
    "indigo",
    ("ada", "joe", "mia", "sam"),
    (("Feature", "indigo"), ("Bug", "rose"), ("Design", "plum"), ("Docs", "teal"), ("Urgent", "amber")),
    (
        (
            "Ideas",
            (
                CardStory(
                    "Import boards from a spreadsheet",
                    ("Feature",),
                    text="CSV first. Ask Sam what people send us.",
                ),
                CardStory("A weekly summary that people like to read", ("Design", "Feature"), ("mia",)),
                CardStory(
                    "Keyboard shortcuts, shown by “?”",
                    ("Feature",),
                    said=(("joe", "Yes please. J and K for cards?"),),
                ),
                CardStory("Calendar feed of due dates", ("Feature",), due=24),
            ),
        ),
        (
            "Next",
            (
                CardStory(
                    "Search remembers what you looked for last",
                    ("Feature",),
                    ("joe",),
                    due=6,
                    text="Only in this browser. Nothing of it on the server.",
                    steps=(("Agree on how many", True), ("Clear them by one click", False)),
                ),
                CardStory("Write the page about security", ("Docs",), ("sam", "ada"), due=4),
                CardStory("Dark theme: check every chart", ("Design", "Bug"), ("mia",), due=2),
            ),
        ),
        (
            "Doing",
            (
                CardStory(
                    "Drag cards on phones without losing the scroll",
                    ("Bug", "Urgent"),
                    ("joe", "mia"),
                    due=1,
                    text="Press for a moment, then the card lifts. A quick swipe still scrolls the list.\n\n"
                    "It has to work with one thumb, on the smallest phone that we can find in the drawer.",
                    steps=(
                        ("Lift after a quarter of a second", True),
                        ("Lists scroll when a card comes near an edge", True),
                        ("Let go outside of a list: nothing happens", True),
                        ("Try it on the old tablet", False),
                        ("Record a short film for the changelog", False),
                    ),
                    said=(
                        (
                            "mia",
                            "The shadow makes it feel light now. I would tilt the card by a degree or two.",
                        ),
                        ("joe", "Tilted by 1.5. On the old phone it stays at sixty frames."),
                        ("ada", "This is lovely. Can we show it on the front page?"),
                    ),
                    files=("lift-and-drop.png", "notes-from-the-test.txt"),
                ),
                CardStory(
                    "New pictures for the front page",
                    ("Design",),
                    ("mia",),
                    due=-1,
                    said=(("ada", "Light and dark, please, and a phone beside the laptop."),),
                    files=("first-sketch.png",),
                ),
                CardStory(
                    "Attachments up to ten megabytes",
                    ("Feature",),
                    ("joe",),
                    due=3,
                    steps=(("Limits", True), ("Errors in plain words", True), ("Cancel", False)),
                ),
            ),
        ),
        (
            "Review",
            (
                CardStory(
                    "Accessible names for every icon",
                    ("Bug",),
                    ("mia", "sam"),
                    due=0,
                    steps=(("Boards", True), ("Cards", True), ("Settings", True)),
                ),
                CardStory(
                    "Faster first load of large boards",
                    ("Feature",),
                    ("joe",),
                    said=(
                        ("joe", "From 480 to 130 ms with 400 cards."),
                        ("sam", "Support will bring you a cake."),
                    ),
                ),
            ),
        ),
        (
            "Done",
            (
                CardStory("Faces of those who look at the same card", ("Feature",), ("ada",), due=-3),
                CardStory("Comments arrive while you read", ("Feature",), ("joe",), due=-5),
                CardStory("Log in from the card you were sent", ("Bug",), ("sam",), due=-8),
                CardStory("Settle on eight colours", ("Design",), ("mia",)),
            ),
        ),
    ),
)

OFFICE = BoardStory(
    "New office",
    "We move at the end of the quarter",
    "moss",
    ("ada", "sam", "mia"),
    (("Rooms", "moss"), ("Money", "amber"), ("Network", "sky")),
    (
        (
            "To do",
            (
                CardStory("Choose plants for the meeting room", ("Rooms",), ("mia",), due=9),
                CardStory(
                    "Ask three movers for an offer",
                    ("Money",),
                    ("sam",),
                    due=2,
                    steps=(("North Star", True), ("Two Brothers", False), ("Boxed", False)),
                ),
                CardStory("Whiteboards: how many, how large?", ("Rooms",), ("ada",)),
            ),
        ),
        (
            "Doing",
            (
                CardStory(
                    "Line with enough bandwidth",
                    ("Network",),
                    ("sam",),
                    due=5,
                    said=(("sam", "They come on Thursday between eight and noon. Of course."),),
                ),
                CardStory(
                    "Seating plan", ("Rooms",), ("mia", "ada"), due=1, files=("plan-of-the-second-floor.png",)
                ),
            ),
        ),
        (
            "Done",
            (
                CardStory("Sign the lease", ("Money",), ("ada",), due=-12),
                CardStory("Measure the lift", (), ("sam",)),
            ),
        ),
    ),
)

READING = BoardStory(
    "Reading club",
    "One book a month, everybody brings a cake",
    "rose",
    ("ada", "joe"),
    (("Novel", "rose"), ("Essay", "teal")),
    (
        (
            "Proposed",
            (
                CardStory("A short book about bridges", ("Essay",), ("joe",)),
                CardStory("Something with a lighthouse", ("Novel",)),
            ),
        ),
        (
            "Now",
            (
                CardStory(
                    "The long winter: chapters one to nine",
                    ("Novel",),
                    ("ada", "joe"),
                    due=11,
                    said=(("joe", "No spoilers, I am on page forty."),),
                ),
            ),
        ),
        (
            "Read",
            (
                CardStory("The year of a gardener", ("Essay",)),
                CardStory("Letters from a small island", ("Essay",)),
            ),
        ),
    ),
)

HIRING = BoardStory(
    "Hiring",
    "Two people for the team in Lisbon",
    "teal",
    ("ada", "joe", "sam"),
    (("Backend", "sky"), ("Support", "moss")),
    (
        (
            "Applied",
            (
                CardStory("R. Almeida", ("Backend",)),
                CardStory("T. Novak", ("Support",)),
                CardStory("J. Park", ("Backend",)),
            ),
        ),
        (
            "Talk",
            (
                CardStory("M. Duarte", ("Backend",), ("joe",), due=2),
                CardStory("I. Santos", ("Support",), ("sam",), due=3),
            ),
        ),
        ("Offer", (CardStory("L. Costa", ("Support",), ("ada",), due=0),)),
    ),
)

BOARDS = (RELEASE, OFFICE, HIRING, READING)
