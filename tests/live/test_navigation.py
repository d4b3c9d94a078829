"""Patches, live navigation, redirects."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.test import RequestFactory

from django_phoenix.live.navigation import external_url, is_local_path
from tests.support.live_client import Reply
from tests.support.live_site import flash_views, views


def url(path):
    return f"http://testserver{path}"


async def test_a_clients_patch_runs_handle_params_with_the_full_url(browser):
    """LV-22"""
    view = await browser.open("/place/a/")
    views.PlaceLive.log.clear()
    response = await view.call("live_patch", {"url": url("/place/a/7/?page=3")})
    assert "PlaceLive show 7" in str(response["diff"])
    assert response["diff"]["t"] == "PlaceLive show 7"
    assert views.PlaceLive.log == [url("/place/a/7/?page=3")]
    assert await browser.silent()


@pytest.mark.parametrize("told", ["?page=3", "/place/a/?page=3"])
async def test_a_patch_of_a_js_command_says_no_more_than_was_written(browser, told):
    view = await browser.open("/place/a/")
    views.PlaceLive.log.clear()
    assert "diff" in await view.call("live_patch", {"url": told})
    assert views.PlaceLive.log == [url("/place/a/?page=3")]


async def test_a_patch_to_a_route_without_live_action_leaves_none(browser):
    view = await browser.open("/place/a/")
    diff = (await view.call("live_patch", {"url": "http://testserver/place/a/bare/"}))["diff"]
    assert diff["t"] == "PlaceLive None -"


async def test_the_request_follows_the_page(browser):
    view = await browser.open("/place/a/")
    diff = (await view.call("live_patch", {"url": url("/place/a/7/?page=3")}))["diff"]
    assert "/place/a/7/" in str(diff)


@pytest.mark.parametrize("path", ["/place/b/", "/counter/", "/plain/", "/nowhere/", "/staff/"])
async def test_a_clients_patch_to_something_else_is_a_navigation(browser, path):
    """LV-74"""
    view = await browser.open("/place/a/")
    assert await view.call("live_patch", {"url": url(path)}) == {"link_redirect": True}


@pytest.mark.parametrize("bad", [None, 7, "", "http://[", "javascript:alert(1)", []])
async def test_a_patch_to_no_url_is_a_navigation(browser, bad):
    view = await browser.open("/place/a/")
    assert await view.call("live_patch", {"url": bad}) == {"link_redirect": True}
    assert await view.call("live_patch", {}) == {"link_redirect": True}


async def test_a_query_with_too_many_fields_is_a_navigation_and_then_a_bad_request(browser):
    page = await browser.get("/place/a/")
    view = await browser.join(page)
    long = {"url": "http://testserver/place/a/?" + "a&" * 1001}
    assert await view.call("live_patch", long) == {"link_redirect": True}
    assert "diff" in await view.call("live_patch", {"url": "http://testserver/place/a/?page=2"})
    _, reply = await browser.try_join(page, redirect=long["url"])
    assert (reply.response["reason"], reply.response["status"]) == ("reload", 400)


async def test_a_servers_patch_is_told_before_the_diff(browser):
    """LV-75"""
    view = await browser.open("/place/a/")
    ref = await view.send_event("patch", {"to": "?page=5"})
    patch, reply = await browser.receive(), await browser.receive()
    assert patch[2:] == [view.topic, "live_patch", {"to": "/place/a/?page=5", "kind": "push"}]
    assert patch[0] == view.join_ref
    assert reply[1] == ref
    assert "5" in str(reply[4]["response"]["diff"])


async def test_a_patch_may_be_given_by_the_name_of_a_url(browser):
    view = await browser.open("/place/a/")
    await view.send_event("named")
    assert await view.pushed("live_patch") == {"to": "/place/a/7/", "kind": "push"}


async def test_a_patch_out_of_handle_params_is_followed(browser):
    view = await browser.open("/place/a/")
    ref = await view.push("live_patch", {"url": url("/place/a/?canonical=1")})
    assert await view.pushed("live_patch") == {"to": "/place/a/?page=1", "kind": "replace"}
    assert "diff" in (await browser.reply(ref)).response


async def test_a_loop_of_patches_ends_the_view(browser, caplog):
    """LV-82"""
    view = await browser.open("/place/a/")
    await view.push("live_patch", {"url": url("/place/a/?loop=1")})
    assert await view.pushed("phx_error") is not None
    assert "asked for 20 patches in a row" in caplog.text


async def test_a_patch_to_another_view_is_a_mistake_that_is_explained(browser, caplog):
    view = await browser.open("/place/a/")
    await view.send_event("patch", {"to": "/counter/"})
    await view.pushed("phx_error")
    assert "PlaceLive: push_patch('/counter/') leads to another view" in caplog.text


async def test_a_navigation_is_the_reply_and_then_the_view_ends(browser):
    """LV-76, LV-77, LV-78"""
    view = await browser.open("/place/a/")
    ref = await view.send_event("navigate", {"to": "/place/b/"})
    diff, reply, close = [await browser.receive() for _ in range(3)]
    assert diff[3:] == ["diff", {"e": [["before", {"leaving": True}]]}]
    assert reply[1] == ref
    assert reply[4] == {"status": "ok", "response": {"live_redirect": {"to": "/place/b/", "kind": "replace"}}}
    assert close[3] == "phx_close"


async def test_a_live_navigation_mounts_the_other_view_on_the_same_topic_and_tokens(browser, mounts):
    """LV-15, LV-80: leave and join back to back."""
    page = await browser.get("/place/a/")
    view = await browser.join(page)
    await view.push("phx_leave", {})
    other = await browser.join(page, redirect=url("/place/b/"), params={"_live_referer": page.url})
    assert other.joined["container"] == ["main", {"class": "wide"}]
    assert "OtherPlaceLive None -" in str(other.joined["rendered"])
    assert mounts[-1] == "OtherPlaceLive socket"
    again = await browser.join(page, redirect=url("/place/b/"))
    assert again.joined["container"] == ["main", {"class": "wide"}]


async def test_a_live_navigation_to_another_root_layout_is_a_page_load(browser):
    """LV-116"""
    page = await browser.get("/place/a/")
    _, reply = await browser.try_join(page, redirect=url("/counter/"))
    assert reply == Reply("error", {"reason": "unauthorized"})


@pytest.mark.parametrize("path", ["/plain/", "/nowhere/", "/static/x.css"])
async def test_a_live_navigation_to_no_live_view_is_a_page_load(browser, path):
    """LV-14"""
    page = await browser.get("/place/a/")
    _, reply = await browser.try_join(page, redirect=url(path))
    assert reply == Reply("error", {"reason": "unauthorized"})


async def test_a_redirect_is_the_reply(browser):
    """LV-76"""
    view = await browser.open("/place/a/")
    reply = await browser.reply(await view.send_event("go", {"to": "/counter/"}))
    assert reply.response == {"redirect": {"to": "/counter/", "status": 302}}
    view = await browser.open("/place/a/")
    reply = await browser.reply(await view.send_event("abroad", {"to": "https://example.com/x"}))
    assert reply.response == {"redirect": {"to": "https://example.com/x"}}


async def test_a_view_goes_to_one_place_at_a_time(browser, caplog):
    view = await browser.open("/place/a/")
    await view.send_event("twice")
    await view.pushed("phx_error")
    assert "PlaceLive asks for Redirect(to='/counter/'" in caplog.text


@pytest.mark.parametrize(("bounces", "reason"), [(20, None), (21, "join crashed")])
async def test_views_that_lead_to_one_another_without_end_are_stopped(browser, caplog, bounces, reason):
    flash_views.PingLive.bounces[0] = bounces
    page = await browser.get("/flash/ping/")
    for _ in range(20):
        _, reply = await browser.try_join(page, redirect=url("/flash/ping/"))
        assert reply.response["live_redirect"]["to"] == "/flash/ping/"
    _, reply = await browser.try_join(page, redirect=url("/flash/ping/"))
    assert reply.response.get("reason") == reason
    assert ("PingLive leads to '/flash/ping/', after 20 joins in a row" in caplog.text) == (
        reason is not None
    )
    flash_views.PingLive.bounces[0] = 1
    _, reply = await browser.try_join(page, redirect=url("/flash/ping/"))
    assert "live_redirect" in reply.response


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\tb", "/a\nb", "/%09/evil.example",
        "https://evil.example", "javascript:alert(1)", "evil", "", "/\r/evil",
    ],
)  # fmt: skip
def test_only_paths_of_this_site_are_local(path):
    """LV-81"""
    assert not is_local_path(path)


@pytest.mark.parametrize("path", ["/", "/a", "/a/b?c=d#e", "/ä", "/a//b", "/?next=//x"])
def test_paths_of_this_site_are_local(path):
    assert is_local_path(path)


@pytest.mark.parametrize("method", ["push_patch", "push_navigate", "redirect"])
@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "no-such-name", "/\\evil"])
def test_asking_for_another_site_is_an_error_that_says_how_to(method, to):
    """LV-81"""
    view = views.PlaceLive()
    view.request = RequestFactory().get("/place/a/")
    view._live = Mock()
    with pytest.raises(ValueError, match=r"PlaceLive: .*this site"):
        getattr(view, method)(to)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "/local", "data:text/html,x", "https://a\nb"])
def test_external_redirects_go_to_web_addresses(target):
    with pytest.raises(ValueError, match="expected an http"):
        external_url(target)
