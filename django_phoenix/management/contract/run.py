"""Runs every rule on everything, and reports each fault once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.template.base import Template

from django_phoenix.management.checks.unreadable import advice, told

from .findings import Finding, Report, Rule, all_rules
from .site import Site
from .unit import Unit

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What was found, by place, and how much was read."""

    reports: list[Report]
    sources: list[str]  # the paths of all templates read
    # Paths of those that could not be read, or the views whose pages could not, and why.
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    @property
    def templates(self) -> int:
        return len(self.sources)


def check_site(templates: Iterable[Template] = ()) -> Result:
    """Check the live pages and components of the site, and further templates besides."""
    site = Site()
    units = site.units(templates)
    sources = {source.path for unit in units for source in unit.sources}
    unreadable = [(view, f"{told(error)} {advice(error)}") for view, error in site.unreadable.items()]
    return Result(check_units(units), sorted(sources), unreadable)


def check_units(units: Iterable[Unit], rules: Iterable[Rule] | None = None) -> list[Report]:
    """What the rules (all of them, unless given) find in these units, by place, without what is silenced."""
    found: dict[tuple[str, str, int, int], Report] = {}
    silenced = settings.SILENCED_SYSTEM_CHECKS
    rules = [rule for rule in rules or all_rules() if f"django_phoenix.{rule.id}" not in silenced]
    for unit in units:
        for rule in rules:
            for finding in _findings(rule, unit):
                report = _report(rule, finding)
                if report is not None:
                    place = finding.place
                    key = (rule.id, place.source.path, place.line, place.column)
                    before = found.get(key)
                    if before is None or report.level > before.level:
                        found[key] = report
    return sorted(found.values(), key=_order)


def _findings(rule: Rule, unit: Unit) -> list[Finding]:
    """What a rule finds. A rule that fails itself must not keep a site from being checked."""
    try:
        return list(rule.find(unit))
    except Exception as error:
        logger.warning("%s could not check %s", rule.id, unit.name, exc_info=error)
        return []


def _report(rule: Rule, finding: Finding) -> Report | None:
    place = finding.place
    if place.source.silences(rule.id, place.start, place.end):
        return None
    return Report(rule, finding.level or rule.level, finding)


def _order(report: Report) -> tuple[str, int, int, str]:
    place = report.finding.place
    return place.source.path, place.line, place.column, report.rule.id
