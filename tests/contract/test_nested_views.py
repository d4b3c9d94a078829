"""Views that only a tag shows are read as pages are."""

from __future__ import annotations

import sys

from django.test import override_settings
from django.urls import path

from django_phoenix.live_view import LiveView, event
from django_phoenix.management.contract.run import check_site
from tests.contract.support import reports_of, unit_of

OUTER = f'{{% load phoenix %}}{{% live_render "{__name__}.InnerLive" id="inner" %}}<p phx-click="go">x</p>'


class OuterLive(LiveView):
    template = OUTER

    @event
    def go(self) -> None:
        pass


class InnerLive(LiveView):
    template = (
        f'{{% load phoenix %}}{{% live_render "{__name__}.InmostLive" id="inmost" %}}<p phx-click="go">x</p>'
    )


class InmostLive(LiveView):
    template = "<p>{{ nothing_gives_it }}</p>"


urlpatterns = [path("", OuterLive.as_view())]


def test_events_and_names_of_nested_views_are_checked() -> None:
    with override_settings(ROOT_URLCONF=sys.modules[__name__]):
        reports = check_site().reports
    found = [
        (report.rule.id, report.finding.message)
        for report in reports
        if __name__ in report.finding.place.source.name
    ]
    assert [(id, message.partition(" is read")[0]) for id, message in found] == [
        ("T001", "InnerLive handles no event 'go'."),
        ("T020", "'nothing_gives_it'"),
    ]


def test_views_that_are_there_or_known_later_are_no_fault() -> None:
    unit = unit_of(f'{{% live_render "{__name__}.InnerLive" id=1 any=2 %}}{{% live_render name id=1 %}}')
    assert reports_of(unit, "T040") == []
