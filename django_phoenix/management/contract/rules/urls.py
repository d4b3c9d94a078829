"""T030: URLs that can't be made. T031: live links that lead nowhere, or where no such link can lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.defaulttags import URLNode

from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.guarded import Met, met_in
from django_phoenix.management.contract.known import units_showing
from django_phoenix.management.contract.links import (
    PATCH,
    POST,
    Link,
    destination,
    link_of_tag,
    links_of_commands,
    links_of_component,
    links_of_element,
)
from django_phoenix.management.contract.literals import value_of
from django_phoenix.management.contract.unit import Unit
from django_phoenix.management.contract.urlnames import Problem, url_problem, urlconf_varies


@rule("T030", Level.ERROR, "A URL that does not resolve.")
def unresolved_url(unit: Unit) -> Iterator[Finding]:
    """In ``{% url %}`` and the tags of live links, as far as the template names it.

    Less certain: a name that is missing where a branch may never be shown, or where a middleware chooses the
    URLconf; and all in templates that no live page is known to show.
    """
    for met in met_in(unit.steps):
        problem = _problem_of_tag(met)
        if problem is not None:
            missing = problem.missing and (met.branch or urlconf_varies())
            doubtful = missing or unit.kind == "template"
            level = Level.WARNING if doubtful else None
            yield Finding(met.use.place, f"{_upper(problem.text)}.", problem.hint, level)


def _problem_of_tag(met: Met) -> Problem | None:
    node: Any = met.use.node
    if isinstance(node, URLNode):
        name = value_of(node.view_name)
        # `as name` is how a template asks whether there is such a URL.
        if not isinstance(name, str) or node.asvar:
            return None
        kwargs = {str(key): value_of(value) for key, value in node.kwargs.items()}
        return url_problem(name, [value_of(arg) for arg in node.args], kwargs)
    link = link_of_tag(met.use)
    return url_problem(link.target, link.args, link.kwargs) if link is not None and link.is_name else None


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


@rule("T031", Level.WARNING, "A live link that leads nowhere, or to no live view, or patches another view.")
def misled_link(unit: Unit) -> Iterator[Finding]:
    """Paths are looked up in the URLconf; what another server answers is not known to us."""
    for use in unit.uses:
        link = link_of_tag(use)
        if link is not None and not (link.is_name and url_problem(link.target, link.args, link.kwargs)):
            yield from _misled(unit, link)
        for path in (*links_of_commands(use), *links_of_component(use)):
            if not path.is_name:
                yield from _misled(unit, path)
    for element in unit.elements:
        for by_hand in links_of_element(element):
            yield from _misled(unit, by_hand)


def _misled(unit: Unit, link: Link) -> Iterator[Finding]:
    there = destination(link)
    if not there.certain:
        return
    if not there.found:
        yield Finding(
            link.place,
            f"No URL of this site is {link.target!r}.",
            "Correct it; a URL's name with its arguments follows when the URL changes.",
        )
    elif link.kind != POST and not there.views:
        yield Finding(
            link.place,
            f"{link.target!r} leads to no live view, so a live link to it is a full page load.",
            'Write an ordinary link: href="{% url … %}".',
        )
    elif link.kind == PATCH and (views := _views_with(unit, link)) and not there.views & views:
        names = ", ".join(sorted(view.__qualname__ for view in there.views))
        yield Finding(
            link.place,
            f"{link.target!r} is a URL of {names}; a patch stays in its own view.",
            "Navigate there: {% live_navigate … %}.",
        )


def _views_with(unit: Unit, link: Link) -> set[type[Any]]:
    """The views in whose pages a link may stand."""
    others = units_showing(unit.site, link.place.source)
    return unit.views | {view for other in others for view in other.views}
