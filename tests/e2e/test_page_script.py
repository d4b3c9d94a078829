"""What our page script adds to the official clients, in Chromium and under a strict content policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.browser import until
from tests.support.page_server import LIVE, STALE, VIEW, PageServer, page_server

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
BLOCKED = "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('blocked') }})"


class Console(list[ConsoleMessage]):
    """What a page said, with the browser's own words about failing connections left out."""

    def problems(self) -> list[str]:
        texts = [message.text for message in self if message.type == "error"]
        failing = ("WebSocket connection to", "Failed to load resource")
        return [text for text in texts if not text.startswith(failing)]

    def warnings(self) -> list[str]:
        return [message.text for message in self if message.type == "warning"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def console(page: Page) -> Iterator[Console]:
    said = Console()
    page.on("console", lambda message: said.append(message))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield said
    assert errors == []
    assert said.problems() == []


@pytest.fixture(autouse=True)
def quiet(console: Console) -> Console:
    return console


def always(response: dict[str, Any] | None) -> Any:
    return lambda _: response


def live_page(page: Page, site: PageServer, path: str = "/") -> None:
    page.goto(f"{site.url}{path}")
    expect(page.get_by_text("live", exact=True)).to_be_visible()


def test_a_live_page_joins_with_the_token_of_its_head(page: Page) -> None:
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        assert site.connects[0]["_csrf_token"] == ["masked-token"]
        assert site.joins[0]["params"]["_csrf_token"] == "masked-token"
        assert page.evaluate("window.liveSocket === window.DjangoPhoenix.liveSocket")


def test_a_page_without_a_live_view_opens_no_socket_but_offers_the_clients(page: Page) -> None:
    with page_server(always(LIVE), body="<p>plain</p>") as site:
        page.goto(site.url, wait_until="load")
        assert page.evaluate("typeof Phoenix.Socket + typeof Phoenix.Presence") == "functionfunction"
        assert page.evaluate("window.liveSocket.isConnected()") is False
        assert site.connects == []


def test_hooks_may_be_registered_before_and_after_the_script(page: Page) -> None:
    rendered = {"s": ['<p id="a" phx-hook="Before">live</p><p id="b" phx-hook="After">too</p>']}
    scripts = {
        "head": '<script src="/before.js"></script>',
        "tail": '<script defer src="/after.js"></script>',
    }
    with page_server(always({"rendered": rendered}), **scripts) as site:
        hook = "{mounted() { this.el.dataset.hooked = '%s' }}"
        site.scripts["/before.js"] = f"window.DjangoPhoenix = {{hooks: {{Before: {hook % 'before'}}}}}"
        site.scripts["/after.js"] = (
            f"DjangoPhoenix.hooks.After = {hook % 'after'}; DjangoPhoenix.params = {{a: 1}}"
        )
        live_page(page, site)
        expect(page.locator("#a")).to_have_attribute("data-hooked", "before")
        expect(page.locator("#b")).to_have_attribute("data-hooked", "after")


def test_a_hook_whose_script_is_slow_to_arrive_is_waited_for(page: Page) -> None:
    rendered = {"s": ['<p id="a" phx-hook="Late">live</p>']}
    with page_server(always({"rendered": rendered}), tail='<script defer src="/late.js"></script>') as site:
        site.scripts["/late.js"] = (
            "DjangoPhoenix.hooks.Late = {mounted() { this.el.dataset.hooked = 'late' }}"
        )
        site.script_delay = 0.7
        live_page(page, site)
        expect(page.locator("#a")).to_have_attribute("data-hooked", "late")


def test_params_of_the_site_go_along_with_the_join(page: Page) -> None:
    with page_server(always(LIVE), head='<script src="/before.js"></script>') as site:
        site.scripts["/before.js"] = "window.DjangoPhoenix = {params: () => ({locale: 'de'})}"
        live_page(page, site)
        assert site.joins[0]["params"]["locale"] == "de"
        assert site.joins[0]["params"]["_csrf_token"] == "masked-token"


def test_one_stale_answer_loads_the_page_anew(page: Page) -> None:
    with page_server(lambda n: STALE if n == 1 else LIVE) as site:
        live_page(page, site)
        assert site.loads["/"] == 2
        expect(page.locator(".phx-notice")).to_have_count(0)


def test_a_patch_of_a_view_that_has_not_joined_yet_is_a_page_load(page: Page) -> None:
    link = '<a href="/next/" data-phx-link="patch" data-phx-link-state="push">Next</a></div>'
    with page_server(lambda n: LIVE if n > 1 else None, body=VIEW.replace("</div>", link)) as site:
        page.goto(site.url)
        until(page, "liveSocket.isConnected()")
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        assert (site.loads["/"], site.loads["/next/"]) == (1, 1)


@pytest.mark.parametrize("reason", ["stale", "unauthorized"])
def test_the_second_refusal_of_one_page_stops_it_with_a_notice(page: Page, reason: str) -> None:
    with page_server(always({"reason": reason})) as site:
        page.goto(site.url)
        expect(page.locator(".phx-notice")).to_contain_text("could not be brought to life")
        page.wait_for_timeout(500)
        assert site.loads["/"] == 2
        assert page.evaluate("window.liveSocket.isConnected()") is False


def test_a_developer_sees_why_a_view_failed_until_closing_it(page: Page) -> None:
    note = "In template shop/cart.html, line 12: cart.total"
    crash = {"reason": "join crashed", "error": "ValueError: no <b>total</b>", "notes": [note]}
    # The client joins again; that answer would show another panel.
    with page_server(lambda n: crash if n == 1 else None) as site:
        page.goto(site.url)
        panel = page.locator(".phx-crash")
        expect(panel).to_contain_text("ValueError: no <b>total</b>")
        expect(panel).to_contain_text(note)
        panel.get_by_role("button", name="Close").click()
        expect(panel).to_have_count(0)


def test_a_developer_is_told_in_the_console_of_an_event_that_is_not_taken(page: Page) -> None:
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        with page.expect_console_message(lambda message: message.type == "warning") as told:
            page.evaluate("dispatchEvent(new CustomEvent('phx:dev:mistake', {detail: {text: 'no event x'}}))")
        assert told.value.text == "django_phoenix: no event x"


def test_the_notice_offers_a_reload_that_starts_afresh(page: Page) -> None:
    with page_server(lambda n: STALE if n <= 2 else LIVE) as site:
        page.goto(site.url)
        page.get_by_role("button", name="Reload").click()
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        assert site.loads["/"] == 3


def test_refusals_are_forgotten_once_the_page_lives(page: Page) -> None:
    """Two stale answers with a living page between them are two logins, not a loop."""
    with page_server(lambda n: STALE if n in (1, 3) else LIVE) as site:
        live_page(page, site)
        key = "django_phoenix:refused:/"
        until(page, f"sessionStorage.getItem({json.dumps(key)}) === null")
        page.reload()
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        assert site.loads["/"] == 4


def test_another_page_has_a_count_of_its_own(page: Page) -> None:
    with page_server(lambda n: STALE if n == 2 else LIVE) as site:
        live_page(page, site)
        page.evaluate("sessionStorage.setItem('django_phoenix:refused:/', 1)")
        live_page(page, site, "/other/")
        assert site.loads["/other/"] == 2


def test_with_blocked_storage_the_first_refusal_stops_since_no_reload_could_be_counted(page: Page) -> None:
    page.add_init_script(BLOCKED)
    with page_server(always(STALE)) as site:
        page.goto(site.url)
        expect(page.locator(".phx-notice")).to_be_visible()
        assert site.loads["/"] == 1


def test_with_blocked_storage_a_page_still_lives(page: Page) -> None:
    page.add_init_script(BLOCKED)
    with page_server(always(LIVE)) as site:
        live_page(page, site)


def test_without_a_socket_the_console_is_told_once(page: Page, console: Console) -> None:
    with page_server(always(LIVE), socket=False) as site:
        page.goto(site.url)
        expect(page.locator(".phx-notice")).to_contain_text("not available")
        page.wait_for_timeout(2500)
        told = [text for text in console.warnings() if "no socket answers at /live/websocket" in text]
        assert len(told) == 1
        assert "phoenix_application()" in told[0]
        expect(page.get_by_text("dead")).to_be_visible()


def test_a_lost_connection_is_shown_over_a_dialog_too_and_gone_after_the_return(page: Page) -> None:
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        page.evaluate("document.body.appendChild(document.createElement('dialog')).showModal()")
        notice = page.locator(".phx-notice")
        site.stop()
        expect(notice).to_contain_text("Connection lost")
        expect(page.locator(".phx-notice:popover-open")).to_be_visible()
        site.start()
        expect(notice).to_be_hidden()
        assert site.loads["/"] == 1


def test_for_a_minute_a_page_looks_for_the_server_every_second(page: Page) -> None:
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        delays = page.evaluate(
            "Array.from({length: 60}, (_, tries) => liveSocket.getSocket().reconnectAfterMs(tries + 1))"
        )
        assert sum(delays) > 40_000
        assert max(delays) < 1100


def test_a_short_interruption_is_not_worth_a_notice(page: Page) -> None:
    """By the page's clock, so that a slow machine does not make it a long one."""
    page.clock.install(time=0)
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        page.clock.pause_at(60_000)
        view = page.locator("[data-phx-main].phx-connected")
        for connection in list(site.connections):
            connection.close(1012)
        expect(view).to_have_count(0)
        page.clock.run_for(700)
        expect(view).to_have_count(1)
        page.clock.run_for(5000)
        expect(page.locator(".phx-notice")).to_have_count(0)
        assert len(site.connects) == 2


def test_texts_come_from_the_script_tag(page: Page) -> None:
    with page_server(always(STALE), attributes='data-text-stale="Tot." data-text-reload="Neu laden"') as site:
        page.goto(site.url)
        expect(page.locator(".phx-notice")).to_have_text("Tot.Neu laden")


def test_the_bar_runs_while_a_join_takes_long_and_ends_with_it(page: Page) -> None:
    with page_server(always(LIVE)) as site:
        live_page(page, site)
        expect(page.locator(".phx-progress[data-state=loading]")).to_have_count(0)
        fire = "dispatchEvent(new CustomEvent('phx:page-loading-%s', {detail: {kind: 'redirect'}}))"
        page.evaluate(fire % "start")
        expect(page.locator(".phx-progress")).to_have_attribute("data-state", "loading")
        page.evaluate(fire % "stop")
        expect(page.locator(".phx-progress")).to_have_attribute("data-state", "done")


def test_the_modules_can_be_imported_through_an_import_map(page: Page) -> None:
    versions = json.loads((ROOT / "django_phoenix/static/django_phoenix/versions.json").read_text())
    with page_server(always(LIVE), body='<p>plain</p><script type="module" src="/own.js"></script>') as site:
        site.scripts["/own.js"] = (
            'import {Socket} from "/static/django_phoenix/phoenix.mjs"\n'
            'import {LiveSocket} from "/static/django_phoenix/phoenix_live_view.mjs"\n'
            'window.own = new LiveSocket("/live", Socket).version()'
        )
        page.goto(site.url)
        until(page, "typeof window.own === 'string'")
        assert page.evaluate("window.own") == versions["phoenix_live_view"]


# A socket for the page's own channels.

ASK = """async ({url, options}) => {
  const socket = DjangoPhoenix.socket(url, options);
  socket.connect();
  await new Promise((opened) => socket.onOpen(opened));
  const joining = socket.channel("room:1").join();
  return await new Promise((told) => joining.receive("ok", () => told(socket.timeout)));
}"""


def channel_page(page: Page, site: PageServer, **options: Any) -> int:
    """Join from a page without live views; the socket's timeout."""
    page.goto(site.url)
    until(page, "!!window.DjangoPhoenix && !!window.DjangoPhoenix.socket")
    timeout: int = page.evaluate(ASK, {"url": "/live", "options": options})
    return timeout


def test_a_page_s_own_socket_brings_its_token_and_takes_the_client_s_options(page: Page) -> None:
    with page_server(always({}), body="") as site:
        assert channel_page(page, site, params={"version": 7}, timeout=1234) == 1234
        [params] = site.connects
        assert (params["_csrf_token"], params["version"]) == (["masked-token"], ["7"])


def test_a_page_s_own_socket_is_made_where_storage_is_blocked(page: Page) -> None:
    page.add_init_script(BLOCKED)
    with page_server(always({}), body="") as site:
        channel_page(page, site)
        assert len(site.joins) == 1


def test_a_page_s_own_socket_stays_with_websockets_once_one_has_worked(page: Page) -> None:
    with page_server(always({}), body="") as site:
        page.goto(site.url)
        until(page, "!!window.DjangoPhoenix && !!window.DjangoPhoenix.socket")
        page.evaluate("() => { window.mine = DjangoPhoenix.socket('/live'); window.mine.connect(); }")
        until(page, "window.mine.longPollFallbackMs === null")
        assert page.evaluate("window.mine.transport === WebSocket")
