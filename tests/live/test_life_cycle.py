"""What happens between mount and terminate: order, slow handlers, failures, what is shared."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from django.conf import settings as site
from django.test import override_settings
from django.urls import path

from django_phoenix.conf import settings
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event
from tests.support.live_client import Reply

# What the slow handler waits for, and what says that it has begun.
released = threading.Event()
begun = threading.Event()


class SlowLive(LiveView):
    template = "<p>{{ told }}</p>"

    class Assigns:
        told: str = ""

    def tell(self, text):
        self.assigns.told = f"{self.assigns.told} {text}".strip()

    @event
    def work(self):
        self.send_after(0, "timer")
        self.send_after(0.001, "later timer")
        begun.set()
        released.wait(30)
        self.tell("worked")

    @event
    async def quick(self):
        self.tell("quick")

    def handle_info(self, message):
        self.tell(message)


class HalfLive(LiveView):
    """Shows at GET and does not come to life."""

    template = "<p>shown</p>"

    def mount(self, params, session):
        if self.connected and params.get("fail", "yes") == "yes":
            raise RuntimeError("no socket today")


class MountsLive(LiveView):
    template = "<p>{{ mounts }} {{ referer }} {{ own }}</p>"

    def mount(self, params, session):
        given = self.connect_params
        self.assign(mounts=given.get("_mounts"), referer=given.get("_live_referer"), own=given.get("own"))


class SharedLive(LiveView):
    template = "<p>{{ tenant }} {{ path }} {{ user }}</p>"

    class Assigns:
        user: str = "declared"

    def mount(self, params, session):
        self.assign_new("tenant", lambda: "made")
        self.assign_new("tenant", lambda: "made twice")
        self.assign_new("path", lambda: "made")
        self.assign_new("user", lambda: "made")


def with_tenant(get_response):
    def middleware(request):
        request.tenant = "acme"
        return get_response(request)

    return middleware


class Twice(LiveComponent):
    template = "<p>{{ given }} {{ found }}</p>"

    def update(self, **assigns):
        self.assign(assigns)
        if "given" in assigns:
            self.assigns.found = "…"
            self.send_update(self.myself, found=f"found {assigns['given']}")


class TwiceLive(LiveView):
    template = f'{{% load phoenix %}}{{% live_component "{__name__}.Twice" id="t" given=given %}}'

    class Assigns:
        given: str = "one"

    @event
    def give(self, given: str):
        self.assigns.given = given


class LoopLive(LiveView):
    template = "<p>{{ page }}</p>"

    def handle_params(self, params, uri):
        self.assigns.page = int(params.get("page", 0))
        if "stay" not in params and self.assigns.page:
            self.push_patch(f"?page={self.assigns.page + 1}")

    @event
    def go(self, to: str):
        self.push_patch(to)


urlpatterns = [
    path("slow/", SlowLive.as_view()),
    path("half/", HalfLive.as_view()),
    path("mounts/", MountsLive.as_view()),
    path("shared/", SharedLive.as_view()),
    path("twice/", TwiceLive.as_view()),
    path("loop/", LoopLive.as_view()),
]


@pytest.fixture(autouse=True)
def urls(live_site):
    released.clear()
    begun.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


async def test_a_slow_handler_keeps_the_order_and_timers_wait(browser):
    """LV-111, LV-32: nothing overtakes it, and no mailbox times it out."""
    view = await browser.open("/slow/")
    first = await view.send_event("work")
    second = await view.send_event("quick")
    assert await browser.silent(0.05)
    assert begun.is_set()
    released.set()
    assert (await browser.reply(first)).response == {"diff": {"0": "worked"}}
    assert (await browser.reply(second)).response["diff"]["0"].startswith("worked quick")
    told = "worked quick"
    while "later timer" not in told:
        told = (await view.pushed("diff"))["0"]
    assert told == "worked quick timer later timer"


async def test_a_slow_handler_holds_up_no_other_view_nor_its_join(browser):
    """LV-111: others are answered meanwhile."""
    view = await browser.open("/slow/")
    ref = await view.send_event("work")
    other = await browser.open("/slow/")
    assert await other.event("quick") == {"diff": {"0": "quick"}}
    assert not released.is_set()
    released.set()
    assert (await browser.reply(ref)).status == "ok"


def test_a_handler_may_take_as_long_as_the_client_waits():
    """LV-111: 30 s for an event."""
    assert settings.HANDLER_TIMEOUT > 30


async def test_a_mount_that_raises_on_the_socket_refuses_the_join(browser, caplog):
    """The page is there; the client loads it anew, ever more slowly, and comes to life once it can."""
    page = await browser.get("/half/")
    assert page.inner == "<p>shown</p>"
    for _ in range(2):
        _, reply = await browser.try_join(page)
        assert reply == Reply("error", {"reason": "join crashed"})
    assert "no socket today" in caplog.text
    await browser.join(page, url="http://testserver/half/?fail=no")


async def test_connect_and_join_parameters_can_be_read_in_mount(browser):
    """LV-20"""
    page = await browser.get("/mounts/")
    assert page.inner == "<p>None None None</p>"
    params = {"_mounts": 3, "_live_referer": "/before/", "own": "x", "_csrf_token": page.csrf}
    view = await browser.join(page, params=params)
    assert [view.joined["rendered"][n] for n in "012"] == ["3", "/before/", "x"]


async def test_assign_new_shares_what_the_request_has(browser):
    """And nothing that every request has; on the socket no middleware has run."""
    with override_settings(MIDDLEWARE=[*site.MIDDLEWARE, f"{__name__}.with_tenant"]):
        page = await browser.get("/shared/")
    assert page.inner == "<p>acme made declared</p>"
    view = await browser.join(page)
    assert view.joined["rendered"]["0"] == "made"


def test_assign_new_shares_the_assigns_of_the_parent():
    parent = SimpleNamespace(view=SimpleNamespace(assigns=SimpleNamespace(tenant="parents", shared=None)))
    view = SharedLive()
    view._live = SimpleNamespace(shared=lambda: vars(parent.view.assigns))
    view.assign_new("tenant", lambda: "made")
    view.assign_new("shared", lambda: "made")
    view.assign_new("other", lambda: "made")
    assert (view.assigns.tenant, view.assigns.shared, view.assigns.other) == ("parents", None, "made")


async def test_a_component_may_update_itself_out_of_its_update(browser):
    """It is delivered after the rendering in hand, once."""
    view = await browser.open("/twice/")
    assert await view.pushed("diff") == {"c": {"1": {"1": "found one"}}}
    assert await view.event("give", {"given": "two"}) == {"diff": {"c": {"1": {"0": "two", "1": "…"}}}}
    assert await view.pushed("diff") == {"c": {"1": {"1": "found two"}}}
    assert await browser.silent()


async def test_patches_without_end_leave_the_client_where_it_comes_back_to(browser, caplog):
    """LV-82: the view ends, and is mounted again at the new URL."""
    view = await browser.open("/loop/")
    await view.send_event("go", {"to": "?page=1"})
    assert await view.pushed("live_patch") == {"to": "/loop/?page=20", "kind": "push"}
    assert await view.pushed("phx_error") is not None
    assert "LoopLive.handle_params() asked for 20 patches in a row" in caplog.text


async def test_a_patch_that_leads_somewhere_is_followed(browser):
    view = await browser.open("/loop/")
    await view.event("go", {"to": "?page=7&stay"})
    assert (await view.pushed("live_patch"))["to"] == "/loop/?page=7&stay"
