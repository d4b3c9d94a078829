"""What surrounds a page: layouts by setting and live_session, languages in URLs, prefixes, URLconfs."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django import VERSION
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.urls import include, path, reverse, set_script_prefix
from django.utils.functional import SimpleLazyObject

from django_phoenix.exceptions import RegionError
from django_phoenix.live.session import live_session, live_session_of
from tests.support.live_client import Page, Reply
from tests.support.live_site import settings as site
from tests.support.live_site import views
from tests.support.tree import flat

pytestmark = pytest.mark.django_db
UNAUTHORIZED = Reply("error", {"reason": "unauthorized"})


# -- which layout, which block


def test_a_fragment_without_any_layout_gets_a_plain_page():
    """LV-89"""
    html = Client().get("/layout/PlainFragment/").content.decode()
    assert html.startswith("<!doctype html>")
    assert "<title></title>" in html
    assert "django_phoenix/phoenix.js" in html


def test_the_layout_may_be_a_setting():
    with override_settings(DJANGO_PHOENIX={"LAYOUT": "base.html"}):
        assert "base nav" in Client().get("/layout/PlainFragment/").content.decode()


def test_the_live_block_may_be_a_setting():
    with override_settings(DJANGO_PHOENIX={"LIVE_BLOCK": "body"}):
        assert Page("", Client().get("/layout/ExtendsNoBlock/")).inner == "0"


def test_the_layout_may_be_the_live_sessions_and_the_views_comes_first():
    class Bare(views.Counted):
        pass

    class Own(views.Counted):
        layout = "no_block.html"
        live_block = "body"

    routes = live_session(
        "x", [path("bare/", Bare.as_view()), path("own/", Own.as_view())], layout="section.html"
    )
    with override_settings(ROOT_URLCONF=_module([path("", include(routes))])):
        assert "section nav" in Client().get("/bare/").content.decode()
        assert "<title>x</title>" in Client().get("/own/").content.decode()


def test_a_variable_may_say_what_is_extended():
    class Chosen(views.Counted):
        template = """{% extends request.GET.base|default:"base.html" %}
            {% block content %}<p>{{ count }}</p>{% endblock %}"""

    with override_settings(ROOT_URLCONF=_module([path("", Chosen.as_view())])):
        client = Client()
        for base in ("base.html", "section.html"):
            page = Page("", client.get(f"/?base={base}"))
            assert page.inner == "<p>0</p>"
            assert ("section nav" in page.html) == (base == "section.html")
        with pytest.raises(RegionError, match=r"no block 'content' in no_block\.html"):
            client.get("/?base=no_block.html")


def test_a_template_may_be_chosen_in_the_urls_and_by_a_subclass():
    class Base(views.Counted):
        template = "base"

    class ByName(Base):
        template_name = "site/fragment.html"

    class BySource(ByName):
        template = "source"

    routes = [
        path("name/", ByName.as_view()),
        path("source/", BySource.as_view()),
        path("url/", Base.as_view(template_name="site/fragment.html")),
    ]
    with override_settings(ROOT_URLCONF=_module(routes)):
        inner = [Page("", Client().get(f"/{name}/")).inner for name in ("name", "source", "url")]
    assert inner == ["<p>fragment 0</p>\n", "source", "<p>fragment 0</p>\n"]


# -- live_session


def test_a_route_is_in_one_live_session():
    callback = views.Open.as_view()
    live_session("one", [path("x/", callback)])
    assert live_session_of(callback).name == "one"
    with pytest.raises(
        ImproperlyConfigured, match=r"live_session.'two'.: the route 'x/' is in the live_session"
    ):
        live_session("two", [path("x/", callback)])


def test_a_live_session_takes_included_routes_too():
    inner = views.Open.as_view()
    live_session("deep", [path("a/", include([path("b/", inner)]))])
    assert live_session_of(inner).name == "deep"


def test_the_session_of_a_group_may_depend_on_the_request():
    routes = live_session(
        "tenant",
        [path("x/", views.SessionLive.as_view())],
        session=lambda request: {"tenant": request.GET["tenant"]},
    )
    with override_settings(ROOT_URLCONF=_module([path("", include(routes))])):
        assert "acme" in Page("", Client().get("/x/?tenant=acme")).inner


# -- surroundings


async def test_the_language_of_the_url_is_the_views_after_a_live_navigation(browser):
    middleware = [*site.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        page = await browser.get("/de/i18n/")
        view = await browser.join(page)
        assert "Montag" in flat(view.joined["rendered"])
        view = await browser.join(page, redirect="http://testserver/fr/i18n/")
        assert "lundi" in flat(view.joined["rendered"]).lower()
        assert (await view.event("ask"))["diff"]["r"]["language"] == "fr"


async def test_a_site_may_live_below_a_prefix(browser):
    def get(path):
        set_script_prefix("/app/")  # as WSGIHandler and ASGIHandler do, and the test client does not
        try:
            return browser.client.get(path, SCRIPT_NAME="/app")
        finally:
            set_script_prefix("/")

    response = await sync_to_async(get)("/place/a/")
    page = Page("/app/place/a/", response)
    assert 'data-live-path="/app/live"' in page.html
    view = await browser.join(page)
    assert flat(view.joined["rendered"]) == "<p>PlaceLive index - 0 /app/place/a/ </p>"
    await view.send_event("named")
    assert await view.pushed("live_patch") == {"to": "/app/place/a/7/", "kind": "push"}
    _, reply = await browser.try_join(page, url="http://testserver/place/a/")
    assert reply == UNAUTHORIZED
    view = await browser.join(page, redirect="http://testserver/app/place/b/")
    assert "OtherPlaceLive" in flat(view.joined["rendered"])


class OtherUrls:
    """A middleware that chooses the URLconf, as for sites with several hosts."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.urlconf = "tests.live.other_urls"
        return self.get_response(request)


async def test_the_urlconf_of_the_request_goes_with_the_page(browser):
    with override_settings(MIDDLEWARE=[*site.MIDDLEWARE, f"{__name__}.OtherUrls"]):
        page = await browser.get("/elsewhere/")
        view = await browser.join(page)
    assert flat(view.joined["rendered"]) == "<p>PlaceLive None - 0 /elsewhere/ </p>"
    await view.send_event("patch", {"to": "there"})
    assert await view.pushed("live_patch") == {"to": "/there/", "kind": "push"}


def menu(request):
    """A context processor."""
    return {"menu": reverse("place-elsewhere")}


async def test_context_processors_on_the_socket_reverse_in_the_urlconf_of_the_request(browser):
    processors = [*site.TEMPLATES[0]["OPTIONS"]["context_processors"], f"{__name__}.menu"]
    with override_settings(
        MIDDLEWARE=[*site.MIDDLEWARE, f"{__name__}.OtherUrls"],
        TEMPLATES=[{**site.TEMPLATES[0], "OPTIONS": {"context_processors": processors}}],
    ):
        await browser.join(await browser.get("/elsewhere/"))


class Nonce:
    """Puts a nonce on the request where django-csp does."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.csp_nonce = SimpleLazyObject(lambda: "once")
        return self.get_response(request)


async def test_the_views_nonce_is_its_pages(browser):
    routes = [path("x/", _nonce_view("{{ request.csp_nonce }}").as_view())]
    middleware = [*site.MIDDLEWARE, f"{__name__}.Nonce"]
    with override_settings(ROOT_URLCONF=_module(routes), MIDDLEWARE=middleware):
        page = await browser.get("/x/")
        view = await browser.join(page)
    assert page.inner == flat(view.joined["rendered"]) == "once"
    assert page.html.count('nonce="once"') == 2


@pytest.mark.skipif(VERSION < (6, 0), reason="Content-Security-Policy is new in Django 6.0")
async def test_the_views_nonce_is_that_of_djangos_own_policy(browser):
    routes = [path("x/", _nonce_view("{{ csp_nonce }}").as_view())]
    processors = site.TEMPLATES[0]["OPTIONS"]["context_processors"]
    options = {"context_processors": [*processors, "django.template.context_processors.csp"]}
    with override_settings(
        ROOT_URLCONF=_module(routes),
        MIDDLEWARE=[*site.MIDDLEWARE, "django.middleware.csp.ContentSecurityPolicyMiddleware"],
        TEMPLATES=[{**site.TEMPLATES[0], "OPTIONS": options}],
        SECURE_CSP={"script-src": ["<CSP_NONCE_SENTINEL>"]},
    ):
        page = await browser.get("/x/")
        view = await browser.join(page)
    assert len(page.inner) > 10
    assert page.inner == flat(view.joined["rendered"])
    assert page.html.count(f'nonce="{page.inner}"') == 2
    assert f"'nonce-{page.inner}'" in page.response["Content-Security-Policy"]


def _nonce_view(source):
    return type("ShowsNonce", (views.Counted,), {"layout": "base.html", "template": source})


def _module(patterns):
    return type("urls", (), {"urlpatterns": patterns})
