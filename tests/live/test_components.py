"""Live components: their life, their events, what their diffs look like (protocol §12)."""

from __future__ import annotations

import logging

import pytest

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live_component import LiveComponent, event, send_update
from tests.support.live_site import components
from tests.support.live_site.components import HERE, Told

CARDS = pytest.mark.parametrize("url", ["/cards/", "/async-cards/"])


@pytest.fixture(autouse=True)
def calls():
    Told.calls.clear()
    return Told.calls


def trees(response):
    """The trees of components in a reply, if it holds nothing else."""
    assert list(response["diff"]) == ["c"], response
    return response["diff"]["c"]


# -- first rendering


@CARDS
async def test_components_stand_in_the_page_as_cids_and_their_trees_travel_beside_it(browser, url):
    """LV-36, LV-39, LV-41, LV-57, LV-58, LV-66, LV-121"""
    page = await browser.get(url)
    assert '<li id="card-2" class="card"><b>card 2</b><button phx-click="like" phx-target="2">0' in page.inner
    view = await browser.join(page)
    rendered = view.joined["rendered"]
    assert rendered["0"]["k"] == {"0": {"0": 1}, "1": {"0": 2}, "2": {"0": 3}, "kc": 3}
    first = rendered["c"]["1"]
    assert first["r"] == 1
    assert first["s"][0] == '<li id="card-'
    assert {key: first[key] for key in "0123"} == {"0": "1", "1": "card 1", "2": "1", "3": "0"}


@CARDS
async def test_components_of_one_template_share_its_statics(browser, url):
    """LV-59, LV-60"""
    view = await browser.open(url)
    assert view.joined["rendered"]["c"]["2"] == {"0": "2", "1": "card 2", "2": "2", "3": "0", "s": 1}
    new = await view.event("show", {"ids": [1, 2, 3, 4]})
    assert new["diff"]["c"] == {"4": {"0": "4", "1": "card 4", "2": "4", "3": "0", "s": -1}}


@CARDS
async def test_each_is_mounted_once_for_the_get_and_once_for_the_socket(browser, url, calls):
    page = await browser.get(url)
    assert calls == [("mount", 1), ("mount", 2), ("mount", 3)]
    calls.clear()
    view = await browser.join(page)
    await view.event("inc")
    await view.event("rename", {"id": 1, "title": "new"})
    assert calls == [("mount", 1), ("mount", 2), ("mount", 3)]


# -- events


@CARDS
async def test_an_event_goes_to_the_component_of_its_cid_and_changes_that_alone(browser, url):
    """LV-30, LV-35, LV-66"""
    view = await browser.open(url)
    assert trees(await view.event("like", cid=2)) == {"2": {"3": "1"}}
    assert trees(await view.event("like", {"by": "4", "value": ""}, cid=2)) == {"2": {"3": "5"}}
    assert trees(await view.event("like", cid=1)) == {"1": {"3": "1"}}
    assert await view.event("nothing", cid=1) == {}


@CARDS
async def test_replies_and_pushed_events_stand_at_the_top_of_the_diff(browser, url, calls):
    """LV-67, LV-90"""
    view = await browser.open(url)
    calls.clear()
    response = await view.event("answer", cid=3)
    assert response == {"diff": {"e": [["answered", {"id": 3}]], "r": {"id": 3, "cid": 3}}}
    assert await view.event("any", {"x": 1}, cid=1) == {"diff": {"r": {"event": "any"}}}
    assert calls == [("handle_event", 1, "any", {"x": 1})]


@pytest.mark.parametrize(
    ("payload", "logged"),
    [
        ({"event": "like", "cid": 99}, None),
        ({"event": "like", "cid": "1"}, None),
        ({"event": "like", "cid": True}, None),
        ({"event": "like", "cid": {}}, None),
        (
            {"event": "like", "cid": 1, "value": {"by": "many"}},
            "Card, event 'like': parameter 'by' should be",
        ),
        ({"event": "like", "cid": 1, "type": "form", "value": 3}, "its form can't be read"),
        ({"event": "lv:unheard-of", "cid": 1}, "Card takes no event 'lv:unheard-of' (its events: answer,"),
        ({"event": "lv:clear-flash", "cid": 1}, None),
    ],
)
async def test_a_bad_event_changes_nothing_and_is_told(browser, caplog, payload, logged):
    """LV-29, LV-65, LV-73"""
    view = await browser.open("/cards/")
    with caplog.at_level(logging.WARNING):
        assert await view.call("event", {"type": "click", "value": {}, **payload}) == {}
    assert (logged or "") in caplog.text
    assert trees(await view.event("like", cid=1)) == {"1": {"3": "1"}}


@CARDS
async def test_a_patch_comes_after_the_components_own_diff(browser, url):
    """LV-68, LV-75"""
    view = await browser.open(url)
    assert await view.event("patch", cid=1) == {"diff": {"1": "2"}}
    assert [frame[3:] for frame in browser.unread] == [
        ["diff", {"c": {"1": {"3": "100"}}}],
        ["live_patch", {"to": f"{url}?page=2", "kind": "push"}],
    ]


@CARDS
async def test_a_component_that_leaves_says_first_what_it_has_to_say(browser, url):
    """LV-68, LV-78"""
    view = await browser.open(url)
    response = await view.event("leave", cid=1)
    assert response == {"live_redirect": {"to": "/counter/", "kind": "push"}}
    assert [frame[3:] for frame in browser.unread] == [
        ["diff", {"c": {"1": {"3": "100"}}, "e": [["bye", {}]]}]
    ]


@CARDS
async def test_a_crash_is_the_views(browser, url, caplog):
    """LV-110"""
    page = await browser.get(url)
    view = await browser.join(page)
    await view.push("event", {"type": "click", "event": "crash", "value": {}, "cid": 1})
    await browser.frame(lambda frame: frame[3] == "phx_error")
    assert "crashed in " in caplog.text
    assert "Card.crash (event 'crash')" in caplog.text
    again = await browser.join(page)
    assert trees(await again.event("like", cid=1)) == {"1": {"3": "1"}}


@CARDS
async def test_a_message_for_the_view_reaches_its_handle_info(browser, url):
    """LV-113"""
    view = await browser.open(url)
    assert await view.event("tell", cid=3) == {}
    assert await view.pushed("diff") == {"2": "(&#x27;told&#x27;, 3)"}


# -- updates


@CARDS
async def test_a_component_is_updated_when_an_argument_has_changed_and_not_otherwise(browser, url):
    view = await browser.open(url)
    await view.event("like", cid=1)
    assert await view.event("inc") == {"diff": {"1": "1"}}
    assert trees(await view.event("rename", {"id": 1, "title": "new"})) == {"1": {"1": "new"}}
    assert trees(await view.event("like", cid=1)) == {"1": {"3": "2"}}


@CARDS
async def test_send_update_becomes_a_diff_of_the_component_alone(browser, url):
    """LV-113"""
    view = await browser.open(url)
    assert await view.event("set", {"id": 2, "likes": 7}) == {}
    assert await view.pushed("diff") == {"c": {"2": {"3": "7"}}}
    assert await view.event("later", {"id": 3, "likes": 8}) == {}
    assert await view.pushed("diff") == {"c": {"3": {"3": "8"}}}
    assert trees(await view.event("rename", {"id": 2, "title": "new"})) == {"2": {"1": "new"}}


@CARDS
async def test_an_update_is_shown_though_a_message_to_the_view_comes_behind_it(browser, url):
    view = await browser.open(url)
    assert await view.event("set_and_say", {"id": 2, "likes": 7}) == {}
    assert await view.pushed("diff") == {"2": "said"}
    assert await view.pushed("diff") == {"c": {"2": {"3": "7"}}}


@CARDS
async def test_send_update_to_nobody_is_told_and_does_nothing(browser, url, caplog):
    view = await browser.open(url)
    with caplog.at_level(logging.INFO):
        assert await view.event("set", {"id": 77, "likes": 7}) == {}
        assert trees(await view.event("like", cid=1)) == {"1": {"3": "1"}}
    assert "send_update: there is no tests.support.live_site.components." in caplog.text
    assert await browser.silent()


async def test_many_updates_share_renderings(browser):
    view = await browser.open("/cards/")
    for n in range(20):
        await view.push("event", {"type": "click", "event": "set", "value": {"id": 1 + n % 3, "likes": n}})
    await view.event("nothing", cid=1)
    shown: dict[str, str] = {}
    while shown != {"1": "18", "2": "19", "3": "17"}:
        diff = await view.pushed("diff")
        shown |= {cid: tree["3"] for cid, tree in diff["c"].items()}
    await view.event("nothing", cid=1)
    assert not [frame for frame in browser.unread if frame[3] == "diff"]


async def test_a_component_can_be_updated_from_outside(browser):
    view = await browser.open("/cards/")
    ref = (await view.event("where"))["diff"]["r"]["ref"]
    send_update(ref, components.Card, 2, likes=50)
    assert await view.pushed("diff") == {"c": {"2": {"3": "50"}}}
    with pytest.raises(TypeError, match="send_update takes a LiveComponent class"):
        send_update(ref, components.CardsLive, 2)


async def test_levels_are_updated_from_the_outside_in_and_many_at_once(browser, calls):
    await browser.open("/tree/")
    calls_of_one = [("branch", "x", {}), ("branch", "y", {}), ("leaves", [1, 2, 3])]
    assert calls == calls_of_one * 2  # GET and join


async def test_only_those_are_updated_that_an_argument_has_changed_for(browser, calls):
    view = await browser.open("/tree/")
    calls.clear()
    await view.event("regrow", {"branches": [["x", [1, 2, 9]], ["y", [3]]]})
    assert calls == [("branch", "x", {}), ("leaves", [9])]
    calls.clear()
    grown = await view.event("grow", cid=2)
    assert calls == [("leaves", [4])]
    assert trees(grown) == {
        "2": {"0": {"k": {"1": {"0": 7}, "kc": 2}}},
        "7": {"0": "a", "1": "40", "s": -3},
    }


# -- death and revival


@CARDS
async def test_a_component_that_went_is_kept_until_the_client_says_so(browser, url, calls):
    """LV-62, LV-64, LV-57"""
    view = await browser.open(url)
    await view.event("like", cid=2)
    calls.clear()
    assert (await view.event("show", {"ids": [1, 3]}))["diff"]["0"]["k"] == {"1": 2, "km": True, "kc": 2}
    assert await view.event("show", {"ids": [1, 2, 3]}) == {
        "diff": {"0": {"k": {"1": {"0": 2}, "2": 1, "km": True, "kc": 3}}}
    }
    assert calls == []
    await view.event("show", {"ids": [1, 3]})
    assert await view.call("cids_will_destroy", {"cids": [2]}) == {}
    assert await view.call("cids_destroyed", {"cids": [2, 3, 9]}) == {"cids": [2]}
    assert await view.event("like", cid=2) == {}
    back = await view.event("show", {"ids": [1, 2, 3]})
    assert back["diff"]["c"] == {"4": {"0": "2", "1": "card 2", "2": "4", "3": "0", "s": -1}}
    assert calls == [("mount", 2)]


@CARDS
async def test_one_that_is_shown_again_in_time_is_sent_whole_and_keeps_its_state(browser, url, calls):
    """LV-61, LV-63"""
    view = await browser.open(url)
    await view.event("like", cid=1)
    await view.event("show", {"ids": [2, 3]})
    calls.clear()
    await view.call("cids_will_destroy", {"cids": [1]})
    back = await view.event("show", {"ids": [1, 2, 3]})
    tree = back["diff"]["c"]["1"]
    assert {key: tree[key] for key in "0123"} == {"0": "1", "1": "card 1", "2": "1", "3": "1"}
    assert type(tree["s"]) is list  # the one to share with was itself about to go
    assert await view.call("cids_destroyed", {"cids": [1]}) == {"cids": []}
    assert calls == []
    assert trees(await view.event("like", cid=1)) == {"1": {"3": "2"}}


@CARDS
async def test_statics_are_not_taken_from_one_that_went_after_a_last_change(browser, url):
    """LV-61, LV-64"""
    view = await browser.open(url)
    await view.event("show", {"ids": []})
    await view.call("cids_will_destroy", {"cids": [1, 2, 3]})
    await view.event("like", cid=1)  # was on its way
    assert await view.call("cids_destroyed", {"cids": [1, 2, 3]}) == {"cids": [1, 2, 3]}
    new = await view.event("show", {"ids": [4]})
    assert type(new["diff"]["c"]["4"]["s"]) is list


async def test_what_stands_in_one_that_is_revived_comes_back_whole_too(browser):
    """LV-63"""
    view = await browser.open("/tree/")
    await view.event("regrow", {"branches": [["y", [3]]]})
    await view.call("cids_will_destroy", {"cids": [1, 3, 4]})
    back = await view.event("regrow", {"branches": [["x", [1, 2]], ["y", [3]]]})
    assert back["diff"]["c"]["1"]["0"]["k"] == {"0": {"0": 3}, "1": {"0": 4}, "kc": 2}
    assert back["diff"]["c"]["3"] == {"0": "a", "1": "10", "s": ["<i>", "", "</i>"], "r": 1}
    assert back["diff"]["c"]["4"] == {"0": "a", "1": "20", "s": 3}


@pytest.mark.parametrize("payload", [{}, {"cids": 3}, {"cids": ["1", None, 1.5, {}, True]}])
async def test_nonsense_about_components_destroys_none(browser, payload):
    """LV-29, LV-64"""
    view = await browser.open("/cards/")
    assert await view.call("cids_will_destroy", payload) == {}
    assert await view.call("cids_destroyed", payload) == {"cids": []}
    assert trees(await view.event("like", cid=1)) == {"1": {"3": "1"}}


# -- mistakes


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (f"name={HERE}.Card&twice=1", "Card with the id 1 stands in the page already. One component"),
        (f"name={HERE}.Card&key=none", "Card needs an id that tells it from others of its class"),
        (f"name={HERE}.Card&key=", "got ''"),
        (f"name={HERE}.Card&key=list", "Card needs an id that tells it from others of its class"),
        (f"name={HERE}.NoComponent", "shows subclasses of LiveComponent"),
        (f"name={HERE}.Nobody", "there is no such class"),
        ("name=no.such.Module", "there is no such class"),
        (f"name={HERE}.TwoRoots", "should have exactly one element at its root"),
        (f"name={HERE}.LongComment", "should have exactly one element at its root"),
        (f"name={HERE}.Restless", "Restless asks for Patch(to='/mistakes/?away', kind='push') while"),
        (f"name={HERE}.Endless&key=1", "stands in 100 components, one in the other"),
    ],
)
async def test_mistakes_are_told_with_their_place(browser, query, told):
    """LV-41, LV-119"""
    with pytest.raises(LiveViewError) as error:
        await browser.fetch(f"/mistakes/?{query}")
    assert told in str(error.value)


def test_classes_that_cannot_work_are_refused():
    with pytest.raises(TypeError, match=r"as an event handler it would replace LiveComponent\.update"):

        class Bad(LiveComponent):
            @event
            def update(self):
                pass

    class Many(LiveComponent):
        def update_many(self, updates):
            pass

    from django_phoenix.live.spec import component_spec_of

    with pytest.raises(TypeError, match=r"Many.update_many\(\) is told of many .* make it a @classmethod"):
        component_spec_of(Many)
