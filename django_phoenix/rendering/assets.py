"""What components of django-components ask of the page around a view: ids that stay, scripts and styles.

Each component that django-components renders gets a random id and leaves a comment that names it. In a live
view both would be different in every diff. So a view keeps an `Assets`: it gives ids of its own, the same for
the GET and the join, and is told of what the page has to load. Elsewhere ids and comments stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from zlib import crc32

if TYPE_CHECKING:
    from .runtime import Runtime

NOBODY = "_"  # in the place of an id: the styles alone are asked for
TOLD = 2000  # what a view remembers of what its page has been told

MARK = "<!-- _RENDERED "
# Ids are replaced wherever they stand: none that is short enough to be a word of the text.
COMMENT = re.compile(r"<!--\s+_RENDERED\s+([\w\-./]+),(\w{7,}),([0-9a-f]*),([0-9a-f]*)\s+-->")


class Dependency(NamedTuple):
    """One component that was rendered: its class, its id, the hashes of its data for JS and CSS, or ""."""

    class_id: str
    id: str
    js: str
    css: str

    @property
    def comment(self) -> str:
        """As django-components itself leaves it in the HTML."""
        return f"<!-- _RENDERED {self.class_id},{self.id},{self.js},{self.css} -->"


class Assets:
    """Kept by each view, whose renders count on: an id is given once."""

    __slots__ = ("count", "joined", "noted", "prefix", "told")

    def __init__(self, view_id: str) -> None:
        self.prefix = f"c{crc32(view_id.encode()):08x}_"
        self.count = 0
        self.joined = False  # its page has what was there when it joined
        self.noted: list[Dependency] = []  # by renders that count
        self.told: set[tuple[str, ...]] = set()

    def new_id(self) -> str:
        """An id for one more component: letters, digits and `_`; the page's HTML may hold it anywhere."""
        self.count += 1
        return f"{self.prefix}{self.count}"

    def take(self) -> list[Dependency]:
        """What the page has to be told now, once."""
        noted, self.noted = self.noted, []
        return [each for each in dict.fromkeys(noted) if self._is_news(each)]

    def _is_news(self, each: Dependency) -> bool:
        """New components always are; of others the styles, of values what has not been shown lately."""
        what = (each.class_id, each.css) if each.id == NOBODY else each
        is_new = what not in self.told or not (each.id == NOBODY or each.id.startswith(f"{self.prefix}v"))
        if len(self.told) > TOLD:
            self.told.clear()
        self.told |= {what, (each.class_id, each.css)}
        return is_new


def found_in(text: str) -> list[Dependency]:
    """The components whose comments stand in a text."""
    return [Dependency(*match) for match in COMMENT.findall(text)]


def note(rt: Runtime, needs: Dependency, *, is_new: bool) -> None:
    """Of a component that was there before, only the styles may be news: they follow its data."""
    if rt.assets is None:
        return
    if is_new:
        rt.noted.append(needs)
    elif needs.css:
        rt.noted.append(Dependency(needs.class_id, NOBODY, "", needs.css))


def settle(rt: Runtime, text: str) -> str:
    """A text as a view shows it: comments taken out and noted, random ids replaced by ids that stay."""
    assert rt.assets is not None
    assert rt.lasting is not None
    ids: dict[str, str] = {}
    for each in found_in(text):
        if each.id in ids:
            is_new = False
        else:
            ids[each.id], is_new = rt.lasting.take(rt.assets, each.class_id)
        note(rt, each._replace(id=ids[each.id]), is_new=is_new)
    return replaced(COMMENT.sub("", text), ids)


def settled(rt: Runtime, text: str) -> str:
    """The text of a tag that is a plain function, and may have rendered a component."""
    return text if MARK not in text else settle_value(rt, text)


def settle_value(rt: Runtime, text: str) -> str:
    """The same for HTML that is shown as a value, and may be shown again: its ids depend on it alone."""
    if rt.assets is None:
        return text
    components = found_in(text)
    text = COMMENT.sub("", text)
    numbers = {id: str(n) for n, id in enumerate(dict.fromkeys(each.id for each in components))}
    digest = f"{crc32(replaced(text, numbers).encode()):08x}"
    ids = {id: f"{rt.assets.prefix}v{digest}_{n}" for id, n in numbers.items()}
    rt.noted += [each._replace(id=ids[each.id]) for each in components]
    return replaced(text, ids)


def replaced(text: str, ids: dict[str, str]) -> str:
    """Each id is replaced wherever it stands: in attributes' names and values, in scripts."""
    if not ids:
        return text
    pattern = re.compile("|".join(map(re.escape, ids)))
    return pattern.sub(lambda match: ids[match[0]], text)


# -- how it gets to the page


class Delivery(Protocol):
    """Knows what components need: there is one where django-components is installed."""

    def load(self, dependencies: Iterable[Dependency], nonce: str | None) -> dict[str, Any] | None:
        """What a page that is there already has to load; None for nothing."""

    def linked(self, document: str, nonce: str | None) -> str:
        """A whole page with what the components in it need."""


deliveries: list[Delivery] = []


def deliver_by(delivery: Delivery) -> None:
    deliveries[:] = [delivery]
