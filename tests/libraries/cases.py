"""Other people's template libraries in live templates: each page is Django's, whatever changes.

Not collected by name: `test_libraries.py` runs this file with settings of its own.
"""

# A template stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.utils import translation
from PIL import Image

from tests.rendering.harness import Live


class Order(forms.Form):
    name = forms.CharField(max_length=5, help_text="Up to five")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    agreed = forms.BooleanField()
    notes = forms.CharField(widget=forms.Textarea, required=False)


FORMS: list[dict[str, Any]] = [
    {"form": Order(), "text": "one", "css": "wide", "csrf_token": "t"},
    {"form": Order({"name": "too long <a name>"}), "text": "one", "css": "wide", "csrf_token": "t"},
    {
        "form": Order({"name": "Ann", "kind": "b", "agreed": "on"}),
        "text": "<2>",
        "css": "",
        "csrf_token": "t",
    },
    {"form": Order(prefix="x"), "text": "one", "css": "narrow", "csrf_token": "t"},
]
TEXTS: list[dict[str, Any]] = [
    {"text": "one", "number": 1, "items": ["a", "b"], "key": 1, "tone": "soft", "flag": True},
    {"text": "one", "number": 12345.6, "items": ["a", "b", "<c>"], "key": 1, "tone": "soft", "flag": True},
    {"text": "<two>", "number": 0, "items": [], "key": 2, "tone": "", "flag": False},
    {"text": "", "number": 1000000, "items": ["b"], "key": 2, "tone": "loud", "flag": True},
]
CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "crispy filter": ("{% load crispy_forms_tags %}<form>{{ form|crispy }}</form>{{ text }}", FORMS),
    "crispy tag": ("{% load crispy_forms_tags %}{{ text }}{% crispy form %}{{ text }}", FORMS),
    "crispy field": (
        "{% load crispy_forms_tags %}{% for f in form %}<p>{{ f|as_crispy_field }}</p>{% endfor %}",
        FORMS,
    ),
    "render_field": (
        "{% load widget_tweaks %}{% render_field form.name class+=css placeholder=text %}{{ form.name.errors }}",
        FORMS,
    ),
    "widget_tweaks filters": (
        '{% load widget_tweaks %}{% for f in form %}{{ f|add_class:css|attr:"data-a:1" }}{% endfor %}'
        "{{ form.name|field_type }}{{ form.name|widget_type }}",
        FORMS,
    ),
    "compress, inline": (
        "{% load compress %}{% compress css inline %}<style>b { width: {{ number }}px }</style>{% endcompress %}",
        TEXTS,
    ),
    "compress to a file": (
        "{% load compress %}{% if flag %}{% compress js %}<script>let a = {{ key }};</script>{% endcompress %}"
        "{% endif %}{{ text }}",
        TEXTS,
    ),
    "thumbnail": (
        '{% load thumbnail %}{% thumbnail picture size crop as t %}<img src="{{ t.url }}" width="{{ t.width }}">'
        "{{ picture|thumbnail_url:'small' }}",
        [
            {"picture": name, "size": size}
            for name, size in [("a.png", "9x9"), ("b.png", "9x9"), ("b.png", "4x4")]
        ],
    ),
    "cache": ("{% load cache %}{% cache 60 part key %}<b>{{ key }}</b>{% endcache %}{{ text }}", TEXTS),
    "humanize": (
        "{% load humanize %}{{ number|intcomma }}{{ number|intword }}{{ key|ordinal }}{{ key|apnumber }}",
        TEXTS,
    ),
    "i18n": (
        "{% load i18n %}{% translate 'Yes' %}{% blocktranslate count n=items|length %}{{ n }} of {{ text }}"
        "{% plural %}{{ n }} of many {{ text }}{% endblocktranslate %}{% get_current_language as l %}{{ l }}"
        "{% language 'de' %}{% translate 'Yes' as yes %}{{ yes }}{{ number }}{% endlanguage %}{{ number }}",
        TEXTS,
    ),
    "l10n and tz": (
        "{% load l10n tz %}{% localize off %}{{ number }}{% endlocalize %}{{ number|unlocalize }}"
        "{% timezone 'Asia/Tokyo' %}{% get_current_timezone as zone %}{{ zone }}{{ text }}{% endtimezone %}",
        TEXTS,
    ),
    "static": (
        "{% load static %}{% static text %}{% static 'a.css' as a %}{{ a }}{% get_static_prefix %}",
        TEXTS,
    ),
}


def follow(live: Live, worlds: list[dict[str, Any]]) -> None:
    for world in [*worlds, *reversed(worlds)]:
        live.show(**world)
        assert live.render() == {}, "nothing has changed"


@pytest.fixture(scope="module", autouse=True)
def pictures() -> None:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("a.png", "b.png"):
        Image.new("RGB", (20, 10)).save(folder / name)


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "worlds"), CASES.values(), ids=CASES)
def test_a_library(source: str, worlds: list[dict[str, Any]]) -> None:
    follow(Live(engines["django"].engine.from_string(source)), worlds)


@pytest.mark.parametrize("language", ["en", "de"])
def test_numbers_and_translations_follow_the_language(language: str) -> None:
    source, worlds = CASES["i18n"]
    with translation.override(language):
        follow(Live(engines["django"].engine.from_string(source)), worlds)


def test_cotton() -> None:
    follow(Live(engines["django"].engine.get_template("cards.html")), TEXTS)
