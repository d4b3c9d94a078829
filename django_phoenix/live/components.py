"""The live components of one view: which there are, what was rendered of them, what is due.

A rendering only notes the components that it meets; it may be thrown away and repeated. What is due is told
as steps (``settling``): mount, update, render, level by level, until nothing new is met. What was sent is
remembered by ``take_diffs``, when all of it has succeeded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from copy import copy
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_tag import component_of
from django_phoenix.live.page import load_template, template_of
from django_phoenix.live.spec import ComponentSpec, component_spec_of
from django_phoenix.live.steps import Step, Steps, Where, call
from django_phoenix.live.updates import Myself, UpdateRequest, dotted_name
from django_phoenix.rendering.compiler import CompiledTemplate, compile_template
from django_phoenix.rendering.component_statics import (
    Skeleton,
    leave_out,
    renewed,
    skeleton,
    write_statics,
)
from django_phoenix.rendering.diff import Render, RenderState
from django_phoenix.rendering.frames import Frame
from django_phoenix.rendering.rendered import ComponentRef
from django_phoenix.rendering.resent import settle_resent
from django_phoenix.rendering.roots import is_one_root
from django_phoenix.rendering.tracking import PLAIN, is_immutable, same

if TYPE_CHECKING:
    from django.template import Context, Template

    from django_phoenix.live.runtime import Runtime
    from django_phoenix.live_component import LiveComponent
    from django_phoenix.rendering.rendered import Block, Node

Arguments = dict[str, Any]

# Components in components; what is deeper shows itself.
DEEPEST = 100


class Record:
    """One component, from the first rendering that shows it until the client says it is gone."""

    __slots__ = (
        "arguments",
        "component",
        "component_class",
        "exemplar",
        "frame",
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


class Components:
    """The table. On the loop and in pool threads, but never in two places at once."""

    __slots__ = (
        "_cids",
        "_classes",
        "_context",
        "_exemplars",
        "_frames",
        "_last_cid",
        "_level",
        "_live",
        "_marked",
        "_records",
        "_rendered",
        "_seen",
        "_templates",
        "_trees",
        "stale",
    )  # fmt: skip

    def __init__(self, live: Runtime) -> None:
        self._live = live
        self._records: dict[int, Record] = {}
        self._cids: dict[tuple[type, Hashable], Record] = {}
        self._last_cid = 0
        # The client has said that they are about to go.
        self._marked: set[int] = set()
        # By the block at the root: a component that has it, and what of it the client can copy.
        self._exemplars: dict[Block, tuple[Record, Skeleton]] = {}
        self._context: Context | None = None
        # The classes that tags have named; their templates, and the frames of those without fills.
        self._classes: dict[str, type[LiveComponent]] = {}
        self._frames: dict[type, Frame] = {}
        self._templates: dict[type, CompiledTemplate] = {}
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
        self, target: Any, id: Any, arguments: Arguments, fills: Any, place: str
    ) -> tuple[ComponentRef, bool]:
        """It stands in the page: its cid, and whether it is due.

        Raises LiveViewError if it stands there twice, or has no proper id or class.
        """
        level = self._level
        component_class = self._classes.get(target) if type(target) is str else target
        if component_class not in self._frames:
            component_class = self._class_of(target, place)
        key = component_class, id
        try:
            record = self._cids.get(key) or level.new.get(key)
        except TypeError:
            raise _bad_id(component_class, id, place) from None
        if record is None:
            if id is None or id == "":
                raise _bad_id(component_class, id, place)
            record = level.new[key] = Record(component_class, id, self._last_cid + len(level.new) + 1)
        cid = record.ref
        if cid in level.seen or cid in self._seen:
            raise LiveViewError(
                f"{place}: {component_class.__name__} with the id {id!r} stands in the page already. One "
                "component is shown once: give each an id of its own."
            )
        level.seen[cid] = record
        if record.arguments is None or changes(record.arguments, arguments):
            level.due.append(Due(record, arguments, fills))
        elif fills is not None or record.is_unknown:
            level.due.append(Due(record, None, fills))
        else:
            return record.ref, False
        return record.ref, True

    def _class_of(self, target: Any, place: str) -> type[LiveComponent]:
        """The class that a tag names for the first time in this view."""
        try:
            found = component_of(target)
        except LiveViewError as error:
            raise LiveViewError(f"{place}: {error}") from error.__cause__
        self._frames[found] = Frame({}, None, isolated=True, name=found.__name__)
        if isinstance(target, str):
            self._classes[target] = found
        return found

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
            yield Step(where, self._render_level, (due,))
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
        if self._live.navigation is not None:
            raise LiveViewError(
                f"{spec.name} asks for {self._live.navigation} while it is mounted or updated, but the page "
                "is being rendered. Do so in an event's handler, or send_view() a message and let the view's "
                "handle_info do it."
            )

    def _render_level(self, due: list[Due]) -> None:
        """May be called again if it fails for want of a thread."""
        self._level = Level()
        if self._live.channel is None:
            self._trees |= {each.record.ref: self._tree(each.record) for each in due}
        else:
            self._rendered += [(each.record, self._render(each.record)) for each in due]

    def _render(self, record: Record) -> Render:
        compiled = self._template_of(record)
        context = self._context_of(record, compiled.template)
        frame = record.frame or self._frames[record.component_class]
        return compiled.render_component(context, record.state, self._live, frame)

    def _tree(self, record: Record) -> Node:
        compiled = self._template_of(record)
        context = self._context_of(record, compiled.template)
        tree = compiled.tree(context, self._live, record.frame or self._frames[record.component_class])
        check_root(record, tree["s"])
        return tree

    def _context_of(self, record: Record, template: Template) -> Context:
        """One context serves all: no two are rendered at a time."""
        context = self._context
        if context is None:
            context = self._context = copy(self._live.context)
        component = record.component
        context.template = template
        context.template_name = template.name or "unknown"
        own = {
            "view": self._live.view,
            "component": component,
            "myself": str(component.myself),
            "id": component.id,
        }
        context.dicts = [*self._live.context.dicts[:2], own, vars(component.assigns)]
        return context

    def _template_of(self, record: Record) -> CompiledTemplate:
        if record.spec.renders:
            name = record.component.render()
            if name is not None:
                return compile_template(load_template(name))
        compiled = self._templates.get(record.component_class)
        if compiled is None:
            compiled = compile_template(template_of(record.component_class))
            self._templates[record.component_class] = compiled
        return compiled

    # -- what the client is told

    def take_trees(self) -> dict[int, Node]:
        """The trees behind the cids of a first response."""
        return self._trees

    def take_diffs(self) -> dict[str, Node]:
        """The ``c`` of a diff; it counts as sent."""
        diffs: dict[str, Node] = {}
        rendered, self._rendered = self._rendered, []
        exemplars: dict[Block, tuple[Record, Skeleton]] = {}
        changed: list[tuple[Record, Skeleton]] = []
        if any(render.resent for _, render in rendered):
            _settle_resent(rendered)
        for record, render in rendered:
            render.commit()
            self.stale.pop(record.ref, None)
            tree = render.diff
            if render.is_complete:
                self._dress(record, render.program.block, tree, exemplars)
            elif not tree:
                continue
            elif record.exemplar is not None:
                changed.append((record, renewed(self._exemplars[record.exemplar][1], tree)))
            write_statics(tree, render.fresh)
            diffs[str(int(record.ref))] = tree
        # Only now: what refers to another component means it as it was before (LV-59).
        for record, shape in changed:
            if record.exemplar is not None:
                self._exemplars[record.exemplar] = record, shape
        for block, exemplar in exemplars.items():
            self._exemplars[block] = exemplar
            exemplar[0].exemplar = block
        return diffs

    def _dress(
        self, record: Record, block: Block, tree: Node, new: dict[Block, tuple[Record, Skeleton]]
    ) -> None:
        """A complete tree: with its statics, or with the number of a component that has the same."""
        known = self._exemplars.get(block)
        other = known or new.get(block)
        if other is None or other[0] is record:
            check_root(record, block)
            tree["r"] = 1
            new[block] = record, skeleton(tree)
            self._no_exemplar(record)
        else:
            self._no_exemplar(record)
            leave_out(tree, other[1])
            tree["s"] = -int(other[0].ref) if known else int(other[0].ref)

    def _no_exemplar(self, record: Record) -> None:
        if record.exemplar is not None:
            del self._exemplars[record.exemplar]
            record.exemplar = None

    def _forget_sent(self) -> None:
        """The client has thrown everything away."""
        for record in self._records.values():
            record.state = RenderState()
            record.exemplar = None
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

    def mark(self, cids: Iterable[Any]) -> None:
        """The client is about to forget them; one that is shown again is sent in full (LV-63)."""
        for cid in cids:
            record = self.find(cid)
            if record is not None:
                self._marked.add(record.ref)
                record.state = RenderState()
                self._no_exemplar(record)

    def delete(self, cids: Iterable[Any]) -> list[int]:
        """Those of them that are still marked go; which these were (LV-64)."""
        deleted = []
        for cid in cids:
            if type(cid) is int and cid in self._marked:
                self._marked.discard(cid)
                record = self._records.pop(cid)
                del self._cids[record.component_class, record.id]
                self.stale.pop(cid, None)
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


def _settle_resent(rendered: list[tuple[Record, Render]]) -> None:
    """In what was rendered breadth first: whether one has news depends on those in it."""
    news: set[int] = set()
    for record, render in reversed(rendered):
        if render.resent and not render.is_complete:
            settle_resent(render.diff, news)
        if render.diff:
            news.add(record.ref)


def changes(known: Arguments, arguments: Arguments) -> bool:
    """Whether the arguments of a tag are others than before, or may be (D3)."""
    return len(known) != len(arguments) or any(
        is_new(known, name, value) for name, value in arguments.items()
    )


def is_new(known: Arguments, name: str, value: Any) -> bool:
    if name not in known:
        return True
    old = known[name]
    if value is old and type(value) in PLAIN:
        return False
    return not (is_immutable(value) and same(value, old))


def check_root(record: Record, block: Block) -> None:
    """Raises LiveViewError: the client knows a component by the one element at its root (LV-41)."""
    if not is_one_root(block.statics):
        raise LiveViewError(
            f"{record.spec.name}: its template {block.name} should have exactly one element at its root, "
            "written out in the template itself: <div>…</div> with everything inside. It has "
            f"{_shown(block)!r}."
        )


def _shown(block: Block) -> str:
    text = "…".join(block.statics).strip()
    return text if len(text) < 120 else f"{text[:60]} … {text[-40:]}"


def _bad_id(component_class: type, id: Any, place: str) -> LiveViewError:
    return LiveViewError(
        f"{place}: {component_class.__name__} needs an id that tells it from others of its class, such as "
        f"id=card.pk; got {id!r:.100}."
    )
