"""Take pictures of every page of the test project: three widths, light and dark, into screenshots/.

python scripts/screenshots.py                             # starts a server of its own
python scripts/screenshots.py --url http://127.0.0.1:8000  # uses yours
python scripts/screenshots.py --only chat --width 390
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PAGES = {
    "home": "/",
    "labs": "/labs/",
    "counter": "/counter/",
    "together": "/together/",
    "table": "/table/",
    "cards": "/cards/",
    "chart": "/chart/",
    "journal": "/journal/",
    "chat": "/chat/",
    "board": "/board/",
    "login": "/account/login/",
    "signup": "/account/signup/",
}
WIDTHS = {390: 844, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")


def main() -> None:
    """Take the pictures that the arguments ask for."""
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    with site(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name in options.only or PAGES:
            for width in options.width or WIDTHS:
                for scheme in SCHEMES:
                    picture(browser, url, name, width, scheme, options.out)
        browser.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="address of a running test project")
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--only", nargs="*", choices=PAGES, help="these pages only")
    parser.add_argument("--width", nargs="*", type=int, choices=WIDTHS, help="these widths only")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    return parser.parse_args()


@contextmanager
def site(url: str | None) -> Iterator[str]:
    """The address given, or a server started for the occasion."""
    if url:
        yield url
        return
    from tests.support.browser import running_site

    with running_site("uvicorn") as server:
        yield server.url


def picture(browser: Browser, url: str, name: str, width: int, scheme: str, folder: Path) -> None:
    """One page, whole length, after a little use."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme=scheme,  # type: ignore[arg-type]
        device_scale_factor=1,
        # Where several visitors act, those in the background are slow to end what moves.
        reduced_motion="reduce" if name in ("chat", "board") else None,
    )
    page = context.new_page()
    page.goto(url + PAGES[name])
    use(page, name)
    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    for context in browser.contexts:
        context.close()


def use(page: Page, name: str) -> None:
    """Touch the page, so that the picture shows it alive."""
    if page.locator("[data-phx-main]").count():
        page.locator("[data-phx-main].phx-connected").wait_for()
    steps = {
        "counter": use_counter,
        "together": use_together,
        "table": use_table,
        "chat": use_chat,
        "board": use_board,
    }
    steps.get(name, lambda page: None)(page)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)  # let what moves settle


def use_counter(page: Page) -> None:
    page.get_by_role("button", name="+10").click()
    page.get_by_role("button", name="One more").click()
    page.get_by_text("How it is made").click()


def use_together(page: Page) -> None:
    for name in ("One more", "One more", "One less"):
        page.get_by_role("button", name=name).click()


def use_table(page: Page) -> None:
    page.get_by_role("button", name="Change one cell").click()


def enter(page: Page, name: str) -> Page:
    """Be somebody, on a page with channels."""
    page.locator("#state[data-state=live]").wait_for()
    page.get_by_label("You are").fill(name)
    page.get_by_label("You are").blur()
    return page


def companion(page: Page, name: str) -> Page:
    """Somebody else on the same page."""
    browser = page.context.browser
    assert browser is not None
    other = browser.new_context(viewport={"width": 1440, "height": 1400}).new_page()
    other.goto(page.url)
    return enter(other, name)


def use_chat(page: Page) -> None:
    ada, joe, mia = enter(page, "Ada Lovelace"), companion(page, "Joe"), companion(page, "Mia Wong")
    page.context.new_page().goto(page.url)  # a second tab of the same visitor
    if not page.locator(".message").count():
        say(joe, "Does it still work when the server restarts?")
        say(ada, "Yes. It reconnects by itself, and what you missed comes in, in order.")
        say(mia, "This is what we drew on the whiteboard:")
        mia.locator("input[type=file]").set_input_files(
            {"name": "whiteboard.png", "mimeType": "image/png", "buffer": whiteboard(mia)}
        )
        send(mia)
        mia.locator(".message-picture.loaded").wait_for()
        say(ada, "Lovely!")
        say(mia, "In the kitchen, by the way, there is cake.")
    mia.locator("[data-room-link=kitchen]").click()
    say(mia, "Cake!")
    mia.locator("[data-room-link=lobby]").click()
    page.locator(".unread", has_text="1").wait_for()
    page.bring_to_front()
    joe.get_by_label("Message", exact=True).press_sequentially("Leave me so")


def say(page: Page, body: str) -> None:
    page.get_by_label("Message", exact=True).fill(body)
    send(page)
    page.locator(".message:not(.pending)", has_text=body).last.wait_for()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def whiteboard(page: Page) -> bytes:
    """A picture of the board, as one of its visitors sees it."""
    visitor = page.context.new_page()
    visitor.goto(page.url.split("/chat/")[0] + "/board/")
    draw_all(enter(visitor, "Mia Wong"))
    visitor.mouse.move(0, 0)
    visitor.wait_for_timeout(700)  # until the hint has faded
    png = visitor.locator("#paper").screenshot()
    visitor.close()
    return png


# What is drawn: tool, ink, size, and a path on a paper of 1600 by 900.
DRAWING = (
    (
        "pen",
        5,
        1,
        "M210 250C170 210 200 160 250 170 270 120 350 120 366 172 420 170 430 240 380 252 330 262 260 262 "
        "210 250",
    ),
    (
        "pen",
        1,
        2,
        "M430 760C350 700 330 610 372 530 410 458 480 420 494 300 496 262 490 232 478 200 560 250 622 340 "
        "628 440 640 420 650 398 652 372 706 440 736 520 724 600 712 690 660 742 600 762",
    ),
    (
        "pen",
        2,
        1,
        "M520 770C470 740 452 690 474 640 492 600 530 576 534 520 580 560 606 612 604 660 602 710 580 750 "
        "552 768",
    ),
    (
        "pen",
        4,
        1,
        "M880 380C910 372 968 260 948 226 930 200 916 300 908 392 922 336 956 318 960 348 964 376 948 396 "
        "972 392 1010 384 1040 336 1020 322 996 310 978 388 1016 392 1060 394 1108 246 1086 226 1066 214 "
        "1046 386 1082 392 1120 396 1166 246 1144 226 1124 214 1104 386 1140 392 1168 396 1172 326 1206 "
        "322 1246 322 1240 396 1204 392 1176 388 1186 340 1214 336 1244 338 1270 346 1296 330",
    ),
    ("marker", 6, 1, "M890 432C1000 414 1160 446 1330 424"),
    ("pen", 0, 1, "M1080 500C1060 590 960 640 790 610"),
    ("pen", 0, 1, "M832 580 788 610 830 644"),
    (
        "pen",
        3,
        1,
        "M1290 560 1316 622 1382 628 1332 670 1348 736 1290 700 1234 736 1250 670 1200 628 1264 622 1290 560",
    ),
)
POINTS = """(d) => {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", d);
  const length = path.getTotalLength(), count = Math.ceil(length / 12);
  return Array.from({length: count + 1}, (_, i) => {
    const {x, y} = path.getPointAtLength(i * length / count);
    return [x / 1600, y / 900];
  });
}"""


def use_board(page: Page) -> None:
    ada, joe, mia = enter(page, "Ada"), companion(page, "Joe"), companion(page, "Mia")
    draw_all(joe)
    page.bring_to_front()
    for other, x, y in ((joe, 0.815, 0.56), (mia, 0.62, 0.2)):
        place(other, x, y)
    ada.locator(".hand", has_text="Mia").wait_for()


def draw_all(page: Page) -> None:
    """Unless somebody has."""
    if page.locator(".board.blank").count():
        for tool, ink, size, path in DRAWING:
            draw(page, tool, ink, size, path)


def draw(page: Page, tool: str, ink: int, size: int, path: str) -> None:
    for what, value in (("tool", tool), ("ink", ink), ("size", size)):
        page.locator(f"[data-choose={what}][data-value='{value}']").click()
    first, *rest = page.evaluate(POINTS, path)
    place(page, *first)
    page.mouse.down()
    for point in rest:
        place(page, *point)
    page.mouse.up()


def place(page: Page, x: float, y: float) -> None:
    """Move the hand to a place of the paper, in parts of its width and height."""
    box = page.locator("#paper").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


if __name__ == "__main__":
    main()
