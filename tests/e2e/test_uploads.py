"""Uploads with the official client and real files: chosen, dropped, previewed, refused, taken back, kept."""

from __future__ import annotations

import random
import struct
import zlib
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("site", ["uvicorn"], indirect=True, scope="module"),
]

DROP = """(form, {name, type, data}) => {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, {type}));
  for (const event of ["dragenter", "dragover", "drop"])
    form.dispatchEvent(new DragEvent(event, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


def png(side: int) -> bytes:
    """A picture of noise, so that nothing can make it small."""
    noise = random.Random(side)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*chunks, (b"IEND", b"")]
    )


def natural_width(page: Page, selector: str) -> int:
    """Of a picture, once it is there."""
    image = page.locator(selector)
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    width: int = image.evaluate("image => image.naturalWidth")
    return width


def test_pictures_are_seen_refused_taken_back_dropped_and_kept(visitor: Visitor, tmp_path: Path) -> None:
    """LV-94 to LV-103"""
    page = visitor.open("/pictures/")
    large, small, fake, text = (tmp_path / name for name in ("large.png", "small.png", "fake.png", "no.txt"))
    large.write_bytes(png(600))  # a mebibyte: seventeen chunks
    small.write_bytes(png(10))
    fake.write_bytes(b"<script>alert(1)</script>")
    text.write_text("words")
    chooser = page.locator("input[type=file]")
    chosen = page.locator(".chosen li")

    chooser.set_input_files([large, text])
    expect(chosen).to_have_count(2)
    expect(chosen.nth(1)).to_contain_text("Files of this type are not accepted.")
    assert natural_width(page, ".chosen li:first-child img") == 600
    chosen.nth(1).get_by_role("button", name="Take back").click()
    expect(chosen).to_have_count(1)

    # One after the other: the client shows no preview of a file while it waits for the answer to the next.
    chooser.set_input_files([fake])
    expect(chosen).to_have_count(2)
    page.locator("#pictures").evaluate(
        DROP, {"name": "dropped.png", "type": "image/png", "data": b64encode(png(20)).decode()}
    )
    expect(chosen).to_have_count(3)
    chooser.set_input_files([small])
    expect(chosen).to_have_count(4)
    page.get_by_role("button", name="Keep them").click()

    kept = page.locator(".album img")
    expect(kept).to_have_count(3)
    expect(chosen).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_text(["fake.png is no picture, whatever its name says."])
    assert sorted(kept.evaluate_all("images => images.map((image) => image.alt)")) == [
        "dropped.png",
        "large.png",
        "small.png",
    ]
    assert natural_width(page, ".album img[alt='large.png']") == 600
    answer = page.request.get(
        visitor.site.url + str(page.locator("img[alt='large.png']").get_attribute("src"))
    )
    assert answer.body() == large.read_bytes()
    assert answer.headers["content-type"] == "image/png"

    # Another round over the same input.
    chooser.set_input_files([small])
    expect(chosen).to_have_count(1)
    page.get_by_role("button", name="Keep it").click()
    expect(kept).to_have_count(4)
