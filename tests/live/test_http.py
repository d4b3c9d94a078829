from __future__ import annotations

import re
from types import ModuleType

import pytest
from django.http import Http404
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation
from pytest_django.asserts import assertTemplateUsed

from django_phoenix import tokens
from tests.support.live_client import Page
from tests.support.live_site import settings as site
from tests.support.live_site import views

pytestmark = pytest.mark.django_db


def get(url, client=None, **options):
    response = (client or Client()).get(url, **options)
    return response, Page(url, response) if response.status_code == 200 else None


def test_the_view_stands_in_a_container_with_its_tokens():
    """LV-1, LV-2, LV-3"""
    _, page = get("/counter/")
    assert page.tag == "section"
    assert page.attributes == ' class="counter"'
    assert re.fullmatch(r"phx-[A-Za-z0-9_-]{16}", page.id)
    assert page.inner == "<p>fragment 0</p>\n"
    assert page.html.count("data-phx-main") == 1
    assert tokens.verify_own("session", page.session)["id"] == page.id
    assert tokens.verify_own("static", page.static) == {"id": page.id}


def test_the_test_client_knows_the_template_and_the_assigns():
    response, _ = get("/counter/")
    assertTemplateUsed(response, "site/fragment.html")
    assert response.context["count"] == 0


def test_each_request_has_an_id_of_its_own():
    """LV-3"""
    assert len({get("/counter/")[1].id for _ in range(5)}) == 5


def test_the_title_is_the_views():
    """LV-89"""
    _, page = get("/counter/")
    assert '<title data-default="Site" data-suffix=" | Site">Counter | Site</title>' in page.html


def test_a_get_sets_the_csrf_cookie_that_the_socket_will_need():
    """D13"""
    client = Client()
    response, page = get("/bare/", client)
    assert client.cookies["csrftoken"].value
    assert page.csrf
    assert "Cookie" in response["Vary"]
    assert response["Cache-Control"] == "private, max-age=0, must-revalidate"


def test_mount_runs_once_and_is_not_connected(mounts):
    get("/open/")
    assert mounts == ["Open get"]


@pytest.mark.parametrize(
    ("url", "status", "target"),
    [
        ("/mount-redirect/?at=get", 301, "/counter/"),
        ("/mount-redirect/?at=get&how=navigate", 302, "/counter/"),
        ("/mount-redirect/?at=get&how=abroad", 302, "https://example.com/"),
        ("/place/a/?canonical=1", 302, "/place/a/?page=1"),
        ("/place/a/?away=1", 302, "/place/b/"),
    ],
)
def test_a_redirect_in_mount_or_handle_params_redirects_the_request(url, status, target):
    """LV-7"""
    response, _ = get(url)
    assert (response.status_code, response["Location"]) == (status, target)


def test_params_are_the_query_and_over_it_the_captures():
    _, page = get("/place/a/5/?pk=9&page=2")
    assert page.inner == "<p>PlaceLive show 5 2 /place/a/5/ 2</p>"


def test_the_session_of_mount_holds_djangos_and_the_groups(ada):
    ada.is_staff = True
    ada.save()
    client = Client()
    client.force_login(ada)
    _, page = get("/staff/", client)
    assert tokens.verify_own("session", page.session)["session"] == {"group": "staff"}


def test_head_options_and_post_are_answered_as_by_any_view():
    client = Client()
    assert client.head("/counter/").status_code == 200
    assert client.options("/counter/")["Allow"] == "GET, HEAD, OPTIONS"
    assert client.post("/counter/").status_code == 405


def test_a_view_without_template_says_so():
    class Lost(views.LiveView):
        pass

    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="Lost needs a template"):
        Lost.as_view()(_request())


def test_async_callbacks_run_too_in_a_get(groups):
    _, page = get("/async-lazy/")
    assert page.inner.startswith("<ul><li>one</li><li>three</li><li>two</li></ul>")


@pytest.mark.parametrize(
    ("status", "text"), [(404, "Not Found"), (403, "403 Forbidden"), (400, "Bad Request")]
)
def test_the_cookie_of_a_refused_join_gives_its_status_once(status, text):
    """LV-25, LV-26"""
    client = Client()
    client.cookies["__phoenix_reload_status__"] = tokens.sign_own("reload", status)
    response, _ = get("/counter/", client)
    assert response.status_code == status
    assert text in response.content.decode()
    assert get("/counter/", client)[0].status_code == 200


def test_a_forged_cookie_is_an_error_500():
    """LV-26"""
    client = Client(raise_request_exception=False)
    client.cookies["__phoenix_reload_status__"] = "forged"
    assert get("/counter/", client)[0].status_code == 500
    assert get("/counter/", client)[0].status_code == 200


class Headless(views.Counted):
    template = "<html><body>{% block content %}{{ count }}{% endblock %}</body></html>"


def test_under_debug_a_page_that_nothing_connects_is_named(settings, caplog):
    settings.DEBUG = True
    get("/counter/")
    assert "{% live_head %}" not in caplog.text
    settings.ROOT_URLCONF = ModuleType("urls")
    settings.ROOT_URLCONF.urlpatterns = [path("", Headless.as_view())]
    get("/")
    assert "Headless: its page shows but does not live" in caplog.text


def _request():
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


def test_a_query_with_too_many_fields_is_a_bad_request():
    assert Client().get("/counter/?" + "a&" * 1001).status_code == 400


class LeavesNothing(views.Counted):
    """Something goes wrong after it has activated a language."""

    def mount(self, params, session):
        if params["where"] == "mount":
            self._fail()

    def handle_params(self, params, uri):
        if params["where"] == "handle_params":
            translation.activate("de")
        if params["where"] == "render":
            self._fail()

    def _fail(self):
        translation.activate("de")
        raise Http404


@pytest.mark.parametrize("where", ["mount", "handle_params", "render"])
def test_the_threads_next_request_is_in_its_own_language(where):
    urls = type("urls", (), {"urlpatterns": [path("x/", LeavesNothing.as_view())]})
    with override_settings(ROOT_URLCONF=urls):
        Client().get(f"/x/?where={where}")
    assert translation.get_language() == "en"


@pytest.mark.parametrize(
    ("source", "layout"),
    [
        ("<p>x</p>", "frame.html"),
        ("{% extends 'frame.html' %}{% block content %}<p>x</p>{% endblock %}", None),
    ],
)
def test_in_development_an_edited_layout_shows_at_once(tmp_path, source, layout):
    view = type("Edited", (views.Counted,), {"template": source, "layout": layout})
    urls = type("urls", (), {"urlpatterns": [path("x/", view.as_view())]})
    loaders = ["django.template.loaders.filesystem.Loader"]
    options = {**site.TEMPLATES[0]["OPTIONS"], "loaders": loaders, "debug": True}
    templates = [{"BACKEND": site.TEMPLATES[0]["BACKEND"], "DIRS": [tmp_path], "OPTIONS": options}]
    with override_settings(TEMPLATES=templates, ROOT_URLCONF=urls):
        for word in ("one", "two"):
            (tmp_path / "frame.html").write_text(word + " {% block content %}{% endblock %}")
            page = Page("", Client().get("/x/"))
            assert (page.before, page.inner) == (f"{word} ", "<p>x</p>")
