"""Code that a page of the documentation shows, as a module: what is shown is what is tested."""

from __future__ import annotations

import sys
import types
from typing import Any

from tests.docs.snippets import DOCS, snippets_of


def documented(page: str, title: str) -> Any:
    """The module that ``page`` shows as the file ``title``. LookupError if there is none."""
    for snippet in snippets_of(DOCS / page):
        if snippet.title == title:
            name = title.removesuffix(".py").replace("/", ".")
            module = sys.modules[name] = types.ModuleType(name)
            exec(compile(snippet.code, f"{page}: {title}", "exec"), vars(module))
            return module
    raise LookupError(f"{page} does not show {title}")
