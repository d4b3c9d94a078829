"""static_changed: whether a page's tracked files are still those of the site."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from django_phoenix.live.static_files import has_changed
from tests.support.live_client import LiveClient
from tests.support.live_site.views import CounterLive

FILES = {"site/app.css": "site/app.0123456789ab.css", "app.js": "app.ba9876543210.js"}
HOST = "http://testserver/static"


@pytest.fixture
def manifest(monkeypatch: Any) -> None:
    """The storage of a site whose files have been collected."""
    storage = SimpleNamespace(hashed_files=FILES)
    monkeypatch.setattr("django_phoenix.live.static_files.staticfiles_storage", storage)


@pytest.mark.parametrize(
    ("urls", "changed"),
    [
        ([], False),
        ([f"{HOST}/site/app.0123456789ab.css", f"{HOST}/app.ba9876543210.js"], False),
        ([f"{HOST}/site/app.css?v=1#x"], False),
        (["https://cdn.example/x/site/app.0123456789ab.css?y"], False),
        ([f"{HOST}/site/app.0123456789ab.css", f"{HOST}/app.000000000000.js"], True),
        ([f"{HOST}/site/gone.css"], True),
        (["http://[broken"], True),
        ([3, None], False),
        ("text", False),
        (None, False),
        (["/" * 7_000_000], True),
        ([f"{HOST}/app.js"] * 5000 + [f"{HOST}/gone.js"], False),
    ],
    ids=lambda value: None if isinstance(value, bool) else f"{value!r:.60}",
)
@pytest.mark.usefixtures("manifest")
def test_a_url_that_names_no_file_of_the_site_any_more_is_a_change(urls: Any, changed: bool) -> None:
    """LV-20"""
    assert has_changed(urls) is changed


def test_a_storage_without_digests_cannot_tell() -> None:
    assert not has_changed([f"{HOST}/site/gone.css"])


@pytest.mark.usefixtures("manifest")
async def test_a_view_knows_it_of_its_own_page(browser: LiveClient, monkeypatch: Any) -> None:
    seen = []
    monkeypatch.setattr(CounterLive, "mount", lambda self, *_: seen.append(self.static_changed))
    page = await browser.get("/counter/")
    assert "phx-track-static" in page.before
    for url in (f"{HOST}/app.ba9876543210.js", f"{HOST}/app.old.js"):
        params = {"_csrf_token": page.csrf, "_mounts": 1, "_track_static": [url]}
        await browser.join(page, params=params)
    assert seen == [False, False, True]
