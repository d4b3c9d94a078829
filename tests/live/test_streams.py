"""Streams of live views and live components: asked for, shown once, forgotten (protocol §7.6)."""

from __future__ import annotations

import asyncio
import gc
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import override_settings

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.channel import LiveChannel
from django_phoenix.live_view import LiveView
from django_phoenix.streams import Stream
from tests.support.live_client import Page, View

LISTED = re.compile(r'<li id="([^"]*)">')


@pytest.fixture(autouse=True)
def site(live_site):
    with override_settings(ROOT_URLCONF="tests.support.live_site.streams"):
        yield


def listed(page: Page) -> list[str]:
    """The ids of the items in a page's HTML."""
    return LISTED.findall(page.inner)


def streams_in(value: Any) -> list[Any]:
    """All that a diff or a reply says of streams, with the ids of the entries that go with it."""
    if not isinstance(value, dict):
        return []
    found = [each for key in value for each in streams_in(value[key])]
    if "stream" in value:
        entries = [value["k"][str(n)]["0"] for n in range(value["k"]["kc"])]
        assert entries == [insert[0] for insert in reversed(value["stream"][1])]
        found.append(value["stream"])
    return found


async def said(view: View, event: str, **value: Any) -> list[Any]:
    return streams_in(await view.event(event, value))


async def test_a_stream_is_a_plain_list_at_get_and_a_stream_on_the_socket(browser):
    """LV-51, LV-54, LV-56, LV-107"""
    page = await browser.get("/ListLive/")
    assert listed(page) == ["rows-a", "rows-b", "rows-c"]
    assert '<ul id="rows" phx-update="stream">' in page.inner
    view = await browser.join(page)
    first = view.joined["rendered"]["0"]
    assert first["stream"] == ["0", [[f"rows-{name}", -1, None, None] for name in "cba"], []]
    assert first["k"]["1"] == {"0": "rows-b", "1": "B"}


async def test_after_a_lost_connection_a_stream_begins_anew_wherever_it_is_shown(browser):
    """In a portal the client by itself leaves items that the new mount does not give."""
    page = await browser.get("/ListLive/")
    view = await browser.join(page, params={"_csrf_token": page.csrf, "_mounts": 1})
    (stream,) = streams_in(view.joined["rendered"])
    assert stream == ["0", [[f"rows-{name}", -1, None, None] for name in "cba"], [], True]


async def test_what_is_asked_for_is_sent_once(browser):
    """LV-53, LV-55"""
    view = await browser.open("/ListLive/")
    assert await view.event("inc") == {"diff": {"1": "1"}}
    item = {"item": "d"}
    assert await said(view, "stream_insert", **item) == [["0", [["rows-d", -1, None, False]], []]]
    assert await view.event("inc") == {"diff": {"1": "2"}}
    options = {"at": 0, "limit": 10, "update_only": True}
    assert await said(view, "stream_insert", **item, options=options) == [
        ["0", [["rows-d", 0, 10, True]], []]
    ]
    assert await said(view, "stream_delete", **item) == [["0", [], ["rows-d"]]]
    assert await said(view, "stream_delete_by_dom_id", options={"dom_id": "rows-a"}) == [
        ["0", [], ["rows-a"]]
    ]
    assert await said(view, "insert_many", names="efg", at=1) == [
        ["0", [[f"rows-{name}", 1, None, False] for name in "gfe"], []]
    ]
    assert await said(view, "insert_many", names="h", reset=True, limit=-5) == [
        ["0", [["rows-h", -1, -5, False]], [], True]
    ]
    assert await said(view, "insert_many", names="", reset=True) == [["0", [], [], True]]
    assert await view.event("insert_many", {"names": ""}) == {}


async def test_several_goes_of_one_mount_come_to_one(browser):
    """The first items stand as they are given, whatever ``at`` says; an id counts where it came last."""
    page = await browser.get("/TwiceLive/")
    assert listed(page) == ["rows-e", "rows-d", "rows-a", "rows-b"]
    assert "B again" in page.inner
    view = await browser.join(page)
    ((_, inserts, deletes),) = streams_in(view.joined["rendered"])
    assert [insert[:2] for insert in reversed(inserts)] == [
        ["rows-e", 0], ["rows-d", 1], ["rows-a", -1], ["rows-b", -1],
    ]  # fmt: skip
    assert deletes == ["rows-c"]


async def test_a_reset_before_the_first_rendering_leaves_only_what_comes_after(browser):
    page = await browser.get("/TwiceLive/?only=xy")
    assert listed(page) == ["rows-x", "rows-y"]
    view = await browser.join(page)
    assert [stream[1:] for stream in streams_in(view.joined["rendered"])] == [
        [[["rows-y", -1, None, False], ["rows-x", -1, None, False]], []]
    ]
    reply = await view.call("live_patch", {"url": "http://testserver/TwiceLive/?only=z"})
    assert streams_in(reply) == [["0", [["rows-z", -1, None, False]], [], True]]


async def test_a_view_has_many_streams(browser):
    """LV-56"""
    page = await browser.get("/SeveralLive/")
    assert listed(page) == ["one-a", "zwei-A"]
    view = await browser.join(page)
    assert [stream[0] for stream in streams_in(view.joined["rendered"])] == ["0", "1"]
    assert await said(view, "swap") == [
        ["0", [], ["one-a"]],
        ["1", [["zwei-B", -1, None, False]], ["zwei-A"]],
    ]


async def test_who_joins_again_gets_all_from_mount(browser):
    page = await browser.get("/ListLive/")
    view = await browser.join(page)
    await view.event("stream_insert", {"item": "d"})
    await view.send_event("crash")
    assert await view.pushed("phx_error")
    again = await browser.join(page)
    assert [len(stream[1]) for stream in streams_in(again.joined["rendered"])] == [3]
    assert await said(again, "stream_insert", item="d") == [["0", [["rows-d", -1, None, False]], []]]


async def test_a_rendering_repeated_in_the_pool_loses_and_doubles_nothing(browser, groups):
    """LV-55"""
    view = await browser.open("/LazyRowsLive/")
    reply = await view.event("look")
    assert streams_in(reply) == [["0", [["rows-a", -1, None, False]], []]]
    assert reply["diff"]["1"] == "one"
    assert await view.event("look") != {}
    assert streams_in(await view.event("look")) == [["0", [["rows-a", -1, None, False]], []]]


async def test_messages_that_are_shown_together_lose_nothing(browser):
    view = await browser.open("/ListLive/")
    channel = channels()[0]
    for name in "xyz":
        channel.inform(name)
    found: list[str] = []
    while len(found) < 3:
        for _, inserts, _ in streams_in(await view.pushed("diff")):
            found += [insert[0] for insert in reversed(inserts)]
    assert found == ["rows-x", "rows-y", "rows-z"]


def channels() -> list[LiveChannel]:
    """Those of views that live, in this test."""
    loop = asyncio.get_running_loop()
    found = (each for each in gc.get_objects() if type(each) is LiveChannel)
    return [each for each in found if each.server.loop is loop and not each.server.over]


async def test_model_instances_go_by_their_primary_keys(browser, groups):
    pks = [group.pk for group in groups]
    page = await browser.get("/GroupsLive/")
    assert listed(page) == [f"groups-{pk}" for pk in pks]
    view = await browser.join(page)
    assert await said(view, "drop", pk=pks[1]) == [["0", [], [f"groups-{pks[1]}"]]]
    assert not await Group.objects.filter(pk=pks[1]).aexists()


async def test_what_is_not_shown_is_not_kept(browser):
    view = await browser.open("/HiddenLive/")
    reply = await view.event("toggle", {"names": "c"})
    assert streams_in(reply) == [["0", [["rows-c", -1, None, False]], []]]
    assert streams_in(await view.event("toggle")) == []
    assert streams_in(await view.event("toggle")) == [["0", [], []]]


# -- live components


async def test_components_have_streams_of_their_own(browser):
    """LV-51, LV-56, LV-59"""
    page = await browser.get("/LanesLive/")
    assert listed(page) == ["x-a", "x-b", "y-a", "y-b", "rows-a"]
    view = await browser.join(page)
    rendered = view.joined["rendered"]
    assert [stream[0] for stream in streams_in(rendered["c"]["1"])] == ["1-0"]
    assert [stream[0] for stream in streams_in(rendered["c"]["2"])] == ["2-0"]
    assert rendered["c"]["2"]["s"] == 1
    assert [stream[0] for stream in streams_in(rendered["2"])] == ["0"]
    reply = await view.event("insert", {"name": "c"}, cid=2)
    assert list(reply["diff"]) == ["c"]
    assert streams_in(reply) == [["2-0", [["y-c", 0, 10, False]], []]]
    assert streams_in(await view.event("like", cid=2)) == []
    new = await view.event("show", {"ids": ["x", "y", "z"]})
    assert streams_in(new) == [["3-0", [["z-b", -1, None, None], ["z-a", -1, None, None]], []]]


async def test_a_component_s_rendering_leaves_the_view_s_stream_waiting(browser):
    """What a message has put into the view's stream is sent with the view, not lost with the component."""
    view = await browser.open("/LanesLive/")
    (channel,) = channels()
    channel.inform("m")
    reply = await view.event("insert", {"name": "c"}, cid=1)
    said_so_far = streams_in(reply)
    while len(said_so_far) < 2:
        said_so_far += streams_in(await view.pushed("diff"))
    assert sorted(stream[1][0][0] for stream in said_so_far) == ["rows-m", "x-c"]


async def test_a_revived_component_comes_back_whole(browser):
    """LV-63. Its items went with its element: its update() gives them again; its state is kept."""
    view = await browser.open("/LanesLive/")
    await view.event("like", cid=2)
    await view.event("insert", {"name": "c"}, cid=2)
    await view.event("show", {"ids": ["x"]})
    assert await view.call("cids_will_destroy", {"cids": [2]}) == {}
    reply = await view.event("show", {"ids": ["x", "y"]})
    assert streams_in(reply) == [["2-0", [["y-b", -1, None, None], ["y-a", -1, None, None]], []]]
    assert reply["diff"]["c"]["2"]["2"] == "1"
    assert await view.call("cids_destroyed", {"cids": [2]}) == {"cids": []}
    assert streams_in(await view.event("insert", {"name": "c"}, cid=2)) == [
        ["2-0", [["y-c", 0, 10, False]], []]
    ]


async def test_a_component_that_was_shown_again_before_we_heard_that_it_had_gone_comes_back_whole(browser):
    """LV-63. Who clicks twice is faster than the client's word that the element is gone."""
    view = await browser.open("/LanesLive/")
    await view.event("like", cid=2)
    await view.event("show", {"ids": ["x"]})
    assert streams_in(await view.event("show", {"ids": ["x", "y"]})) == []
    assert await view.call("cids_will_destroy", {"cids": [2]}) == {}
    diff = await view.pushed("diff")
    assert diff["c"]["2"]["2"] == "1"
    assert streams_in({"diff": diff}) == [["2-0", [["y-b", -1, None, None], ["y-a", -1, None, None]], []]]
    assert await view.call("cids_destroyed", {"cids": [2]}) == {"cids": []}


async def test_a_revived_component_whose_items_came_with_mount_begins_anew(browser):
    """LV-63. Nobody else has its items."""
    view = await browser.open("/FixedLanesLive/")
    assert (await view.pushed("diff"))["c"]["1"] == {"2": "10"}
    await view.event("like", cid=1)
    await view.event("show", {"ids": []})
    assert await view.call("cids_will_destroy", {"cids": [1]}) == {}
    reply = await view.event("show", {"ids": ["x"]})
    assert streams_in(reply) == [["1-0", [["cards-b", -1, None, None], ["cards-a", -1, None, None]], []]]
    assert reply["diff"]["c"]["1"]["2"] == "0"
    assert await view.call("cids_destroyed", {"cids": [1]}) == {"cids": []}
    assert (await view.pushed("diff"))["c"]["1"] == {"2": "10"}
    assert await view.event("like", cid=1) == {"diff": {"c": {"1": {"2": "11"}}}}


async def test_a_component_shows_the_streams_of_its_view(browser):
    page = await browser.get("/FramedLive/")
    assert listed(page) == ["one-a", "two-z"]
    view = await browser.join(page)
    assert [stream[0] for stream in streams_in(view.joined["rendered"])] == ["0", "1"]
    assert await said(view, "more") == [
        ["0", [["one-b", -1, None, False]], []],
        ["1", [["two-y", -1, None, False]], []],
    ]
    assert streams_in(await view.event("inc", cid=1)) == []


async def test_items_may_be_live_components(browser):
    view = await browser.open("/StreamedComponentsLive/")
    await view.event("like", cid=1)
    reply = await view.event("put", {"id": "a", "name": "AA"})
    assert reply["diff"]["1"]["k"] == {"0": {"0": 1}, "kc": 1}
    assert reply["diff"]["c"] == {"1": {"1": "AA"}}
    reply = await view.event("put", {"id": "c", "name": "C"})
    assert reply["diff"]["1"]["k"] == {"0": {"0": 3}, "kc": 1}
    assert reply["diff"]["c"]["3"]["s"] == -1


# -- mistakes


class AnyLive(LiveView):
    template = ""


@pytest.fixture
def bare() -> AnyLive:
    view = AnyLive()
    view._live = SimpleNamespace(  # type: ignore[assignment]
        channel=None, connect_params={}, queries=None, is_nested=False
    )
    return view


def test_an_item_without_an_id_is_told_and_nothing_is_inserted(bare):
    with pytest.raises(
        LiveViewError, match=r"AnyLive: items of the stream 'rows' need an id, but 'x' \(str\)"
    ):
        bare.stream("rows", [{"id": 1}, "x"])
    assert bare.assigns.streams == {}
    bare.stream("rows", [{"id": 1}])
    with pytest.raises(LiveViewError, match=r"has the id None\. Save it before it is inserted"):
        bare.stream("rows", [{"id": 2}, Group(name="new")], reset=True)
    assert list(bare.assigns.streams["rows"]) == [("rows-1", {"id": 1})]


def test_a_limit_is_for_the_client_and_not_for_the_first_html(bare):
    bare.stream("rows", [{"id": 1}, {"id": 2}], limit=1)
    assert len(list(bare.assigns.streams["rows"])) == 2


def test_ids_are_made_as_the_view_says(bare):
    bare.stream("rows", ["x"], dom_id="row-{}".format)
    bare.stream("rows", ["y"])
    bare.stream_insert("rows", "z")
    bare.stream_delete("rows", "x")
    assert [dom_id for dom_id, _ in bare.assigns.streams["rows"]] == ["row-y", "row-z"]
    assert isinstance(bare.assigns.streams["rows"], Stream)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda v: v.stream_insert("row", {"id": 1}), LiveViewError, "no such stream (it has: 'rows')"),
        (lambda v: v.stream_delete("row", {"id": 1}), LiveViewError, "Make it with self.stream("),
        (lambda v: v.stream_delete_by_dom_id("row", "x"), LiveViewError, "stream_delete_by_dom_id("),
        (lambda v: v.stream_delete_by_dom_id("rows", 1), TypeError, "the id should be a text such as"),
        (lambda v: v.stream_configure("rows", dom_id=str), LiveViewError, "has been filled already"),
        (lambda v: v.stream_configure("set", dom_id=str), LiveViewError, "has been configured already"),
        (lambda v: v.stream_configure("new", dom_id="id"), TypeError, "should be a function that gives"),
        (lambda v: v.stream("set", [3]), TypeError, "should return a text such as 'set-1', got 4 for 3"),
        (lambda v: v.stream("rows", 7), TypeError, "should be a list, a queryset or the like, got int."),
        (lambda v: v.stream("rows", numbers()), TypeError, "Await them first: [item async for"),
        (lambda v: v.stream("my-rows", []), ValueError, "should be one that a template can write"),
        (lambda v: v.stream("_rows", []), ValueError, "(streams.messages), got '_rows'"),
        (lambda v: v.stream("rows", [], at=-2), ValueError, "at should be 0 (the front), -1 (the end)"),
        (lambda v: v.stream("rows", [], at="0"), ValueError, "or a position, got '0'"),
        (lambda v: v.stream("rows", [], limit=2.5), ValueError, "limit should be None or a number of"),
        (lambda v: v.stream("rows", [], limit=True), ValueError, "-50 (the last ones), got True"),
    ],
)  # fmt: skip
def test_bad_calls_say_what_is_wrong(bare, ask, error, message):
    bare.stream("rows", [])
    bare.stream_configure("set", dom_id=lambda item: item + 1)
    with pytest.raises(error) as caught:
        ask(bare)
    assert message in str(caught.value)


async def numbers():
    yield 1


def test_the_name_of_the_streams_is_theirs(bare):
    bare.assigns.streams = ["mine"]
    with pytest.raises(
        LiveViewError, match=r"AnyLive.stream\(\): assigns.streams holds something else, \['mine'\]"
    ):
        bare.stream("rows", [])


def test_a_stream_says_what_waits(bare):
    bare.stream("rows", [{"id": 1}])
    assert repr(bare.assigns.streams["rows"]) == "<Stream 'rows', 2 waiting>"
    assert json.dumps(sorted(bare.assigns.streams)) == '["rows"]'
