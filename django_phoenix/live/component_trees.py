"""The trees of live components as they go to the client: which statics are said, which are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_records import Record
from django_phoenix.rendering.component_statics import (
    Skeleton,
    leave_out,
    renewed,
    skeleton,
    write_statics,
)
from django_phoenix.rendering.resent import cids_in, only_resends, settle_resent
from django_phoenix.rendering.roots import is_one_root, root_problem

if TYPE_CHECKING:
    from django_phoenix.rendering.diff import Render
    from django_phoenix.rendering.rendered import Block, Node

Rendered = list[tuple[Record, "Render"]]


class Exemplars:
    """Of each template one component that the client has, from which others take their statics."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        # By the block at the root: the component, and what of it the client can copy.
        self._known: dict[Block, tuple[Record, Skeleton]] = {}

    def diffs(self, rendered: Rendered) -> dict[str, Node]:
        """The ``c`` of a diff, from what was rendered, outer components first; it counts as sent."""
        diffs: dict[str, Node] = {}
        new: dict[Block, tuple[Record, Skeleton]] = {}
        changed: list[tuple[Record, Skeleton]] = []
        for record, render in rendered:
            render.commit()
            tree = render.diff
            if render.is_complete:
                self._dress(record, render.program.block, tree, new)
            elif not tree:
                continue
            elif record.exemplar is not None:
                changed.append((record, renewed(self._known[record.exemplar][1], tree)))
            write_statics(tree, render.fresh)
            diffs[str(int(record.ref))] = tree
        # Only now: what refers to another component means it as it was before (LV-59).
        for record, shape in changed:
            if record.exemplar is not None:
                self._known[record.exemplar] = record, shape
        for block, exemplar in new.items():
            self._known[block] = exemplar
            exemplar[0].exemplar = block
        return diffs

    def _dress(
        self, record: Record, block: Block, tree: Node, new: dict[Block, tuple[Record, Skeleton]]
    ) -> None:
        """A complete tree: with its statics, or with the number of a component that has the same."""
        known = self._known.get(block)
        other = known or new.get(block)
        if other is None or other[0] is record:
            check_root(record, block)
            tree["r"] = 1
            new[block] = record, skeleton(tree)
            self.drop(record)
        else:
            self.drop(record)
            leave_out(tree, other[1])
            tree["s"] = -int(other[0].ref) if known else int(other[0].ref)

    def drop(self, record: Record) -> None:
        """The client is not certain to have it (LV-61)."""
        if record.exemplar is not None:
            del self._known[record.exemplar]
            record.exemplar = None

    def clear(self) -> None:
        """The client has none."""
        for record, _ in self._known.values():
            record.exemplar = None
        self._known.clear()


def settle_news(view: Render | None, rendered: Rendered) -> None:
    """Leave of the cids that are sent again those that the client needs, and nothing that says nothing else.

    `rendered` is in the order of rendering, outer components first.
    """
    if not any(render.resent for _, render in rendered) and (view is None or not view.resent):
        return
    news: set[int] = set()
    for record, render in reversed(rendered):
        if render.resent and not render.is_complete:
            settle_resent(render.diff, news)
        if render.diff:
            news.add(record.ref)
    if view is not None:
        settle_resent(view.diff, news)
        if not only_resends(view.diff):
            return
        view.diff = {}
    # The client patches each component by itself, and those in it: it need not be led to them from outside.
    led: set[int] = set()
    for record, render in rendered:
        if record.ref not in led and not render.is_complete and only_resends(render.diff):
            render.diff = {}
        led.update(cids_in(render.diff))


def check_root(record: Record, block: Block) -> None:
    """Raises LiveViewError: the client knows a component by the one element at its root (LV-41)."""
    if not is_one_root(block.statics):
        raise LiveViewError(
            f"{record.spec.name}: its template {block.name} should have exactly one element at its root, "
            f"and {root_problem(block.statics)}: {_shown(block)!r}. Write <div>…</div> around everything."
        )


def _shown(block: Block) -> str:
    text = "…".join(block.statics).strip()
    return text if len(text) < 120 else f"{text[:60]} … {text[-40:]}"
