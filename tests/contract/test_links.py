"""URLs and live links in templates."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from django_phoenix.live_view import LiveView
from django_phoenix.management.contract.literals import DYNAMIC
from django_phoenix.management.contract.urlnames import url_problem
from tests.contract.support import found, spots, unit_of


class HereLive(LiveView):
    template = ""


class ThereLive(LiveView):
    template = ""


def plain(request: HttpRequest, **captured: Any) -> HttpResponse:
    return HttpResponse()


def blog_urls(name: str) -> Any:
    patterns = [path("", plain, name="index"), path("<slug:slug>/", plain, name="post")]
    return include((patterns, "blog"), namespace=name)


class Urls:
    urlpatterns = [
        path("here/", HereLive.as_view(), name="here"),
        path("here/<int:page>/", HereLive.as_view(), name="here-page"),
        path("there/<int:pk>/", ThereLive.as_view(), name="there"),
        path("plain/", plain, name="plain"),
        path("two/", plain, name="two"),
        path("two/<int:pk>/", plain, name="two"),
        path("fixed/", plain, {"kind": "a"}, name="fixed"),
        re_path(r"^old/(\d{4})/$", plain, name="old"),
        re_path(r"^named/(?P<year>\d{4})/(?:x/)?$", plain, name="named"),
        path("club/<int:club>/", include(([path("<uuid:id>/", plain, name="member")], "club"))),
        path("news/", blog_urls("news")),
        path("blog/", blog_urls("blog")),
    ]


@pytest.fixture(autouse=True)
def urls(settings: Any) -> None:
    settings.ROOT_URLCONF = Urls


UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("plain", [], {}),
        ("there", [3], {}),
        ("there", ["3"], {}),
        ("there", [DYNAMIC], {}),
        ("there", [], {"pk": DYNAMIC}),
        ("two", [], {}),
        ("two", [1], {}),
        ("fixed", [], {}),
        ("fixed", [], {"kind": "a"}),
        ("fixed", [], {"kind": DYNAMIC}),
        ("old", ["1999"], {}),
        ("old", [1999], {}),
        ("old", [DYNAMIC], {}),
        ("named", [], {"year": 2000}),
        ("club:member", [1, UUID], {}),
        ("club:member", [], {"club": 1, "id": DYNAMIC}),
        ("news:post", ["a-b"], {}),
        ("blog:post", [], {"slug": "a"}),
    ],
)
def test_urls_that_lead_somewhere(name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    assert url_problem(name, args, kwargs) is None


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "text"),
    [
        ("plian", [], {}, "there is no URL named 'plian'"),
        ("there", [], {}, "the URL 'there' takes (pk), got none"),
        ("there", [1, 2], {}, "the URL 'there' takes (pk), got 1, 2"),
        ("there", [DYNAMIC, "a"], {}, "the URL 'there' takes (pk), got …, 'a'"),
        ("there", [], {"id": 1}, "the URL 'there' takes (pk), got id=…"),
        ("there", ["x"], {}, "the pattern of the URL 'there' does not match 'x' for 'pk'"),
        ("there", [1], {"pk": 1}, "the URL 'there' is given arguments both with and without names"),
        ("two", [1, 2], {}, "the URL 'two' takes (pk) or no arguments, got 1, 2"),
        ("fixed", [], {"kind": "b"}, "the URL 'fixed' takes no arguments, got kind=…"),
        ("old", ["99"], {}, "the pattern of the URL 'old' does not match '99'"),
        ("club:member", [1, "x"], {}, "the pattern of the URL 'club:member' does not match 'x' for 'id'"),
        (
            "club:member",
            ["x", DYNAMIC],
            {},
            "the pattern of the URL 'club:member' does not match 'x' for 'club'",
        ),
        ("clbu:member", [1, 2], {}, "there is no URL namespace 'clbu'"),
        ("news:posts", [1], {}, "there is no URL named 'news:posts'"),
    ],
)
def test_urls_that_do_not(name: str, args: list[Any], kwargs: dict[str, Any], text: str) -> None:
    problem = url_problem(name, args, kwargs)
    assert problem is not None
    assert problem.text == text


def test_the_nearest_name_is_suggested() -> None:
    problems = [url_problem(name, [], {}) for name in ("plian", "news:indx", "nwes:index")]
    assert [problem.hint for problem in problems if problem] == [
        "Did you mean 'plain'?",
        "Did you mean 'news:index'?",
        "Did you mean 'news'?",
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{% url "plain" %}{% url name %}{% url "plian" as x %}{% url "pla"|add:"in" %}', []),
        ('{% url "plian" %}', [('{% url "plian" %} at 1:1', "ERROR")]),
        ('{% if a %}{% url "plian" %}{% endif %}', [('{% url "plian" %} at 1:11', "WARNING")]),
        ('{% if a %}{% url "there" %}{% endif %}', [('{% url "there" %} at 1:11', "ERROR")]),
        ('<a {% live_patch "heer" %}>', [('{% live_patch "heer" %} at 1:4', "ERROR")]),
        ('<a {% live_navigate "there" pk=1 replace %}>', []),
        (
            '<a {% live_navigate "there" id %}><a {% live_navigate "/there/1/" %}><a {% live_navigate x %}>',
            [],
        ),
    ],
)
def test_urls_of_a_page(text: str, places: list[tuple[str, str]]) -> None:
    assert found(unit_of(text, HereLive), "T030") == places


class Tenants:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.urlconf = "elsewhere"
        return self.get_response(request)


def test_where_a_middleware_chooses_the_urls_a_missing_name_is_not_certain(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Tenants"]
    assert found(unit_of('{% url "plian" %}', HereLive), "T030") == [('{% url "plian" %} at 1:1', "WARNING")]


def test_in_a_template_of_no_live_page_nothing_is_certain() -> None:
    unit = unit_of('{% url "plian" %}', kind="template")
    assert found(unit, "T030") == [('{% url "plian" %} at 1:1', "WARNING")]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('<a {% live_patch "here" %}><a {% live_patch "?x=1" %}><a {% live_patch "/here/2/?x#y" %}>', []),
        ('<a {% live_patch "there" 1 %}>', ['{% live_patch "there" 1 %}']),
        ('<a {% live_patch "/there/1/" %}>', ['{% live_patch "/there/1/" %}']),
        ('<a {% live_navigate "there" 1 %}><a {% live_navigate "/there/1/" %}>', []),
        ('<a {% live_navigate "plain" %}>', ['{% live_navigate "plain" %}']),
        ('<a {% live_navigate "/plain/" %}>', ['{% live_navigate "/plain/" %}']),
        ('<a {% live_navigate "/nowhere/" %}>', ['{% live_navigate "/nowhere/" %}']),
        ('<a {% live_navigate "nowhere" %}><a {% live_navigate "news:index" %}>', []),
        ('<a {% live_post "plain" %}><a {% live_post "/plain/" %}><a {% live_post "/there/1/" %}>', []),
        ('<a {% live_post "/nowhere/" %}>', ['{% live_post "/nowhere/" %}']),
        ('<a href="/nowhere/">', []),
        ('<a href="/nowhere/" data-phx-link="redirect">', ['href="/nowhere/"']),
        ('<a href="/nowhere/{{ x }}" data-phx-link="redirect">', []),
        ('<b phx-click="{% js navigate "/nowhere/" %}">', ['{% js navigate "/nowhere/" %}']),
        ('<b phx-click="{% js patch "/here/1/" then navigate x %}">', []),
        (
            '<b phx-click=\'[["patch",{"href":"/there/1/"}]]\'>',
            ['phx-click=\'[["patch",{"href":"/there/1/"}]]\''],
        ),
        ("<b phx-click='[[broken'>", []),
    ],
)
def test_live_links(text: str, places: list[str]) -> None:
    assert spots(text, "T031", owner=HereLive) == places


def test_paths_without_their_language_may_be_led_to_it(settings: Any) -> None:
    class Translated:
        urlpatterns = i18n_patterns(path("x/", plain, name="x"))

    settings.ROOT_URLCONF = Translated
    assert spots('<a {% live_navigate "/x/" %}>', "T031", owner=HereLive) == []
