"""What the system checks find out about live routes: their templates, regions and guards."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.template import Context, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList, Template, Variable
from django.template.loader_tags import BlockNode, ExtendsNode

from django_phoenix.conf import settings
from django_phoenix.exceptions import TemplateCompileError
from django_phoenix.live.page import Page, page_of
from django_phoenix.live.routes import LiveRoute, live_routes
from django_phoenix.management.contract.reads import is_parameter, names_of_parameter
from django_phoenix.params import MARK

# Follows the state although it stands outside the region.
FOLLOWS = {"page_title"}

# What put_flash() changes.
FLASH = {"flash", "messages"}

HANDLERS = {"handle_event", "handle_info", "handle_params"}


def distinct_routes() -> Iterator[LiveRoute]:
    """One route for each page: view, arguments of its as_view(), live session."""
    seen = set()
    for route in live_routes():
        key = (route.view_class, repr(route.initkwargs), route.live_session.name)
        if key not in seen:
            seen.add(key)
            yield route


def page_problem(route: LiveRoute) -> tuple[str, Exception] | None:
    """Why a route's page cannot be made: ("template" or "region", the exception); None if it can."""
    try:
        page_of_route(route)
    except (TemplateDoesNotExist, TemplateSyntaxError, ImproperlyConfigured) as error:
        return "template", error
    except TemplateCompileError as error:
        return "region", error
    return None


def page_of_route(route: LiveRoute) -> Page:
    """Raises what ``page_of`` raises."""
    return page_of(route.view_class(**route.initkwargs), route.live_session)


# -- names that go stale outside the region


def stale_names(route: LiveRoute) -> dict[str, str]:
    """Names that handlers of the view assign and a block outside the live region reads: name → block."""
    assigned = assigned_names(route.view_class) - FOLLOWS
    if not assigned:
        return {}
    view = route.view_class
    live_block = view.live_block or route.live_session.live_block or settings.LIVE_BLOCK
    page = page_of_route(route)
    hidden = hidden_blocks(page)
    return {
        name: block
        for block, names in names_outside(page, live_block).items()
        if block not in hidden
        for name in sorted(names & assigned)
    }


def hidden_blocks(page: Page) -> dict[str, tuple[str, list[str]]]:
    """Blocks that no template above knows, so that nothing shows them: name → template, blocks on offer."""
    hidden = {}
    levels = list(_chain(page.template))
    for number, level in enumerate(levels[:-1]):
        blocks = _blocks(level.nodelist)
        offered = {block.name for above in levels[number + 1 :] for block in _blocks(above.nodelist)}
        inner = {nested.name for block in blocks for nested in _blocks(block.nodelist)}
        for block in blocks:
            if block.name not in offered | inner:
                hidden[block.name] = (str(level.name or level.origin), sorted(offered))
    return hidden


def assigned_names(view_class: type[Any]) -> set[str]:
    """Names that a view's handlers set on ``self.assigns``, as far as their source shows it.

    What any method but ``mount`` says, unless a page load follows, is among the messages.
    """
    names = set(FLASH) if getattr(view_class, "success_message", None) else set()
    for name, function in inspect.getmembers(view_class, inspect.isfunction):
        if hasattr(function, MARK) or name in HANDLERS:
            names |= _assigned_in(_attributes_in(function))
        if name != "mount" and not function.__module__.startswith("django_phoenix."):
            used = {node.attr for node in _attributes_in(function)}
            if "put_flash" in used and "redirect" not in used:
                names |= FLASH
    return names


def _attributes_in(function: Any) -> list[ast.Attribute]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]


def _assigned_in(attributes: list[ast.Attribute]) -> set[str]:
    return {
        node.attr
        for node in attributes
        if isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "assigns"
    }


def names_outside(page: Page, live_block: str) -> dict[str, set[str]]:
    """Names read outside the region, by block, each as the chain has it in the end; "" is all other text."""
    _, *levels = _chain(page.document)  # the first one only puts the container into the live block
    blocks: dict[str, BlockNode] = {}
    for level in levels:
        for block in _blocks(level.nodelist):
            blocks.setdefault(block.name, block)
    inside = _nested_names(blocks, live_block)
    outside = {name: names_read(block.nodelist) for name, block in blocks.items() if name not in inside}
    return {**outside, "": names_read(levels[-1].nodelist)}


def _chain(document: Template) -> Iterator[Template]:
    """A template, its parent, and so on, as Django finds them."""
    context = Context()
    context.template = document
    template = document
    while True:
        yield template
        extends = next(iter(template.nodelist.get_nodes_by_type(ExtendsNode)), None)
        if not isinstance(extends, ExtendsNode):
            return
        template = extends.get_parent(context)


def _blocks(nodelist: NodeList) -> list[BlockNode]:
    return [node for node in nodelist.get_nodes_by_type(BlockNode) if isinstance(node, BlockNode)]


def _nested_names(blocks: dict[str, BlockNode], outermost: str) -> set[str]:
    """The live block and every block that stands in it, at any depth and any level of the chain."""
    found, waiting = set(), [outermost]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in blocks:
            waiting += [inner.name for inner in _blocks(blocks[name].nodelist)]
    return found


def names_read(part: Any) -> set[str]:
    """First names of all variables in a piece of a node tree, blocks in it left out."""
    names: set[str] = set()
    seen: set[int] = set()
    waiting = [part]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, BlockNode):
            continue
        seen.add(id(item))
        if isinstance(item, Variable):
            names |= {item.lookups[0]} if item.lookups else set()
        elif isinstance(item, list | tuple | NodeList):
            waiting += list(item)
        elif isinstance(item, dict):
            waiting += list(item.values())
        elif isinstance(item, FilterExpression):
            waiting += [item.var, item.filters]
        elif is_parameter(item):
            names |= {path[0] for path in names_of_parameter(item)}
        elif isinstance(item, Node) or _is_condition(item):
            waiting += list(vars(item).values())
    return names


def _is_condition(item: object) -> bool:
    """The pieces of an ``{% if %}``'s expression."""
    return type(item).__module__ in {"django.template.smartif", "django.template.defaulttags"}
