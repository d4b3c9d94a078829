"""Uploads in the browser: to a storage elsewhere; inputs outside their form, locked, for folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PATIENCE, Watch, joined, reconnect
from tests.support.features import features_on, midway
from tests.support.s3_server import S3Server, s3_server

pytestmark = [pytest.mark.browser, features_on("daphne")]

Open = Callable[[str], Page]


@pytest.fixture
def storage() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files]
    )
    expect(page.locator(".entry")).to_have_count(len(files))


def test_files_go_to_a_storage_elsewhere_and_a_cancel_stops_them(
    open_page: Open, storage: S3Server, watch: Watch, tmp_path: Path
) -> None:
    """LV-105"""
    page = open_page(f"/uploads/s3/?at={storage.url}")
    choose(page, ("a.txt", b"one"), ("b.txt", b"two"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#kept")).to_have_text("a.txt, b.txt")
    assert storage.objects == {"photos/a.txt": b"one", "photos/b.txt": b"two"}
    midway(page)

    watch.allow(f"403 (Forbidden) ({storage.url}")
    # Of a form whose view is left while it is submitted.
    watch.allow("Failed to push form submit")
    # What the storage refuses, and what the view refuses, is told, and stays until it is cancelled.
    for name, told in (("forged.txt", "external_client_failure 403"), ("unwanted.txt", "not that one")):
        choose(page, (name, b"x"))
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".entry em")).to_contain_text(told)
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".entry")).to_have_count(0)
    assert storage.refused == ["SignatureDoesNotMatch"]

    # A cancel reaches the uploader while bytes are on their way; so does a lost connection, and so does the
    # end of the view, which the form that was broken off there does not hold up.
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    for stop in (page.locator("[name=cancel]").click, partial(reconnect, page), page.locator("#leave").click):
        storage.gate.clear()
        page.locator("input[type=file]").set_input_files(large)
        expect(page.locator(".entry")).to_have_count(1)
        while storage.begun.acquire(blocking=False):
            """Those before."""
        page.get_by_role("button", name="Save").click()
        assert storage.begun.acquire(timeout=PATIENCE)
        stop()
        joined(page)
        expect(page.locator(".entry")).to_have_count(0)
        storage.gate.set()
        assert storage.aborted.acquire(timeout=PATIENCE)
    expect(page.locator("#chosen")).to_be_attached()
    assert len(storage.objects) == 2


def test_inputs_keep_their_files_and_may_stand_anywhere(open_page: Open, tmp_path: Path) -> None:
    """LV-94"""
    page = open_page("/uploads/inputs/")
    picture, folder = page.locator("input[name=picture]"), page.locator("input[name=folder]")
    valid = "form => form.checkValidity()"
    assert not page.locator("#f").evaluate(valid)  # a file is required
    midway(page)
    picture.set_input_files([{"name": "p.txt", "mimeType": "text/plain", "buffer": b"picture"}])
    assert page.locator("#f").evaluate(valid)
    page.locator("#dress").click()
    expect(picture).to_have_class("plain dressed")
    page.locator("#lock").click()
    expect(picture).to_be_disabled()
    page.locator("#lock").click()
    expect(picture).to_be_enabled()
    assert picture.evaluate("input => input.files[0].name") == "p.txt"

    (tmp_path / "trip" / "day").mkdir(parents=True)
    (tmp_path / "trip" / "day" / "one.txt").write_text("1")
    (tmp_path / "trip" / "two.txt").write_text("2")
    folder.set_input_files(tmp_path / "trip")
    expect(page.locator("#chosen")).to_contain_text("trip/day/one.txt")
    expect(page.locator("#chosen")).to_contain_text("trip/two.txt")
    page.get_by_label("Title").fill("T")
    page.get_by_role("button", name="Save").click()
    kept = page.locator("#kept")
    for text in ("T p.txt picture", "T one.txt 1", "T two.txt 2"):
        expect(kept).to_contain_text(text)
    assert picture.evaluate("input => input.files.length") == 0  # nothing is chosen any more
    joined(page)
