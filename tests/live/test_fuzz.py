"""Whatever a client sends to a view: an answer to each, no crash, no traceback."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.live_client import LiveClient

WORDS = st.sampled_from(["inc", "event", "by", "value", "type", "form", "url", "redirect", "lv:x", "cid", ""])
TEXT = WORDS | st.text(max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
EVENTS = st.fixed_dictionaries(
    {}, optional={"type": TEXT, "event": TEXT, "value": JSON, "meta": JSON, "cid": JSON, "uploads": JSON}
)
MESSAGES = st.sampled_from(["event", "live_patch", "cids_destroyed", "allow_upload", "progress", "x"])
JOINS = st.fixed_dictionaries(
    {},
    optional={"url": JSON, "redirect": JSON, "params": JSON, "static": JSON, "sticky": JSON, "flash": JSON},
)
bounded = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("url", ["/counter/", "/async-counter/"])
@bounded
@given(messages=st.lists(st.tuples(MESSAGES, EVENTS), min_size=1, max_size=12))
def test_each_message_is_answered(transactional_db, caplog, url, messages):
    """LV-29"""

    async def talk():
        async with LiveClient() as browser:
            view = await browser.open(url)
            for message in messages:
                await view.call(*message)
            assert "diff" in await view.event("inc", {"by": 2**60})

    caplog.clear()
    asyncio.run(talk())
    assert not [record for record in caplog.records if record.exc_info]


@bounded
@given(changes=JOINS)
def test_each_join_is_answered(transactional_db, caplog, changes):
    async def talk():
        async with LiveClient() as browser:
            page = await browser.get("/counter/")
            view, reply = await browser.try_join(page, **changes)
            if reply.status == "ok":
                assert "diff" in await view.event("inc")
            else:
                assert reply.response["reason"] in ("stale", "unauthorized")

    caplog.clear()
    asyncio.run(talk())
    assert not [record for record in caplog.records if record.exc_info]
