"""Global attributes: those that HTML allows on every element, and what the live client reads on any."""

from __future__ import annotations

import re

GLOBAL = frozenset(
    {
        "accesskey", "autocapitalize", "autofocus", "class", "contenteditable", "dir", "draggable",
        "enterkeyhint", "exportparts", "hidden", "id", "inert", "inputmode", "is", "itemid", "itemprop",
        "itemref", "itemscope", "itemtype", "lang", "nonce", "part", "popover", "role", "slot", "spellcheck",
        "style", "tabindex", "title", "translate", "writingsuggestions",
    }
)  # fmt: skip
PREFIXES = ("aria-", "data-", "phx-")
IN_WORDS = "class, id, title, role, …, aria-…, data-…, phx-…"

# What a name must be so that it can't end the attribute or the tag that it stands in.
NAME = re.compile(r"""[^\s"'<>/=\x00-\x1f\x7f{}]+""")


def is_global(name: str) -> bool:
    return name in GLOBAL or name.startswith(PREFIXES)
