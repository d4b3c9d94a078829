"""How views of one page belong together: a child ends with its parent; a sticky view stands for itself."""

from __future__ import annotations

import logging
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from django_phoenix.exceptions import LinkedCrash, LiveViewError
from django_phoenix.live.navigation import Navigate, Navigation
from django_phoenix.live.request import LiveRequest

if TYPE_CHECKING:
    from django.urls import ResolverMatch

    from django_phoenix.live.channel import LiveChannel
    from django_phoenix.live.navigation import Patch
    from django_phoenix.live.request import PageUrl
    from django_phoenix.live.runtime import Runtime

logger = logging.getLogger(__name__)

# Why a view has ended that stood in another one, as `terminate` is told.
PARENT_ENDED = "parent"


class Kind(StrEnum):
    """How a view came into the page."""

    PAGE = "page"  # by its URL: the main view
    CHILD = "child"  # by a tag in another view
    STICKY = "sticky"  # by such a tag, but to outlive that view
    WIDGET = "widget"  # by a tag in an ordinary page


class PatchOfChild(NamedTuple):
    """A child asks for another URL of the page."""

    patch: Patch


class ChildCrashed(NamedTuple):
    """A linked child takes its parent along."""

    name: str
    error: BaseException

    def take_along(self, live: Runtime) -> NoReturn:
        """Raises LinkedCrash in the parent."""
        raise LinkedCrash(
            f"{live.spec.name} ends because {self.name} has crashed, which is linked to it."
        ) from self.error


class Family:
    """A view's relations, of a view that has some."""

    __slots__ = ("_mark", "children", "ids", "kind", "linked", "parent", "texts")

    def __init__(self, kind: Kind, parent: Runtime | None = None) -> None:
        self.kind = kind
        self.parent = parent
        # A crash takes the parent along.
        self.linked = False
        # Those that have joined, by id.
        self.children: dict[str, LiveChannel] | None = None
        # Of views in the first HTML: each id once.
        self.ids: set[str] | None = None
        # What was shown of children by tags that Django renders.
        self.texts: dict[str, Any] = {}
        self._mark: str | None = None

    @property
    def mark(self) -> str:
        """By it a child's token knows this very mount of its parent."""
        if self._mark is None:
            self._mark = secrets.token_urlsafe(9)
        return self._mark

    @property
    def is_nested(self) -> bool:
        """A tag shows the view."""
        return self.kind is not Kind.PAGE

    def show(self, url: PageUrl, match: ResolverMatch) -> None:
        """The page is at another URL: so are the children."""
        for child in tuple((self.children or {}).values()):
            live = child.live
            live.uri = url.full
            if isinstance(live.request, LiveRequest):
                live.request.show(url, match)
            if live.family is not None:
                live.family.show(url, match)

    def is_of(self, mark: str) -> bool:
        return self._mark is not None and secrets.compare_digest(self._mark, mark)

    def outlives(self, target: Navigation) -> bool:
        """LV-86: whether the view stays while the page goes there."""
        return self.kind is Kind.STICKY and isinstance(target, Navigate)


def family_of(live: Runtime) -> Family:
    """The view's, made when it is first needed: by a view that is the page's."""
    if live.family is None:
        live.family = Family(Kind.PAGE)
    return live.family


def root_of(live: Runtime) -> Runtime:
    """The view that all of its parents stand in."""
    while live.family is not None and live.family.parent is not None:
        live = live.family.parent
    return live


def parent_of(live: Runtime, method: str) -> Runtime:
    """The view that this one stands in. Raises LiveViewError."""
    parent = None if live.family is None else live.family.parent
    if parent is None:
        raise LiveViewError(
            f"{live.spec.name}.{method}(): this view stands in no other one. A sticky view and the page's "
            "talk by broadcast() and subscribe()."
        )
    return parent


def child_of(live: Runtime, id: str) -> LiveChannel | None:
    """The child of this id, if it has joined."""
    children = None if live.family is None else live.family.children
    return None if children is None else children.get(str(id))


# -- on the socket


def adopt(parent: LiveChannel, child: LiveChannel) -> None:
    """From now on the child ends with its parent. On the loop."""
    if parent.server.over:
        child.server.stop(PARENT_ENDED)
        return
    family = family_of(parent.live)
    if family.children is None:
        family.children = {}
        parent.server.on_finish(lambda: _end_children(family))
    id = child.live.id
    family.children[id] = child
    child.server.on_finish(lambda: _forget_child(family, id, child))


def _end_children(family: Family) -> None:
    """LV-84"""
    for child in tuple((family.children or {}).values()):
        child.server.stop(PARENT_ENDED)


def _forget_child(family: Family, id: str, child: LiveChannel) -> None:
    children = family.children
    if children is not None and children.get(id) is child:
        del children[id]


def take_parent_along(child: LiveChannel, error: BaseException) -> None:
    """The child has crashed: as soon as its client has been told, a linked parent crashes, too."""
    family = child.live.family
    if family is None or not family.linked or family.parent is None:
        return
    parent, crash = family.parent.channel, ChildCrashed(child.live.spec.name, error)
    child.server.on_finish(lambda: parent.server.inform(crash))


def forward_patch(live: Runtime, patch: Patch) -> None:
    """LV-83: the URL is the root view's. Raises LiveViewError if that has no such URL."""
    root = root_of(live)
    if root.route is None:
        raise LiveViewError(
            f"{live.spec.name}: push_patch({patch.to!r}): this view does not stand in one that has a URL of "
            "its own. Use push_navigate() or redirect()."
        )
    root.check_patch(patch.to, asker=live.spec.name)
    root.channel.inform(PatchOfChild(patch))
