"""For the API reference: a comment right above an attribute is its docstring, as the package writes them.

Attributes of a class or module that follow without a blank line share it. mkdocs.yml names this file among
griffe's extensions.
"""

from __future__ import annotations

import ast
from typing import Any

from griffe import Attribute, Docstring, Extension, ObjectNode


class Comments(Extension):
    """Called by griffe for each attribute that it has read."""

    def on_attribute_instance(self, *, node: ast.AST | ObjectNode, attr: Attribute, **_: Any) -> None:
        if attr.docstring is None and isinstance(node, ast.AST) and attr.lineno is not None:
            in_method = attr.labels & {"instance-attribute", "class-attribute"} == {"instance-attribute"}
            text = comment_above(attr.lines_collection[attr.filepath], attr.lineno, alone=in_method)
            if text:
                attr.docstring = Docstring(text, lineno=attr.lineno, parent=attr)


def comment_above(lines: list[str], lineno: int, *, alone: bool) -> str:
    """What stands above the line of this number, the first being 1; nothing if a blank line is between.

    ``alone``: only a comment that no other code stands under.
    """
    indent = indent_of(lines[lineno - 1])
    above = lineno - 2
    while not alone and above >= 0 and lines[above].strip() and not is_comment(lines[above]):
        if indent_of(lines[above]) < indent:
            return ""
        above -= 1
    found: list[str] = []
    while above >= 0 and is_comment(lines[above]) and indent_of(lines[above]) == indent:
        found.insert(0, lines[above].strip().lstrip("#").strip())
        above -= 1
    return "\n".join(found)


def is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())
