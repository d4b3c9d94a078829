"""Scripts and styles that stand in a template beside the markup they serve: what they are, and their names.

They show nothing. A hook whose name starts with a dot belongs to its template (LV-92): `phx-hook=".Phone"` in
`shop/card.html` is `shop.card.Phone`. What follows the hook's tag is renamed while the template is parsed, so
that Django itself renders the full name; what stands before it when the template is first compiled.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.template.base import Node, TextNode
from django.utils.safestring import SafeString

from .nodes import handles

if TYPE_CHECKING:
    from django.template.base import Origin, Template
    from django.template.context import Context

    from .parts import Content
    from .program import Compiler
    from .scope import Scope

TAG = "colocated_"  # what the names of the tags begin with

SUFFIX = re.compile(r"\.\w+\Z")
ODD = re.compile(r"[^\w.-]")


class Colocated(Node):
    """A piece of JavaScript or CSS. ``key`` and ``name`` tell where a script's default export is found."""

    child_nodelists = ()

    def __init__(self, kind: str, text: str, *, key: str = "", name: str = "", place: str = "") -> None:
        self.kind = kind  # "js" or "css"
        self.text = text
        self.key = key
        self.name = name
        self.place = place  # "template:line"

    def render(self, context: Context) -> SafeString:
        return SafeString()


@handles(Colocated)
def colocated_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    pass


class HookNames:
    """A node that brings hooks into being whose names start with a dot."""

    renames: tuple[str, str]  # ("Phone", "shop.card.Phone")


class ColocatedHook(Colocated, HookNames):
    """A hook among the scripts."""


@handles(ColocatedHook)
def colocated_hook_node(c: Compiler, content: Content, scope: Scope, node: Any) -> None:
    pass


# -- names


def namespace_of(origin: Origin | None, tokens: Iterable[Any]) -> str:
    """What stands before the dot: a file's name as a module's, of an inline template its class."""
    name = "" if origin is None else str(origin.template_name or "")
    if name:
        return ODD.sub("_", SUFFIX.sub("", name).strip("/").replace("/", "."))
    name = "" if origin is None else str(origin.name)
    file, inside, owner = name.rpartition("::")  # of django-components, for a template inside a class
    if inside:
        return f"{module_of(file)}.{owner}"
    if name.endswith(".template"):
        return name.removesuffix(".template")
    return f"inline_{crc32(''.join(token.contents for token in tokens).encode()):08x}"


@cache
def module_of(file: str) -> str:
    """The dotted name of a Python file below one of the import system's folders, else its bare name."""
    path = Path(file).with_suffix("")
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        if path.is_relative_to(folder):
            return ".".join(path.relative_to(folder).parts)
    return PurePosixPath(path).name


def renamed(text: str, short: str, full: str) -> str:
    """The text with `phx-hook=".short"` replaced by the full name."""
    if f".{short}" not in text:
        return text
    pattern = rf"""(?<![\w-])(phx-hook\s*=\s*(["']?))\.{re.escape(short)}(?![\w.-])"""
    return re.sub(pattern, lambda match: match[1] + full, text)


def rename_in_tokens(tokens: Iterable[Any], short: str, full: str) -> None:
    for token in tokens:
        token.contents = renamed(token.contents, short, full)


def settle_names(template: Template) -> Template:
    """Give the hooks of a template their full names also in the text before their tags."""
    if f"{TAG}hook" in template.source:
        nodes: Any = template.nodelist
        for hook in nodes.get_nodes_by_type(HookNames):
            for text in nodes.get_nodes_by_type(TextNode):
                text.s = renamed(text.s, *hook.renames)
    return template
