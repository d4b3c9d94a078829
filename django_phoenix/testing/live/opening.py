"""From a test's client and a URL to a connected page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import AsyncClient, Client

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.browser import Browser, Loaded
from django_phoenix.testing.live.dom import shown
from django_phoenix.testing.live.tab import Tab
from django_phoenix.testing.world import World

NO_DATA: Mapping[str, Any] = {}


def tab_for(world: World, client: Any, params: Mapping[str, Any], headers: Mapping[str, str]) -> Tab:
    """An empty tab. TypeError for what is no test client."""
    if not isinstance(client, Client | AsyncClient):
        raise TypeError(
            f"live(client, url): the client should be Django's test client, such as self.client, "
            f"got {client!r:.100}."
        )
    return Tab(world, Browser(client, headers), params, headers)


async def open_tab(tab: Tab, loaded: Loaded) -> None:
    """Show what has been loaded, and all that follows. AssertionError if there is no live view."""
    tab.moves.begin(loaded.url)
    await tab.show(loaded)
    await tab.follow()
    response = tab.response
    if tab.views or loaded.redirected or tab.moves.done or response is None:
        return
    if response.status_code >= 400:
        return
    raise Failure(
        f"{loaded.url}: there is no live view in this page (status {response.status_code}):\n"
        f"{shown(tab.page.html)}"
    )
