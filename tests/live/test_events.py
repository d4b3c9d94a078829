from __future__ import annotations

import asyncio
import logging

import pytest

from tests.support.live_client import Reply

COUNTERS = ["/counter/", "/async-counter/"]

pytestmark = pytest.mark.parametrize("url", COUNTERS)


async def test_an_event_is_answered_with_the_diff_that_it_caused(browser, url):
    """LV-29, LV-30"""
    view = await browser.open(url)
    assert await view.event("inc") == {"diff": {"0": "1"}}
    assert await view.event("inc", {"by": "4", "value": ""}) == {"diff": {"0": "5"}}
    assert await browser.silent()


async def test_an_event_that_changes_nothing_is_answered_with_an_empty_object(browser, url):
    """LV-31"""
    view = await browser.open(url)
    assert await view.event("nothing") == {}
    assert await view.event("inc", {"by": 0}) == {}


async def test_events_are_handled_one_at_a_time_in_their_order(browser, url):
    """LV-32"""
    view = await browser.open(url)
    refs = [await view.send_event("inc") for _ in range(20)]
    replies = [await browser.receive() for _ in refs]
    assert [reply[1] for reply in replies] == refs
    assert [reply[4]["response"]["diff"]["0"] for reply in replies] == [str(n) for n in range(1, 21)]


async def test_what_a_handler_returns_reaches_the_client_as_the_reply(browser, url):
    view = await browser.open(url)
    assert await view.event("answer", {"n": "21"}) == {"diff": {"r": {"twice": 42}}}
    assert await view.event("refuse") == {"diff": {"r": {"why": "no"}}}
    assert await view.event("free", {"a": [1]}) == {"diff": {"r": {"free": {"a": [1]}}}}


async def test_handle_event_takes_what_no_event_method_does(browser, url):
    view = await browser.open(url)
    assert await view.event("anything") == {"diff": {"0": "-1"}}


async def test_pushed_events_travel_with_the_diff(browser, url):
    """LV-90"""
    view = await browser.open(url)
    assert await view.event("notify") == {"diff": {"e": [["one", {"n": 1}], ["two", {}]]}}
    assert await view.event("nothing") == {}


async def test_an_event_can_be_dispatched_before_the_page_changes(browser, url):
    """LV-90"""
    view = await browser.open(url)
    assert await view.event("notify_first", {"when": "before"}) == {"diff": {"e": [["leaving", {}, True]]}}
    assert await view.event("notify_first", {"when": "after"}) == {"diff": {"e": [["leaving", {}]]}}


async def test_an_event_is_dispatched_at_no_other_time(browser, url, caplog):
    view = await browser.open(url)
    await view.send_event("notify_first", {"when": "later"})
    await view.pushed("phx_error")
    assert "dispatch should be 'after' or 'before'" in caplog.text


async def test_the_title_is_sent_when_it_changes(browser, url):
    """LV-88"""
    view = await browser.open(url)
    assert view.joined["rendered"]["t"] == "Counter"
    assert await view.event("rename", {"title": "New <b>"}) == {"diff": {"t": "New <b>"}}
    assert await view.event("rename", {"title": "New <b>"}) == {}


@pytest.mark.parametrize("kind", ["click", "hook", "js", "remove", "keyup", None, "unheard-of"])
async def test_all_types_of_event_are_alike(browser, url, kind):
    """LV-72"""
    view = await browser.open(url)
    payload = {"type": kind, "event": "inc", "value": {"by": 2}}
    assert await view.call("event", payload) == {"diff": {"0": "2"}}


async def test_forms_are_decoded(browser, url):
    """LV-69, LV-70"""
    view = await browser.open(url)
    payload = {
        "type": "form",
        "event": "save",
        "value": "user[name]=a&tags[]=1&_unused_x=",
        "meta": {"_target": "user[name]"},
    }
    assert (await view.call("event", payload))["diff"]["r"] == {
        "user": {"name": "a"},
        "tags": ["1"],
        "_unused_x": "",
        "_target": ["user", "name"],
    }


@pytest.mark.parametrize(
    ("payload", "logged"),
    [
        ({"event": "inc", "value": {"by": "many"}}, "event 'inc': parameter 'by' should be"),
        ({"event": "rename", "value": {}}, "event 'rename': parameter 'title'"),
        ({"event": "inc", "value": [1]}, "event 'inc': the payload should be a JSON object"),
        ({"event": "inc", "type": "form", "value": {"by": 1}}, "its form can't be read"),
        ({"event": "lv:unheard-of", "value": {}}, "takes no event 'lv:unheard-of'"),
        ({"event": "mount", "value": {}}, None),
        ({"event": "_path", "value": {}}, None),
        ({"event": "lv:clear-flash", "value": {}}, None),
        ({"event": 7, "value": {}}, None),
        ({"event": "inc", "value": {}, "cid": 1}, None),
        ({}, None),
    ],
)
async def test_a_bad_event_is_answered_and_logged_and_the_view_goes_on(browser, url, payload, logged, caplog):
    """LV-29, LV-65, LV-73"""
    view = await browser.open(url)
    with caplog.at_level(logging.WARNING):
        response = await view.call("event", {"type": "click", **payload})
    assert response in ({}, {"diff": {"0": "-1"}})  # those that look like any name go to handle_event
    if logged is not None:
        assert logged in caplog.text
        assert "CounterLive" in caplog.text
    assert not [record for record in caplog.records if record.exc_info]
    assert "diff" in await view.event("inc", {"by": 5})


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("lv:unheard-of", "CounterLive takes no event 'lv:unheard-of' (its events: "),
        ("rename", "CounterLive, event 'rename': parameter 'title' should be"),
    ],
)
async def test_with_debug_the_browser_is_told_of_an_event_that_is_not_taken(
    browser, url, settings, event, told
):
    view = await browser.open(url)
    settings.DEBUG = True
    await view.event(event)
    ((name, payload),) = (await view.pushed("diff"))["e"]
    assert name == "dev:mistake"
    assert told in payload["text"]


async def test_messages_about_components_and_unknown_ones_are_answered(browser, url):
    """LV-29, LV-64"""
    view = await browser.open(url)
    assert await view.call("cids_will_destroy", {"cids": [1]}) == {}
    assert await view.call("cids_destroyed", {"cids": [1]}) == {"cids": []}
    assert await view.call("unheard_of", {}) == {}


async def test_an_event_of_an_async_handler_lets_other_views_go_on(browser, url):
    slow = await browser.open("/async-counter/")
    quick = await browser.open(url)
    ref = await slow.send_event("slowly")
    assert await quick.event("inc") == {"diff": {"0": "1"}}
    assert (await browser.reply(ref)).response == {"diff": {"0": "100"}}


async def test_leaving_ends_the_view(browser, url):
    view = await browser.open(url)
    assert await view.call("phx_leave", {}) == {}
    ref = await view.send_event("inc")
    assert (await browser.reply(ref)).response == {"reason": "unmatched topic"}


async def test_a_view_without_any_handlers_answers_too(browser, url, caplog):
    view = await browser.open("/bare/")
    assert await view.event("anything") == {}
    assert "BareLive takes no event 'anything' (its events: none)" in caplog.text


async def test_two_pages_of_one_view_do_not_share_state(browser, url):
    one, other = await asyncio.gather(browser.get(url), browser.get(url))
    assert one.id != other.id
    one_view, other_view = await browser.join(one), await browser.join(other)
    assert await one_view.event("inc", {"by": 3}) == {"diff": {"0": "3"}}
    assert await other_view.event("inc") == {"diff": {"0": "1"}}


@pytest.mark.parametrize("name", ["event", "live_patch", "x"])
async def test_a_binary_message_is_answered_and_logged(browser, caplog, url, name):
    view = await browser.open(url)
    parts = [view.join_ref.encode(), b"b1", view.topic.encode(), name.encode()]
    frame = bytes([0, *map(len, parts)]) + b"".join(parts) + b"payload"
    browser.to_server.put_nowait({"type": "websocket.receive", "bytes": frame})
    assert await browser.reply("b1") == Reply("ok", {})
    assert f"the message '{name}' is binary" in caplog.text
    assert await view.event("inc") == {"diff": {"0": "1"}}
