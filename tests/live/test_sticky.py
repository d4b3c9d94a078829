"""Sticky views, and views in ordinary pages: roots of their own."""

from __future__ import annotations

import pytest

from django_phoenix.live import view_names
from tests.support.live_client import CSRF
from tests.support.live_site import nested_views
from tests.support.nested_client import elements, join, try_join


@pytest.fixture(autouse=True)
def nothing_noted():
    nested_views.ChildLive.mounts.clear()
    nested_views.ChildLive.ends.clear()
    nested_views.SharingLive.made.clear()


async def ordinary(browser, **query):
    """The views of the ordinary page, with the socket open."""
    response = await browser.fetch("/nested/ordinary/", data=query)
    html = response.content.decode()
    await browser.connect(CSRF.search(html)[1])
    return elements(html)


# -- sticky


async def test_a_sticky_view_has_a_session_token_from_the_first_response_on(browser):
    """LV-6"""
    page = await browser.get("/nested/sticky/")
    player = elements(page)["player"]
    assert player.session
    assert player.static
    assert player.attributes == " data-phx-sticky"
    assert player.html == "<em>Blue 0</em>"
    view = await browser.join(page)
    player = elements(view.joined["rendered"])["player"]
    assert player.session
    assert (player.static, player.html, player.attributes) == ("", "", " data-phx-sticky")


async def test_a_sticky_view_joins_before_its_page_and_without_it(browser):
    """LV-17"""
    page = await browser.get("/nested/sticky/")
    player = await join(browser, elements(page)["player"], csrf=page.csrf)
    assert player.joined["rendered"]["0"] == "Blue"
    assert await player.event("inc") == {"diff": {"1": "1"}}
    assert (await player.event("where"))["diff"]["r"]["path"] == "/nested/sticky/"


async def test_a_sticky_view_lives_on_while_the_page_navigates(browser):
    """LV-86"""
    page = await browser.get("/nested/sticky/")
    view = await browser.join(page)
    player = await join(browser, elements(page)["player"])
    await player.event("inc")
    await view.call("phx_leave", {})
    second = await browser.join(page, redirect="http://testserver/nested/sticky/two/")
    assert second.joined["rendered"]["0"] == "Two"
    assert elements(second.joined["rendered"])["player"].session
    assert await player.event("inc") == {"diff": {"1": "2"}}
    assert nested_views.ChildLive.ends == []


async def test_a_sticky_view_that_navigates_goes_on_itself(browser):
    """LV-86"""
    page = await browser.get("/nested/sticky/")
    player = await join(browser, elements(page)["player"], csrf=page.csrf)
    assert await player.event("navigate", {"to": "/nested/sticky/two/"}) == {
        "live_redirect": {"to": "/nested/sticky/two/", "kind": "push"}
    }
    assert await player.pushed("diff") == {"1": "1"}
    assert await player.event("inc") == {"diff": {"1": "2"}}


async def test_a_sticky_view_ends_where_the_page_is_loaded_anew(browser):
    page = await browser.get("/nested/sticky/")
    player = await join(browser, elements(page)["player"], csrf=page.csrf)
    assert "redirect" in await player.event("leave", {"to": "/nested/other/"})
    await player.pushed("phx_close")


async def test_a_sticky_view_has_no_url_to_patch(browser, caplog):
    page = await browser.get("/nested/sticky/")
    player = await join(browser, elements(page)["player"], csrf=page.csrf)
    await player.send_event("patch", {"to": "?page=2"})
    await player.pushed("phx_error")
    assert "this view does not stand in one that has a URL of its own" in caplog.text


async def test_a_sticky_view_mounts_again_with_the_token_of_before(browser):
    page = await browser.get("/nested/sticky/")
    element = elements(page)["player"]
    player = await join(browser, element, csrf=page.csrf)
    await player.send_event("crash")
    await player.pushed("phx_error")
    again = await join(browser, element)
    assert await again.event("inc") == {"diff": {"1": "1"}}


async def test_a_sticky_view_is_for_the_user_of_its_page(browser, ada_browser):
    """D12"""
    page = await ada_browser.get("/nested/sticky/")
    own = await browser.get("/nested/sticky/")
    _, reply = await try_join(browser, elements(page)["player"], csrf=own.csrf)
    assert reply == ("error", {"reason": "stale"})


async def test_a_view_around_the_live_region_is_a_root_that_no_navigation_touches(browser):
    """LV-86: the client moves what is marked as sticky into the live region, and would remove it there."""
    page = await browser.get("/nested/framed/")
    element = elements(page)["frame-player"]
    assert element.session
    assert element.attributes == ""
    view = await browser.join(page)
    assert not elements(view.joined["rendered"])
    player = await join(browser, element)
    assert "live_redirect" in await player.event("navigate", {"to": "/nested/other/"})
    assert await player.event("inc") == {"diff": {"1": "2"}}


async def test_what_a_view_shares_it_shares_with_its_children_alone(browser):
    page = await browser.get("/nested/sharing/")
    assert "<p>ada mine</p>" in page.html
    view = await browser.join(page)
    child = await join(browser, elements(view.joined["rendered"])["sharing"])
    assert child.joined["rendered"]["0"] == "ada"
    assert nested_views.SharingLive.made == ["own", "own"]
    sticky = await browser.get("/nested/sharing/?sticky=1")
    assert "<p>nobody mine</p>" in sticky.html


# -- an ordinary page


async def test_views_of_an_ordinary_page_are_roots(browser):
    shown = await ordinary(browser)
    assert list(shown) == ["one", "two"]
    assert shown["one"].html == "<b>One 0</b>"
    assert shown["one"].attributes == ""
    assert shown["two"].attributes == ' class="card"'
    assert all(each.session and each.static for each in shown.values())


async def test_views_of_an_ordinary_page_join_each_for_itself(browser):
    """LV-17: the client says the page's URL, which has no live view."""
    shown = await ordinary(browser, x="1")
    url = "http://testserver/nested/ordinary/?x=1"
    one, two = await join(browser, shown["one"], url=url), await join(browser, shown["two"], url=url)
    assert await one.event("inc") == {"diff": {"1": "1"}}
    assert (await one.event("where"))["diff"]["r"] == {
        "path": "/nested/ordinary/?x=1",
        "nested": True,
        "params": {},
    }
    inner = await join(browser, elements(two.joined["rendered"])["inner"])
    await inner.event("tell", {"text": "hello"})
    assert await two.pushed("phx_error") == {"reason": "channel_crash"}  # MiddleLive tells a parent, too
    assert await one.event("inc") == {"diff": {"1": "2"}}


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "javascript:alert(1)",
        "http://testserver",
        "http://testserver/nested/ordinary/?pk=2",
        "http://testserver/nested/deep/",
    ],
)
async def test_a_view_of_an_ordinary_page_stays_at_the_url_that_was_let_in(browser, url):
    """D12: its page's guards have seen no other one, and it may look there for what to show."""
    shown = await ordinary(browser, pk="1")
    one = await join(browser, shown["one"], url=url)
    assert (await one.event("where"))["diff"]["r"]["path"] == "/nested/ordinary/?pk=1"


async def test_no_token_of_before_shows_a_view_that_has_a_guard_now(browser, monkeypatch):
    """D12: of a sticky view, too, that has got a LoginRequiredMixin with the last release."""
    shown = await ordinary(browser)
    monkeypatch.setattr(nested_views.ChildLive, "dispatch", lambda *_: None, raising=False)
    monkeypatch.setattr(view_names, "_shown", {})
    _, reply = await try_join(browser, shown["one"])
    assert reply == ("error", {"reason": "stale"})


async def test_a_view_of_an_ordinary_page_leads_the_browser_elsewhere(browser):
    shown = await ordinary(browser)
    one = await join(browser, shown["one"])
    assert "redirect" in await one.event("leave", {"to": "/nested/other/"})
    await one.pushed("phx_close")


async def test_a_view_that_leads_elsewhere_leaves_an_ordinary_page_as_it_joins(browser):
    source = (
        f"<head>{{% load phoenix %}}{{% live_head %}}</head>{nested_views.tag('GoingLive', 'id=1 when=2')}"
    )
    shown = await ordinary(browser, source=source.replace("when=2", "when='get'"))
    assert shown["1"].html == ""
    _, reply = await try_join(browser, shown["1"])
    assert reply.response["live_redirect"]["to"] == "/nested/other/"


async def test_one_id_twice_in_an_ordinary_page_is_refused(browser):
    source = nested_views.tag("ChildLive", "id='a'") * 2
    with pytest.raises(Exception, match="two views of this page have the id 'a'"):
        await browser.fetch("/nested/ordinary/", data={"source": source})


async def test_a_view_of_a_class_that_has_gone_is_stale(browser, monkeypatch):
    """LV-17"""
    shown = await ordinary(browser)
    monkeypatch.delattr(nested_views, "ChildLive")
    monkeypatch.setattr(view_names, "_shown", {})
    _, reply = await try_join(browser, shown["one"])
    assert reply == ("error", {"reason": "stale"})


async def test_without_a_csrf_token_nothing_joins(browser):
    """LV-11"""
    response = await browser.fetch("/nested/ordinary/")
    await browser.connect("")
    _, reply = await try_join(browser, elements(response.content.decode())["one"])
    assert reply == ("error", {"reason": "stale"})
