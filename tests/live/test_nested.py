"""Views in views: {% live_render %}."""

from __future__ import annotations

import asyncio

import pytest
from django.template import TemplateSyntaxError, engines

from django_phoenix.exceptions import LiveViewError
from tests.support.live_client import View
from tests.support.live_site import nested_views
from tests.support.nested_client import elements, join, open_with_child, try_join
from tests.support.upload_client import Form


@pytest.fixture(autouse=True)
def nothing_noted():
    for noted in (
        nested_views.ChildLive.mounts,
        nested_views.ChildLive.ends,
        nested_views.ParentLive.handled,
    ):
        noted.clear()
    nested_views.SharingLive.made.clear()
    nested_views.ChildLive.gate.clear()


# -- markup


async def test_the_first_response_shows_children_complete_and_without_session_token(browser):
    """LV-4"""
    page = await browser.get("/nested/")
    left, right = elements(page).values()
    assert (left.tag, left.id, left.session, left.html) == ("div", "left", "", "<b>Left 0</b>")
    assert left.attributes == f' data-phx-parent-id="{page.id}"'
    assert left.static
    assert (right.tag, right.html) == ("aside", "<b>Right 0</b>")
    assert right.attributes == f' class="side" data-phx-parent-id="{page.id}"'


async def test_a_connected_render_shows_children_empty_and_with_session_token(browser):
    """LV-5"""
    page = await browser.get("/nested/")
    view = await browser.join(page)
    left, right = elements(view.joined["rendered"]).values()
    assert left.session
    assert (left.static, left.html) == ("", "")
    assert left.attributes == f' data-phx-parent-id="{page.id}"'
    assert (right.tag, right.html) == ("aside", "")


async def test_a_child_joins_after_its_parent_and_lives(browser):
    """LV-17: it sends no URL, and none is asked of it."""
    page = await browser.get("/nested/")
    view = await browser.join(page)
    shown = elements(view.joined["rendered"])
    child = await join(browser, shown["left"], static=elements(page)["left"].static)
    assert child.joined["rendered"]["0"] == "Left"
    assert await child.event("inc") == {"diff": {"1": "1"}}
    assert await child.event("where") == {
        "diff": {"r": {"path": "/nested/", "nested": True, "params": {}}},
    }
    assert nested_views.ChildLive.mounts == ["Left get", "Right get", "Left socket"]
    assert await browser.silent()


async def test_rendering_the_parent_again_says_nothing_of_its_children(browser):
    view, child = await open_with_child(browser, "/nested/", "left")
    await child.event("tell", {"text": "x"})
    diff = await view.pushed("diff")
    assert not elements(diff)
    assert len(diff) == 1


async def test_a_tag_that_asks_for_another_session_gives_another_token(browser):
    view = await browser.open("/nested/")
    before = elements(view.joined["rendered"])["right"]
    after = elements((await view.event("show", {"right": "Wrong"}))["diff"])["right"]
    assert after.session != before.session
    assert (await join(browser, after)).joined["rendered"]["0"] == "Wrong"


async def test_a_dict_that_changes_in_place_is_noticed(browser):
    """D3"""
    view = await browser.open("/nested/mutating/")
    assert await view.event("nothing") == {}
    after = elements((await view.event("change"))["diff"])["left"]
    assert (await join(browser, after)).joined["rendered"]["0"] == "second"


async def test_a_tag_that_django_renders_on_the_socket_keeps_its_token(browser):
    view = await browser.open("/nested/opaque/")
    child = await join(browser, elements(view.joined["rendered"])["left"])
    assert not elements(await view.event("inc"))
    assert await child.event("inc") == {"diff": {"1": "1"}}


async def test_children_of_children_know_their_own_parent(browser):
    page = await browser.get("/nested/deep/")
    assert 'id="middle" data-phx-session="" data-phx-static=' in page.html
    assert "<b>Inner 0</b></div></div>" in page.html
    root = await browser.join(page)
    middle = await join(browser, elements(root.joined["rendered"])["middle"])
    inner = elements(middle.joined["rendered"])["inner"]
    assert 'data-phx-parent-id="middle"' in inner.attributes
    child = await join(browser, inner)
    await child.event("tell", {"text": "hello"})
    assert await middle.pushed("diff") == {"0": "hello"}
    assert await root.pushed("diff") == {"0": "passed on hello"}


async def test_views_that_are_items_of_a_stream(browser):
    view = await browser.open("/nested/items/")
    shown = elements(view.joined["rendered"])
    assert list(shown) == ["items-1", "items-2"]
    second = await join(browser, shown["items-2"])
    assert second.joined["rendered"]["0"] == "b"
    added = elements((await view.event("add", {"id": 3}))["diff"])["items-3"]
    third = await join(browser, added)
    await view.event("remove", {"id": 2})
    assert await third.event("inc") == {"diff": {"1": "1"}}


async def test_streams_of_one_name_have_refs_of_their_own(browser):
    """In the client all of a page's streams are told apart by their refs alone."""
    page = await browser.get("/nested/streaming/")
    assert page.html.count("child&#x27;s") == 2
    assert "parent&#x27;s" in page.html
    view = await browser.join(page)
    shown = elements(view.joined["rendered"])
    views = [view, await join(browser, shown["inner"]), await join(browser, shown["stuck"])]
    refs = [find_stream(each.joined["rendered"])[0] for each in views]
    assert len(set(refs)) == 3


def find_stream(tree):
    if "stream" in tree:
        return tree["stream"]
    return next(filter(None, (find_stream(each) for each in tree.values() if isinstance(each, dict))), None)


async def test_views_stand_in_components_and_in_slots(browser):
    page = await browser.get("/nested/holding/")
    assert {id: each.html for id, each in elements(page).items()} == {
        "own": "<b>Own 0</b>",
        "slotted": "<b>Slotted 0</b>",
    }
    view = await browser.join(page)
    shown = elements(view.joined["rendered"])
    assert all(page.id in each.attributes for each in shown.values())
    for id in ("own", "slotted"):
        child = await join(browser, shown[id])
        assert await child.event("inc") == {"diff": {"1": "1"}}


async def test_a_child_may_change_the_pages_title(browser):
    """LV-88"""
    _, child = await open_with_child(browser, "/nested/titled/", "titled")
    assert child.joined["rendered"]["t"] == "From the child"


async def test_what_a_view_said_in_the_first_response_is_there_when_it_joins(browser):
    """LV-28"""
    page = await browser.get("/nested/greeting/")
    assert page.html.count("<p>Welcome</p>") == 2
    view = await browser.join(page)
    first, shown = elements(page), elements(view.joined["rendered"])
    for id in ("child", "sticky"):
        assert (await join(browser, shown[id], static=first[id].static)).joined["rendered"]["0"] == "Welcome"
    again = await join(browser, shown["child"], static=first["child"].static, params={"_mounts": 1})
    assert again.joined["rendered"]["0"] == ""


async def test_a_file_is_uploaded_to_a_child(browser):
    _, child = await open_with_child(browser, "/nested/uploading/", "uploading")
    form = Form(child)
    await form.upload(b"text")
    assert form.text == "a.txt"


# -- messages


async def test_a_message_to_the_parent_is_shown_while_the_senders_handler_goes_on(browser):
    view, child = await open_with_child(browser, "/nested/", "left")
    ref = await child.send_event("tell_and_wait", {"text": "early"})
    assert await view.pushed("diff") == {"0": "early"}
    nested_views.ChildLive.gate.set()
    assert (await browser.reply(ref)).status == "ok"


async def test_a_message_to_itself_comes_after_the_message_in_hand(browser):
    _, child = await open_with_child(browser, "/nested/", "left")
    assert await child.event("note") == {"diff": {"0": "soon"}}
    assert await child.pushed("diff") == {"0": "heard myself"}


async def test_a_message_to_a_child_reaches_it_if_it_has_joined(browser):
    view, child = await open_with_child(browser, "/nested/", "left")
    assert await view.event("call", {"id": "left"}) == {"diff": {"r": {"told": True}}}
    assert await child.pushed("diff") == {"0": "heard call"}
    assert await view.event("call", {"id": "right"}) == {"diff": {"r": {"told": False}}}


async def test_a_view_that_stands_in_none_has_no_parent_to_tell(browser, caplog):
    view = await browser.open("/nested/sticky/")
    player = await join(browser, elements(view.joined["rendered"])["player"])
    await player.send_event("tell", {"text": "x"})
    await player.pushed("phx_error")
    assert "PlayerLive.send_parent(): this view stands in no other one" in caplog.text


# -- navigation


async def test_a_patch_of_a_child_is_the_root_views(browser):
    """LV-83"""
    view, child = await open_with_child(browser, "/nested/", "left")
    nested_views.ParentLive.handled.clear()
    assert await child.event("patch", {"to": "?page=2"}) == {"diff": {"1": "1"}}
    assert await view.pushed("live_patch") == {"to": "/nested/?page=2", "kind": "push"}
    assert await view.pushed("diff") == {"1": "2"}
    assert nested_views.ParentLive.handled == ["http://testserver/nested/?page=2"]
    assert (await child.event("where"))["diff"]["r"]["path"] == "/nested/?page=2"


async def test_a_patch_of_a_grandchild_is_the_root_views_too(browser):
    """LV-83"""
    view, middle = await open_with_child(browser, "/nested/deep/", "middle")
    child = await join(browser, elements(middle.joined["rendered"])["inner"])
    await child.event("patch", {"to": "/nested/deep/?page=3"})
    assert await view.pushed("diff") == {"1": "3"}
    assert (await child.event("where"))["diff"]["r"]["path"] == "/nested/deep/?page=3"


async def test_a_patch_that_the_root_has_no_url_for_is_the_childs_crash(browser, caplog):
    """LV-83"""
    view, child = await open_with_child(browser, "/nested/", "left")
    await child.send_event("patch", {"to": "/nested/other/"})
    await child.pushed("phx_error")
    assert "ChildLive: push_patch('/nested/other/') leads to another view" in caplog.text
    assert await view.event("call", {"id": "left"}) == {"diff": {"r": {"told": False}}}


async def test_a_child_leads_the_page_elsewhere_and_ends(browser):
    """LV-77"""
    view, child = await open_with_child(browser, "/nested/", "left")
    assert await child.event("navigate", {"to": "/nested/other/"}) == {
        "live_redirect": {"to": "/nested/other/", "kind": "push"}
    }
    await child.pushed("phx_close")
    assert await view.event("call", {"id": "left"}) == {"diff": {"r": {"told": False}}}


@pytest.mark.parametrize("page", ["going/?when=get", "going/?when=get&sticky=1", "going/deep/"])
async def test_a_view_that_leads_elsewhere_in_the_first_response_leads_all_of_it(browser, page):
    """LV-7"""
    response = await browser.fetch(f"/nested/{page}")
    assert (response.status_code, response.headers["Location"]) == (302, "/nested/other/")
    assert "on the way" in str(response.cookies) or "messages" in response.cookies


async def test_a_view_that_leads_elsewhere_when_it_joins_is_refused_with_the_way(browser):
    """LV-24"""
    view = await browser.open("/nested/going/?when=socket")
    _, reply = await try_join(browser, elements(view.joined["rendered"])["going"])
    assert reply.status == "error"
    assert reply.response["live_redirect"]["to"] == "/nested/other/"
    assert reply.response["live_redirect"]["flash"]


async def test_a_live_patch_of_the_client_is_nothing_for_a_child(browser):
    _, child = await open_with_child(browser, "/nested/", "left")
    assert await child.call("live_patch", {"url": "http://testserver/nested/?page=2"}) == {
        "link_redirect": True
    }


# -- refusals


@pytest.mark.parametrize("status", [404, 403])
async def test_an_error_of_a_child_is_the_answer_to_the_get(browser, status):
    assert (await browser.fetch(f"/nested/failing/?status={status}")).status_code == status


async def test_an_error_of_a_child_that_joins_asks_for_a_load_with_its_status(browser):
    """LV-25"""
    view = await browser.open("/nested/failing/?status=404&when=socket")
    _, reply = await try_join(browser, elements(view.joined["rendered"])["failing"])
    assert (reply.status, reply.response["reason"], reply.response["status"]) == ("error", "reload", 404)


async def test_guards_of_a_child_run_at_get_and_join(browser, ada_browser):
    response = await browser.fetch("/nested/guarded/")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/?next=/nested/guarded/")
    view = await ada_browser.open("/nested/guarded/")
    child = await join(ada_browser, elements(view.joined["rendered"])["guarded"])
    assert child.joined["rendered"]["0"] == "ada"


async def test_a_childs_token_is_stale_once_its_parent_has_ended(browser):
    """LV-85"""
    page = await browser.get("/nested/")
    first = await browser.join(page)
    left = elements(first.joined["rendered"])["left"]
    await browser.join(page)  # it joins anew, in the place of the first
    _, reply = await try_join(browser, left)
    assert reply == ("error", {"reason": "stale"})


async def test_a_childs_token_is_worth_nothing_on_another_socket(browser, ada_browser):
    """LV-85"""
    view = await browser.open("/nested/")
    page = await ada_browser.get("/nested/")
    await ada_browser.join(page)
    _, reply = await try_join(ada_browser, elements(view.joined["rendered"])["left"])
    assert reply == ("error", {"reason": "stale"})


@pytest.mark.parametrize("event", ["leave", "navigate"])
async def test_a_child_comes_too_late_for_a_parent_that_has_led_elsewhere(browser, event):
    """LV-85: stale would have the client load the old page in the middle of its way to the new one."""
    view = await browser.open("/nested/")
    await view.event(event)
    _, reply = await try_join(browser, elements(view.joined["rendered"])["left"])
    assert reply == ("error", {"reason": "parent_redirect"})


async def test_a_child_of_another_topic_or_with_anothers_static_token_is_stale(browser):
    """LV-10"""
    page = await browser.get("/nested/")
    view = await browser.join(page)
    shown, first = elements(view.joined["rendered"]), elements(page)
    _, reply = await try_join(browser, shown["left"]._replace(id="right"))
    assert reply.response == {"reason": "stale"}
    _, reply = await try_join(browser, shown["left"], static=first["right"].static)
    assert reply.response == {"reason": "stale"}


# -- ends


async def test_children_end_with_their_parent(browser):
    """LV-84"""
    view, child = await open_with_child(browser, "/nested/deep/", "middle")
    inner = await join(browser, elements(child.joined["rendered"])["inner"])
    await view.call("phx_leave", {})
    frames = [await browser.receive() for _ in range(3)]
    assert [(frame[2], frame[3]) for frame in frames] == [
        (view.topic, "phx_close"),
        (child.topic, "phx_close"),
        (inner.topic, "phx_close"),
    ]
    assert nested_views.ChildLive.ends == ["parent"]


async def test_a_crash_of_the_parent_is_told_before_the_end_of_its_children(browser):
    """LV-84"""
    view, child = await open_with_child(browser, "/nested/", "left")
    await view.send_event("crash")
    assert (await browser.receive())[2:4] == [view.topic, "phx_error"]
    assert (await browser.receive())[2:4] == [child.topic, "phx_close"]


async def test_a_crash_of_a_child_is_its_own(browser):
    view, child = await open_with_child(browser, "/nested/", "left")
    left = elements(view.joined["rendered"])["left"]
    await child.send_event("crash")
    assert (await browser.receive())[2:4] == [child.topic, "phx_error"]
    again = await join(browser, left)
    assert await again.event("inc") == {"diff": {"1": "1"}}
    assert await view.event("call", {"id": "left"}) == {"diff": {"r": {"told": True}}}


async def test_a_crash_of_a_linked_child_takes_its_parent_along_in_one_order(browser, caplog):
    view = await browser.open("/nested/linked/")
    shown = elements(view.joined["rendered"])
    left, right = await join(browser, shown["left"]), await join(browser, shown["right"])
    await left.send_event("crash")
    frames = [await browser.receive() for _ in range(3)]
    assert [(frame[2], frame[3]) for frame in frames] == [
        (left.topic, "phx_error"),
        (view.topic, "phx_error"),
        (right.topic, "phx_close"),
    ]
    assert "LinkedLive ends because ChildLive has crashed, which is linked to it" in caplog.text


async def test_a_linked_child_whose_mount_fails_takes_its_parent_along(browser):
    view = await browser.open("/nested/linked/?fails=socket")
    _, reply = await try_join(browser, elements(view.joined["rendered"])["left"])
    assert reply.response["reason"] == "join crashed"
    assert (await browser.receive())[2:4] == [view.topic, "phx_error"]


async def test_a_parent_may_end_while_its_child_is_joining(browser):
    """LV-84: the page navigates; the next one shows a child of the same id."""
    nested_views.SlowLive.gate.clear()
    page = await browser.get("/nested/slow/")
    view = await browser.join(page)
    first = elements(view.joined["rendered"])["slow"]
    payload = {"session": first.session, "static": None, "params": {}, "sticky": False}
    await browser.send("c1", "c1", "lv:slow", "phx_join", payload)
    assert await asyncio.to_thread(nested_views.SlowLive.joining.wait, 10)
    await view.call("phx_leave", {})
    again = await browser.join(page, redirect="http://testserver/nested/slow/")
    second = elements(again.joined["rendered"])["slow"]
    payload = {"session": second.session, "static": None, "params": {}, "sticky": False}
    await browser.send("c2", "c2", "lv:slow", "phx_join", payload)
    nested_views.SlowLive.gate.set()
    reply = await browser.reply("c2")
    assert reply.status == "ok"
    closed = await browser.frame(lambda frame: frame[2] == "lv:slow" and frame[3] == "phx_close")
    assert closed[0] == "c1"
    child = View(browser, "lv:slow", "c2")
    assert await child.event("inc") == {"diff": {"1": "1"}}


# -- mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('"nowhere.NoView" id="x"', "there is no such class"),
        ('"django.views.View" id="x"', "shows subclasses of LiveView"),
        ('"tests.support.live_site.views.Mixed" id="x"', "overrides dispatch(), and only a GET"),
        (f'"{nested_views.HERE}.ChildLive" id=""', "the id of a view is one word"),
        (f'"{nested_views.HERE}.ChildLive" id="x" session=7', "session=… should be a dict, got int"),
        (
            f'"{nested_views.HERE}.ChildLive" id="x" container="img src=x onerror=alert(1)"',
            "the container is the name of an element, got 'img src=x",
        ),
        (f'"{nested_views.HERE}.ChildLive" id="x" user=request', "it has to be JSON"),
    ],
)
async def test_a_mistake_in_the_tag_is_told_with_its_place(browser, arguments, message):
    source = f"{{% load phoenix %}}\n{{% live_render {arguments} %}}"
    with pytest.raises(LiveViewError, match=r"(?s):2: .*") as caught:
        await browser.fetch("/nested/ordinary/", data={"source": source})
    assert message in str(caught.value)


async def test_what_is_no_json_is_told_with_the_first_response(browser):
    with pytest.raises(LiveViewError, match=r":1: .* it has to be JSON"):
        await browser.fetch("/nested/wrong/")


@pytest.mark.parametrize("arguments", ["", "id=1", '"x.Y"', '"x.Y" 7 id=1', '"x.Y" id=1 id=2'])
def test_a_tag_that_makes_no_sense_is_a_syntax_error(arguments):
    with pytest.raises(TemplateSyntaxError, match=r"{% live_render"):
        engines["django"].from_string(f"{{% load phoenix %}}{{% live_render {arguments} %}}")


async def test_one_id_twice_in_a_page_is_refused(browser):
    with pytest.raises(LiveViewError, match="two views of this page have the id 'twin'"):
        await browser.fetch("/nested/twins/")


async def test_a_page_without_request_is_told_so(browser):
    with pytest.raises(LiveViewError, match="needs the request"):
        await browser.fetch("/nested/without-request/")
