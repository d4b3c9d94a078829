"""The elements of views in HTML or in a rendered tree, and their joins: what a browser makes of them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tests.support.live_client import LiveClient, Page, Reply, View

ELEMENT = re.compile(
    r'<(?P<tag>[\w-]+) id="(?P<id>[^"]*)" data-phx-session="(?P<session>[^"]*)"'
    r' data-phx-static="(?P<static>[^"]*)"(?P<attributes>[^>]*)>(?P<html>.*?)</(?P=tag)>',
    re.DOTALL,
)


class Element(NamedTuple):
    """The element of a view that a tag shows."""

    tag: str
    id: str
    session: str
    static: str
    attributes: str
    html: str


def elements(source: Any) -> dict[str, Element]:
    """By id: from a page, HTML, or a tree of the wire."""
    if isinstance(source, Page):
        source = source.html
    text = source if isinstance(source, str) else "".join(_texts(source))
    return {each["id"]: Element(**each.groupdict()) for each in ELEMENT.finditer(text)}


def _texts(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    values = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [text for value in values for text in _texts(value)]


async def try_join(
    browser: LiveClient, element: Element, *, static: str = "", **more: Any
) -> tuple[View, Reply]:
    """As the client does for a view that has no URL: without one."""
    if browser.task is None:
        await browser.connect(more.pop("csrf", ""))
    ref = str(next(browser.refs))
    view = View(browser, f"lv:{element.id}", ref)
    payload = {
        "params": {"_mounts": 0, "_mount_attempts": 0},
        "session": element.session,
        "static": element.static or static or None,
        "sticky": "data-phx-sticky" in element.attributes,
        **more,
    }
    await browser.send(ref, ref, view.topic, "phx_join", payload)
    return view, await browser.reply(ref)


async def join(browser: LiveClient, element: Element, **more: Any) -> View:
    view, reply = await try_join(browser, element, **more)
    assert reply.status == "ok", reply
    view.joined = reply.response
    return view


async def open_with_child(browser: LiveClient, url: str, id: str) -> tuple[View, View]:
    """The page's view, and the one of this id in it."""
    view = await browser.open(url)
    return view, await join(browser, elements(view.joined["rendered"])[id])
