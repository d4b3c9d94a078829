"""Values that template tags write out."""

from __future__ import annotations

from typing import Any

from django.template.base import FilterExpression

# A value that only rendering gives.
DYNAMIC = object()


def value_of(expression: FilterExpression) -> Any:
    """The value of a literal in a tag, else DYNAMIC."""
    var: Any = expression.var
    if expression.filters or var is None:
        return DYNAMIC
    if isinstance(var, str):
        return str(var)
    return var.literal if var.lookups is None and not var.translate else DYNAMIC


def path_in(node: Any, node_class: type[Any]) -> str | None:
    """The literal dotted path that a tag of this class names; None for other tags and for variables."""
    path = value_of(node.target) if isinstance(node, node_class) else None
    return path if isinstance(path, str) else None
