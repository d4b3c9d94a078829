"""T015: templates that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from django.template import TemplateDoesNotExist

from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.unit import Unit


@rule("T015", Level.ERROR, "A template that a tag names is missing or cannot be read.")
def unusable_template(unit: Unit) -> Iterator[Finding]:
    """Of a page's own template E009 tells. Forms load those of widgets in ways of their own."""
    if unit.kind == "template":
        return
    for place, problem in unit.problems:
        if isinstance(problem, TemplateDoesNotExist):
            message = f"There is no template {str(problem)!r}."
            hint = "Correct the name, or create it in a templates folder of an installed app."
        else:
            message = f"The template cannot be read: {problem}"
            hint = "Correct it there."
        yield Finding(place, message, hint)
