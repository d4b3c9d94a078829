"""T015: templates that are not there, or cannot be read. T044: the root of a live component's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from django_phoenix.management.checks.unreadable import advice, told
from django_phoenix.management.contract.component_classes import component_of, component_template
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.source import Place, Text, Use
from django_phoenix.management.contract.unit import Unit
from django_phoenix.rendering.compiler import compile_template
from django_phoenix.rendering.roots import root_problem

LOADER = (
    "Correct the name; for a file beside its class add 'django_components.template_loader.Loader' to the "
    "loaders of TEMPLATES."
)


@rule("T015", Level.ERROR, "A template that a tag names, or its component, is missing or cannot be read.")
def unusable_template(unit: Unit) -> Iterator[Finding]:
    """Of a page's own template E009 tells. Forms load those of widgets in ways of their own."""
    for use in unit.uses:
        component = component_of(use.node)
        problem = None if component is None else _problem_of(component)
        if component is not None and problem is not None:
            text = f"The template of {component.__name__} cannot be read: {told(problem)}"
            yield Finding(use.place, _sentence(text), _hint(component, problem))
    if unit.kind == "template":
        return
    for place, problem in unit.problems:
        if isinstance(problem, TemplateDoesNotExist):
            message = f"There is no template {str(problem)!r}."
            hint = "Correct the name, or create it in a templates folder of an installed app."
        else:
            message = _sentence(f"The template cannot be read: {told(problem)}")
            hint = advice(problem)
        yield Finding(place, message, hint)


@rule("T044", Level.ERROR, "A live component whose template is not one element.")
def one_root(unit: Unit) -> Iterator[Finding]:
    """LV-41: by it the client knows the component."""
    if unit.kind != "live_component":
        return
    source = unit.sources[0]
    problem = root_problem(compile_template(source.template).compiled().code.block.statics)
    if problem and source.text:
        yield Finding(
            _first_of(unit) or Place(source, 0, len(source.text)),
            f"The template of {unit.name} should be exactly one element, and {problem}.",
            "Write one element around everything, as it is in the template: <div>…</div>.",
        )


def _problem_of(component: type[Any]) -> Exception | None:
    try:
        component_template(component)
    except (TemplateDoesNotExist, TemplateSyntaxError, ImproperlyConfigured) as error:
        return error
    return None


def _hint(component: type[Any], problem: Exception) -> str:
    if isinstance(problem, ImproperlyConfigured):  # no template is named
        return f"Set template_name or template in {component.__name__}."
    if isinstance(problem, TemplateDoesNotExist) and getattr(component, "template_file", None):
        return LOADER
    return advice(problem)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _first_of(unit: Unit) -> Place | None:
    """What stands first at the root."""
    for step in unit.steps:
        if isinstance(step, Use):
            return step.place
        if isinstance(step, Text) and (text := step.source.text[step.start : step.end]).strip():
            start = step.start + len(text) - len(text.lstrip())
            line = step.source.text.find("\n", start)
            return Place(step.source, start, step.end if line < 0 else min(line, step.end))
    return None
