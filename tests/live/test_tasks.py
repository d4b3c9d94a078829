"""start_async, handle_async, cancel_async: of views and of their components."""

from __future__ import annotations

import pytest

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live_view import Exit, LiveView, Ok
from tests.support.live_site.components import gates, started

OWNERS = pytest.mark.parametrize("cid", [None, 1])


@pytest.fixture
async def view(browser):
    view = await browser.open("/workers/")
    assert await view.pushed("diff") == {"1": "mounted: MOUNTED"}
    gates.clear()
    started.clear()
    return view


def of(cid, name, value=None):
    """The arguments of an event for the view, or for its component."""
    return {"name": name, "value": value, **({} if cid is None else {"cid": cid})}


def shown(cid, text):
    return {"1": text} if cid is None else {"c": {"1": {"0": text}}}


async def test_nothing_is_started_at_get(browser):
    """LV-114"""
    page = await browser.get("/workers/")
    assert page.inner == "<p>idle</p><b></b>"


@OWNERS
@pytest.mark.parametrize("event", ["start", "start_on_loop"])
async def test_what_a_task_returns_reaches_handle_async_and_becomes_a_diff(view, cid, event):
    """LV-113"""
    assert await view.event(**of(cid, event, {"value": "abc"})) == {}
    assert await view.pushed("diff") == shown(cid, "work: ABC")


@OWNERS
async def test_what_a_task_raises_reaches_handle_async_and_the_log(view, cid, caplog):
    await view.event(**of(cid, "start", {"value": "no such thing", "fail": True}))
    assert await view.pushed("diff") == shown(cid, "work failed: no such thing")
    assert "'s task 'work' failed." in caplog.text


@OWNERS
async def test_a_cancelled_task_ends_with_the_reason(view, cid):
    await view.event(**of(cid, "hang", {"name": "work"}))
    await view.event(**of(cid, "cancel"))
    assert await view.pushed("diff") == shown(cid, "work failed: enough")
    assert await view.event(**of(cid, "cancel")) == {}
    assert await view.client.silent()


@OWNERS
async def test_of_two_tasks_of_one_name_the_newer_counts(view, cid):
    await view.event(**of(cid, "hang", {"name": "work"}))
    await view.event(**of(cid, "start", {"value": "new"}))
    assert await view.pushed("diff") == shown(cid, "work: NEW")
    gates[0].set()
    assert await view.event(**of(cid, "start", {"value": "newest"})) == {}
    assert await view.pushed("diff") == shown(cid, "work: NEWEST")
    assert await view.client.silent()


async def test_the_result_for_a_component_that_has_gone_is_dropped(view):
    await view.event("hang", {"name": "work"}, cid=1)
    await view.event("hide")
    await view.call("cids_will_destroy", {"cids": [1]})
    await view.call("cids_destroyed", {"cids": [1]})
    gates[0].set()
    assert await view.client.silent()


async def test_tasks_end_with_their_view(view):
    await view.event("hang", {"name": "work"})
    await view.event("hang", {"name": "work"}, cid=1)
    await view.event("hang", {"name": "work"}, cid=1)
    await view.call("phx_leave", {})
    assert len(started) == 3
    for task in started:
        await task.wait_until_cancelled()


class Plain(LiveView):
    template = "<p></p>"


class Hearing(Plain):
    def handle_async(self, name, result):
        pass


def test_mistakes_are_told():
    with pytest.raises(LiveViewError, match=r"Plain has no handle_async\(self, name, result\)"):
        Plain().start_async("work", print)
    with pytest.raises(TypeError, match=r"Write start_async\('work', fetch, 3\), not"):
        Hearing().start_async("work", print(end=""))
    with pytest.raises(TypeError, match="the name of the task should be a string, got 3"):
        Hearing().start_async(3, print)


def test_outcomes_tell_which_they_are():
    assert (Ok(1).ok, Exit("x").ok) == (True, False)
