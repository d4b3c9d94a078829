"""A unit from a template's text, and what the rules find in it."""

from __future__ import annotations

from typing import Any

from django.template import Engine

from django_phoenix.management.contract.assemble import Assembly
from django_phoenix.management.contract.findings import Report, all_rules
from django_phoenix.management.contract.run import check_units
from django_phoenix.management.contract.site import Site
from django_phoenix.management.contract.unit import Kind, Unit

LIBRARIES = {
    "component_tags": "django_components.templatetags.component_tags",
    "core_components": "django_phoenix.core_components.templatetags.core_components",
    "phoenix": "django_phoenix.templatetags.phoenix",
    **{name: f"django.templatetags.{name}" for name in ("cache", "i18n", "l10n", "static", "tz")},
}


def unit_of(
    text: str,
    owner: type[Any] | None = None,
    kind: Kind = "page",
    templates: dict[str, str] | None = None,
    *,
    whole: bool = True,
    views: set[type[Any]] | None = None,
) -> Unit:
    """The unit of a template; ``templates`` are others that it may extend and include."""
    loaders = [("django.template.loaders.locmem.Loader", {"page.html": text, **(templates or {})})]
    engine = Engine(
        loaders=loaders,
        libraries=LIBRARIES,
        builtins=["django_phoenix.templatetags.phoenix"],
    )
    site = Site()
    site.engine = engine
    assembly = Assembly(site.library, engine, "content" if kind == "page" else None)
    steps = assembly.template(engine.get_template("page.html"))
    views = views if views is not None else {owner} if owner is not None and kind == "page" else set()
    unit = Unit(
        kind,
        owner,
        site,
        steps,
        assembly.sources,
        assembly.incomplete,
        whole=whole,
        problems=assembly.problems,
        views=views,
    )
    site.all_units = site.pages = [unit]
    return unit


def reports_of(unit: Unit, *ids: str) -> list[Report]:
    return check_units([unit], [rule for rule in all_rules() if rule.id in ids])


def found(unit: Unit, *ids: str) -> list[tuple[str, str]]:
    """Where rules find something, and the level: ``("<div> at 3:5", "ERROR")``."""
    return [
        (
            f"{report.finding.place.text} at {report.finding.place.line}:{report.finding.place.column}",
            report.level.name,
        )
        for report in reports_of(unit, *ids)
    ]


def spots(text: str, *ids: str, **more: Any) -> list[str]:
    """The pieces of the text that rules find fault with."""
    return [report.finding.place.text for report in reports_of(unit_of(text, **more), *ids)]
