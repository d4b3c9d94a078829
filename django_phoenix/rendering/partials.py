"""Templates of Django 6 that are part of another one, named "page.html#partial"."""

from __future__ import annotations

from typing import Any

from django.template import base
from django.template.base import Template

PARTIAL: Any = getattr(base, "PartialTemplate", ())  # nothing is one before Django 6
TEMPLATE = "_django_phoenix_template"


def as_template(partial: Any) -> Any:
    """A partial's content as a `Template` of its own; anything else as it is."""
    if not isinstance(partial, PARTIAL):
        return partial
    template = partial.__dict__.get(TEMPLATE)
    return template or partial.__dict__.setdefault(TEMPLATE, made_of(partial))


def made_of(partial: Any) -> Template:
    origin = partial.origin
    template = Template.__new__(Template)
    template.name = partial.name
    template.origin = origin
    template.nodelist = partial.nodelist
    template.engine = engine = partial.engine
    template.source = engine.get_template(origin.template_name).source if origin.template_name else ""
    return template
