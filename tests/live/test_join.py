"""Joins: tokens, replies, errors."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.core import signing
from django.test import Client, override_settings

from django_phoenix import tokens
from django_phoenix.live.client import liveview_version
from tests.support.live_client import LiveClient, Reply
from tests.support.tree import flat

STALE = Reply("error", {"reason": "stale"})
UNAUTHORIZED = Reply("error", {"reason": "unauthorized"})


async def refused(browser, page, mounts, **changes):
    """The answer to a join that must not reach mount."""
    mounts.clear()
    _, reply = await browser.try_join(page, **changes)
    assert mounts == []
    return reply


async def test_a_join_is_answered_with_the_whole_tree_and_the_clients_version(browser):
    """LV-16, LV-18, LV-19"""
    view = await browser.open("/counter/")
    assert set(view.joined) == {"rendered", "liveview_version"}
    assert view.joined["liveview_version"] == liveview_version()
    assert view.joined["rendered"]["0"] == "0"
    assert "s" in view.joined["rendered"]


async def test_the_same_tokens_mount_again_and_again(browser):
    """LV-19, LV-80, LV-109: a rejoin, after a leave, and on another socket."""
    page = await browser.get("/counter/")
    first = await browser.join(page)
    await first.event("inc")
    again = await browser.join(page, params={"_mounts": 1, "_mount_attempts": 0})
    assert again.joined == first.joined
    ref = await again.push("phx_leave", {})
    third = await browser.join(page)
    assert (await browser.reply(ref)).status == "ok"
    assert third.joined == first.joined
    await browser.disconnect()
    assert (await browser.join(page)).joined == first.joined


async def test_mount_runs_again_and_is_connected(browser, mounts):
    await browser.open("/open/")
    assert mounts == ["Open get", "Open socket"]


async def test_a_missing_static_token_is_accepted(browser):
    """LV-10"""
    page = await browser.get("/counter/")
    await browser.join(page, static=None)


@pytest.mark.parametrize("session", [None, "", "forged", 7, [], {}, "a.b.c"])
async def test_a_bad_session_token_is_stale(browser, mounts, session):
    """LV-8, LV-12"""
    page = await browser.get("/counter/")
    assert await refused(browser, page, mounts, session=session) == STALE


@pytest.mark.parametrize("static", ["", "forged", 7, [], tokens])
async def test_a_bad_static_token_is_stale(browser, mounts, static):
    """LV-8"""
    page = await browser.get("/counter/")
    static = tokens.sign_own("static", {}) if static is tokens else static
    assert await refused(browser, page, mounts, static=static) == STALE


@pytest.mark.parametrize("payload", [[], "x", 7, {}])
async def test_a_payload_that_is_none_is_stale(browser, mounts, payload):
    """LV-12"""
    page = await browser.get("/counter/")
    await browser.connect(page.csrf)
    mounts.clear()
    await browser.send("1", "1", page.topic, "phx_join", payload)
    assert await browser.reply("1") == STALE
    assert mounts == []


async def test_an_old_token_is_stale(browser, mounts, monkeypatch):
    """LV-8: 14 days."""
    page = await browser.get("/counter/")
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 15 * 86400)
    assert await refused(browser, page, mounts) == STALE


async def test_a_token_under_another_secret_is_stale(browser, mounts):
    with override_settings(SECRET_KEY="another"):
        page = await browser.get("/counter/")
    await browser.connect(page.csrf)
    assert await refused(browser, page, mounts) == STALE


async def test_ids_that_differ_are_stale(browser, mounts):
    """LV-9"""
    one, other = await browser.get("/counter/"), await browser.get("/counter/")
    assert await refused(browser, one, mounts, topic=other.topic) == STALE
    assert await refused(browser, one, mounts, static=other.static) == STALE
    assert await refused(browser, one, mounts, session=other.session) == STALE


@pytest.mark.parametrize("csrf", ["", "wrong", "x" * 64])
async def test_a_wrong_csrf_token_is_stale(browser, mounts, csrf):
    """LV-11, D13"""
    page = await browser.get("/counter/")
    await browser.connect(csrf)
    assert await refused(browser, page, mounts) == STALE


async def test_another_sites_csrf_token_is_stale(browser, mounts):
    """LV-11, D13"""
    page = await browser.get("/counter/")
    async with LiveClient() as other:
        await browser.connect((await other.get("/counter/")).csrf)
        assert await refused(browser, page, mounts) == STALE


async def test_a_visitor_without_a_session_cookie_joins(browser):
    """D13"""
    page = await browser.get("/counter/")
    assert "sessionid" not in browser.client.cookies
    await browser.join(page)


async def test_the_csrf_secret_may_live_in_the_session(browser):
    """D13"""
    with override_settings(CSRF_USE_SESSIONS=True):
        page = await browser.get("/counter/")
        assert "csrftoken" not in browser.client.cookies
        await browser.join(page)


@pytest.mark.parametrize(
    "url",
    [
        "/async-counter/",  # another view
        "/plain/",  # no live view
        "/nowhere/",
        "//example.com/counter/",
        "http://testserver",
        "ftp://testserver/counter/",
        "http://[bad/counter/",
        "",
        None,
        7,
        [],
    ],
)
async def test_a_url_that_leads_elsewhere_is_unauthorized(browser, mounts, url):
    """LV-13"""
    page = await browser.get("/counter/")
    url = f"http://testserver{url}" if isinstance(url, str) and url.startswith("/") else url
    assert await refused(browser, page, mounts, url=url) == UNAUTHORIZED


async def test_a_host_that_cannot_be_is_refused(browser, mounts):
    page = await browser.get("/counter/")
    reply = await refused(browser, page, mounts, url=f"http://{'a' * 254}/counter/")
    assert reply == Reply("error", {"reason": "join crashed"})


async def test_a_url_that_was_patched_joins(browser):
    """After push_patch a rejoin brings another URL of the same view."""
    page = await browser.get("/place/a/")
    view = await browser.join(page, url="http://testserver/place/a/3/?page=4")
    assert "PlaceLive show 3" in str(view.joined["rendered"])


async def test_the_connect_params_reach_the_view(browser):
    """LV-20"""
    page = await browser.get("/session/")
    params = {"_csrf_token": page.csrf, "_mounts": 2, "_mount_attempts": 1, "_live_referer": "x", "mine": [1]}
    view = await browser.join(page, params=params)
    assert (await view.event("ask"))["diff"]["r"]["mounts"] == {
        "_mounts": 2,
        "_mount_attempts": 1,
        "_live_referer": "x",
        "mine": [1],
    }
    for odd in (None, [], "x"):
        view = await browser.join(page, params=odd)
        assert (await view.event("ask"))["diff"]["r"]["mounts"] == {}


@pytest.mark.parametrize(
    ("how", "response"),
    [
        ("", {"redirect": {"to": "/counter/", "status": 301}, "events": [["gone", {}]]}),
        ("navigate", {"live_redirect": {"to": "/counter/", "kind": "push"}, "events": [["gone", {}]]}),
        ("abroad", {"redirect": {"to": "https://example.com/"}, "events": [["gone", {}]]}),
    ],
)
async def test_a_redirect_in_mount_is_an_error_reply(browser, how, response):
    """LV-24"""
    page = await browser.get(f"/mount-redirect/?how={how}")
    _, reply = await browser.try_join(page)
    assert reply == Reply("error", response)


async def test_a_patch_in_mount_is_a_mistake_that_is_explained(browser, caplog):
    page = await browser.get("/mount-redirect/?how=patch")
    _, reply = await browser.try_join(page)
    assert reply == Reply("error", {"reason": "join crashed"})
    assert "MountRedirect.mount() called push_patch(), but there is no page yet" in caplog.text


async def test_a_patch_in_handle_params_is_told_in_the_join_reply(browser):
    """LV-23"""
    page = await browser.get("/place/a/")
    view = await browser.join(page, url="http://testserver/place/a/?canonical=1")
    assert view.joined["live_patch"] == {"to": "/place/a/?page=1", "kind": "replace"}
    assert flat(view.joined["rendered"]) == "<p>PlaceLive index - 1 /place/a/ 1</p>"


async def test_a_patch_without_end_is_stopped(browser, caplog):
    """LV-82"""
    page = await browser.get("/place/a/")
    _, reply = await browser.try_join(page, url="http://testserver/place/a/?loop=1")
    assert reply == Reply("error", {"reason": "join crashed"})
    assert "PlaceLive.handle_params() asked for 20 patches in a row" in caplog.text


@pytest.mark.parametrize("status", ["404", "403"])
async def test_a_client_error_in_mount_gives_a_reload_with_that_status(browser, status):
    """LV-25"""
    page = await browser.get(f"/crash/?crash={status}")
    _, reply = await browser.try_join(page)
    assert reply.status == "error"
    assert reply.response["reason"] == "reload"
    assert reply.response["status"] == int(status)
    browser.client.cookies["__phoenix_reload_status__"] = reply.response["token"]
    assert (await browser.fetch("/crash/")).status_code == int(status)


async def test_session_data_is_djangos_and_over_it_the_tokens(ada_browser, ada):
    """LV-21"""
    await sync_to_async(_keep)(ada_browser.client)
    view = await ada_browser.open("/session/")
    assert "&#x27;kept&#x27;: 1" in view.joined["rendered"]["0"]


async def test_the_session_cannot_be_written_and_the_error_names_the_alternatives(browser, caplog):
    """D13"""
    view = await browser.open("/session/")
    await view.send_event("write")
    await view.pushed("phx_error")
    assert "on a socket the session can only be read" in caplog.text
    assert "SessionLive.write (event 'write')" in caplog.text


async def test_the_request_is_a_get_of_the_joined_page(ada):
    """Design §3"""
    client = Client()
    await sync_to_async(client.force_login)(ada)
    client.cookies["flavour"] = "mint"
    async with LiveClient(client, **{"user-agent": "Tester/1", "x-forwarded-proto": "https"}) as browser:
        page = await browser.get("/session/?a=1", headers={"user-agent": "Tester/1"})
        with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
            view = await browser.join(page)
            facts = (await view.event("ask"))["diff"]["r"]
    del facts["mounts"]
    assert facts == {
        "method": "GET",
        "path": "/session/",
        "query": {"a": "1"},
        "host": "testserver",
        "scheme": "https",
        "agent": "Tester/1",
        "address": "192.0.2.7",
        "cookie": "mint",
        "user": "ada",
        "route": "session/",
        "absolute": "https://testserver/session/?a=1",
    }


def _keep(client):
    session = client.session
    session["kept"] = 1
    session.save()
