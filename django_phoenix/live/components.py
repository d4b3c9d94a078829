"""The live components of one view: which there are, what was rendered of them, what is due.

A rendering only notes the components that it meets; it may be thrown away and repeated. What is due is told
as steps (``settling``): mount, update, render, level by level, until nothing new is met. What was sent is
remembered by ``take_diffs``, when all of it has succeeded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_records import Arguments, Due, Level, Record, bad_id, changes, is_new
from django_phoenix.live.component_renderer import ComponentRenderer
from django_phoenix.live.component_trees import Exemplars, settle_news
from django_phoenix.live.hooks import rendered
from django_phoenix.live.steps import Step, Steps, Where, call
from django_phoenix.live.temporary import let_go
from django_phoenix.live.updates import Myself, UpdateRequest, dotted_name
from django_phoenix.rendering.diff import RenderState
from django_phoenix.rendering.frames import Frame
from django_phoenix.rendering.rendered import refs_in

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime
    from django_phoenix.rendering.diff import Render
    from django_phoenix.rendering.rendered import ComponentRef, Node

# Components in components; what is deeper shows itself.
DEEPEST = 100


class Components:
    """The table. On the loop and in pool threads, but never in two places at once."""

    __slots__ = (
        "_cids", "_exemplars", "_last_cid", "_level", "_live", "_marked", "_records", "_rendered",
        "_renderer", "_seen", "_tags", "_trees", "stale",
    )  # fmt: skip

    def __init__(self, live: Runtime) -> None:
        self._live = live
        self._records: dict[int, Record] = {}
        self._cids: dict[tuple[type, Hashable], Record] = {}
        # The same by what tags say, which may be a class's name.
        self._tags: dict[tuple[Any, Hashable], Record] = {}
        self._last_cid = 0
        # The client has said that they are about to go.
        self._marked: set[int] = set()
        self._exemplars = Exemplars()
        self._renderer = ComponentRenderer(live)
        # Updated, and not rendered since.
        self.stale: dict[int, Record] = {}
        # Of the story that is being told.
        self._level = Level()
        self._seen: dict[int, Record] = {}
        self._rendered: list[tuple[Record, Render]] = []
        self._trees: dict[int, Node] = {}

    # -- what renderings meet

    def begin(self) -> None:
        """A rendering begins, which others may follow."""
        self._level = Level()
        self._seen = {}
        self._rendered = []

    def show(
        self, target: Any, id: Any, arguments: Arguments, fills: Any, place: str, former: Any = None
    ) -> tuple[ComponentRef, bool]:
        """It stands in the page, where ``former`` stood before: its cid, and whether it is due.

        Raises LiveViewError if it stands there twice, or has no proper id or class.
        """
        level = self._level
        try:
            record = self._tags.get((target, id))
        except TypeError:
            record = None
        if record is None:
            record = self._find_or_make(target, id, place)
        cid = record.ref
        if cid in level.seen or cid in self._seen:
            raise LiveViewError(
                f"{place}: {record.spec.name} with the id {id!r} stands in the page already. One component "
                "is shown once: give each an id of its own."
            )
        level.seen[cid] = record
        if former is not cid and not record.is_unknown:
            record.has_moved = True
        if fills is None and record.frame is not None and record.frame.fills:
            fills = {}  # another tag shows it now, without a body
        if record.arguments is None or changes(record.arguments, arguments):
            level.due.append(Due(record, arguments, fills))
        elif fills is not None or record.is_unknown:
            # What its streams have shown went with its element: its update() may fill them again.
            streams = record.is_unknown and record.component is not None and record.component._streams
            level.due.append(Due(record, arguments if streams else None, fills))
        else:
            return record.ref, False
        return record.ref, True

    def _find_or_make(self, target: Any, id: Any, place: str) -> Record:
        component_class = self._renderer.class_of(target, place)
        key = component_class, id
        try:
            record = self._cids.get(key) or self._level.new.get(key)
        except TypeError:
            raise bad_id(component_class, id, place) from None
        if record is None:
            if id is None or id == "":
                raise bad_id(component_class, id, place)
            number = self._last_cid + len(self._level.new) + 1
            record = self._level.new[key] = Record(component_class, id, number)
        elif key in self._cids:
            self._tags[target, id] = record
        return record

    def _take_level(self) -> list[Due]:
        """What the last rendering has met is met."""
        level, self._level = self._level, Level()
        for key, record in level.new.items():
            self._cids[key] = self._records[record.ref] = record
            self._last_cid = record.ref
        self._seen.update(level.seen)
        if self._marked:
            self._marked.difference_update(level.seen)
        return level.due

    # -- what becomes of it

    def settling(self, where: Where, due: list[Due]) -> Steps[None]:
        """Mount, update and render what is due, and what is met on the way, breadth first."""
        for _ in range(DEEPEST):
            if not due:
                return
            yield from self.updating(due)
            queries = self._live.queries
            if queries is not None and queries.unread:
                yield from queries.reading()
            yield Step(where, self._render_level, (due,))
            if self._live.channel is not None:
                for each in due:
                    if each.record.component._hooks is not None:
                        yield from rendered(self._live, each.record.component)
            due = self._take_level()
        raise LiveViewError(
            f"{due[0].record.spec.name} with the id {due[0].record.id!r} stands in {DEEPEST} components, one "
            "in the other. Does it show itself?"
        )

    def settling_view(self, where: Where, *, complete: bool) -> Steps[None]:
        """The same after a rendering of the view; ``complete``: the client throws away all it has (7.9)."""
        if complete:
            self._forget_sent()
            due = {each.record.ref for each in self._level.due}
            self._level.due += [Due(record) for cid, record in self._level.seen.items() if cid not in due]
        yield from self.settling(where, self._take_level())

    def settling_one(self, where: Where, due: Due) -> Steps[None]:
        """The same for one component, and those in it."""
        self.begin()
        self._seen[due.record.ref] = due.record
        yield from self.settling(where, [due])

    def updating(self, due: list[Due]) -> Steps[None]:
        """Mount and update, and do not render yet."""
        groups: dict[type, list[Due]] = {}
        for each in due:
            groups.setdefault(each.record.component_class, []).append(each)
        for group in groups.values():
            yield from self._updating_group(group)

    def _updating_group(self, group: list[Due]) -> Steps[None]:
        """All that are due of one class."""
        spec = group[0].record.spec
        for each in group:
            record = each.record
            if record.component is None:
                record.component = record.component_class(self._live, record.id, int(record.ref))
                if spec.has("mount"):
                    yield call(record.component.mount)
            if each.fills is not None:
                record.frame = Frame(each.fills, None, isolated=True, name=spec.name)
        updates = [each for each in group if each.arguments is not None]
        if spec.has("update_many"):
            if updates:
                pairs = [(each.record.component, dict(each.arguments or {})) for each in updates]
                yield call(group[0].record.component_class.update_many, pairs)
        else:
            for each in updates:
                yield from _updating_one(each)
        for each in updates:
            if each.by_tag:
                each.record.arguments = each.arguments
        bereft = [each for each in updates if each.by_tag and _is_bereft(each.record)]
        if bereft:
            yield Step(Where.LOOP, self._begin_anew, ([each.record for each in bereft],))
            yield from self._updating_group(bereft)
        if self._live.navigation is not None:
            raise LiveViewError(
                f"{spec.name} asks for {self._live.navigation} while it is mounted or updated, but the page "
                "is being rendered. Do so in an event's handler, or send_view() a message and let the view's "
                "handle_info do it."
            )

    async def _begin_anew(self, records: list[Record]) -> None:
        """Have them mounted again: what their ``mount`` has shown by streams went with their elements."""
        for record in records:
            self._live.channel.forget_components([record.ref])
            record.component = None  # type: ignore[assignment]
            record.arguments = None

    def _render_level(self, due: list[Due]) -> None:
        """May be called again if it fails for want of a thread."""
        self._level = Level()
        if self._live.channel is None:
            self._trees |= {each.record.ref: self._renderer.tree(each.record) for each in due}
        else:
            self._rendered += [(each.record, self._renderer.render(each.record)) for each in due]

    # -- what the client is told

    def take_trees(self) -> dict[int, Node]:
        """The trees behind the cids of a first response."""
        return self._trees

    def take_diffs(self, view: Render | None = None) -> dict[str, Node]:
        """The ``c`` of a diff, beside what was rendered of the view, if it was; it counts as sent."""
        rendered, self._rendered = self._rendered, []
        for record, _ in rendered:
            self.stale.pop(record.ref, None)
        settle_news(view, rendered)
        diffs = self._exemplars.diffs(rendered)
        for record, _ in rendered:
            if record.component._streams is not None:
                record.component._streams.forget()
            if record.component._flash is not None:
                record.component._flash.shown()
            if record.spec.temporary:
                let_go(record.component, record.spec)
        return diffs

    def _forget_sent(self) -> None:
        """The client has thrown everything away."""
        for record in self._records.values():
            record.state = RenderState()
        self._exemplars.clear()

    # -- which one

    def find(self, cid: Any) -> Record | None:
        """The component of this cid."""
        return self._records.get(cid) if type(cid) is int else None

    def find_for(self, request: UpdateRequest) -> Record | None:
        """The component that ``send_update`` means."""
        component = request.component
        if isinstance(component, Myself):
            return self.find(component.cid)
        if isinstance(component, str):
            component = next((known for known, _ in self._cids if dotted_name(known) == component), component)
        try:
            return self._cids.get((component, request.id))
        except TypeError:  # an id that no tag can have
            return None

    # -- the end

    def mark(self, cids: Iterable[Any]) -> list[Record]:
        """The client is about to forget them; one that is shown again is sent in full (LV-63).

        Returns those that were shown again before we heard that they had been away.
        """
        records = [record for cid in cids if (record := self.find(cid)) is not None]
        shown = self._shown() if any(record.has_moved for record in records) else ()
        self._marked.update(record.ref for record in records if record.ref not in shown)
        for record in records:
            record.has_moved = False
            record.state = RenderState()
            if record.component._streams is not None:
                record.component._streams.begin_again()
            if self._live.queries is not None:
                self._live.queries.begin_again(record.ref)
            self._exemplars.drop(record)
        return [record for record in records if record.ref in shown]

    def _shown(self) -> set[int]:
        """The cids in the page as the client was told last."""
        shown: set[int] = set()
        news = set(refs_in(self._live.state.cells))
        while news:
            shown |= news
            inner = (refs_in(self._records[cid].state.cells) for cid in news if cid in self._records)
            news = {ref for refs in inner for ref in refs} - shown
        return shown

    def delete(self, cids: Iterable[Any]) -> list[int]:
        """Those of them that are still marked go; which these were (LV-64)."""
        deleted = []
        for cid in cids:
            if type(cid) is int and cid in self._marked:
                self._marked.discard(cid)
                record = self._records.pop(cid)
                self._tags.clear()
                del self._cids[record.component_class, record.id]
                self.stale.pop(cid, None)
                self._exemplars.drop(record)  # it may have been rendered since it was marked
                deleted.append(cid)
        return deleted


def _updating_one(due: Due) -> Steps[None]:
    record, arguments = due.record, due.arguments or {}
    update = record.component.update
    if record.spec.has("update"):
        where = Where.LOOP if iscoroutinefunction(update) else Where.POOL
        yield Step(where, update, (), arguments)
    elif due.by_tag and record.arguments is not None:
        known = record.arguments
        update(**{name: value for name, value in arguments.items() if is_new(known, name, value)})
    else:
        update(**arguments)


def _is_bereft(record: Record) -> bool:
    """Revived, without items that its streams have shown before."""
    streams = record.component._streams
    return streams is not None and record.is_unknown and streams.is_bereft
