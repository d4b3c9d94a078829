"""Edits of MIDDLEWARE: what a live view says before it leads to an ordinary page is shown there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from django_phoenix.management.install.changes import Plan
from django_phoenix.management.install.settings_file import Assignment, find, literals_of, settings_chain
from django_phoenix.management.install.site import Site
from django_phoenix.management.install.source import Edit, PythonSource

DJANGOS = "django.contrib.messages.middleware.MessageMiddleware"
OURS = "django_phoenix.middleware.FlashMiddleware"


def plan_middleware(site: Site, plan: Plan) -> None:
    """Add ours below Django's, on sites that have Django's."""
    if DJANGOS not in site.middleware or OURS in site.middleware:
        return
    found = find(list(settings_chain(site)), "MIDDLEWARE")
    if found is None:
        plan.gap(site.settings_file, None, "MIDDLEWARE needs:", f'"{OURS}",', blocks=False)
        return
    names = dict(_strings(found))
    if OURS in names:
        return
    if DJANGOS in names:
        plan.edit(found.source, insert_after(found.source, names[DJANGOS], OURS))
    else:
        plan.gap(
            found.source.path, found.line, f"MIDDLEWARE needs, below {DJANGOS}:", f'"{OURS}",', blocks=False
        )


def _strings(found: Assignment) -> Iterator[tuple[str, ast.expr]]:
    for literal in literals_of(found):
        for element in literal.elts:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                yield element.value, element


def insert_after(source: PythonSource, element: ast.expr, name: str) -> Edit:
    """Put a string behind one in a list: on a line of its own if that one has one."""
    start, end = source.span(element)
    quote = source.text[start]
    item = f"{quote}{name}{quote}"
    indent = source.indent_at(start)
    gap = " " if indent is None else source.newline + indent
    return Edit(end, end, f",{gap}{item}")
