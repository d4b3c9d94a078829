"""The query string of a socket URL: nested brackets, stray ``&``, unknown keys."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

BRACKETS = re.compile(r"\[([^\[\]]*)\]")
# Deeper nesting than this is nobody's params.
MAX_DEPTH = 16
MAX_PAIRS = 1000


def parse_params(query: bytes | str) -> dict[str, Any]:
    """``a[b]=c`` gives ``{"a": {"b": "c"}}``, ``a[]=x`` a list; ``a[0]=x`` is an object with the key "0".

    Never raises: pairs that contradict earlier ones win, pairs that make no sense are left out.
    """
    text = query.decode("utf-8", "replace") if isinstance(query, bytes) else query
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PAIRS)
    except ValueError:
        return {}
    params: dict[str, Any] = {}
    for key, value in pairs:
        path = _path(key)
        if path is not None:
            _put(params, path, value)
    return params


def _path(key: str) -> list[str] | None:
    start = key.find("[")
    if start <= 0 or not key.endswith("]"):
        return [key]
    names = BRACKETS.findall(key[start:])
    if "".join(f"[{name}]" for name in names) != key[start:] or len(names) > MAX_DEPTH:
        return None
    return [key[:start], *names]


def _put(params: dict[str, Any], path: list[str], value: str) -> None:
    target = params
    for position, name in enumerate(path[:-1]):
        if path[position + 1] == "" and position + 2 == len(path):
            _append(target, name, value)
            return
        inner = target.get(name)
        if not isinstance(inner, dict):
            inner = target[name] = {}
        target = inner
    target[path[-1]] = value


def _append(target: dict[str, Any], name: str, value: str) -> None:
    items = target.get(name)
    if not isinstance(items, list):
        items = target[name] = []
    items.append(value)
