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
    "counter": "/counter/",
    "together": "/together/",
    "table": "/table/",
    "chart": "/chart/",
    "chat": "/chat/",
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
    )
    page = context.new_page()
    page.goto(url + PAGES[name])
    use(page, name)
    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    context.close()


def use(page: Page, name: str) -> None:
    """Touch the page, so that the picture shows it alive."""
    if page.locator("[data-phx-main]").count():
        page.locator("[data-phx-main].phx-connected").wait_for(timeout=5000)
    steps = {"counter": use_counter, "together": use_together, "table": use_table, "chat": use_chat}
    steps.get(name, lambda page: None)(page)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)  # let what moves settle


def use_counter(page: Page) -> None:
    page.get_by_role("button", name="+10").click()
    page.get_by_role("button", name="One more").click()
    page.get_by_text("How it is made").click()


def use_together(page: Page) -> None:
    for name in ("One more", "One more", "One less"):
        page.get_by_role("button", name=name).click()


def use_table(page: Page) -> None:
    page.get_by_role("button", name="Change one cell").click()


def use_chat(page: Page) -> None:
    page.locator(".chat.ready").wait_for(timeout=5000)
    for name, body in (
        ("Ada", "Does it still work when the server restarts?"),
        ("Joe", "It reconnects by itself."),
    ):
        page.get_by_label("Your name").fill(name)
        page.get_by_label("Message", exact=True).fill(body)
        page.get_by_role("button", name="Send").click()
        page.locator(".message", has_text=body).last.wait_for()


if __name__ == "__main__":
    main()
