"""Where a page leads: patches, live navigation, loads."""

from __future__ import annotations

import pytest

from django_phoenix.exceptions import RedirectLoop
from django_phoenix.testing.live import live

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def page(client):
    return live(client, "/")


def test_a_page_has_url_title_and_response(page):
    assert (page.url, page.title, page.response.status_code) == ("/", "Home | Site", 200)
    assert page.connected


def test_a_link_patches(page):
    page.element("a", "Page 2").click()
    page.assert_patched("/?page=2")
    assert (page.url, page.title) == ("/?page=2", "Page 2 | Site")
    page.back()
    assert page.url == "/"


def test_a_link_navigates_over_the_same_socket(page):
    before = page.id
    page.element("a", "Other").click()
    page.assert_navigated("/other/")
    assert (page.url, page.id) == ("/other/", before)
    assert page.element("#other").exists
    page.back()
    page.assert_navigated("/")
    assert page.element("#inc").exists


def test_another_live_session_is_loaded_in_full(page):
    before = page.id
    page.element("a", "Staff").click()
    page.assert_loaded("/staff/")
    assert page.text == "staff"
    assert page.id != before


def test_plain_links_load_plain_pages(page):
    page.element("a", "Plain").click()
    assert (page.url, page.title, page.connected) == ("/plain/", "Plain", False)
    assert page.text == "plain"
    with pytest.raises(AssertionError, match="there is no live view"):
        page.instance  # noqa: B018


def test_a_link_that_posts_does(page):
    page.element("a", "Post").click()
    assert page.text == "POST"


def test_a_js_command_patches(page):
    page.element("#page-3").click()
    page.assert_patched("/?page=3")
    assert page.title == "Page 3 | Site"


def test_the_views_own_moves_are_followed_and_the_flash_comes_along(page):
    page.render_hook("go", {"to": "/other/"})
    page.assert_navigated("/other/")
    assert page.flash == {"info": "off we go"}
    page.element("a", "Home").click()
    page.render_hook("go", {"to": "?page=3", "how": "push_patch"})
    page.assert_patched("/?page=3")
    page.render_hook("go", {"to": "/other/", "how": "redirect"})
    page.assert_loaded("/other/")
    assert page.element("#other").text == "off we go"


def test_the_flash_comes_along_to_an_ordinary_page(client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django_phoenix.middleware.FlashMiddleware"]
    page = live(client, "/")
    page.render_hook("go", {"to": "/said/", "how": "redirect"})
    assert page.text == "off we go"


def test_another_site_is_not_asked(page):
    page.render_hook("abroad")
    page.assert_loaded("https://example.com/x")
    assert (page.url, page.response) == ("https://example.com/x", None)


def test_a_mount_may_lead_elsewhere(client):
    page = live(client, "/other/?bounce=1")
    assert page.url == "/plain/"


def test_a_mount_that_finds_nothing_shows_the_error_page(page):
    page.navigate("/other/?gone=1")
    assert page.response.status_code == 404
    with pytest.raises(AssertionError, match=r"'h2'; there is no live view in this page \(status 404\)"):
        page.element("h2").click()


def test_going_round_in_circles_ends(page):
    with pytest.raises(RedirectLoop):
        page.navigate("/other/?round=1")


def test_an_assertion_about_a_move_tells_of_all(page):
    page.patch("?page=2")
    with pytest.raises(AssertionError, match=r"to be: navigate /x. All of them: patch /\?page=2"):
        page.assert_navigated("/x")


def test_a_page_without_a_live_view_is_a_mistake(client):
    with pytest.raises(AssertionError, match=r"no live view in this page \(status 200\)"):
        live(client, "/plain/")
