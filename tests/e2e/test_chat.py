"""The chat: rooms, who is here, who writes, what was missed, files. Seen by several visitors at once."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.browser import PLUG, SERVER_DOWN, Site, Visitor, Watch, keep, plug, running_site, unplug

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site("daphne") as site:
        yield site


def enter(visit: Visit, name: str, path: str, **options: Any) -> Page:
    """One more visitor, by name, in a room."""
    visitor = visit(**options)
    visitor.context.add_init_script(PLUG)
    page = visitor.open(path)
    page.get_by_label("You are").fill(name)
    page.get_by_label("You are").press("Tab")
    expect(people(page).filter(has_text=name)).to_have_count(1)
    return page


def say(page: Page, body: str) -> None:
    page.get_by_label("Message", exact=True).fill(body)
    send(page)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def said(page: Page) -> Locator:
    return page.locator(".messages:not([hidden]) .message:not(.pending) p")


def people(page: Page) -> Locator:
    return page.locator("#people .person")


def attach(page: Page, name: str, data: bytes, kind: str = "image/png") -> None:
    file: FilePayload = {"name": name, "mimeType": kind, "buffer": data}
    page.locator("input[type=file]").set_input_files(file)


def watch_bar(page: Page, script: str) -> None:
    """Run `script`, which knows `bar` and `shown`, at each change of the progress bar."""
    page.evaluate(
        f"""() => {{
          const bar = document.querySelector(".tray-progress");
          window.shown = [];
          new MutationObserver(() => {{ {script} }}).observe(bar, {{attributes: true}});
        }}"""
    )


def png(width: int, height: int, ballast: int = 0) -> bytes:
    """A picture of one colour; `ballast` bytes make it heavier."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + b"\xc2\x41\x0c" * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [
        chunk(b"IHDR", header),
        chunk(b"juNk", bytes(ballast)),
        chunk(b"IDAT", zlib.compress(row * height)),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


# Rooms


def test_two_people_chat(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/chat/two/") for name in ("Ada", "Joe"))
    say(ada, "Is there tea?")
    expect(joe.locator(".message")).to_have_text([re.compile("Ada.*Is there tea?")])
    say(joe, "Plenty")
    expect(said(ada)).to_have_text(["Is there tea?", "Plenty"])
    expect(ada.locator(".message.mine p")).to_have_text(["Is there tea?"])
    expect(joe.locator(".message.mine p")).to_have_text(["Plenty"])
    late = visit().open("/chat/two/")
    expect(said(late)).to_have_text(["Is there tea?", "Plenty"])
    expect(late.locator(".message.mine")).to_have_count(0)


def test_what_one_says_at_a_stretch_stands_under_one_name(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/chat/stretch/") for name in ("Ada", "Joe"))
    for body in ("One", "Two"):
        say(ada, body)
    expect(said(joe)).to_have_text(["One", "Two"])
    say(joe, "Three")
    for page in (ada, joe):
        expect(said(page)).to_have_text(["One", "Two", "Three"])
        expect(page.locator(".message.first p")).to_have_text(["One", "Three"])
        expect(page.locator(".divider.day")).to_have_text(["Today"])


def test_markup_is_text_and_lines_stay_lines(visit: Visit) -> None:
    ada = enter(visit, "<b>Ada</b>", "/chat/markup/")
    box = ada.get_by_label("Message", exact=True)
    box.fill("<img src=x onerror=alert(1)>")
    box.press("Shift+Enter")
    box.press_sequentially("second line")
    box.press("Enter")
    expect(said(ada)).to_have_text(["<img src=x onerror=alert(1)> second line"])
    assert "\n" in said(ada).inner_text()
    expect(people(ada)).to_contain_text(["<b>Ada</b>"])


def test_other_rooms_are_heard_over_the_same_socket_and_a_click_goes_there(visit: Visit) -> None:
    ada, joe = enter(visit, "Ada", "/chat/kitchen/"), enter(visit, "Joe", "/chat/")
    say(ada, "Cake!")
    kitchen = joe.get_by_role("navigation", name="Rooms").get_by_role("link", name="kitchen")
    expect(kitchen.locator(".unread")).to_have_text("1")
    expect(said(joe)).to_have_count(0)
    joe.evaluate("window.marker = 'kept'")
    kitchen.click()
    expect(said(joe)).to_have_text(["Cake!"])
    expect(kitchen.locator(".unread")).to_have_text("")
    expect(people(joe)).to_have_count(2)
    expect(people(ada).filter(has_text="Joe")).to_have_count(1)
    assert joe.url.endswith("/chat/kitchen/")
    joe.go_back()
    expect(said(joe)).to_have_count(0)
    expect(people(ada)).to_have_count(1)
    assert joe.evaluate("window.marker") == "kept"


def test_who_writes_too_fast_gets_the_text_back_and_is_told_how_long_to_wait(visit: Visit) -> None:
    ada = enter(visit, "Ada", "/chat/fast/")
    keep(ada, 5000)
    ada.evaluate(
        """() => {
          const form = document.getElementById("compose");
          for (let i = 0; i < 20; i++) {
            form.elements.body.value = "again and again";
            form.requestSubmit();
          }
        }"""
    )
    expect(ada.locator("#notice")).to_contain_text("Try again in")
    expect(ada.locator(".pending")).to_have_count(0)
    assert 10 <= said(ada).count() < 20
    expect(ada.get_by_label("Message", exact=True)).to_have_value("again and again")


# People


def test_several_tabs_of_one_visitor_are_one_person(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/chat/tabs/")
    visitor = visit()
    first = visitor.open("/chat/tabs/")
    first.get_by_label("You are").fill("Ada")
    first.get_by_label("You are").press("Tab")
    second = visitor.tab("/chat/tabs/")
    ada = people(joe).filter(has_text="Ada")
    expect(ada).to_contain_text("2 tabs")
    expect(people(joe)).to_have_count(2)
    expect(people(second).first).to_contain_text("you, 2 tabs")
    second.close()
    expect(ada).not_to_contain_text("tabs")
    first.close()
    expect(people(joe)).to_have_count(1)


def test_another_name_is_seen_everywhere_and_in_ones_other_tab(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/chat/names/")
    visitor = visit()
    first, second = visitor.open("/chat/names/"), visitor.tab("/chat/names/")
    first.get_by_label("You are").fill("Ada")
    expect(people(joe).filter(has_text="Ada")).to_contain_text("2 tabs")
    expect(second.get_by_label("You are")).to_have_value("Ada")
    expect(people(joe)).to_have_count(2)


def test_who_has_an_account_goes_by_its_name(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/chat/accounts/")
    visitor = visit()
    visitor.log_in("ada")
    page = visitor.open("/chat/accounts/")
    expect(page.get_by_label("You are")).not_to_be_editable()
    expect(people(joe).filter(has_text="ada")).to_have_count(1)


def test_who_writes_is_told_until_it_is_sent_or_dropped(visit: Visit) -> None:
    ada, joe, mia = (enter(visit, name, "/chat/typing/") for name in ("Ada", "Joe", "Mia"))
    for page in (joe, mia):
        keep(page, 3000)
    joe.get_by_label("Message", exact=True).press_sequentially("Plenty")
    expect(ada.locator("#typing")).to_have_text("Joe is writing…")
    expect(joe.locator("#typing")).to_have_text("")
    mia.get_by_label("Message", exact=True).press_sequentially("Well")
    expect(ada.locator("#typing")).to_have_text("Joe and Mia are writing…")
    send(joe)
    expect(ada.locator("#typing")).to_have_text("Mia is writing…")
    mia.close()
    expect(ada.locator("#typing")).to_have_text("")


# Away and back


def test_who_comes_back_gets_what_was_missed_and_says_what_was_kept(visit: Visit, watch: Watch) -> None:
    watch.allow(SERVER_DOWN)
    ada, joe = (enter(visit, name, "/chat/away/") for name in ("Ada", "Joe"))
    say(joe, "Here we are")
    expect(said(ada)).to_have_text(["Here we are"])
    unplug(ada)
    expect(ada.locator("#state")).to_have_text("Reconnecting…")
    expect(people(joe)).to_have_count(1)
    for body in ("She is gone", "Let us hide"):
        say(joe, body)
    expect(said(joe)).to_have_count(3)
    say(ada, "Hello?")
    expect(ada.locator(".message.pending p")).to_have_text(["Hello?"])
    plug(ada)
    everything = ["Here we are", "She is gone", "Let us hide", "Hello?"]
    for page in (ada, joe):
        expect(said(page)).to_have_text(everything)
        expect(people(page)).to_have_count(2)
    order = ada.locator(".messages:not([hidden]) > :is(.away, .message)")
    expect(order.nth(1)).to_have_text("While you were away")
    assert ada.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_who_logs_out_in_another_tab_is_a_guest_here_too(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/chat/logout/")
    visitor = visit()
    visitor.log_in("ada")
    page = visitor.open("/chat/logout/")
    expect(people(joe).filter(has_text="ada")).to_have_count(1)
    other = visitor.tab("/account/")
    other.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    expect(page.get_by_label("You are")).to_be_editable()
    expect(people(joe).filter(has_text="ada")).to_have_count(0)


# Where no WebSocket gets through


NO_WEBSOCKET = """
window.WebSocket = class extends EventTarget {
  constructor(url) {
    super();
    this.readyState = 0;
    setTimeout(() => { this.readyState = 3; this.onerror?.({}); });
  }
  close() { this.readyState = 3; }
  send() {}
};
"""


def test_all_of_it_works_by_long_polling(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/chat/polling/")
    visitor = visit()
    visitor.context.add_init_script(NO_WEBSOCKET)
    ada = visitor.open("/chat/polling/")
    ada.get_by_label("You are").fill("Ada")
    expect(people(joe).filter(has_text="Ada")).to_have_count(1)
    say(joe, "Can you hear me?")
    expect(said(ada)).to_have_text(["Can you hear me?"])
    attach(ada, "sunset.png", png(64, 64, ballast=200_000))
    say(ada, "And see you")
    expect(joe.locator(".message-picture.loaded")).to_be_visible()
    expect(said(joe)).to_have_text(["Can you hear me?", "And see you"])
    ada.close()
    expect(people(joe)).to_have_count(1, timeout=60_000)  # when the poll that never came is missed


# Files


def test_a_picture_is_shown_before_it_is_sent_and_then_to_everybody(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/chat/pictures/") for name in ("Ada", "Joe"))
    attach(ada, "sunset.png", png(320, 200))
    tray = ada.locator("#tray")
    expect(tray).to_contain_text("sunset.png")
    expect(tray).to_contain_text("320 \N{MULTIPLICATION SIGN} 200")
    pixel = "canvas => [...canvas.getContext('2d').getImageData(50, 50, 1, 1).data]"
    assert tray.locator("canvas").evaluate(pixel) == [0xC2, 0x41, 0x0C, 255]
    say(ada, "Look!")
    expect(tray).to_be_hidden()
    for page in (ada, joe, visit().open("/chat/pictures/")):
        picture = page.locator(".message-picture.loaded img")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [320, 200]
        expect(said(page)).to_have_text(["Look!"])
    joe.locator(".message-picture").click()
    expect(joe.get_by_role("dialog", name="Picture").get_by_role("img", name="sunset.png")).to_be_visible()
    joe.keyboard.press("Escape")
    expect(joe.get_by_role("dialog", name="Picture")).to_be_hidden()


def test_a_large_file_goes_in_pieces_with_a_bar(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/chat/large/") for name in ("Ada", "Joe"))
    attach(ada, "heavy.png", png(100, 100, ballast=1_500_000))
    watch_bar(ada, "bar.hidden || shown.push(bar.value)")
    send(ada)
    expect(joe.locator(".message-picture.loaded")).to_be_visible()
    expect(ada.locator("#tray")).to_be_hidden()
    shown = ada.evaluate("shown")
    assert shown == sorted(shown)
    assert len(set(shown)) > 5


def test_what_is_no_picture_is_a_download_whatever_its_name_says(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/chat/downloads/") for name in ("Ada", "Joe"))
    page = b"<script>alert(1)</script>"
    attach(ada, "evil.png", page)
    send(ada)
    link = joe.locator(".message-file")
    expect(link).to_contain_text("evil.png")
    answer = joe.request.get(link.evaluate("link => link.href"))
    assert answer.body() == page
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_too_large_is_refused_before_it_is_sent(visit: Visit) -> None:
    ada = enter(visit, "Ada", "/chat/refused/")
    attach(ada, "huge.png", png(10, 10, ballast=4_000_001))
    expect(ada.locator("#tray.pictured")).to_be_visible()
    expect(ada.locator("#tray")).to_contain_text("4.0 MB is too large: up to 4.0 MB, please.")
    send(ada)
    expect(ada.locator("#tray")).to_be_visible()
    ada.get_by_role("button", name="Remove the file").click()
    expect(ada.locator("#tray")).to_be_hidden()
    say(ada, "Never mind")
    expect(said(ada)).to_have_text(["Never mind"])


def test_a_file_that_is_cut_off_can_be_sent_again(visit: Visit, watch: Watch) -> None:
    watch.allow(SERVER_DOWN)
    ada = enter(visit, "Ada", "/chat/again/")
    attach(ada, "sunset.png", png(64, 64, ballast=2_000_000))
    watch_bar(ada, "if (bar.value > 0.2 && plugged) unplug()")
    send(ada)
    expect(ada.locator("#tray")).to_contain_text("Press Send to try again")
    plug(ada)
    ada.evaluate("window.unplug = () => {}")
    expect(ada.locator("#state")).to_have_text("Live")
    send(ada)
    expect(ada.locator(".message-picture.loaded")).to_have_count(1)


def test_a_pasted_picture_is_attached(visit: Visit) -> None:
    ada = enter(visit, "Ada", "/chat/pasted/")
    ada.get_by_label("Message", exact=True).evaluate(
        """(box, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}));
          box.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        list(png(8, 8)),
    )
    expect(ada.locator("#tray")).to_contain_text("8 \N{MULTIPLICATION SIGN} 8")
    send(ada)
    expect(ada.locator(".message-picture.loaded")).to_be_visible()
