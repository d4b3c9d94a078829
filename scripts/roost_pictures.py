"""`make screenshots`: pictures of every page of Roost, the test project's product, for its page in the docs.

Each page is seen in three widths, light and dark, while two colleagues are at work; one sheet shows all six.

python scripts/roost_pictures.py                 # all sheets, into docs/assets/roost/
python scripts/roost_pictures.py --only board    # one of them
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import PASSWORD, Site, chromium, running_site  # noqa: E402

OUT = ROOT / "docs" / "assets" / "roost"
BOARD, CARD = "Autumn release", "Drag cards on phones without losing the scroll"
PAGES = {
    "front": "/",
    "login": "/account/login/",
    "boards": "/boards/",
    "board": BOARD,
    "card": CARD,
    "search": "/search/?q=card",
    "activity": "/activity/",
    "board-settings": "settings",
    "settings": "/settings/",
}
SIZES = ((1440, 900), (768, 1024), (390, 844))
SCHEMES = ("light", "dark")

# Of a sheet, in pixels.
ROW, GAP = 600, 28
PAPER = {"light": "#e4e6ec", "dark": "#05060a"}


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", choices=PAGES, help="these pages only")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with running_site("uvicorn") as site, chromium() as browser:
        site.manage("seed_demo")
        with colleagues(browser, site):
            for name in options.only or PAGES:
                sheet(browser, site, name).save(options.out / f"{name}.webp", quality=82, method=6)
                print(f"{name}.webp")


def sheet(browser: Browser, site: Site, name: str) -> Image.Image:
    """Two rows, light and dark, of a page in all widths."""
    rows = [row(browser, site, name, scheme) for scheme in SCHEMES]
    whole = Image.new("RGB", (rows[0].width, sum(each.height for each in rows)))
    for number, each in enumerate(rows):
        whole.paste(each, (0, number * each.height))
    return whole


def row(browser: Browser, site: Site, name: str, scheme: str) -> Image.Image:
    pictures = [scaled(picture(browser, site, name, size, scheme)) for size in SIZES]
    width = sum(each.width for each in pictures) + GAP * (len(pictures) + 1)
    strip = Image.new("RGB", (width, ROW + 2 * GAP), PAPER[scheme])
    left = GAP
    for each in pictures:
        strip.paste(each, (left, GAP))
        left += each.width + GAP
    return strip


def scaled(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png)).convert("RGB")
    return image.resize((round(image.width * ROW / image.height), ROW), Image.Resampling.LANCZOS)


def picture(browser: Browser, site: Site, name: str, size: tuple[int, int], scheme: str) -> bytes:
    context = browser.new_context(
        viewport=ViewportSize(width=size[0], height=size[1]),
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        is_mobile=size[0] < 700,
    )
    page = context.new_page()
    if name not in {"front", "login"}:
        log_in(page, site, "ada")
    visit(page, site, name)
    png = page.screenshot()
    context.close()
    return png


def visit(page: Page, site: Site, name: str) -> None:
    """Be on that page, with all that comes after the join."""
    where = PAGES[name]
    if where.startswith("/"):
        page.goto(site.url + where)
    else:
        to_board(page, site)
        if name == "card":
            page.get_by_role("link", name=CARD).click()
        elif name == "board-settings":
            page.get_by_role("link", name="Settings", exact=True).click()
    page.locator("[data-phx-main].phx-connected").wait_for()
    if name in {"board", "card"}:
        page.locator("#here li").nth(2).wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)  # until pictures are there


def to_board(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/boards/")
    page.get_by_role("link", name=BOARD, exact=True).click()
    page.locator("#lanes").wait_for()


def log_in(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.url}/account/login/go/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/boards/")


@contextmanager
def colleagues(browser: Browser, site: Site) -> Iterator[None]:
    """Mia has a card open and writes, Joe looks at the board."""
    contexts = [browser.new_context(), browser.new_context()]
    mia, joe = (context.new_page() for context in contexts)
    for page, name in ((mia, "mia"), (joe, "joe")):
        log_in(page, site, name)
        to_board(page, site)
    mia.get_by_role("link", name=CARD).click()
    mia.get_by_label("Write a comment").press_sequentially("I have just tried it on")
    try:
        yield
    finally:
        for context in contexts:
            context.close()


if __name__ == "__main__":
    main()
