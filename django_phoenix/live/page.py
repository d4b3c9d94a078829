"""The page around a view: which part of which template is live, and the whole document at GET."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.forms.utils import flatatt
from django.template import Context, Origin, RequestContext, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Node, NodeList, Template, TextNode
from django.template.context import RenderContext
from django.template.loader_tags import BlockNode, ExtendsNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.conf import settings
from django_phoenix.exceptions import RegionError
from django_phoenix.live.flash_page import show_flash
from django_phoenix.live.request import nonce_of
from django_phoenix.live.session import LiveSession
from django_phoenix.rendering.assets import Assets, deliveries
from django_phoenix.rendering.chain import extends_node
from django_phoenix.rendering.compiler import CompiledTemplate, compile_region

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

DOCUMENT = re.compile(r"<\s*(html|body|!doctype)\b", re.IGNORECASE)

# Tells django-components that what components need is put into the page by someone else.
LEAVE_DEPENDENCIES = "DJC_DEPS_STRATEGY"

# Where a fragment stands when neither view, live_session nor setting names a layout.
PLAIN_LAYOUT = "django_phoenix/layout.html"

# That of a view which stands in a page already.
NO_LAYOUT = ""

CACHE = "_phoenix_pages"

# On the container in the answer to a form: the page script keeps what it shows through the join's mount.
POSTED = "data-phx-posted"


@dataclass(frozen=True, slots=True)
class Page:
    """A live region and the document around it."""

    template: Template
    region: CompiledTemplate
    document: Template
    root: str
    depends: bool


def prepare(live: Runtime) -> None:
    """Give a view its context and its page. Raises RegionError, TemplateDoesNotExist, TemplateSyntaxError."""
    template = find_template(live.view)
    live.context = make_context(live, template)
    live.page = find_page(template, *_frame_of(live), live.context)


def choose_page(live: Runtime) -> None:
    """The page of the template that the view wants to show now: what ``render()`` or ``mount`` say.

    Raises RegionError if it has another root: what is outside the region can't change on the socket.
    """
    name = live.view.render() if live.spec.renders else None
    template = find_template(live.view) if name is None else load_template(name)
    if template is live.page.template:
        return
    page = find_page(template, *_frame_of(live), live.context)
    if page.root != live.page.root and not live.is_nested:
        raise RegionError(
            f"{live.spec.name}: {_name(template)} has the root {page.root}, the view's own template has "
            f"{live.page.root}. All templates of one view need the same one."
        )
    live.context.template_name = template.name or "unknown"
    live.page = page


def page_of(view: Any, live_session: LiveSession) -> Page:
    """The page of a view that is not mounted: for checks. Raises what ``prepare`` raises."""
    template = find_template(view)
    context = Context()
    context.template = template
    return find_page(template, *frame_of(view, live_session), context)


def frame_of(view: Any, live_session: LiveSession) -> tuple[str | None, str]:
    """The layout for a fragment, and the name of the live block."""
    layout = view.layout or live_session.layout or settings.LAYOUT
    block = view.live_block or live_session.live_block or settings.LIVE_BLOCK
    return layout, block


def _frame_of(live: Runtime) -> tuple[str | None, str]:
    """The same of a mounted view: one that stands in another page has no layout."""
    layout, block = frame_of(live.view, live.live_session)
    return (NO_LAYOUT if live.is_nested else layout), block


def find_page(template: Template, layout: str | None, block: str, context: Context) -> Page:
    """The page of a template, kept with it unless a variable says what it extends.

    Nor in development, where an inline template outlives changes of the files around it.
    """
    pages: dict[Any, Page] = template.__dict__.setdefault(CACHE, {})
    page = pages.get((layout, block))
    if page is None:
        page = _make_page(template, layout, block, context)
        if not (page.depends or template.engine.debug):
            pages[layout, block] = page
    return page


def find_template(view: Any) -> Template:
    """A view's template: the nearest ``template_name`` or ``template`` of view, class and bases."""
    own = vars(view)
    if own.get("template") is not None:
        return _inline_template(type(view), own["template"])
    if own.get("template_name") is not None:
        return load_template(own["template_name"])
    return template_of(type(view))


def template_of(view_class: type[Any]) -> Template:
    """The nearest of a class and its bases. Raises ImproperlyConfigured if they have none."""
    for owner in view_class.__mro__:
        own = vars(owner)
        if own.get("template") is not None:
            return _inline_template(owner, own["template"])
        if own.get("template_name") is not None:
            return load_template(own["template_name"])
    raise ImproperlyConfigured(
        f"{view_class.__name__} needs a template: set template_name = '…' or template = '…source…'."
    )


def load_template(name: str) -> Template:
    """A template by name, from the site's first DjangoTemplates engine that has it."""
    return template_engine().engine.get_template(name)


def _inline_template(owner: type, source: str) -> Template:
    templates = _inline_templates.setdefault(owner, {})
    template = templates.get(source)
    if template is None:
        origin = Origin(name=f"{owner.__module__}.{owner.__qualname__}.template")
        template = Template(source, origin=origin, name=origin.name, engine=template_engine().engine)
        templates[source] = template
    return template


_inline_templates: WeakKeyDictionary[type, dict[str, Template]] = WeakKeyDictionary()


def _forget_templates(*, setting: str, **_: Any) -> None:
    if setting == "TEMPLATES":
        _inline_templates.clear()


setting_changed.connect(_forget_templates)


def template_engine() -> DjangoTemplates:
    """The site's first DjangoTemplates backend. Raises ImproperlyConfigured if it has none."""
    for engine in engines.all():
        if isinstance(engine, DjangoTemplates):
            return engine
    raise ImproperlyConfigured("Live views need a DjangoTemplates backend in the setting TEMPLATES.")


# -- region and document


def _make_page(template: Template, layout: str | None, block: str, context: Context) -> Page:
    chain = Chain(template, context)
    inner: str | None = block
    outer = chain
    if not chain.has(block):
        if chain.is_document:
            raise _no_region(chain, block)
        inner = None
        if layout != NO_LAYOUT:
            outer = Chain(load_template(layout or PLAIN_LAYOUT), context)
            if not outer.has(block):
                raise _no_region(outer, block)
    return Page(
        template,
        region=compile_region(template, inner),
        document=_document(outer.leaf, block),
        root=_name(outer.root),
        depends=chain.depends or outer.depends,
    )


class Chain:
    """A template and all that it extends, by Django's own rules. ``depends``: on what variables say."""

    def __init__(self, template: Template, context: Context) -> None:
        self.leaf = self.root = template
        self.depends = False
        # ExtendsNode keeps there what it has seen; nothing else of it is used.
        looking = copy(context)
        looking.render_context = RenderContext()
        while (extends := extends_node(self.root)) is not None:
            self.depends = self.depends or not _is_constant(extends)
            self.root = extends.get_parent(looking)

    def has(self, block: str) -> bool:
        """Whether the root offers this block."""
        return block in self.blocks

    @property
    def blocks(self) -> list[str]:
        """The names of the root's blocks."""
        nodes: list[Any] = self.root.nodelist.get_nodes_by_type(BlockNode)
        return list(dict.fromkeys(node.name for node in nodes))

    @property
    def is_document(self) -> bool:
        """Whether the root's text is a whole page."""
        nodes: list[Any] = self.root.nodelist.get_nodes_by_type(TextNode)
        return any(DOCUMENT.search(node.s) for node in nodes)


def _is_constant(extends: ExtendsNode) -> bool:
    name: Any = extends.parent_name
    return isinstance(name.var, str) and not name.filters


def _document(parent: Template, block: str) -> Template:
    """What Django makes of a child of ``parent`` that overrides only ``block``, with the container in it."""
    document = Template("", origin=parent.origin, name=parent.name, engine=parent.engine)
    inner = BlockNode(block, NodeList([_Container()]))
    extends = ExtendsNode(NodeList([inner]), _Known(parent))  # type: ignore[arg-type]
    extends.origin = parent.origin
    document.nodelist = NodeList([extends])
    return document


class _Known:
    """Stands where ExtendsNode expects the expression that gives its parent."""

    def __init__(self, template: Template) -> None:
        self.template = template

    def resolve(self, context: Context) -> Template:
        return self.template


class _Container(Node):
    """Puts the view's container where the live block stands."""

    def render(self, context: Context) -> SafeString:
        context.phoenix_shown = True  # type: ignore[attr-defined]
        return context.phoenix_container  # type: ignore[attr-defined, no-any-return]


def _no_region(chain: Chain, block: str) -> RegionError:
    return RegionError(
        f"{_name(chain.leaf)}: no block {block!r} in {_name(chain.root)}, so nothing in it can be live. It "
        f"offers: {', '.join(chain.blocks) or 'no blocks at all'}. Name one with live_block = '…' (view, "
        "live_session(), or DJANGO_PHOENIX['LIVE_BLOCK'])."
    )


def _name(template: Template) -> str:
    return str(template.name or template.origin)


# -- context and markup


def make_context(live: Runtime, template: Template) -> Context:
    """The view's context, made once and kept: context processors' values, the view, its assigns on top."""
    context = RequestContext(live.request)
    values = context.dicts[1]  # as RequestContext lays them: builtins, processors' values, the rest
    for processor in template.engine.template_context_processors:
        values.update(processor(live.request))
    layers: list[Any] = context.dicts
    layers[2]["view"] = live.view
    layers.append(vars(live.view.assigns))
    show_flash(context, live)
    context.template = template
    context.template_name = template.name or "unknown"
    context.phoenix_live = live  # type: ignore[attr-defined]
    if deliveries:
        context.phoenix_assets = Assets(live.id)  # type: ignore[attr-defined]
    return context


def container(live: Runtime, session_token: str, static_token: str, html: str) -> SafeString:
    """The element that holds the view."""
    tag, attributes = container_of(live.view)
    if live.view.request.method == "POST":
        attributes[POSTED] = True
    assets = getattr(live.context, "phoenix_assets", None)
    if assets is not None:
        html += "".join(each.comment for each in assets.take())
    return format_html(
        '<{} id="{}" data-phx-main data-phx-session="{}" data-phx-static="{}"{}>{}</{}>',
        tag,
        live.id,
        session_token,
        static_token,
        flatatt(attributes),
        mark_safe(html),
        tag,
    )


def container_of(view: Any) -> tuple[str, dict[str, Any]]:
    """Tag and attributes of a view's container."""
    if isinstance(view.container, str):
        return view.container, {}
    tag, attributes = view.container
    return tag, dict(attributes)


def render_document(live: Runtime, contained: SafeString) -> SafeString:
    """The whole page. Raises RegionError if the live block is not shown in it."""
    context: Any = live.context
    context.phoenix_container = contained
    context.phoenix_shown = False
    context.render_context = RenderContext()
    layer = {LEAVE_DEPENDENCIES: "ignore"} if deliveries else {}
    with context.push(**layer):
        html = live.page.document.render(context)
    if not context.phoenix_shown:
        raise RegionError(
            f"{_name(live.page.template)}: its live block is not part of the page, because a block around it "
            "was overridden without it. Let live_block name the outer block."
        )
    for delivery in deliveries:
        html = mark_safe(delivery.linked(html, nonce_of(live.request)))
    return html
