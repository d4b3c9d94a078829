"""Language, time zone and URLs are those that Django says are active, whoever set them, and where."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from threading import Thread
from typing import Any

import pytest
from django.test import override_settings
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils import timezone, translation

from django_phoenix.rendering import surroundings
from django_phoenix.rendering.surroundings import active_language, active_locale, active_routing

SETTINGS: dict[str, Callable[[], Any]] = {
    "nothing was ever set": lambda: None,
    "a language": lambda: translation.activate("de"),
    "the default language": lambda: translation.activate("en"),
    "a language, and none again": lambda: (translation.activate("de"), translation.deactivate()),
    "no translations": translation.deactivate_all,
    "a time zone": lambda: timezone.activate("Asia/Tokyo"),
    "a time zone, and none again": lambda: (timezone.activate("Asia/Tokyo"), timezone.deactivate()),
    "a prefix": lambda: set_script_prefix("/app/"),
    "the usual prefix": lambda: set_script_prefix("/"),
    "a URLconf": lambda: set_urlconf("tests.rendering.urls"),
    "a URLconf, and none again": lambda: (set_urlconf("tests.rendering.urls"), set_urlconf(None)),
}


def agree() -> None:
    assert active_language() == translation.get_language()
    assert active_locale() == (translation.get_language(), timezone.get_current_timezone())
    assert active_routing() == (get_urlconf(), get_script_prefix(), translation.get_language())


def in_a_new_thread(function: Callable[[], Any]) -> None:
    """Where nothing is set."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            Context().run(function)
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    for error in failed:
        raise error


@pytest.fixture(params=["as it is kept now", "as it may be kept some day"])
def unknown_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what we know of asgiref, Django is asked each time."""
    if request.param != "as it is kept now":
        for name in ("language_set", "time_zone_set", "prefix_set", "urlconf_set"):
            monkeypatch.setattr(surroundings, name, surroundings.known_by_django)


@pytest.mark.parametrize("prepare", SETTINGS.values(), ids=SETTINGS)
def test_what_is_active_is_what_django_says(unknown_ways: None, prepare: Callable[[], Any]) -> None:
    def run() -> None:
        prepare()
        agree()

    in_a_new_thread(run)


def test_a_language_is_seen_after_settings_were_overridden() -> None:
    with override_settings(LANGUAGE_CODE="fr"):
        in_a_new_thread(lambda: (translation.activate("de"), agree()))
    in_a_new_thread(lambda: (translation.activate("de"), agree()))
    in_a_new_thread(agree)


def test_the_short_way_is_still_there() -> None:
    """A canary: if asgiref keeps its locals in another way, pages are right but renders take longer."""
    for each in ("language_set", "time_zone_set", "prefix_set", "urlconf_set"):
        assert getattr(surroundings, each) is not surroundings.known_by_django
