"""An exception ends one view; the log has one traceback naming view and event, the wire has none."""

from __future__ import annotations

import json
import logging

import pytest

from django_phoenix.channel import Channel
from django_phoenix.channel import event as channel_event
from django_phoenix.live.endpoint import LiveSocket
from django_phoenix.routing import socket
from tests.support.live_client import LiveClient, Reply
from tests.support.live_site import views


def tracebacks(caplog):
    return [record for record in caplog.records if record.exc_info]


async def check_that_all_else_goes_on(browser, caplog, page, neighbour, *named):
    """The neighbour on the same socket, a new mount by the same tokens, the log, the wire."""
    error = await browser.frame(lambda frame: frame[3] == "phx_error")
    assert error[2] == page.topic
    assert await neighbour.event("inc") == {"diff": {"0": "1"}}
    again = await browser.join(page)
    assert await again.event("inc") == {"diff": {"0": "1"}}
    crashed = [record for record in tracebacks(caplog) if "terminate" not in record.getMessage()]
    assert len(crashed) == 1
    for name in ("CrashLive", *named):
        assert name in crashed[0].getMessage()
    assert "secret" not in json.dumps([error, browser.unread])
    assert "Traceback" not in json.dumps([error, browser.unread])


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ("boom", "CrashLive.boom (event 'boom')"),
        ("aboom", "CrashLive.aboom (event 'aboom')"),
        ("break_render", "CrashLive.break_render (event 'break_render')"),
        ("abreak_render", "CrashLive.abreak_render (event 'abreak_render')"),
        ("stop_iteration", "CrashLive.stop_iteration (event 'stop_iteration')"),
    ],
)
async def test_a_handler_or_its_rendering_raises(browser, caplog, event, named):
    """LV-110"""
    page = await browser.get("/crash/")
    view = await browser.join(page)
    neighbour = await browser.open("/counter/")
    ref = await view.send_event(event)
    await check_that_all_else_goes_on(browser, caplog, page, neighbour, named)
    assert not [frame for frame in browser.unread if frame[1] == ref]


async def test_handle_info_raises(browser, caplog):
    """LV-110"""
    page = await browser.get("/crash/")
    view = await browser.join(page)
    neighbour = await browser.open("/counter/")
    assert await view.event("to_myself", {"message": "x"}) == {}
    await check_that_all_else_goes_on(browser, caplog, page, neighbour, "CrashLive.handle_info")


class EchoChannel(Channel):
    @channel_event
    def echo(self, n: int):
        return {"n": n}


class MixedSocket(LiveSocket):
    channels = {**LiveSocket.channels, "echo": EchoChannel}


@pytest.mark.parametrize("event", ["boom", "aboom", "break_render", "to_myself"])
async def test_a_channel_on_the_same_socket_goes_on(browser, monkeypatch, event):
    monkeypatch.setattr(LiveClient, "mounts", {"live": None, "sockets": [socket("live/", MixedSocket)]})
    view = await browser.open("/crash/")
    await browser.send("e", "e", "echo", "phx_join", {})
    assert (await browser.reply("e")).status == "ok"
    await view.send_event(event, {"message": "x"})
    await view.pushed("phx_error")
    await browser.send("e", "e2", "echo", "echo", {"n": 2})
    assert await browser.reply("e2") == Reply("ok", {"n": 2})


async def test_mount_raises(browser, caplog):
    """LV-27"""
    neighbour = await browser.open("/counter/")
    page = await browser.get("/crash/?crash=mount")
    _, reply = await browser.try_join(page)
    assert reply == Reply("error", {"reason": "join crashed"})
    assert await neighbour.event("inc") == {"diff": {"0": "1"}}
    (record,) = tracebacks(caplog)
    assert "CrashLive" in record.getMessage()
    assert "secret in mount" in str(record.exc_info[1])
    await browser.join(page, url="http://testserver/crash/")


async def test_terminate_raises(browser, caplog):
    views.CrashLive.ended.clear()
    view = await browser.open("/crash/")
    neighbour = await browser.open("/counter/")
    assert await view.call("phx_leave", {}) == {}
    await view.pushed("phx_close")
    assert await neighbour.event("inc") == {"diff": {"0": "1"}}
    (record,) = tracebacks(caplog)
    assert "CrashLive" in record.getMessage()
    assert "terminate" in record.getMessage()
    assert views.CrashLive.ended == ["left"]


async def test_terminate_hears_of_the_crash_and_of_the_end_of_the_socket(browser):
    views.CrashLive.ended.clear()
    view = await browser.open("/crash/")
    await view.send_event("boom")
    await view.pushed("phx_error")
    await browser.open("/crash/")
    await browser.disconnect()
    crash, closed = views.CrashLive.ended
    assert isinstance(crash, RuntimeError)
    assert closed == "closed"


async def test_a_wrong_return_value_says_what_was_expected(browser, caplog):
    view = await browser.open("/counter/")
    await view.send_event("wrong")
    await view.pushed("phx_error")
    assert "CounterLive.wrong should return None (no reply) or a dict" in caplog.text


async def test_what_a_crashed_callback_asked_for_does_not_happen(browser):
    page = await browser.get("/crash/")
    view = await browser.join(page)
    await view.send_event("boom")
    await view.pushed("phx_error")
    again = await browser.join(page)
    assert "e" not in again.joined["rendered"]
    assert await browser.silent()


async def test_nothing_is_logged_where_nothing_went_wrong(browser, caplog):
    with caplog.at_level(logging.INFO):
        view = await browser.open("/counter/")
        await view.event("inc")
        await view.call("phx_leave", {})
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


NOTE = "In template site/crash.html, line 1: rows.explode"


@pytest.mark.parametrize(
    ("event", "error", "notes"),
    [
        ("boom", "RuntimeError: secret in handler", []),
        ("break_render", "RuntimeError: secret in render", [NOTE]),
        ("abreak_render", "RuntimeError: secret in render", [NOTE]),
    ],
)
async def test_a_developer_is_told_why_and_in_which_line_of_which_template(
    browser, settings, event, error, notes
):
    page = await browser.get("/crash/")
    settings.DEBUG = True
    view = await browser.join(page)
    await view.send_event(event)
    frame = await view.pushed("phx_error")
    assert frame == {"reason": "channel_crash", "error": error, "notes": notes}
    again = await browser.join(page)
    assert await again.event("inc") == {"diff": {"0": "1"}}


async def test_a_developer_is_told_why_a_mount_failed(browser, settings):
    page = await browser.get("/crash/?crash=mount")
    settings.DEBUG = True
    _, reply = await browser.try_join(page)
    assert reply == Reply(
        "error", {"reason": "join crashed", "error": "RuntimeError: secret in mount", "notes": []}
    )
