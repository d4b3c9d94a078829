"""handle_info: broadcasts, timers, coalescing."""

from __future__ import annotations

import asyncio

import pytest

from django_phoenix import pubsub

TICKERS = pytest.mark.parametrize("url", ["/ticker/", "/async-ticker/"])


@TICKERS
async def test_a_broadcast_becomes_a_diff(browser, url):
    """LV-113"""
    view = await browser.open(url)
    pubsub.broadcast("ticks", "tick", {"by": 5})
    assert await view.pushed("diff") == {"0": "5"}


@TICKERS
async def test_a_timers_message_becomes_a_diff(browser, url):
    view = await browser.open(url)
    assert await view.event("later", {"by": 3}) == {}
    assert await view.pushed("diff") == {"0": "3"}
    assert await view.event("never", {"by": 3}) == {}
    assert await browser.silent(0.1)


@TICKERS
async def test_messages_that_nobody_waits_for_share_one_rendering(browser, url):
    """D6"""
    view = await browser.open(url)
    for _ in range(50):
        pubsub.broadcast("ticks", "tick", {"by": 1})
    diffs = [await view.pushed("diff")]
    while diffs[-1] != {"0": "50"}:
        diffs.append(await view.pushed("diff"))
    assert len(diffs) <= 3
    assert await browser.silent()


@TICKERS
async def test_an_event_is_a_barrier(browser, url):
    """D6, LV-30: what waits is handled first, and one reply shows it all."""
    view = await browser.open(url)
    for _ in range(10):
        pubsub.broadcast("ticks", "tick", {"by": 1})
    response = await view.event("inc", {"by": 100})
    assert response["diff"]["0"] == "110"
    assert len(browser.unread) <= 1  # the first of them may have found the view idle
    browser.unread.clear()
    assert await browser.silent()


@TICKERS
async def test_a_view_hears_its_own_broadcast_but_not_broadcast_from(browser, url):
    view = await browser.open(url)
    other = await browser.open("/ticker/")
    await view.event("publish", {"by": 1})
    assert await view.pushed("diff") == {"0": "1"}
    assert await other.pushed("diff") == {"0": "1"}
    await view.event("publish_from", {"by": 1})
    assert await other.pushed("diff") == {"0": "2"}
    assert await browser.silent()


@TICKERS
async def test_unsubscribe_ends_it(browser, url):
    view = await browser.open(url)
    await view.event("quit")
    pubsub.broadcast("ticks", "tick", {"by": 5})
    assert await browser.silent(0.1)
    assert await view.event("inc") == {"diff": {"0": "1"}}


async def test_a_message_may_move_the_page(browser):
    """LV-75, LV-76"""
    view = await browser.open("/leaving/")
    await view.event("soon", {"message": "patch"})
    assert await view.pushed("live_patch") == {"to": "/leaving/?from=info", "kind": "push"}
    await view.event("soon", {"message": "go"})
    frames = [(await browser.receive())[3:] for _ in range(3)]
    assert frames == [
        ["diff", {"e": [["bye", {}]]}],
        ["live_redirect", {"to": "/counter/", "kind": "push"}],
        ["phx_close", {}],
    ]


async def test_a_view_that_has_ended_hears_nothing(browser):
    view = await browser.open("/ticker/")
    await view.call("phx_leave", {})
    assert pubsub.subscriber_count("ticks") == 0


async def test_a_subscription_at_get_does_nothing(browser):
    await browser.get("/ticker/")
    assert pubsub.subscriber_count("ticks") == 0


@TICKERS
async def test_a_slow_client_gets_one_rendering_when_it_reads_again(browser, url):
    """D6: while the socket is slow nothing is queued but one dirty mark."""
    view = await browser.open(url)
    outbox = browser.scope["phoenix"].outbox
    outbox._busy = True
    for _ in range(30):
        pubsub.broadcast("ticks", "tick", {"by": 1})
        await asyncio.sleep(0)
    assert await browser.silent()
    outbox._busy = False
    outbox._tell_drained()
    assert await view.pushed("diff") == {"0": "30"}
    assert await browser.silent()


async def test_an_event_waits_until_a_slow_client_reads(browser):
    view = await browser.open("/counter/")
    outbox = browser.scope["phoenix"].outbox
    outbox._busy = True
    ref = await view.send_event("inc")
    assert await browser.silent()
    outbox._busy = False
    outbox._tell_drained()
    assert (await browser.reply(ref)).response == {"diff": {"0": "1"}}


@TICKERS
async def test_an_interval_goes_on_until_it_is_called_off(browser, url):
    view = await browser.open(url)
    assert await view.event("every", {"seconds": "0.01"}) == {}
    seen = [(await view.pushed("diff"))["0"] for _ in range(3)]
    assert seen == sorted(seen, key=int)
    await view.event("stop_it")
    browser.unread.clear()
    assert await browser.silent(0.05)


async def test_an_event_may_take_a_dataclass_and_has_a_rate(browser, caplog):
    """LV-29: what comes too often is answered as ever, and does nothing."""
    view = await browser.open("/ticker/")
    assert await view.event("rare", {"a": "2", "value": "x"}) == {"diff": {"0": "2"}}
    assert await view.event("rare", {"b": 1}) == {}
    assert "event 'rare': parameter 'a' should be a whole number, got nothing" in caplog.text
    for _ in range(2):
        assert await view.event("rare", {"a": 5}) == {}
    assert caplog.text.count("too many 'rare' in too little time") == 1
    assert await view.event("later", {"by": 0}) == {}
