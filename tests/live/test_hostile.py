"""What somebody might try who means harm, where it leads through several parts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import path
from django.utils.safestring import SafeString

import django_phoenix
from django_phoenix.generic import DetailLive, UpdateLive
from django_phoenix.guards import PermissionRequired
from django_phoenix.live.flash import FlashMessage, read_flash, sign_flash
from django_phoenix.live_view import LiveView, event
from tests.support.live_client import CSRF
from tests.support.live_site import nested_views
from tests.support.nested_client import elements, join, try_join

HERE = __name__
EVIL = "\"'><script>alert(1)</script>"
SAFE = "&quot;&#x27;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
PACKAGE = Path(django_phoenix.__file__).parent
FORM = "{% load phoenix %}<form method='post' phx-submit='save'>{% csrf_token %}{% live_field form.name %}"


class EchoLive(LiveView):
    """Shows what it is told, wherever a page can."""

    layout = "base.html"
    template = (
        "{% load phoenix %}<p title='{{ text }}'>{{ text }}</p>{{ flash.info }}"
        "{% portal id=text target=text %}{% endportal %}<a {% live_patch query %}></a>"
        "{% for id, row in streams.rows %}<i id='{{ id }}'>{{ row.name }}</i>{% endfor %}"
    )

    class Assigns:
        text: str = ""
        query: str = "?"

    def mount(self, params, session):
        self.stream("rows", [])
        self.say(params.get("text", ""))

    @event
    def say(self, text: str):
        self.assign(text=text, query=f"?{text}", page_title=text)
        self.put_flash("info", text)
        self.stream_insert("rows", Group(pk=1, name=text))


class StaffLive(PermissionRequired, LiveView):
    permission_required = "auth.add_group"
    template = "staff"


class OwnGroups:
    """The groups that the visitor is in, and no others."""

    model = Group

    def get_queryset(self):
        return Group.objects.filter(user=self.request.user)


class OwnGroupLive(OwnGroups, DetailLive):
    template = "{{ group.name }}"


class EditOwnGroupLive(OwnGroups, UpdateLive):
    fields = ("name",)
    success_url = "/own/{id}/"
    template = FORM + "</form>"


urlpatterns = [
    path("echo/", EchoLive.as_view()),
    path("own/<int:pk>/", OwnGroupLive.as_view()),
    path("own/<int:pk>/edit/", EditOwnGroupLive.as_view()),
    path("ordinary/", nested_views.ordinary),
]


@pytest.fixture(autouse=True)
def site(live_site, settings):
    settings.ROOT_URLCONF = HERE


# -- what people write


async def test_what_is_written_by_others_is_escaped_wherever_it_shows(browser):
    page = await browser.get("/echo/?text=" + quote(EVIL))
    view = await browser.join(page)
    tree, diff = view.joined["rendered"], (await view.event("say", {"text": EVIL + "!"}))["diff"]
    assert [tree.pop("t"), diff.pop("t")] == [EVIL, EVIL + "!"]  # the client sets it as text
    for text in (page.html, json.dumps(tree), json.dumps(diff)):
        assert "<script>alert" not in text
        assert text.count(SAFE) >= 5


def test_a_flash_is_as_safe_as_it_was():
    """A mark that it is HTML comes from the site alone: the token is signed."""
    made = [FlashMessage.put("info", EVIL), FlashMessage.put("error", SafeString("<b>x</b>"))]
    first, second = read_flash(sign_flash(made))
    assert type(first.message) is str
    assert type(second.message) is SafeString
    token = sign_flash(made)
    assert re.fullmatch(r"[\w.-]+", token, re.ASCII)
    for at in range(0, len(token), 7):
        other = "y" if token[at] == "x" else "x"
        assert read_flash(token[:at] + other + token[at + 1 :]) == ()


# -- who may see what


async def staff_element(browser):
    tag = f'{{% live_render "{HERE}.StaffLive" id="staff" %}}'
    source = f"<head>{{% load phoenix %}}{{% live_head %}}</head>{tag}"
    """That of the view in an ordinary page, with the socket open."""
    html = (await browser.fetch("/ordinary/", data={"source": source})).content.decode()
    await browser.connect(CSRF.search(html)[1])
    return elements(html)["staff"]


async def test_a_view_that_a_tag_shows_asks_its_guards_again_at_each_join(ada, ada_browser):
    """Its token is good for days, a permission perhaps not."""
    may_add = await Permission.objects.aget(codename="add_group")
    await ada.user_permissions.aadd(may_add)
    element = await staff_element(ada_browser)
    view = await join(ada_browser, element)
    await view.call("phx_leave", {})
    await ada.user_permissions.aclear()
    _, reply = await try_join(ada_browser, element)
    assert (reply.status, reply.response["status"]) == ("error", 403)


async def test_a_patch_shows_no_object_that_the_queryset_does_not_hold(ada, ada_browser, groups):
    await ada.groups.aadd(groups[0])
    view = await ada_browser.open(f"/own/{groups[0].pk}/")
    await view.push("live_patch", {"url": f"http://testserver/own/{groups[1].pk}/"})
    await view.pushed("phx_error")
    response = await ada_browser.fetch(f"/own/{groups[1].pk}/")
    assert response.status_code == 404


@pytest.mark.parametrize("how", ["socket", "post"])
async def test_nothing_is_saved_that_is_no_longer_the_visitors(ada, ada_browser, groups, how):
    """The form came while it was."""
    await ada.groups.aadd(groups[0])
    url = f"/own/{groups[0].pk}/edit/"
    view = await ada_browser.open(url)
    await ada.groups.aclear()
    if how == "socket":
        await view.push("event", {"type": "form", "event": "save", "value": "name=mine"})
        await view.pushed("phx_error")
    else:
        response = await sync_to_async(ada_browser.client.post)(url, {"name": "mine"})
        assert response.status_code == 404
    await groups[0].arefresh_from_db()
    assert groups[0].name == "one"


@pytest.mark.django_db
def test_a_plain_post_meets_the_guards_before_its_event(client: Client, settings):
    settings.ROOT_URLCONF = "tests.support.live_site.urls"
    group = Group.objects.create(name="one")
    url = f"/forms/groups/{group.pk}/delete/"
    assert client.post(url, {"_event": "delete"}).status_code == 302
    assert Group.objects.filter(pk=group.pk).exists()


# -- scripts


def test_no_template_of_ours_holds_a_script_or_a_style():
    """A strict policy forbids them."""
    odd = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    texts = {file: file.read_text() for file in PACKAGE.rglob("templates/**/*.html")}
    assert len(texts) > 10
    assert [str(file) for file, text in texts.items() if odd.search(text)] == []


def test_our_script_makes_neither_code_nor_markup_of_text():
    odd = re.compile(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write")
    scripts = [*(PACKAGE.parent / "assets/js").glob("*.js"), *PACKAGE.glob("*/static/**/*.js")]
    assert len(scripts) > 10
    assert [file.name for file in scripts if odd.search(file.read_text())] == []
