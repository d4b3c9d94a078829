"""The collected scripts and styles as files: a module for each script, an index of them, one style sheet."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from django_phoenix.rendering.colocated import Colocated

from .finding import Finder

logger = logging.getLogger(__name__)

INDEX, PAGE, STYLE = "index.js", "page.js", "index.css"
ODD = re.compile(r"[^\w.-]+")

# What a page's own module does beside exporting. Hooks have to be there before the page's view joins.
PUBLISH = """\
const page = (globalThis.DjangoPhoenix ??= {})
page.colocated = {default: exports0, ...named}
Object.assign((page.hooks ??= {}), named.hooks)
"""


@dataclass(frozen=True)
class Bundle:
    """Names and texts of the files. Without scripts there is no index, without styles no style sheet."""

    files: dict[str, str]

    @cached_property
    def digest(self) -> str:
        """Changes when any file does."""
        return sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()[:12]


def bundle_of(pieces: Iterable[Colocated]) -> Bundle:
    """Of two exports with the same key and name the later one counts, which is logged."""
    pieces = list(pieces)
    scripts = [piece for piece in pieces if piece.kind == "js"]
    styles = [piece for piece in pieces if piece.kind == "css"]
    files: dict[str, str] = {}
    if scripts:
        names = _file_names(scripts)
        index = _index(scripts, names)
        modules = {name: f"{piece.text}\n" for name, piece in zip(names, scripts, strict=True)}
        files = {**modules, INDEX: index, PAGE: index + PUBLISH}
    if styles:
        files[STYLE] = "\n".join(f"/* {piece.place} */\n{piece.text}\n" for piece in styles)
    return Bundle(files)


def _file_names(scripts: Sequence[Colocated]) -> list[str]:
    """One for each, after its name or its place."""
    found: dict[str, None] = {}
    for piece in scripts:
        name = ODD.sub("_", piece.name or piece.place)
        same = sum(each.rpartition("~")[0] == name for each in found)
        found[f"{name}~{same}"] = None
    return [f"{name.removesuffix('~0')}.js" for name in found]


def _index(scripts: Sequence[Colocated], names: Sequence[str]) -> str:
    lines = []
    exports: dict[str, dict[str, str]] = {"default": {}, "hooks": {}}
    for number, (piece, name) in enumerate(zip(scripts, names, strict=True)):
        if not piece.name:
            lines.append(f"import {json.dumps('./' + name)}")
            continue
        lines.append(f"import * as module{number} from {json.dumps('./' + name)}")
        named = exports.setdefault(piece.key, {})
        if piece.name in named:
            logger.warning("%s: there is another %s %r; this one counts.", piece.place, piece.key, piece.name)
        named[piece.name] = f"module{number}.default"
    for number, named in enumerate(exports.values()):
        entries = ", ".join(f"{json.dumps(name)}: {value}" for name, value in named.items())
        lines.append(f"const exports{number} = {{{entries}}}")
    pairs = [(f"exports{number}", key) for number, key in enumerate(exports)]
    lines.append(f"export {{{', '.join(f'{local} as {key}' for local, key in pairs)}}}")
    lines.append(f"const named = {{{', '.join(f'{key}: {local}' for local, key in pairs[1:])}}}")
    return "\n".join(lines) + "\n"


class Current:
    """The site's bundle: made when first asked for; with DEBUG looked for again each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """The site is another one now."""
        self._finder = Finder()
        self._pieces: list[Colocated] | None = None
        self._bundle = Bundle({})

    @property
    def digest(self) -> str:
        """Of the bundle made last; "" if there was none yet."""
        return "" if self._pieces is None else self._bundle.digest

    def bundle(self) -> Bundle:
        """That of now."""
        if self._pieces is not None and not settings.DEBUG:
            return self._bundle
        with self._lock:
            pieces = self._finder.find()
            if pieces != self._pieces:
                self._bundle = bundle_of(pieces)
                self._pieces = pieces
            return self._bundle


current = Current()


def _forget(*, setting: str, **_: Any) -> None:
    if setting in ("TEMPLATES", "INSTALLED_APPS", "ROOT_URLCONF"):
        current.forget()


setting_changed.connect(_forget)
