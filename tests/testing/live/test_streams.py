"""The page keeps a stream's items, which the server has forgotten."""

from __future__ import annotations

import pytest

from django_phoenix.testing.live import live

pytestmark = pytest.mark.usefixtures("site")
URLS = "tests.support.live_site.streams"


@pytest.fixture
def page(client):
    return live(client, "/ListLive/")


def rows(page):
    return "".join(page.element("#rows li").texts)


STEPS = {
    "at the end": ({"names": "d"}, "ABCD"),
    "at the beginning": ({"names": "d", "at": 0}, "DABC"),
    "in the middle": ({"names": "d", "at": 1}, "ADBC"),
    "again, in its place": ({"names": "b", "at": 0}, "ABC"),
    "the first three": ({"names": "d", "at": 0, "limit": 3}, "DAB"),
    "the last three": ({"names": "d", "limit": -3}, "BCD"),
    "anew": ({"names": "cx", "reset": True}, "CX"),
    "emptied": ({"names": "", "reset": True}, ""),
}


@pytest.mark.parametrize("step", STEPS)
def test_items_are_where_the_client_puts_them(page, step):
    options, expected = STEPS[step]
    page.render_hook("insert_many", options)
    assert rows(page) == expected
    page.render_hook("inc")
    assert rows(page) == expected


def test_deletes_and_updates_only(page):
    page.render_hook("stream_delete", {"item": "b"})
    assert rows(page) == "AC"
    page.render_hook("stream_insert", {"item": "n", "options": {"update_only": True}})
    assert rows(page) == "AC"


def test_a_stream_that_was_out_of_sight_is_empty(client):
    page = live(client, "/HiddenLive/")
    page.render_hook("toggle", {"names": "c"})
    before = rows(page)
    page.render_hook("toggle")
    assert not page.has_element("#rows")
    page.render_hook("toggle", {"names": "z"})
    assert before.endswith("C")
    assert rows(page) == "Z"


def test_streams_in_components_and_of_components(client):
    page = live(client, "/LanesLive/")
    assert page.element("#u-x li").texts == ["A", "B"]
    page = live(client, "/StreamedComponentsLive/")
    page.render_hook("put", {"id": "c", "name": "see"})
    assert page.element("#rows li").texts == ["A 0", "B 0", "see 0"]


def test_the_server_is_told_of_components_that_are_gone(client):
    page = live(client, "/LanesLive/")
    components = page.instance._live.components
    page.render_hook("show", {"ids": ["x"]})
    assert not page.has_element("#lane-y")
    assert (components.find(1) is None, components.find(2) is None) == (False, True)
    page.render_hook("show", {"ids": ["y", "x"]})
    assert page.element("section").count == 2
