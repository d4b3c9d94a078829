"""HTML that is kept beside a test, and compared the next time."""

from __future__ import annotations

import difflib
import os
import re
import sys
from pathlib import Path
from types import FrameType

from selectolax.lexbor import LexborHTMLParser

# Set to anything: snapshots are written anew.
UPDATE = "UPDATE_SNAPSHOTS"
FOLDER = "__snapshots__"

# What is new each time: tokens, and ids that are made of them.
SIGNED = re.compile(
    r'(data-phx-(?:session|static)|data-csrf|name="csrf(?:middlewaretoken" value|-token" content))="[^"]*"'
)
RANDOM_IDS = re.compile(r"\bphx-[\w-]{16}(?![\w-])")  # they may end with a hyphen


def tidy(html: str) -> str:
    """HTML with one element a line, and without what is new in each run."""
    html = SIGNED.sub(r'\1="…"', html)
    seen: dict[str, str] = {}
    html = RANDOM_IDS.sub(lambda found: seen.setdefault(found[0], f"phx-{len(seen) + 1}"), html)
    body = LexborHTMLParser(f"<body>{html}</body>").body
    lines = [] if body is None else (body.inner_html_pretty() or "").splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"


def path_of(name: str | None) -> Path:
    """The file of a snapshot of the running test: that of pytest's, or of the nearest function test_…"""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not frame.f_code.co_name.startswith("test"):
        frame = frame.f_back
    if frame is None:
        raise RuntimeError("assert_snapshot() is called by a test: a function or method test_….")
    file = Path(frame.f_code.co_filename)
    parts = [file.stem, frame.f_code.co_qualname.replace(".<locals>", ""), *([name] if name else [])]
    return file.parent / FOLDER / f"{'.'.join(parts)}.html"


def compare(path: Path, html: str) -> None:
    """AssertionError if the HTML is another than that which is kept; what is not kept yet is written."""
    now = tidy(html)
    if os.environ.get(UPDATE) or not path.exists():
        if os.environ.get("CI") and not os.environ.get(UPDATE):
            raise AssertionError(f"There is no snapshot {path}; run the test where one can be kept.")
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8")
        return
    kept = path.read_text(encoding="utf-8")
    if kept != now:
        lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=2)
        raise AssertionError(
            f"The HTML is another than {path} says. With {UPDATE}=1 it is written anew.\n" + "\n".join(lines)
        )
