"""Whether Django itself draws a widget, and by its own templates: only then is it known what comes out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django.forms
from django.forms import Widget
from django.forms.renderers import BaseRenderer
from django.forms.renderers import DjangoTemplates as BuiltIn
from django.template import TemplateDoesNotExist

FOLDER = "django/forms/widgets/"
TEXT_INPUTS = (
    *("input", "text", "number", "email", "url", "password", "hidden", "date", "datetime", "time"),
    *("search", "tel", "color"),
)
BUILT_IN = Path(django.forms.__file__).parent / "templates"

_widget: Any = Widget
DRAWN_BY_DJANGO = (_widget.render, _widget._render)


def template_of(name: str) -> str:
    """Of a widget, or of a part of one, by its bare name."""
    return f"{FOLDER}{name}.html"


OPTIONS = frozenset(map(template_of, ("select_option", "radio_option", "checkbox_option")))


def is_drawn_by_django(widget_class: Any) -> bool:
    """Whether widgets of a class are drawn by a template, and not by themselves."""
    return (widget_class.render, widget_class._render) == DRAWN_BY_DJANGO


def finds_built_in(renderer_class: Any, templates: Iterable[str]) -> bool:
    """Whether a form renderer of this class finds for these names the templates that come with Django."""
    if renderer_class.render is not BaseRenderer.render:
        return False
    if renderer_class.get_template is BuiltIn.get_template and renderer_class.backend is BuiltIn.backend:
        return True
    try:
        found = [renderer_class().get_template(name) for name in templates]
    except TemplateDoesNotExist:
        return False
    names = [getattr(getattr(template, "origin", None), "name", "") for template in found]
    return all(BUILT_IN in Path(name).parents for name in names)
