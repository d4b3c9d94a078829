"""The README as its readers use it: files by name, and the lines they type."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
FENCE = re.compile(r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.M | re.S)


def sections() -> dict[str, str]:
    """Heading -> text below it."""
    parts = re.split(r"^## (.+)$", README.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def files(section: str) -> dict[str, str]:
    """File name -> content, of the blocks that carry a title."""
    blocks = FENCE.finditer(sections()[section])
    return {block["title"]: block["body"] for block in blocks if block["title"]}


def typed_lines(section: str) -> list[str]:
    """What stands behind a `$`, without remarks."""
    blocks = [
        block["body"] for block in FENCE.finditer(sections()[section]) if block["language"] == "console"
    ]
    lines = [line for body in blocks for line in body.splitlines() if line.startswith("$ ")]
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines]
