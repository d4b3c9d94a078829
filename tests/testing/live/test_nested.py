"""Views in views, sticky ones, several in one page."""

from __future__ import annotations

import pytest

from django_phoenix.testing.live import live

pytestmark = pytest.mark.usefixtures("site")
URLS = "tests.support.live_site.urls"


def test_a_child_is_part_of_its_parents_page(client):
    page = live(client, "/nested/")
    assert page.text == "| Left 0 Right 0"
    child = page.child("left")
    child.render_hook("inc")
    child.render_hook("tell", {"text": "hi"})
    assert page.text == "hi| Left 1 Right 0"
    assert child.html == "<b>Left 1</b>"
    assert child.has_element("b", "Left 1")
    assert not child.has_element("b", "Right")
    assert child.instance.nested


def test_a_child_that_is_shown_no_more_ends_and_a_new_one_begins(client):
    page = live(client, "/nested/")
    page.render_hook("show", {"right": ""})
    with pytest.raises(AssertionError, match="no view 'right' in this page; there are: 'left'"):
        page.child("right")
    page.render_hook("show", {"right": "New"})
    assert page.child("right").text == "New 0"


def test_children_of_children(client):
    page = live(client, "/nested/deep/")
    page.child("inner").render_hook("tell", {"text": "up"})
    assert page.text == "passed on up| up Inner 0"


def test_a_childs_patch_and_navigation_are_the_pages(client):
    page = live(client, "/nested/")
    page.child("left").render_hook("patch", {"to": "/nested/?page=2"})
    page.assert_patched("/nested/?page=2")
    assert page.text == "|2 Left 1 Right 0"
    page.child("left").render_hook("navigate", {"to": "/nested/other/"})
    page.assert_navigated("/nested/other/")
    assert page.text == "Other"


def test_a_sticky_view_outlives_its_page(client):
    page = live(client, "/nested/sticky/")
    player = page.child("player")
    player.render_hook("inc")
    page.navigate("/nested/sticky/two/")
    assert page.text == "Two Blue 1"
    page.navigate("/nested/other/")
    assert not player.connected


def test_views_of_an_ordinary_page(client):
    page = live(client, "/nested/ordinary/")
    assert page.connected
    first, second = page.element("[data-phx-session]").count, page.document.count("data-phx-session")
    assert first == second > 1


def test_views_that_are_items_of_a_stream(client):
    page = live(client, "/nested/items/")
    page.render_hook("add", {"id": 3})
    assert page.text == "new 0 a 0 b 0"
    page.child("items-2").render_hook("inc")
    page.render_hook("remove", {"id": 1})
    assert page.text == "new 0 b 1"


def test_a_child_that_leads_elsewhere_as_it_joins(client):
    page = live(client, "/nested/going/?when=socket")
    assert page.url == "/nested/other/"


def test_a_crash_of_a_child_is_its_own(client):
    page = live(client, "/nested/")
    with page.assert_crash(RuntimeError, match="child crash") as crashed:
        page.child("left").render_hook("crash")
    assert str(crashed.error) == "child crash"
    assert not page.child("left").connected
    assert page.connected
    page.child("left").rejoin()
    assert page.child("left").text == "Left 0"
