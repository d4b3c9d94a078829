"""Says of a template that cannot be read where the mistake is, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import Template

from django_phoenix.live.page import template_engine
from django_phoenix.rendering.errors import line_of

LINE = re.compile(r" on line \d+")
TAG = re.compile(r"Invalid (block tag|filter).*?'([^']+)'")
LIBRARY = re.compile(r"'([^']+)' is not a registered tag library")
EXPECTED = re.compile(r"expected 'end((?:live_)?component|fill|slot|provide)'")
# Whose app may not be installed; others are found by what there is.
APPS = {
    "component_tags": "django_components",
    "core_components": "django_phoenix.core_components",
    "phoenix": "django_phoenix",
}
TAGS = {"component": "component_tags", "fill": "component_tags", "slot": "component_tags"}


def told(error: Exception) -> str:
    """The exception in one line, with template and line where it has them.

    The line is counted here: in messages it is wrong where django-components reads templates in its own way.
    """
    place = _place(error)
    if place is None:
        return f"{type(error).__name__}: {error}"
    return f"{type(error).__name__} in {place}: {LINE.sub('', str(error), count=1)}"


def advice(error: Exception) -> str:
    """What to do: where a missing template was looked for, which library has a tag, which app a library."""
    if isinstance(error, TemplateDoesNotExist):
        tried = [str(origin) for origin, _ in error.tried]
        tried = [place for place in tried if "site-packages" not in place]  # nobody puts it there
        if tried:
            return f"Put it into one of these places, or correct the name: {', '.join(tried)}."
    if isinstance(error, TemplateSyntaxError):
        if match := LIBRARY.search(str(error)):
            return _advice_on_library(match[1])
        if match := TAG.search(str(error)):
            return _advice_on_tag(match[1] == "filter", match[2], str(error))
        return "Correct it there."
    return "Its template, and those that it extends, must load without errors."


def _advice_on_library(library: str) -> str:
    app = APPS.get(library)
    if app is None:
        return "Correct its name, or add the app that has it to INSTALLED_APPS."
    return f"Add {app!r} to INSTALLED_APPS."


def _advice_on_tag(is_filter: bool, name: str, message: str) -> str:
    libraries: dict[str, Any] = template_engine().engine.template_libraries
    found = [
        library
        for library, module in libraries.items()
        if name in (module.filters if is_filter else module.tags)
    ]
    if found:
        return f"It is in the library {found[0]!r}: write {{% load {found[0]} %}} at the top of the template."
    if name in TAGS and TAGS[name] not in libraries:
        return _advice_on_library(TAGS[name])
    if match := EXPECTED.search(message):
        return f"Close the tag before it: {{% end{match[1]} %}}, or without a body {{% {match[1]} … / %}}."
    return "Correct its name, or close the tag before it; a tag of a library wants its {% load … %}."


def _place(error: Exception) -> str | None:
    """Template and line of a syntax error; the template is among those that were being read."""
    token = getattr(error, "token", None)
    template = None
    traceback = error.__traceback__
    while traceback is not None:
        owner = traceback.tb_frame.f_locals.get("self")
        template = owner if isinstance(owner, Template) else template
        traceback = traceback.tb_next
    if token is None or template is None:
        return None
    return f"{template.name or template.origin.name}:{line_of(template, token)}"
