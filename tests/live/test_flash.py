"""The flash: on the socket, in first responses, on the way to other pages."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib import messages
from django.test import Client, RequestFactory, override_settings

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken
from django_phoenix.live.flash import COOKIE, FlashMessage, read_flash, sign_flash, unpack
from django_phoenix.middleware import is_page
from tests.support.live_client import LiveClient, Page, View
from tests.support.live_site import settings as site
from tests.support.live_site.flash_views import FlashLive

URL = "http://testserver"
CLEAR = "lv:clear-flash"
WITH_MIDDLEWARE = override_settings(
    MIDDLEWARE=[*site.MIDDLEWARE, "django_phoenix.middleware.FlashMiddleware"]
)
WITHOUT_MESSAGES = override_settings(
    MIDDLEWARE=[name for name in site.MIDDLEWARE if "messages" not in name],
)


def listed(html: str) -> list[tuple[str, str]]:
    """(tags, text) of the messages that a page shows."""
    return re.findall(r'<li class="([^"]*)">(.*?)</li>', html)


async def heard(view: View) -> list[str]:
    texts: list[str] = (await view.event("heard"))["diff"]["r"]["texts"]
    return texts


def spoken(token: str) -> list[tuple[str, Any]]:
    return [(message.kind, message.message) for message in read_flash(token)]


def carried(kind: str, text: str) -> str:
    return sign_flash([FlashMessage.put(kind, text)])


def visit(path: str, *, client: Client | None = None, token: str | None = None) -> Any:
    client = client or Client()
    if token is not None:
        client.cookies[COOKIE] = token
    return client.get(path, headers={"accept": "text/html"})


# -- on the socket


async def test_a_message_shows_as_flash_and_among_djangos(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    diff = (await view.event("say", {"text": "<Saved>"}))["diff"]
    assert diff["0"] == "&lt;Saved&gt;"
    assert diff["2"]["k"]["0"] == {"0": "info", "1": "&lt;Saved&gt;"}
    diff = (await view.event("say", {"text": "lost", "kind": "error"}))["diff"]
    assert diff == {"1": "lost", "2": {"k": {"1": {"0": "error", "1": "lost"}, "kc": 2}}}


async def test_there_is_one_message_of_each_kind(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    await view.event("say", {"text": "one"})
    diff = (await view.event("say", {"text": "two"}))["diff"]
    assert diff == {"0": "two", "2": {"k": {"0": {"1": "two"}, "kc": 1}}}


async def test_a_message_stays_until_it_is_taken_back(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    await view.event("say", {"text": "one"})
    await view.event("say", {"text": "two", "kind": "error"})
    assert await view.event("debug") == {}
    assert await heard(view) == ["one", "two"]
    assert (await view.event("unsay", {"kind": "info"}))["diff"]["0"] == ""
    assert await heard(view) == ["two"]
    assert (await view.event("unsay"))["diff"]["1"] == ""
    assert await heard(view) == []


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"key": "info"}, ["lost"]),
        ({"key": "nothing"}, ["fine", "lost"]),
        ({"key": 7}, ["fine", "lost"]),
        ({}, []),
        ([], []),
        (None, []),
    ],
)
async def test_the_client_clears_one_message_or_all(browser: LiveClient, value: Any, left: list[str]) -> None:
    """LV-73"""
    view = await browser.open("/flash/")
    await view.event("say", {"text": "fine"})
    await view.event("say", {"text": "lost", "kind": "error"})
    await view.call("event", {"type": "click", "event": CLEAR, "value": value})
    assert await heard(view) == left


async def test_clearing_where_nothing_was_said_is_answered(browser: LiveClient) -> None:
    """LV-73"""
    view = await browser.open("/flash/")
    assert await view.event(CLEAR, {"key": "info"}) == {}
    assert await view.event(CLEAR, {}, cid=1) == {}
    assert await view.event(CLEAR, {}, cid=77) == {}


async def test_no_other_event_of_the_clients_own_reaches_a_handler(browser: LiveClient, caplog: Any) -> None:
    """LV-73"""
    view = await browser.open("/flash/")
    assert await view.event("lv:other") == {}
    assert "FlashLive takes no event 'lv:other'" in caplog.text


async def test_djangos_functions_add_to_the_list(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    diff = (await view.event("message", {"text": "<b>one</b>"}))["diff"]
    assert diff["2"]["k"]["0"] == {"0": "loud warning", "1": "&lt;b&gt;one&lt;/b&gt;"}
    diff = (await view.event("message", {"text": "<b>two</b>", "safe": True}))["diff"]
    assert diff["2"]["k"]["1"]["1"] == "<b>two</b>"
    assert await heard(view) == ["<b>one</b>", "<b>two</b>"]
    await view.event(CLEAR, {"key": "warning"})
    assert await heard(view) == []


async def test_a_component_has_a_flash_of_its_own(browser: LiveClient) -> None:
    """LV-73"""
    view = await browser.open("/flash/")
    assert (await view.event("say", {"text": "here"}, cid=1))["diff"] == {"c": {"1": {"0": "here"}}}
    assert await heard(view) == []
    await view.event("say", {"text": "page"})
    assert await view.event(CLEAR, {"key": "error"}, cid=1) == {}
    assert (await view.event(CLEAR, {"key": "info"}, cid=1))["diff"] == {"c": {"1": {"0": ""}}}
    assert await heard(view) == ["page"]


async def test_what_a_component_says_on_the_page_shows_there(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    diff = (await view.event("announce", {"text": "aloud"}, cid=1))["diff"]
    assert diff["1"] == "beside"
    assert [entry["1"] for entry in (diff["2"]["k"]["0"], diff["2"]["k"]["1"])] == ["aloud", "beside"]
    assert await view.event("tell_component", {"text": "later"}) == {}
    assert (await view.pushed("diff"))["2"]["k"]["1"]["1"] == "later"
    assert await heard(view) == ["beside", "later"]


@pytest.mark.parametrize("kind", [None, 3, "", "two words", " info"])
def test_a_kind_is_one_word(kind: Any) -> None:
    with pytest.raises(
        (TypeError, ValueError), match=r'FlashLive\.put_flash\(\): the kind should be .*"info"'
    ):
        FlashLive().put_flash(kind, "text")


def test_a_message_is_text() -> None:
    with pytest.raises(TypeError, match=r"FlashLive\.put_flash\('info', …\): the message .*text, got list"):
        FlashLive().put_flash("info", ["text"])


# -- along with the URL


async def test_a_clients_patch_clears_it(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    await view.event("say", {"text": "seen"})
    diff = (await view.call("live_patch", {"url": f"{URL}/flash/?page=2"}))["diff"]
    assert diff["0"] == ""
    assert await heard(view) == []


async def test_a_servers_patch_keeps_what_was_said_with_it(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    await view.event("say", {"text": "seen", "kind": "error"})
    diff = (await view.event("go", {"to": "?page=2", "how": "push_patch", "text": "new"}))["diff"]
    assert (diff["0"], diff["1"]) == ("new", "")
    assert await heard(view) == ["new"]


@pytest.mark.parametrize("how", ["push_navigate", "redirect"])
async def test_another_page_gets_what_was_said_in_the_same_turn(browser: LiveClient, how: str) -> None:
    """LV-79"""
    view = await browser.open("/flash/")
    await view.event("say", {"text": "seen", "kind": "error"})
    response = await view.event("go", {"to": "/flash/other/", "how": how, "text": "Saved; é"})
    (target,) = response.values()
    assert spoken(target["flash"]) == [("info", "Saved; é")]
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", target["flash"])


@pytest.mark.parametrize("how", ["push_navigate", "redirect"])
async def test_another_page_gets_no_token_if_nothing_was_said(browser: LiveClient, how: str) -> None:
    """LV-79"""
    view = await browser.open("/flash/")
    await view.event("say", {"text": "seen"})
    response = await view.event("go", {"to": "/flash/other/", "how": how})
    (target,) = response.values()
    assert "flash" not in target


async def test_what_a_message_made_the_view_say_goes_along(browser: LiveClient) -> None:
    """LV-79: pushed, for nobody asked."""
    view = await browser.open("/flash/")
    await view.event("later", {"text": "on the way", "to": "/flash/other/"})
    assert spoken((await view.pushed("live_redirect"))["flash"]) == [("info", "on the way")]


@pytest.mark.parametrize("how", ["push_patch", "push_navigate"])
async def test_a_component_that_leads_elsewhere_hands_its_words_to_the_page(
    browser: LiveClient, how: str
) -> None:
    view = await browser.open("/flash/")
    await view.event("say", {"text": "seen"}, cid=1)
    call = {"text": "from inside", "to": "/flash/?page=2", "how": how}
    response = await view.event("say_and_go", call, cid=1)
    assert await view.pushed("diff") == {"c": {"1": {"0": ""}}}
    if how == "push_patch":
        assert response["diff"]["0"] == "from inside"
    else:
        assert spoken(response["live_redirect"]["flash"]) == [("info", "from inside")]


async def test_a_redirect_out_of_a_patch_takes_the_flash_along(browser: LiveClient) -> None:
    view = await browser.open("/flash/")
    response = await view.call("live_patch", {"url": f"{URL}/flash/?away=1"})
    assert response["live_redirect"]["to"] == "/flash/other/"
    assert spoken(response["live_redirect"]["flash"]) == [("info", "not here")]


# -- joins


async def joined_texts(browser: LiveClient, page: Page, **changes: Any) -> list[str]:
    return await heard(await browser.join(page, **changes))


async def test_a_live_navigation_brings_its_token(browser: LiveClient) -> None:
    """LV-28"""
    page = await browser.get("/flash/")
    target = f"{URL}/flash/other/"
    view = await browser.join(page, redirect=target, flash=carried("info", "Saved"))
    assert view.joined["rendered"]["0"] == "Saved"
    assert await heard(view) == ["Saved"]
    assert await joined_texts(browser, page, redirect=target, flash=None) == []


async def test_a_token_is_good_for_a_minute(browser: LiveClient, monkeypatch: Any) -> None:
    """LV-28"""
    token = carried("info", "Saved")
    page = await browser.get("/flash/")
    later = time.time() + 61
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert await joined_texts(browser, page, redirect=f"{URL}/flash/other/", flash=token) == []


@pytest.mark.parametrize("token", ["", "x", 3, ["a"], {"info": "x"}, tokens.sign_own("static", [])])
async def test_a_forged_token_says_nothing(browser: LiveClient, token: Any) -> None:
    """LV-28"""
    page = await browser.get("/flash/?message=shown")
    assert await joined_texts(browser, page, redirect=f"{URL}/flash/other/", flash=token) == []


async def test_what_the_first_response_has_shown_the_first_join_shows_again(browser: LiveClient) -> None:
    """LV-28"""
    await browser.fetch("/flash/add/?text=Welcome")
    page = await browser.get("/flash/?mounted=hello")
    assert listed(page.inner) == [("loud success", "Welcome"), ("info", "hello")]
    assert await joined_texts(browser, page) == ["Welcome", "hello"]
    params = {"_csrf_token": page.csrf, "_mounts": 1}
    assert await joined_texts(browser, page, params=params) == ["hello"]
    assert await joined_texts(browser, page, redirect=f"{URL}/flash/other/") == []
    again = await browser.get("/flash/")
    assert listed(again.inner) == []


async def test_a_message_of_mount_is_not_doubled_by_the_join(browser: LiveClient) -> None:
    page = await browser.get("/flash/?message=once")
    assert listed(page.inner) == [("success", "once")]
    assert await joined_texts(browser, page) == ["once"]


async def test_a_join_that_leads_elsewhere_takes_the_flash_along(browser: LiveClient) -> None:
    """LV-24, LV-79: nobody has seen it yet."""
    page = await browser.get("/flash/?leave=socket&how=push_navigate&to=/flash/other/")
    _, reply = await browser.try_join(page, flash=carried("info", "Saved"))
    assert reply.status == "error"
    assert spoken(reply.response["live_redirect"]["flash"]) == [("info", "Saved"), ("warning", "left")]


async def test_a_patch_out_of_the_first_handle_params_keeps_the_flash(browser: LiveClient) -> None:
    page = await browser.get("/flash/")
    target = f"{URL}/flash/other/?canonical=1"
    _, reply = await browser.try_join(page, redirect=target, flash=carried("info", "Saved"))
    assert reply.response["reason"] == "join crashed"  # "/flash/" is another view's
    view = await browser.join(page, url=f"{URL}/flash/?canonical=1", flash=carried("info", "Saved"))
    assert view.joined["live_patch"] == {"to": "/flash/?page=1", "kind": "replace"}
    assert await heard(view) == ["Saved"]


# -- first responses


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["redirect", "push_navigate"])
def test_a_redirect_of_a_get_leaves_its_message_with_django(how: str) -> None:
    """LV-7"""
    client = Client()
    response = client.get(f"/flash/?leave=get&how={how}&to=/flash/plain/")
    assert (response.status_code, response["Location"]) == (302, "/flash/plain/")
    assert listed(visit("/flash/plain/", client=client).content.decode()) == [("warning", "left")]


@pytest.mark.django_db
def test_a_view_in_another_leaves_djangos_messages_to_the_page() -> None:
    client = Client()
    client.get("/flash/add/?text=Welcome")
    html = visit("/flash/outer/", client=client).content.decode()
    assert "<ol></ol>" in html
    assert listed(html) == [("loud success", "Welcome")]


@pytest.mark.django_db
@WITHOUT_MESSAGES
def test_where_django_keeps_no_messages_a_cookie_does() -> None:
    """LV-7, LV-87"""
    client = Client()
    client.get("/flash/?leave=get&to=/flash/other/")
    assert client.cookies[COOKIE]["max-age"] == 60
    assert (client.cookies[COOKIE]["samesite"], client.cookies[COOKIE]["secure"]) == ("Lax", "")
    page = Page("/flash/other/", visit("/flash/other/", client=client))
    assert page.inner.startswith("<i></i><b></b>")
    token = tokens.verify_own("static", page.static)
    assert [message.message for message in unpack(token["flash"])] == ["left"]
    assert client.cookies[COOKIE].value == ""


@pytest.mark.django_db
@WITHOUT_MESSAGES
@override_settings(SESSION_COOKIE_SECURE=True)
def test_the_cookie_goes_over_tls_alone_where_sessions_do() -> None:
    client = Client()
    client.get("/flash/?leave=get&to=/flash/other/")
    assert client.cookies[COOKIE]["secure"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("setup", [override_settings(), WITH_MIDDLEWARE], ids=["plain", "middleware"])
def test_the_cookie_is_shown_once_by_a_live_page(setup: Any) -> None:
    """LV-87"""
    with setup:
        client = Client()
        response = visit("/flash/", client=client, token=carried("error", "<lost>"))
        assert listed(response.content.decode()) == [("error", "&lt;lost&gt;")]
        assert client.cookies[COOKIE].value == ""
        assert listed(visit("/flash/", client=client).content.decode()) == []


@pytest.mark.django_db
@WITH_MIDDLEWARE
def test_the_middleware_makes_it_a_message_of_an_ordinary_page() -> None:
    """LV-87"""
    client = Client()
    response = visit("/flash/plain/", client=client, token=carried("info", "moved"))
    assert listed(response.content.decode()) == [("info", "moved")]
    assert client.cookies[COOKIE].value == ""
    assert "private" not in response.get("Cache-Control", "")
    assert "Cookie" in response["Vary"]
    assert listed(visit("/flash/plain/", client=client).content.decode()) == []


@pytest.mark.django_db
@WITH_MIDDLEWARE
def test_a_page_that_shows_no_messages_leaves_it_for_the_next() -> None:
    client = Client()
    for path in ("/plain/", "/flash/silent/"):
        assert visit(path, client=client, token=carried("info", "moved")).status_code == 200
        assert client.cookies[COOKIE].value == ""
        assert listed(visit("/flash/plain/", client=client).content.decode()) == [("info", "moved")]


@pytest.mark.django_db
@WITH_MIDDLEWARE
@pytest.mark.parametrize("token", ["", "nonsense", tokens.sign_own("static", {"id": "x"})])
def test_a_forged_cookie_says_nothing_and_goes(token: str) -> None:
    """LV-87"""
    client = Client()
    for path in ("/flash/", "/flash/plain/"):
        response = visit(path, client=client, token=token)
        assert listed(response.content.decode()) == []
        assert client.cookies[COOKIE].value == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-mode": "navigate", "accept": "*/*"}, True),
        ({"sec-fetch-mode": "no-cors", "accept": "text/html"}, False),
        ({"sec-fetch-mode": "cors"}, False),
        ({"accept": "text/html,application/xhtml+xml"}, True),
        ({"accept": "image/avif,*/*"}, False),
        ({}, False),
    ],
)
def test_pictures_and_fetches_do_not_take_a_pages_flash(headers: dict[str, str], expected: bool) -> None:
    assert is_page(RequestFactory().get("/", headers=headers)) is expected


# -- values


@pytest.mark.parametrize("kind", ["info", "success", "warning", "error", "debug", "notice"])
def test_a_kind_survives_djangos_storages(kind: str) -> None:
    message = FlashMessage.put(kind, "text")
    assert FlashMessage(message.level, message.message, message.extra_tags).kind == kind
    assert message.tags == ("flash-notice info" if kind == "notice" else kind)


@override_settings(MESSAGE_TAGS={messages.ERROR: "danger", 50: "fatal"})
def test_a_site_may_call_its_levels_otherwise() -> None:
    assert FlashMessage.put("error", "x").kind == "error"
    assert FlashMessage.put("danger", "x").level == messages.ERROR
    assert FlashMessage.put("fatal", "x").level == 50


def test_a_flash_too_large_for_a_cookie_is_told(caplog: Any) -> None:
    assert read_flash(carried("info", "x" * 100))
    assert not caplog.records
    carried("info", "x" * 4000)
    assert "browsers keep no cookie of that size" in caplog.text


@pytest.mark.parametrize("packed", [None, 3, ["a"], [[1]], [["a", "b", 0, None, None]], [[20] * 6]])
def test_a_token_of_another_shape_is_invalid(packed: Any) -> None:
    with pytest.raises(InvalidToken, match="another shape"):
        unpack(packed)
