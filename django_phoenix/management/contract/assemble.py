"""Puts a page together as Django would: parents, blocks, includes; each tag with the names bound around it.

Nothing is rendered: of an ``{% if %}`` all branches are kept, of a loop its body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError, defaulttags
from django.template.base import Node, Template, TextNode, VariableNode
from django.template.defaulttags import (
    CommentNode,
    ForNode,
    IfChangedNode,
    IfNode,
    LoadNode,
    VerbatimNode,
    WithNode,
)
from django.template.engine import Engine
from django.template.library import InclusionNode, SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode, construct_relative_path
from django.templatetags.i18n import BlockTranslateNode

from django_phoenix.live.wrapping_tags import PortalNode
from django_phoenix.rendering.chain import literal_include

from .component_names import names_inside
from .name_set import NameSet
from .parse import Library, bodies_of, position, text_spans, token_spans
from .scoping import Names
from .source import Body, Place, Source, Step, Text, Use
from .structure import bound_inside, extends_of, is_block_super, is_component_part
from .writes import written_by

AS = re.compile(r"\sas\s+([A-Za-z_]\w*)")
PARTIALS: tuple[type, ...] = tuple(
    getattr(defaulttags, name) for name in ("PartialDefNode", "PartialNode") if hasattr(defaulttags, name)
)
# `{{ part|safe }}` may hold half an element.
RAW = {"safe", "safeseq"}
DEEPEST = 40  # includes in includes


class Assembly:
    """One page, or one template by itself, being put together."""

    def __init__(self, library: Library, engine: Engine, live_block: str | None = None) -> None:
        self.library = library
        self.engine = engine
        self.live_block = live_block
        # A part was met that is known only when the page is rendered.
        self.incomplete = False
        self.sources: list[Source] = []
        self.problems: list[tuple[Place, Exception]] = []
        self._names = Names()
        self._blocks: dict[str, list[tuple[Source, BlockNode]]] = {}
        self._shown: dict[str, int] = {}
        self._inside: list[str] = []  # blocks, innermost last
        self._extended: list[Source] = []
        self._live = live_block is None
        self._including: list[Source | str] = []
        self._fragment: tuple[Template, type | None] | None = None
        self._source: Source = None  # type: ignore[assignment]  # set while its nodes are read

    # -- entry

    def page(self, template: Template, layout: Template | None, owner: type | None = None) -> list[Step]:
        """The steps of a page; a fragment stands in the live block of its layout."""
        if layout is None:
            return self.template(template, owner)
        self._fragment = (template, owner)
        return self.template(layout)

    def template(self, template: Template, owner: type | None = None) -> list[Step]:
        """The steps of a template with all that it extends."""
        with self._blocks_of_its_own():
            return self._chain(self._read(template, owner))

    @contextmanager
    def _blocks_of_its_own(self) -> Iterator[None]:
        outer = self._blocks, self._shown, self._inside
        self._blocks, self._shown, self._inside = {}, {}, []
        try:
            yield
        finally:
            self._blocks, self._shown, self._inside = outer

    def _read(self, template: Template, owner: type | None = None) -> Source:
        source = self.library.source(template, owner)
        if source not in self.sources:
            self.sources.append(source)
        return source

    def _chain(self, source: Source) -> list[Step]:
        outer, self._extended = self._extended, []
        steps: list[Step] = []
        try:
            while True:
                extends = extends_of(source)
                self._extended.append(source)
                for block in source.blocks:
                    self._blocks.setdefault(block.name, []).append((source, block))
                if extends is None:
                    return steps + self._of(source, source.template.nodelist)
                # The tag alone: nothing of a child is shown but its blocks.
                steps.append(self._use(extends, source))
                parent = self._parent(source, extends)
                if parent is None:
                    return steps + self._loose_blocks()
                source = parent
        finally:
            self._extended = outer

    def _parent(self, source: Source, extends: ExtendsNode) -> Source | None:
        name: Any = extends.parent_name
        if name.filters or not isinstance(name.var, str):
            self.incomplete = True
            return None
        origin: Any = source.template.origin
        wanted = construct_relative_path(origin.template_name, str(name.var))
        return self._load(source, extends, wanted, skip=[other.template.origin for other in self._extended])

    def _loose_blocks(self) -> list[Step]:
        """The outermost blocks of templates whose parent is unknown: each stands somewhere."""
        steps: list[Step] = []
        done: set[str] = set()
        for source in self._extended:
            extends: Any = extends_of(source)
            for block in extends.nodelist:
                if isinstance(block, BlockNode) and block.name not in done:
                    done.add(block.name)
                    use = self._use(block, source)
                    use.bodies, use.detached = [Body(self._of(source, [block]))], True
                    steps.append(use)
        return steps

    def _load(self, source: Source, node: Node, name: str, skip: Any = None) -> Source | None:
        try:
            template = self.library.load(self.engine, name, skip or ())
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            self.problems.append((Place(source, *position(node)), error))
            self.incomplete = True
            return None
        return self._read(template)

    # -- nodes

    def _of(self, source: Source, nodes: Iterable[Any]) -> list[Step]:
        outer, self._source = self._source, source
        try:
            return [step for node in nodes for step in self._node(node)]
        finally:
            self._source = outer

    def _node(self, node: Any) -> Iterator[Step]:
        if isinstance(node, TextNode | VerbatimNode):
            for start, end in text_spans(self._source, node):
                yield Text(self._source, start, end)
            return
        if isinstance(node, LoadNode | CommentNode) or node.token is None:
            return
        use = self._use(node, self._source)
        yield use
        self._fill(use, node)
        if not isinstance(node, VariableNode | IncludeNode):
            self._names.bind(
                [*AS.findall(node.token.contents), *filter(None, [getattr(node, "asvar", None)])]
            )

    def _use(self, node: Node, source: Source) -> Use:
        return Use(node, Place(source, *position(node)), self._names.scope, live=self._live)

    def _body(self, nodes: Iterable[Any], *, many: bool = False) -> Body:
        return Body(self._of(self._source, nodes), many=many)

    def _fill(self, use: Use, node: Any) -> None:
        """Give a use its bodies."""
        if isinstance(node, BlockNode):
            use.bodies = self._block(node)
        elif isinstance(node, IncludeNode):
            self._include(use, literal_include(node), node.extra_context, isolated=node.isolated_context)
        elif isinstance(node, IfNode | ForNode | IfChangedNode | BlockTranslateNode):
            use.bodies, use.exclusive = self._branches(node), True
        elif isinstance(node, WithNode):
            with self._names.within(node.extra_context):
                use.bodies = [self._body(node.nodelist)]
        elif isinstance(node, VariableNode):
            self._variable(use, node.filter_expression)
        elif isinstance(node, InclusionNode):
            # What its function returns is not known.
            self._include(use, node.filename, isolated=True, open=True)
        elif isinstance(node, PARTIALS):
            use.bodies = self._partial(node)
        else:
            self._other(use, node)

    def _branches(self, node: Any) -> list[Body]:
        """The bodies of which a tag shows one."""
        if isinstance(node, IfNode):
            bodies = [self._body(nodes) for _, nodes in node.conditions_nodelists]
            has_else = node.conditions_nodelists[-1][0] is None
            return bodies if has_else else [*bodies, Body([])]
        if isinstance(node, ForNode):
            with self._names.within([*node.loopvars, "forloop"]):
                loop = self._body(node.nodelist_loop, many=True)
            with self._names.within(()):
                return [loop, self._body(node.nodelist_empty)]
        if isinstance(node, IfChangedNode):
            return [self._body(node.nodelist_true), self._body(node.nodelist_false)]
        return [
            Body([Text(self._source, *span) for span in token_spans(tokens)])
            for tokens in (node.singular, node.plural)
            if tokens
        ]

    def _block(self, node: BlockNode) -> list[Body]:
        live, self._live = self._live, self._live or node.name == self.live_block
        self._inside.append(node.name)
        try:
            with self._names.within({"block"}):
                if self._fragment is not None and node.name == self.live_block:
                    (template, owner), self._fragment = self._fragment, None
                    return [Body(self.template(template, owner))]
                return self._definition(node.name, [(self._source, node)])
        finally:
            self._inside.pop()
            self._live = live

    def _definition(self, name: str, otherwise: list[tuple[Source, BlockNode]]) -> list[Body]:
        """What a block shows; inside of it, what the next template up the chain defines."""
        defined, depth = self._blocks.get(name) or otherwise, self._shown.get(name, 0)
        if depth >= len(defined):
            return []
        source, block = defined[depth]
        self._shown[name] = depth + 1
        try:
            return [Body(self._of(source, block.nodelist))]
        finally:
            self._shown[name] = depth

    def _variable(self, use: Use, expression: Any) -> None:
        if not is_block_super(expression):
            use.opaque = any(getattr(function, "__name__", "") in RAW for function, _ in expression.filters)
        elif self._inside:
            use.bodies = self._definition(self._inside[-1], [])

    def _include(self, use: Use, name: Any, names: Iterable[str] = (), **how: bool) -> None:
        """Another template in the place of a tag; a name that is no string is known only when rendered."""
        source = self._load(use.place.source, use.node, name) if isinstance(name, str) else None
        if source is None or source in self._including or len(self._including) > DEEPEST:
            self.incomplete |= source is None
            use.opaque = True
            return
        with self._going_into(source), self._blocks_of_its_own(), self._names.within(names, **how):
            use.bodies = [Body(self._chain(source))]

    @contextmanager
    def _going_into(self, part: Source | str) -> Iterator[None]:
        self._including.append(part)
        try:
            yield
        finally:
            self._including.pop()

    def _partial(self, node: Any) -> list[Body]:
        if not hasattr(node, "partial_mapping"):  # where it is defined
            return [self._body(node.nodelist)] if node.inline else []
        try:
            partial = node.partial_mapping[node.partial_name]
        except KeyError:  # of which Django tells when the tag is rendered
            return []
        key = f"#{node.partial_name}"
        if key in self._including:
            return []
        with self._going_into(key):
            return [self._body(partial.nodelist)]

    def _other(self, use: Use, node: Node) -> None:
        """A tag of a library, ours or anybody's."""
        ours = type(node).__module__.partition(".")[0] in ("django", "django_phoenix")
        is_part = is_component_part(node)
        use.detached = is_part or isinstance(node, PortalNode)
        use.opaque = not ours and not use.detached
        inside, after = NameSet(), NameSet()
        if is_part:
            inside = names_inside(node)
        elif isinstance(node, SimpleNode) or not ours:
            inside = after = written_by(node)
        with self._names.within(bound_inside(node) | inside.names, open=inside.open or self._names.is_open):
            bodies = [self._body(nodes) for nodes in bodies_of(node)]
        if not ours:
            for body in bodies:
                body.maybe = body.many = True
        use.bodies = bodies
        self._names.bind(after.names)
        if after.open and not AS.search(node.token.contents if node.token else ""):
            self._names.open()
