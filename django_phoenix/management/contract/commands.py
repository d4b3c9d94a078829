"""Client commands in a template: the ``{% js %}`` tag, and JSON by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.template.base import FilterExpression, Node

from django_phoenix.live.js_tag import JsNode


def commands_of_tag(node: Node) -> Iterator[tuple[str, dict[str | None, FilterExpression]]]:
    """The commands of a ``{% js %}`` tag with their arguments; None names the last one without a name."""
    if isinstance(node, JsNode):
        expressions = iter(node.expressions)
        for call in node.calls:
            yield call.method, {name: next(expressions) for name in call.names}


def commands_of_json(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The commands of a JSON list with their options. Raises ValueError or TypeError if it is none."""
    return [(str(name), dict(options)) for name, options in json.loads(text)]
