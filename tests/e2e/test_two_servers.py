"""Two server processes with one Redis and one database: visitors of one see what happens at the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Site, Visitor, Watch, running_site
from tests.support.redis import running_redis

pytestmark = [pytest.mark.browser, pytest.mark.redis]


@pytest.fixture(scope="module", params=["pubsub", "core"])
def sites(request: pytest.FixtureRequest) -> Iterator[tuple[Site, Site]]:
    with running_redis() as redis:
        layer = {"REDIS_URL": redis.url, "REDIS_LAYER": request.param}
        with running_site("uvicorn", **layer) as one:
            layer["DATABASE_PATH"] = one.environment["DATABASE_PATH"]
            with running_site("daphne", **layer) as two:
                yield one, two


def test_a_click_at_one_server_is_seen_at_the_other(
    sites: tuple[Site, Site], browser: Browser, watch: Watch
) -> None:
    pages = []
    for site in sites:
        context = browser.new_context()
        watch.follow(context)
        pages.append(Visitor(context, site).open("/together/"))
    here, there = pages
    assert here.url != there.url
    before = int(there.locator(".counter-value").inner_text())
    here.get_by_role("button", name="One more").click()
    expect(there.locator(".counter-value")).to_have_text(str(before + 1))
    there.get_by_role("button", name="One more").click()
    expect(here.locator(".counter-value")).to_have_text(str(before + 2))
