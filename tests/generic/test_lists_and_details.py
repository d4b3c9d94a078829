from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from django_phoenix.generic import CreateLive, DeleteLive, DetailLive, ListLive, UpdateLive
from tests.live.test_posts import text_of
from tests.support.nested_client import elements, join


class Groups(ListLive):
    model = Group


class AllGroups(ListLive):
    queryset = Group.objects.all()


class Named(ListLive):
    model = Group
    template_name = "own.html"


class NamedChild(Named):
    model = Group


class Inline(Groups):
    template = "x"


@pytest.mark.parametrize(
    ("view", "name"),
    [
        (Groups, "auth/group_list.html"),
        (AllGroups, "auth/group_list.html"),
        (Named, "own.html"),
        (NamedChild, "own.html"),
        (type("Detail", (DetailLive,), {"model": Group}), "auth/group_detail.html"),
        (type("Create", (CreateLive,), {"model": Group}), "auth/group_form.html"),
        (type("Update", (UpdateLive,), {"model": Group}), "auth/group_form.html"),
        (type("Delete", (DeleteLive,), {"model": Group}), "auth/group_confirm_delete.html"),
    ],
)
def test_a_view_without_template_takes_the_one_that_djangos_would(view, name):
    assert view.template_name == name


def test_an_inline_template_stands_in_the_place_of_the_one_of_that_name():
    assert Inline.template == "x"


def test_a_list_shows_the_page_that_the_url_says(client, groups):
    assert text_of(client.get("/forms/groups/")) == "one three |1: 2:?page=2 |?page=2"
    assert text_of(client.get("/forms/groups/?page=2")) == "two |1:?page=1 2: |"


def test_a_list_keeps_the_rest_of_the_query(client, groups):
    assert text_of(client.get("/forms/groups/?q=o")) == "one two |1: |"
    assert "?q=t&amp;page=2" not in text_of(client.get("/forms/groups/?q=e"))


@pytest.mark.parametrize(
    "url", ["/forms/groups/?page=9", "/forms/groups/999/", "/forms/strict-groups/?q=zzz"]
)
def test_what_does_not_exist_is_404(client, groups, url):
    assert client.get(url).status_code == 404


async def test_another_page_is_a_patch(browser, groups):
    view = await browser.open("/forms/groups/")
    diff = (await view.call("live_patch", {"url": "http://testserver/forms/groups/?page=2"}))["diff"]
    assert "two" in str(diff)


async def test_a_filter_goes_into_the_url_and_back_to_the_first_page(browser, groups):
    view = await browser.open("/forms/groups/?page=1&other=1")
    value = "q=tw&empty=&_unused_q="
    reply = await view.call(
        "event", {"type": "form", "event": "filter", "value": value, "meta": {"_target": "q"}}
    )
    patch = await view.pushed("live_patch")
    assert patch == {"to": "/forms/groups/?other=1&q=tw", "kind": "replace"}
    assert "two" in str(reply["diff"])


async def test_a_box_that_was_the_last_one_ticked_leaves_the_url(browser, groups):
    view = await browser.open("/forms/groups/?tag=1")
    await view.call("event", {"type": "form", "event": "filter", "value": "q=", "meta": {"_target": "tag"}})
    assert await view.pushed("live_patch") == {"to": "/forms/groups/", "kind": "replace"}


def test_a_detail_shows_the_object_of_the_url(client, groups):
    assert text_of(client.get(f"/forms/groups/{groups[1].pk}/")) == f"<h1>two</h1>{groups[1].pk}"


async def test_a_view_that_a_tag_shows_is_filled_without_a_url_of_its_own(groups, browser):
    page = await browser.get("/forms/nested/")
    assert 'name="email"' in page.html
    assert "<b>one</b>" in page.html
    view = await browser.join(page)
    shown = elements(view.joined["rendered"])
    assert (await join(browser, shown["detail"])).joined["rendered"]["0"] == "one"
    assert "email" in str((await join(browser, shown["form"])).joined["rendered"])
