"""A slow line: what a page's socket is told comes when the test lets it."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocketRoute

from tests.support.browser import ENDLESS

FALLBACK_MS = 2500


class HeldJoin:
    """Keeps back what the server sends to a page, its views' joins first of all, until ``release``."""

    def __init__(self, page: Page) -> None:
        self.held: list[str | bytes] | None = []
        self.route: WebSocketRoute | None = None
        # Without an answer the page would turn to long-polling before a busy machine has done its part.
        page.add_init_script(f"({ENDLESS})({FALLBACK_MS})")
        page.route_web_socket("**/live/websocket**", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        self.route = route
        server = route.connect_to_server()
        server.on_message(self._take)

    def _take(self, message: str | bytes) -> None:
        if self.held is not None:
            self.held.append(message)
        elif self.route is not None:
            self.route.send(message)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for message in held:
            self._take(message)
