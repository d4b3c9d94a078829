"""The official client's ``authToken``, by WebSocket and by long-polling, on every server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import django_phoenix
from tests.support.servers import SERVERS, ServerProcess, serve

pytestmark = pytest.mark.browser

CLIENT = Path(django_phoenix.__file__).parent / "static" / "django_phoenix" / "phoenix.mjs"

JOIN = """
async ({client, transport, token}) => {
  const url = URL.createObjectURL(new Blob([client], {type: "text/javascript"}))
  const {Socket, LongPoll} = await import(url)
  const options = token === null ? {} : {authToken: token}
  if (transport === "longpoll") options.transport = LongPoll
  const socket = new Socket("/phone", options)
  socket.connect()
  const joined = await new Promise((resolve, reject) => {
    const push = socket.channel("me").join()
    setTimeout(() => reject("no answer"), 9000)
    push.receive("ok", resolve).receive("error", reject).receive("timeout", () => reject("timeout"))
  })
  const subprotocol = transport === "websocket" ? socket.conn.protocol : null
  await new Promise(resolve => socket.disconnect(resolve))
  return [joined, subprotocol]
}
"""


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    with serve(
        request.param, "tests.asgi:application", env={"DJANGO_SETTINGS_MODULE": "tests.settings"}
    ) as it:
        yield it


@pytest.fixture
def page(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{server.url}/hello/")
    yield page
    page.close()


def join(page: Page, transport: str, token: str | None) -> Any:
    return page.evaluate(JOIN, {"client": CLIENT.read_text(), "transport": transport, "token": token})


# Base64 of the second has a plus sign and padding; none has a slash, which no browser sends.
TOKENS = ["secret", "a>>?b", "né", None]


@pytest.mark.parametrize("token", TOKENS)
def test_ch_9_the_client_s_token_reaches_connect(page: Page, token: str | None) -> None:
    # Without a token the client offers no sub-protocol.
    expected = "phoenix" if token is not None else ""
    assert join(page, "websocket", token) == [{"token": token}, expected]


def test_ch_10_by_long_polling_too(page: Page) -> None:
    assert join(page, "longpoll", "secret") == [{"token": "secret"}, None]
