"""What is known of each live component of a view, and what a rendering says of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.spec import ComponentSpec, component_spec_of
from django_phoenix.rendering.diff import RenderState
from django_phoenix.rendering.rendered import ComponentRef
from django_phoenix.rendering.tracking import PLAIN, is_immutable, same

if TYPE_CHECKING:
    from django_phoenix.live_component import LiveComponent
    from django_phoenix.rendering.frames import Frame
    from django_phoenix.rendering.rendered import Block

Arguments = dict[str, Any]


class Record:
    """One component, from the first rendering that shows it until the client says it is gone."""

    __slots__ = (
        "arguments",
        "component",
        "component_class",
        "exemplar",
        "frame",
        "has_moved",
        "id",
        "ref",
        "spec",
        "state",
    )

    def __init__(self, component_class: type[LiveComponent], id: Hashable, cid: int) -> None:
        self.component_class = component_class
        self.spec: ComponentSpec = component_spec_of(component_class)
        self.id = id
        self.ref = ComponentRef(cid)
        self.component: LiveComponent = None  # type: ignore[assignment]  # until it is mounted
        # Of its tag, when it was last updated; None: never.
        self.arguments: Arguments | None = None
        # What its slots show.
        self.frame: Frame | None = None
        self.state = RenderState()
        # It has come to stand at another place: perhaps after it stood at none for a moment.
        self.has_moved = False
        # Others may take their statics from it: the block at its root.
        self.exemplar: Block | None = None

    @property
    def is_unknown(self) -> bool:
        """The client has nothing of it."""
        return self.state.program is None


class Due:
    """A component that has to be rendered, and updated before if there are arguments."""

    __slots__ = ("arguments", "by_tag", "fills", "record")

    def __init__(
        self, record: Record, arguments: Arguments | None = None, fills: Any = None, *, by_tag: bool = True
    ) -> None:
        self.record = record
        self.arguments = arguments
        self.fills = fills
        self.by_tag = by_tag  # not by send_update


class Level:
    """What one rendering has met."""

    __slots__ = ("due", "new", "seen")

    def __init__(self) -> None:
        self.due: list[Due] = []
        self.new: dict[tuple[type, Hashable], Record] = {}
        self.seen: dict[int, Record] = {}


def changes(known: Arguments, arguments: Arguments) -> bool:
    """Whether the arguments of a tag are others than before, or may be."""
    for name, value in arguments.items():
        if (value is not known.get(name) or type(value) not in PLAIN) and is_new(known, name, value):
            return True
    return len(known) != len(arguments)


def is_new(known: Arguments, name: str, value: Any) -> bool:
    if name not in known:
        return True
    old = known[name]
    if value is old and type(value) in PLAIN:
        return False
    return not (is_immutable(value) and same(value, old))


def bad_id(component_class: type, id: Any, place: str) -> LiveViewError:
    return LiveViewError(
        f"{place}: {component_class.__name__} needs an id that tells it from others of its class, such as "
        f"id=card.pk; got {id!r:.100}."
    )
