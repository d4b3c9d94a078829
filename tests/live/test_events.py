from __future__ import annotations

import pytest

COUNTERS = ["/counter/", "/async-counter/"]


@pytest.mark.parametrize("url", COUNTERS)
async def test_an_event_is_answered_with_the_diff_that_it_caused(browser, url):
    """LV-29, LV-30"""
    view = await browser.open(url)
    assert await view.event("inc") == {"diff": {"0": "1"}}
    assert await view.event("inc", {"by": "4", "value": ""}) == {"diff": {"0": "5"}}
