"""Edits of MIDDLEWARE: what a live view says before it leads to an ordinary page is shown there."""

from __future__ import annotations

import ast

from django_phoenix.management.install.changes import Plan
from django_phoenix.management.install.settings_file import find, insert_behind, literals_of, settings_chain
from django_phoenix.management.install.site import Site

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
    items = {
        element.value: (literal, element)
        for literal in literals_of(found)
        for element in literal.elts
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    }
    if OURS in items:
        return
    if DJANGOS in items:
        plan.edit(found.source, insert_behind(found.source, *items[DJANGOS], OURS))
    else:
        why = f"MIDDLEWARE needs, below {DJANGOS}:"
        plan.gap(found.source.path, found.line, why, f'"{OURS}",', blocks=False)
