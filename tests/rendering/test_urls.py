"""`fast_reverse` answers as `django.urls.reverse` does, or leaves the call to it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import NoReverseMatch, include, path, re_path, reverse, set_script_prefix
from django.urls.base import get_script_prefix

from django_phoenix.rendering.urls import fast_reverse


def view(request: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse()


shop = ([path("<int:pk>/", view, name="item"), path("", view, name="home")], "shop")

urlpatterns = [
    path("plain/", view, name="plain"),
    path("one/<int:pk>/", view, name="one"),
    path("two/<slug:a>/<path:b>", view, name="two"),
    path("either/", view, name="either"),
    path("either/<int:pk>/", view, name="either"),
    path("given/<int:pk>/", view, {"kind": "x"}, name="given"),
    re_path(r"^old/(\d+)/(\w+)/$", view, name="old"),
    re_path(r"^(?=even/.*[02468]/$)", include([path("even/<int:pk>/", view, name="even")])),
    path("a b/ü/<int:pk>", view, name="quoted"),
    path("100%/<int:pk>", view, name="percent"),
    path("a/", include(shop, namespace="north")),
    path("b/<str:town>/", include(shop, namespace="south")),
]

CALLS: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("plain", [], {}),
    ("one", [3], {}),
    ("one", [], {"pk": 3}),
    ("two", [], {"a": "x", "b": "y z/ü&'"}),
    ("either", [], {}),
    ("either", [5], {}),
    ("given", [1], {}),
    ("given", [], {"pk": 1, "kind": "x"}),
    ("old", [1, "a"], {}),
    ("north:item", [1], {}),
    ("south:item", [], {"town": "u", "pk": 1}),
    ("shop:item", [1], {}),
    *((name, [pk], {}) for name in ("one", "even", "quoted") for pk in (0, 7, 12, "12", "007", True, 10**20)),
    ("one", [], {"pk": 10**20}),
    ("quoted", [], {"pk": 1}),
]
WRONG: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("nothing", [], {}),
    ("one", [], {}),
    ("one", ["text"], {}),
    ("one", [1, 2], {}),
    ("one", [-1], {}),
    ("one", [None], {}),
    ("one", [], {"id": 1}),
    ("given", [], {"pk": 1, "kind": "y"}),
    ("west:item", [1], {}),
]


def runtime(current_app: str | None = None) -> Any:
    return SimpleNamespace(routes={}, current_app=current_app)


@pytest.fixture(autouse=True)
def _these_urls() -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.parametrize(("name", "args", "kwargs"), CALLS)
@pytest.mark.parametrize("app", [None, "north", "south"])
def test_the_same_url(name: str, args: list[Any], kwargs: dict[str, Any], app: str | None) -> None:
    try:
        expected = reverse(name, args=args, kwargs=kwargs, current_app=app)
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            fast_reverse(runtime(app), name, args, kwargs)
    else:
        assert fast_reverse(runtime(app), name, args, kwargs) == expected


@pytest.mark.parametrize(("name", "args", "kwargs"), WRONG)
def test_the_same_error(name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    with pytest.raises(NoReverseMatch) as expected:
        reverse(name, args=args, kwargs=kwargs)
    with pytest.raises(NoReverseMatch) as raised:
        fast_reverse(runtime(), name, args, kwargs)
    assert str(raised.value) == str(expected.value)


def test_a_percent_sign_in_a_pattern_fails_as_in_django() -> None:
    with pytest.raises(ValueError, match="unsupported format"):
        reverse("percent", args=[1])
    with pytest.raises(ValueError, match="unsupported format"):
        fast_reverse(runtime(), "percent", [1], {})


def test_the_script_prefix_of_the_moment_counts() -> None:
    before = get_script_prefix()
    try:
        set_script_prefix("/site 100%/")
        assert fast_reverse(runtime(), "one", [3], {}) == reverse("one", args=[3]) == "/site%20100%25/one/3/"
    finally:
        set_script_prefix(before)
    assert fast_reverse(runtime(), "one", [3], {}) == "/one/3/"
