"""D12: no mount without the checks of a GET. Each refused join is written by hand, and mounts are counted."""

from __future__ import annotations

import asyncio
from inspect import iscoroutinefunction
from typing import Any, ClassVar

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponseRedirect
from django.test import Client, override_settings
from django.urls import path
from django.utils.decorators import async_only_middleware

from django_phoenix.guards import LoginRequired, PermissionRequired, require_login
from django_phoenix.live.routes import guarding_middleware, live_routes
from django_phoenix.live_view import event
from django_phoenix.pubsub import abroadcast
from tests.support.live_client import LiveClient, Reply
from tests.support.live_site import views

STALE = Reply("error", {"reason": "stale"})
UNAUTHORIZED = Reply("error", {"reason": "unauthorized"})
LOGIN_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]


class Forbidding:
    """A middleware that guards views."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        return None


def forbidding(get_response):
    """A middleware may be made by a function."""
    return Forbidding(get_response)


@async_only_middleware
def forbidding_async(get_response):
    assert iscoroutinefunction(get_response)
    return Forbidding(get_response)


def unused(get_response):
    raise MiddlewareNotUsed


class Elsewhere:
    """A middleware that may refuse in __call__."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


async def refused(browser, page, mounts, expected, **changes):
    mounts.clear()
    _, reply = await browser.try_join(page, **changes)
    assert reply == expected
    assert mounts == []


def url(path):
    return f"http://testserver{path}"


GUARDED = ["wrapped", "mixed", "decorated"]


@pytest.mark.parametrize("name", GUARDED)
async def test_a_guarded_view_joins_after_the_get_that_let_the_user_in(ada_browser, mounts, name):
    page = await ada_browser.get(f"/{name}/")
    view = await ada_browser.join(page)
    assert "diff" in await view.event("inc")
    await ada_browser.join(page, params={"_mounts": 1})
    assert [mount.split()[1] for mount in mounts] == ["get", "socket", "socket"]


@pytest.mark.parametrize("name", GUARDED)
async def test_an_anonymous_get_of_a_guarded_view_does_not_mount(browser, mounts, name):
    response = await browser.fetch(f"/{name}/")
    assert response["Location"] == f"/login/?next=/{name}/"
    assert mounts == []


@pytest.mark.parametrize("name", GUARDED)
async def test_an_open_pages_token_never_opens_a_guarded_view(browser, mounts, name):
    """LV-13, LV-14: by url, by redirect, with any user."""
    page = await browser.get("/open/")
    await refused(browser, page, mounts, UNAUTHORIZED, url=url(f"/{name}/"))
    await refused(browser, page, mounts, UNAUTHORIZED, redirect=url(f"/{name}/"))


@pytest.mark.parametrize("name", GUARDED)
async def test_a_live_navigation_to_a_guarded_view_is_a_page_load(ada_browser, mounts, name):
    page = await ada_browser.get("/open/")
    await refused(ada_browser, page, mounts, UNAUTHORIZED, redirect=url(f"/{name}/"))


@pytest.mark.parametrize("name", ["wrapped", "mixed"])
async def test_a_guarded_view_joins_only_at_the_url_that_was_let_in(ada_browser, mounts, name):
    page = await ada_browser.get(f"/{name}/1/")
    await refused(ada_browser, page, mounts, UNAUTHORIZED, url=url(f"/{name}/2/"))
    await refused(ada_browser, page, mounts, UNAUTHORIZED, redirect=url(f"/{name}/2/"))
    await refused(ada_browser, page, mounts, UNAUTHORIZED, redirect=url(f"/{name}/1/"))
    await refused(ada_browser, page, mounts, UNAUTHORIZED, url=url(f"/{name}/1/?page=2"))
    view = await ada_browser.join(page)
    assert await view.call("live_patch", {"url": url(f"/{name}/2/")}) == {"link_redirect": True}
    assert await view.call("live_patch", {"url": url(f"/{name}/1/?page=3")}) == {}


@pytest.mark.parametrize("asked", ["?q=a|b&x=%C3%A9+%20", "?q=a%7Cb&x=%C3%A9%20+"])
async def test_the_query_of_a_guarded_view_is_compared_by_what_it_says(ada_browser, mounts, asked):
    page = await ada_browser.get(f"/wrapped/1/{asked}")
    await ada_browser.join(page, url=url("/wrapped/1/?q=a%7Cb&x=%C3%A9%20%20"))
    await refused(ada_browser, page, mounts, UNAUTHORIZED, url=url("/wrapped/1/?q=a"))


@pytest.mark.parametrize("name", ["open", "wrapped", "mixed"])
async def test_another_users_token_is_stale(ada_browser, mounts, name):
    page = await ada_browser.get(f"/{name}/")
    await sync_to_async(User.objects.create_user)("bob", password="pw")
    client = Client()
    await sync_to_async(client.login)(username="bob", password="pw")
    async with LiveClient(client) as bob:
        bobs = await bob.get("/open/")
        await bob.connect(bobs.csrf)
        await refused(bob, page, mounts, STALE)
        await refused(bob, page, mounts, STALE, redirect=url("/open/"))
    async with LiveClient() as nobody:
        await nobody.connect((await nobody.get("/open/")).csrf)
        await refused(nobody, page, mounts, STALE)


async def test_an_anonymous_token_is_stale_after_a_login(ada, mounts):
    client = Client()
    async with LiveClient(client) as browser:
        page = await browser.get("/open/")
        await sync_to_async(client.force_login)(ada)
        await browser.connect((await browser.get("/open/")).csrf)
        await refused(browser, page, mounts, STALE)


@pytest.fixture
def _without_news(settings):
    """Of what has become of a login: they may be late."""
    settings.DJANGO_PHOENIX = {**settings.DJANGO_PHOENIX, "CLOSE_ON_LOGOUT": False}


@pytest.mark.usefixtures("_without_news")
@pytest.mark.parametrize("name", ["open", "wrapped", "mixed"])
@pytest.mark.parametrize("same_socket", [True, False])
async def test_a_token_from_before_the_logout_is_stale(ada_browser, mounts, name, same_socket):
    page = await ada_browser.get(f"/{name}/")
    if same_socket:
        await ada_browser.join(page)
        await sync_to_async(ada_browser.client.logout)()
    else:
        await sync_to_async(ada_browser.client.logout)()
        await ada_browser.connect((await ada_browser.get("/open/")).csrf)
    await refused(ada_browser, page, mounts, STALE)
    await refused(ada_browser, page, mounts, STALE, redirect=url("/open/"))


@pytest.mark.usefixtures("_without_news")
@pytest.mark.parametrize("same_socket", [True, False])
async def test_a_token_from_before_a_change_of_password_is_stale(ada_browser, ada, mounts, same_socket):
    page = await ada_browser.get("/open/")
    if same_socket:
        await ada_browser.join(page)
    ada.set_password("new")
    await sync_to_async(ada.save)()
    if not same_socket:
        client = ada_browser.client
        await sync_to_async(client.login)(username="ada", password="new")
        await ada_browser.connect((await ada_browser.get("/open/")).csrf)
    await refused(ada_browser, page, mounts, STALE)


async def test_a_logout_closes_the_socket_of_live_pages(ada_browser):
    await ada_browser.join(await ada_browser.get("/open/"))
    await sync_to_async(ada_browser.client.logout)()
    assert await ada_browser.close_code() == 1001


async def test_a_token_is_good_after_a_new_login_of_the_same_user(ada_browser, ada):
    page = await ada_browser.get("/open/")
    await sync_to_async(ada_browser.client.logout)()
    await sync_to_async(ada_browser.client.force_login)(ada)
    await ada_browser.connect((await ada_browser.get("/open/")).csrf)
    await ada_browser.join(page)


async def test_the_login_survives_a_rotation_of_the_secret_key(ada, mounts):
    client = Client()
    with override_settings(SECRET_KEY="old"):
        await sync_to_async(client.force_login)(ada)
        async with LiveClient(client) as browser:
            page = await browser.get("/open/")
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        async with LiveClient(client) as browser:
            await browser.join(page)
            key = client.cookies["sessionid"].value
            assert await sync_to_async(client.session.exists)(key)


# -- LoginRequiredMiddleware


@pytest.fixture
def login_middleware():
    with override_settings(MIDDLEWARE=LOGIN_MIDDLEWARE):
        yield


async def test_login_required_middleware_is_honoured_at_the_join(browser, mounts):
    """The page was got before the middleware was there, or its token was stolen from such a page."""
    page = await browser.get("/open/")
    exempt = await browser.get("/exempt/")
    with override_settings(MIDDLEWARE=LOGIN_MIDDLEWARE):
        await browser.connect(page.csrf)
        await refused(browser, page, mounts, UNAUTHORIZED)
        await refused(browser, exempt, mounts, UNAUTHORIZED, url=url("/open/"))
        await refused(browser, exempt, mounts, UNAUTHORIZED, redirect=url("/open/"))
        await browser.join(exempt)
        await browser.join(exempt, redirect=url("/exempt/"))


@pytest.mark.usefixtures("_without_news")
async def test_behind_login_required_middleware_old_and_stolen_tokens_are_stale(
    ada_browser, ada, mounts, login_middleware
):
    page = await ada_browser.get("/open/")
    await ada_browser.join(page)
    await sync_to_async(User.objects.create_user)("bob", password="pw")
    bobs_client = Client()
    await sync_to_async(bobs_client.login)(username="bob", password="pw")
    async with LiveClient(bobs_client) as bob:
        await bob.connect((await bob.get("/open/")).csrf)
        await refused(bob, page, mounts, STALE)
        await refused(bob, page, mounts, STALE, redirect=url("/open/"))
    await sync_to_async(ada_browser.client.logout)()
    await refused(ada_browser, page, mounts, STALE)
    await refused(ada_browser, page, mounts, STALE, redirect=url("/open/"))


async def test_behind_login_required_middleware_users_navigate_live(ada_browser, login_middleware):
    page = await ada_browser.get("/open/")
    await ada_browser.join(page)
    await ada_browser.join(page, redirect=url("/open/1/"))


# -- other middleware


async def test_a_middleware_with_process_view_makes_live_navigation_a_page_load(browser, mounts):
    name = f"{__name__}.Forbidding"
    with override_settings(MIDDLEWARE=[*LOGIN_MIDDLEWARE[:3], name]):
        page = await browser.get("/open/")
        await browser.join(page)
        await refused(browser, page, mounts, UNAUTHORIZED, redirect=url("/open/1/"))
        await refused(browser, page, mounts, UNAUTHORIZED, url=url("/open/1/"))
        with override_settings(DJANGO_PHOENIX={"TRUSTED_MIDDLEWARE": [name]}):
            await browser.join(page, redirect=url("/open/1/"))


@pytest.mark.parametrize(
    ("name", "guards"), [("forbidding", True), ("forbidding_async", True), ("unused", False)]
)
def test_what_a_function_makes_may_be_a_guard_too(name, guards):
    with override_settings(MIDDLEWARE=[*LOGIN_MIDDLEWARE[:3], f"{__name__}.{name}"]):
        assert (guarding_middleware() is not None) == guards


async def test_any_middleware_can_be_named_a_guard(browser, mounts):
    name = f"{__name__}.Elsewhere"
    with override_settings(MIDDLEWARE=[*LOGIN_MIDDLEWARE[:3], name]):
        page = await browser.get("/open/")
        await browser.join(page, redirect=url("/open/1/"))
        with override_settings(DJANGO_PHOENIX={"GUARD_MIDDLEWARE": [name]}):
            await refused(browser, page, mounts, UNAUTHORIZED, redirect=url("/open/1/"))


# -- views that decide themselves in get()


async def test_a_view_with_a_get_of_its_own_is_guarded_by_it(browser, mounts):
    page = await browser.get("/getter/?open=1")
    await browser.join(page)
    open_page = await browser.get("/open/")
    await refused(browser, open_page, mounts, UNAUTHORIZED, redirect=url("/getter/"))


# -- our own guards


async def test_our_login_guard_runs_at_get_at_join_and_at_live_navigation(browser, mounts):
    response = await browser.fetch("/own-guard/")
    assert response["Location"] == "/login/?next=/own-guard/"
    page = await browser.get("/open/")
    answer = {"redirect": {"to": "/login/?next=/own-guard/", "status": 302}, "events": []}
    await refused(browser, page, mounts, Reply("error", answer), redirect=url("/own-guard/"))


async def test_our_guards_allow_live_navigation(ada_browser, ada):
    page = await ada_browser.get("/own-guard/")
    await ada_browser.join(page)
    await ada_browser.join(page, redirect=url("/own-guard/?a=1"))
    permission = await Permission.objects.aget(codename="view_group")
    await ada.user_permissions.aadd(permission)
    await ada_browser.join(page, redirect=url("/own-permission/"))


async def test_our_permission_guard_refuses_with_403(ada_browser, mounts):
    response = await ada_browser.fetch("/own-permission/")
    assert response.status_code == 403
    page = await ada_browser.get("/open/")
    mounts.clear()
    _, reply = await ada_browser.try_join(page, redirect=url("/own-permission/"))
    assert (reply.response["reason"], reply.response["status"]) == ("reload", 403)
    assert mounts == []


async def test_our_permission_guard_sends_visitors_to_the_login(browser, mounts):
    response = await browser.fetch("/own-permission/")
    assert response["Location"] == "/login/?next=/own-permission/"


async def test_the_guards_of_a_live_session_run_for_each_of_its_views(ada_browser, ada, mounts):
    assert (await ada_browser.fetch("/staff/"))["Location"] == "/counter/"
    assert mounts == []
    await User.objects.filter(pk=ada.pk).aupdate(is_staff=True)
    page = await ada_browser.get("/staff/")
    await ada_browser.join(page)
    await ada_browser.join(page, redirect=url("/staff/two/"))
    await User.objects.filter(pk=ada.pk).aupdate(is_staff=False)
    answer = Reply("error", {"redirect": {"to": "/counter/", "status": 302}, "events": []})
    await refused(ada_browser, page, mounts, answer)
    await refused(ada_browser, page, mounts, answer, redirect=url("/staff/two/"))


async def test_nobody_navigates_live_across_the_border_of_a_live_session(ada_browser, ada, mounts):
    """LV-13, LV-14, LV-116"""
    await User.objects.filter(pk=ada.pk).aupdate(is_staff=True)
    outside, inside = await ada_browser.get("/open/"), await ada_browser.get("/staff/")
    await refused(ada_browser, outside, mounts, UNAUTHORIZED, redirect=url("/staff/"))
    await refused(ada_browser, inside, mounts, UNAUTHORIZED, redirect=url("/open/"))
    await refused(ada_browser, inside, mounts, UNAUTHORIZED, url=url("/open/"))


# -- for checks and commands


def test_every_live_route_tells_what_guards_it():
    guards = {route.pattern: route.guard for route in live_routes()}
    assert guards["open/"] is None
    assert guards["exempt/"] is None
    assert guards["wrapped/"].endswith("wraps as_view()")
    assert guards["mixed/"] == "django.contrib.auth.mixins.LoginRequiredMixin overrides dispatch()"
    assert guards["decorated/"] == f"{views.__name__}.Decorated overrides dispatch()"
    assert guards["getter/"] == f"{views.__name__}.Getter overrides get()"
    assert guards["own-guard/"] is None
    sessions = {route.pattern: route.live_session.name for route in live_routes()}
    assert (sessions["staff/"], sessions["open/"]) == ("staff", "default")


async def test_a_disconnect_broadcast_ends_all_views_of_a_live_socket_id(ada):
    """LV-117, and only those."""
    clients = [Client(), Client(), Client()]
    for client, name in zip(clients, ("users:1", "users:1", "users:2"), strict=True):
        await sync_to_async(client.force_login)(ada)
        await sync_to_async(name_socket)(client, name)
    async with LiveClient(clients[0]) as one, LiveClient(clients[1]) as two, LiveClient(clients[2]) as other:
        await one.open("/open/")
        await two.open("/open/")
        view = await other.open("/open/")
        await abroadcast("users:1", "disconnect", {})
        for browser in (one, two):
            await closed(browser)
        assert "diff" in await view.event("inc")


async def closed(browser):
    while (await asyncio.wait_for(browser.from_server.get(), 10))["type"] != "websocket.close":
        pass


def name_socket(client, name):
    session = client.session
    session["live_socket_id"] = name
    session.save()


# -- what a route adds


def urls(*patterns):
    return override_settings(ROOT_URLCONF=type("urls", (), {"urlpatterns": list(patterns)}))


async def test_guards_may_be_given_in_the_urls(browser, mounts):
    with urls(path("x/", views.Open.as_view(on_mount=[require_login])), path("open/", views.Open.as_view())):
        assert (await browser.fetch("/x/"))["Location"] == "/login/?next=/x/"
        page = await browser.get("/open/")
        answer = {"redirect": {"to": "/login/?next=/x/", "status": 302}, "events": []}
        await refused(browser, page, mounts, Reply("error", answer), redirect=url("/x/"))


class Report(PermissionRequired, views.Counted):
    @event
    def go(self, to: str):
        self.push_patch(to)


async def test_no_patch_leads_past_the_guards_of_another_route_of_the_view(ada_browser, ada, mounts):
    await ada.user_permissions.aadd(await Permission.objects.aget(codename="view_group"))
    with urls(
        path("mine/", Report.as_view(permission_required="auth.view_group")),
        path("mine/new/", Report.as_view(permission_required="auth.view_group", live_action="new")),
        path("theirs/", Report.as_view(permission_required="auth.add_group")),
    ):
        view = await ada_browser.open("/mine/")
        mounts.clear()
        assert await view.call("live_patch", {"url": url("/mine/new/")}) == {}
        assert await view.call("live_patch", {"url": url("/theirs/")}) == {"link_redirect": True}
        await view.send_event("go", {"to": "/theirs/"})
        await view.pushed("phx_error")
        assert mounts == []


@pytest.mark.parametrize("result", [False, True, HttpResponseRedirect("/login/")])
async def test_a_guard_that_returns_something_lets_nobody_in(browser, caplog, mounts, result):
    answers = [None]
    guarded = type("Answered", (views.Counted,), {"on_mount": [lambda view, params, session: answers[0]]})
    with urls(path("x/", guarded.as_view())):
        page = await browser.get("/x/")
        answers[0] = result
        with pytest.raises(TypeError, match=r"Answered: the guard .* returned .* which refuses nobody"):
            await browser.fetch("/x/")
        await refused(browser, page, mounts, Reply("error", {"reason": "join crashed"}))


class Verbs(LoginRequired, views.Counted):
    deleted: ClassVar[list[Any]] = []

    @event
    def delete(self, which: str = "all"):
        self.deleted.append(which)

    @event
    async def put(self):
        pass


async def test_no_http_method_reaches_an_event_handler(ada_browser):
    """View.dispatch would call ``delete(request)`` without mount and guards."""
    Verbs.deleted.clear()
    with urls(path("x/", Verbs.as_view())):
        for method in ("delete", "put"):
            assert getattr(Client(), method)("/x/").status_code == 405
        assert Verbs.deleted == []
        view = await ada_browser.open("/x/")
        await view.event("delete", {"which": "one"})
        assert Verbs.deleted == ["one"]


def test_an_event_handler_cannot_replace_what_a_view_is_made_of():
    with pytest.raises(TypeError, match=r"Broken.redirect: .* would replace LiveView.redirect"):
        type("Broken", (views.Counted,), {"redirect": event(lambda self: None)})


# -- who the socket belongs to


async def test_an_inactive_user_does_not_join(ada_browser, ada, mounts):
    page = await ada_browser.get("/open/")
    await ada_browser.join(page)
    await User.objects.filter(pk=ada.pk).aupdate(is_active=False)
    await refused(ada_browser, page, mounts, STALE)


@pytest.mark.parametrize("engine", ["signed_cookies", "cache", "cached_db", "file"])
async def test_any_session_engine_tells_who_it_is(ada, mounts, tmp_path, engine):
    engine = f"django.contrib.sessions.backends.{engine}"
    with override_settings(SESSION_ENGINE=engine, SESSION_FILE_PATH=str(tmp_path)):
        client = Client()
        await sync_to_async(client.force_login)(ada)
        async with LiveClient(client) as browser:
            page = await browser.get("/own-guard/")
            await browser.join(page)
        await sync_to_async(client.logout)()
        async with LiveClient(client) as nobody:
            await nobody.connect((await nobody.get("/open/")).csrf)
            await refused(nobody, page, mounts, STALE)
