"""What phx_check finds, as system checks: T001 and on."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from django_phoenix.management.contract.findings import Level, Report
from django_phoenix.management.contract.report import shown_path
from django_phoenix.management.contract.run import check_site

KINDS = {Level.ERROR: Error, Level.WARNING: Warning}


def check_templates() -> Iterator[CheckMessage]:
    """For ``manage.py check`` alone.

    Other commands run the system checks as well, and stop at errors: what is wrong in a template shall not
    keep anybody from migrating, nor slow each restart of the development server.
    """
    if sys.argv[1:2] == ["check"]:
        yield from messages()


def messages() -> Iterator[CheckMessage]:
    """Each finding as a message, its place as the object."""
    try:
        result = check_site()
    except ImproperlyConfigured:  # no Django templates at all, which other checks tell
        return
    for report in result.reports:
        yield message(report)


def message(report: Report) -> CheckMessage:
    place = report.finding.place
    return KINDS[report.level](
        report.finding.message,
        hint=report.finding.hint,
        obj=f"{shown_path(place.source.path)}:{place.line}:{place.column}",
        id=report.id,
    )
