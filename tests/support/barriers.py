"""axe-core in a page of a test: what keeps people out, as far as a program can tell."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).parent / "axe"

# Of axe's four degrees the two that shut somebody out.
SERIOUS = {"serious", "critical"}

RUN = """
async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  ({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(({html}) => html.slice(0, 160))})
)
"""


@cache
def script() -> str:
    """axe-core, as the lock file names it; installed once."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import bundle

    folder = bundle.installed_from(PACKAGE, ROOT / ".cache" / "axe")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page) -> list[dict[str, Any]]:
    """The serious faults of a page as it stands."""
    page.evaluate(script() + "; undefined")
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [fault for fault in found if fault["impact"] in SERIOUS]
