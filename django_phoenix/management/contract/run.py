"""Runs every rule on everything, and reports each fault once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.template.base import Template

from .findings import Finding, Report, Rule, all_rules
from .site import Site
from .unit import Unit


@dataclass(frozen=True)
class Result:
    """What was found, by place, and how much was read."""

    reports: list[Report]
    sources: list[str]  # the paths of all templates read
    # Paths of those that could not be read, and why.
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    @property
    def templates(self) -> int:
        return len(self.sources)


def check_site(templates: Iterable[Template] = ()) -> Result:
    """Check the live pages and components of the site, and further templates besides."""
    site = Site()
    units = site.units(templates)
    sources = {source.path for unit in units for source in unit.sources}
    return Result(check_units(units), sorted(sources))


def check_units(units: Iterable[Unit]) -> list[Report]:
    """What the rules find in these units, by place; what is silenced is left out."""
    found: dict[tuple[str, str, int, int], Report] = {}
    rules = [
        rule for rule in all_rules() if f"django_phoenix.{rule.id}" not in settings.SILENCED_SYSTEM_CHECKS
    ]
    for unit in units:
        for rule in rules:
            for finding in rule.find(unit):
                report = _report(rule, finding)
                if report is not None:
                    place = finding.place
                    key = (rule.id, place.source.path, place.line, place.column)
                    before = found.get(key)
                    if before is None or report.level > before.level:
                        found[key] = report
    return sorted(found.values(), key=_order)


def _report(rule: Rule, finding: Finding) -> Report | None:
    place = finding.place
    if place.source.silences(rule.id, place.start, place.end):
        return None
    return Report(rule, finding.level or rule.level, finding)


def _order(report: Report) -> tuple[str, int, int, str]:
    place = report.finding.place
    return place.source.path, place.line, place.column, report.rule.id
