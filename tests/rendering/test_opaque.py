"""What the compiler takes apart, and what it leaves to Django whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Engine
from django.template.backends.django import get_installed_libraries

from django_phoenix.exceptions import RegionError
from tests.rendering.harness import compile_region, compile_template, load

SITE = Path(__file__).resolve().parents[2] / "testproject"

KNOWN = {
    "variables": "{{ a }}{{ a.b.c }}{{ a|upper|default:b }}{{ 'x' }}{{ 3 }}{{ _('Yes') }}",
    "if": "{% if a %}x{% elif b == 1 and not c in d %}{{ b }}{% else %}y{% endif %}",
    "for": "{% for x in l %}{{ forloop.counter }}{{ x.name }}{% empty %}none{% endfor %}",
    "for with two names": "{% for k, v in d.items reversed %}{{ k }}{{ v }}{{ forloop.last }}{% endfor %}",
    "for in for": "{% for x in l %}{% for y in x %}{{ forloop.parentloop.last }}{% endfor %}{% endfor %}",
    "with": "{% with a=b c=d|length %}{{ a }}{{ c }}{% endwith %}",
    "include": "{% include 'part' %}{% include 'part' with a=b only %}{% include name %}",
    "extends": "{% extends 'base' %}{% block one %}{{ block.super }}{{ a }}{% endblock %}",
    "autoescape": "{% autoescape off %}{{ a }}{% endautoescape %}",
    "url": "<a href='{% url 'item' pk=a %}'>{% url 'home' as u %}{{ u }}",
    "csrf_token": "<form>{% csrf_token %}</form>",
    "static": "{% load static %}{% static 'a.css' %}{% static a %}",
    "comments": "{# x #}{% comment %}{% cycle 'a' %}{% endcomment %}{% verbatim %}{{ x }}{% endverbatim %}",
    "braces": "{% templatetag openbrace %}",
}
PARTS = {
    "part": "<b>{{ a }}{% if b %}{{ c }}{% endif %}</b>",
    "base": "{{ a }}{% block one %}{{ b }}{% endblock %}",
}


@pytest.mark.parametrize("source", KNOWN.values(), ids=KNOWN)
def test_named_constructs_have_no_opaque_parts(source: str) -> None:
    assert list(compile_template(load({"main": source, **PARTS})).opaque_parts) == []


OPAQUE = {
    "simple tag": "\n{% shout a %}",
    "filter block": "\n{% filter upper %}{{ a }}{% endfilter %}",
    "cycle": "\n{% cycle 'a' 'b' %}",
    "in a branch": "{% if a %}\n{% shout a %}{% endif %}",
    "in a loop": "{% for x in l %}\n{% shout x %}{% endfor %}",
    "in a block": "{% block b %}\n{% shout x %}{% endblock %}",
}


@pytest.mark.parametrize("source", OPAQUE.values(), ids=OPAQUE)
def test_an_opaque_part_tells_its_place(source: str) -> None:
    ((name, line, description),) = compile_template(load(source)).opaque_parts
    assert (name, line) == ("main", 2)
    assert description


def test_opaque_parts_of_included_and_extended_templates_count() -> None:
    sources = {
        "main": "{% extends 'base' %}{% block one %}{% include 'part' %}{% endblock %}",
        "base": "{% shout a %}{% block one %}{% endblock %}",
        "part": "\n\n{% cycle 'a' 'b' %}",
    }
    found = {(name, line) for name, line, _ in compile_template(load(sources)).opaque_parts}
    assert found == {("base", 1), ("part", 3)}


def site_folders() -> list[Path]:
    return sorted(folder for folder in SITE.rglob("templates") if folder.is_dir())


def live_parts(name: str, engine: Engine) -> list[tuple[str, int, str]]:
    """The opaque parts of what a view with this template would have live."""
    try:
        return list(compile_region(engine.get_template(name), "content").opaque_parts)
    except RegionError:
        return []


@pytest.mark.skipif(not site_folders(), reason="there is no testproject here")
def test_the_testproject_has_no_opaque_parts() -> None:
    folders = site_folders()
    engine = Engine(dirs=folders, app_dirs=True, libraries=get_installed_libraries())
    names = sorted(str(path.relative_to(folder)) for folder in folders for path in folder.rglob("*.html"))
    assert [part for name in names for part in live_parts(name, engine)] == []
