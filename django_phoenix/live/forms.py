"""The value of a form event: a query string whose brackets become nested dictionaries."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import QueryDict

from django_phoenix.params import Params

# What the client marks an input as that nobody has used yet; and the input that was changed.
UNUSED = "_unused_"
TARGET = "_target"

KEY = re.compile(r"\[([^\[\]]*)\]")


def decode_form(value: str, meta: Any = None) -> Params:
    """``user[name]=a&tags[]=1&tags[]=2`` into ``{"user": {"name": "a"}, "tags": ["1", "2"]}``; ``meta`` wins.

    ``_target`` becomes the list of keys of the changed input. Raises ValueError for more fields than
    ``DATA_UPLOAD_MAX_NUMBER_FIELDS``.
    """
    meta = meta if isinstance(meta, dict) else {}
    return params_of([pair for pair in _pairs(value) if pair[0] not in meta], meta)


def params_of(
    pairs: Iterable[tuple[str, str]], meta: Mapping[str, Any] | None = None, *, posted: bool = False
) -> Params:
    """Names with brackets become nested dictionaries; what is in ``meta`` stands as it is."""
    params = Params()
    params.pairs = list(pairs)
    params.posted = posted
    for name, text in params.pairs:
        if "[" in name:
            _put(params, _split(name), text)
        else:
            params[name] = text
    params.update(meta or {})
    if isinstance(params.get(TARGET), str):
        params[TARGET] = key_path(params[TARGET])
    return params


def posted_form(data: QueryDict, without: Container[str] = ()) -> Params:
    """What a plain POST carries, as ``decode_form`` gives it; names in ``without`` are dropped."""
    pairs = ((name, text) for name, texts in data.lists() if name not in without for text in texts)
    return params_of(pairs, posted=True)


def sent_names(params: Params) -> list[str]:
    """The names of a form's inputs, each once, without what the client adds of its own."""
    names = dict.fromkeys(name for name, _ in params.pairs)
    return [name for name in names if not _is_clients(name)]


def _is_clients(name: str) -> bool:
    return any(key.startswith((UNUSED, TARGET)) for key in key_path(name))


def decode_query(text: str) -> dict[str, Any]:
    """Decode a query string; of a name that comes twice the last wins, unless it ends in ``[]``."""
    params: dict[str, Any] = {}
    for name, value in _pairs(text):
        _put(params, _split(name), value)
    return params


def key_path(name: str) -> list[str]:
    """``user[name]`` is ``["user", "name"]``, ``tags[]`` is ``["tags"]``."""
    return [key for key in _split(name) if key]


def _pairs(text: str) -> list[tuple[str, str]]:
    limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    return parse_qsl(text, keep_blank_values=True, max_num_fields=limit, errors="replace")


def _split(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    if not head or not bracket or not name.endswith("]"):
        return [name]
    return [head, *KEY.findall(name[len(head) :])]


def _put(params: dict[str, Any], keys: list[str], value: str) -> None:
    """Store under a path of keys; where ``foo`` and ``foo[bar]`` clash, the later one stands."""
    node = params
    *inner, last = keys
    if inner and last == "":
        *inner, name = inner
        node = _descend(node, inner)
        if not isinstance(node.get(name), list):
            node[name] = []
        node[name].append(value)
        return
    _descend(node, inner)[last] = value


def _descend(node: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    for key in keys:
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node = child
    return node
