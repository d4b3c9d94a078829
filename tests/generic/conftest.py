from __future__ import annotations

from tests.live.conftest import ada, ada_browser, browser, groups, live_site

__all__ = ["ada", "ada_browser", "browser", "groups", "live_site"]
