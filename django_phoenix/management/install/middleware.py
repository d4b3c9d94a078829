"""Edits of MIDDLEWARE: what a live view says before it leads to an ordinary page is shown there."""

from __future__ import annotations

import ast

from django_phoenix.management.checks.flash import FLASH, MESSAGES
from django_phoenix.management.install.changes import Plan
from django_phoenix.management.install.settings_file import find, insert_behind, literals_of, settings_chain
from django_phoenix.management.install.site import Site


def plan_middleware(site: Site, plan: Plan) -> None:
    """Add ours below Django's, on sites that have Django's."""
    if MESSAGES not in site.middleware or FLASH in site.middleware:
        return
    found = find(list(settings_chain(site)), "MIDDLEWARE")
    if found is None:
        plan.gap(site.settings_file, None, "MIDDLEWARE needs:", f'"{FLASH}",', blocks=False)
        return
    items = {
        element.value: (literal, element)
        for literal in literals_of(found)
        for element in literal.elts
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    }
    if FLASH in items:
        return
    if MESSAGES in items:
        plan.edit(found.source, insert_behind(found.source, *items[MESSAGES], FLASH))
    else:
        why = f"MIDDLEWARE needs, below {MESSAGES}:"
        plan.gap(found.source.path, found.line, why, f'"{FLASH}",', blocks=False)
