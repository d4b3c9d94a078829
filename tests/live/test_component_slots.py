"""Slots of live components: filled by the parent, shown and compared in the component's own tree."""

from __future__ import annotations

import gc
import json
import re

import pytest

from django_phoenix.rendering.djc.bridge import component_instance_cache
from tests.support.garbage import own_garbage
from tests.support.live_site.components import Told

pytestmark = pytest.mark.usefixtures("calls")


@pytest.fixture
def calls():
    Told.calls.clear()
    return Told.calls


async def test_fills_are_shown_where_the_components_template_says(browser):
    page = await browser.get("/slots/")
    assert page.inner == (
        "<section><h2>One</h2><p>a</p><i>1</i><i>2</i><footer><a>a</a></footer><b>0</b></section>"
        "<section><h2>two</h2><div>0:</div>a<footer>no actions</footer><b>0</b></section>"
        "<div>0:1/a</div><div>0:2/a</div>"
    )


async def test_a_change_inside_a_fill_is_all_that_travels_and_updates_nobody(browser, calls):
    """LV-35: a fill belongs to the component's tree."""
    view = await browser.open("/slots/")
    calls.clear()
    assert await view.event("set", {"text": "b"}) == {
        "diff": {
            "c": {
                "1": {"1": {"0": "b"}, "2": {"0": "b"}},
                "2": {"1": {"1": "b"}},
                "3": {"1": {"1": "b"}},
                "4": {"1": {"1": "b"}},
            }
        }
    }
    assert calls == []
    assert await view.event("set", {"text": "b"}) == {}


async def test_an_argument_and_a_fill_may_change_at_once(browser, calls):
    view = await browser.open("/slots/")
    calls.clear()
    diff = (await view.event("set", {"title": "New", "text": "b"}))["diff"]
    assert diff["c"]["1"] == {"0": "New", "1": {"0": "b"}, "2": {"0": "b"}}
    assert calls == [("panel", {"title": "New"})]


async def test_the_component_shows_its_fills_also_when_it_alone_is_rendered(browser):
    view = await browser.open("/slots/")
    await view.event("set", {"text": "b"})
    assert await view.event("click", cid=1) == {"diff": {"c": {"1": {"3": "1"}}}}
    assert await view.event("click", cid=4) == {"diff": {"c": {"4": {"0": "1"}}}}
    assert await view.event("click", cid=5) == {"diff": {"c": {"5": {"0": "1"}}}}  # stands in a fill


async def test_fills_in_conditions_and_loops(browser):
    page = await browser.get("/choosy/")
    assert page.inner == "<section><h2></h2>nothing<footer><p>actions</p></footer><b>0</b></section>"
    view = await browser.join(page)
    response = await view.event("choose", {"names": ["body", "actions"]})
    assert response == {"diff": {"c": {"1": {"1": {"0": "body", "s": ["<p>", "</p>"], "r": 1}}}}}
    response = await view.event("choose", {"names": ["actions"]})
    assert response == {"diff": {"c": {"1": {"1": {"s": ["nothing"]}}}}}


async def test_fills_that_only_rendering_could_tell_are_refused(browser):
    with pytest.raises(Exception, match="has to be clear from its body"):
        await browser.fetch("/unclear/")


async def test_live_components_and_those_of_django_components_stand_in_one_another(browser):
    page = await browser.get("/mixed-components/")
    bare = re.sub(r' data-djc-id-\w+(="")?', "", page.inner)
    assert bare == (
        '<div class="frame"><h2>outer</h2><article><div class="frame"><h2>a</h2><p>t</p>'
        '<li id="card-h" class="card"><b>a</b><button phx-click="like" phx-target="2">0</button></li>'
        "</div></article></div>"
    )
    view = await browser.join(page)
    assert await view.event("like", cid=2) == {"diff": {"c": {"2": {"3": "1"}}}}
    changed = await view.event("set", {"text": "u"})
    assert list(changed["diff"]) == ["c"]
    assert '"u"' in json.dumps(changed)
    assert "2" not in changed["diff"]["c"]
    changed = await view.event("set", {"caption": "b", "text": "u"})
    assert changed["diff"]["c"]["2"] == {"1": "b"}
    assert '"t"' not in json.dumps(changed)
    assert await view.event("set", {"caption": "b", "text": "u"}) == {}


@pytest.mark.parametrize("url", ["/slots/", "/mixed-components/"])
async def test_a_fill_follows_its_names_however_often_they_change(browser, url):
    view = await browser.open(url)
    for n in range(12):
        assert f'"{n}"' in json.dumps((await view.event("set", {"text": str(n)}))["diff"]["c"])
        assert await view.event("set", {"text": str(n)}) == {}


async def test_an_argument_is_seen_however_often_it_changes(browser):
    view = await browser.open("/tree/")
    for n in range(12):
        diff = (await view.event("relabel", {"label": str(n)}))["diff"]
        assert diff == {"c": {cid: {"0": str(n)} for cid in ("3", "4", "5")}}


async def test_a_tag_without_a_body_shows_none_though_another_one_had_one(browser):
    view = await browser.open("/switched/")
    for full, shown in ((False, ""), (True, "T"), (False, "")):
        tree = (await view.event("set", {"full": full}))["diff"]["c"]["1"]["1"]
        assert (tree if isinstance(tree, str) else tree["0"]) == shown
        assert await view.event("set", {"full": True} if full else {"full": False}) == {}


async def test_fills_that_are_shown_later_leave_nothing_behind(browser):
    with own_garbage():
        view = await browser.open("/switched/")
        gc.collect()
        known = len(component_instance_cache)
        for n in range(20):
            await view.event("set", {"text": str(n)})
            await view.event("click", cid=1)
        gc.collect()
        assert len(component_instance_cache) == known
