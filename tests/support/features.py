"""The feature site behind a real server, and what its browser tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.browser import PLUG, ROOT, joined

APP = "tests.support.feature_site.asgi:application"
SETTINGS = "tests.support.feature_site.settings"
HARSH = os.environ.get("HARSH") == "1"
LATENCY_MS = 100
OTHER = {"daphne": "uvicorn", "uvicorn": "daphne"}


def features_on(server: str) -> pytest.MarkDecorator:
    """Which server serves a module's tests; modules alternate. The second pass takes the other one."""
    return pytest.mark.parametrize("server", [OTHER[server] if HARSH else server], indirect=True)


def environment(database: Path) -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": SETTINGS, "DATABASE_PATH": str(database)}


def make_tables(variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0", "--skip-checks"]
    subprocess.run(command, env={**os.environ, **variables}, cwd=ROOT, check=True, timeout=60)


# The connection breaks without a goodbye; the client finds the network again as soon as it looks for it.
BREAK = """() => {
  unplug();
  plugged = true;
  return document.querySelectorAll("[data-phx-main].phx-connected").length;
}"""


def make_harsh(context: BrowserContext) -> None:
    """In the second pass the client's own simulator delays what pages send; connections can be broken."""
    if HARSH:
        setting = f"sessionStorage.setItem('phx:live-socket:latency-sim', '{LATENCY_MS}')"
        context.add_init_script(f"if (location.protocol !== 'about:') {setting}")
        context.add_init_script(PLUG)


def midway(page: Page) -> None:
    """In the second pass the connection is lost and made anew here; the page has to go on as if it had not.

    The view is mounted again, so call it where what follows depends only on what outlives that: the URL, the
    database, and what the user has typed.
    """
    if HARSH:
        assert page.evaluate(BREAK) == 0
        joined(page)
