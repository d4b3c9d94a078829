"""manage.py phx_template: a table, JSON, a picture; by template or by view."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

SOURCES = {
    "page.html": '{% extends "base.html" %}{% block content %}<h1>{{ title }}</h1>{% if user.is_staff %}'
    "<b>{{ user.username }}</b>{% endif %}{% for row in rows %}<i>{{ row.name }}</i>{% endfor %}"
    "{% ifchanged a %}<u>{{ b }}</u>{% endifchanged %}{% endblock %}",
    "base.html": "<html><body>{% block content %}{% endblock %}</body></html>",
    "bare.html": "<html><body>{{ a }}</body></html>",
    "broken.html": "{% if %}",
}
ENGINE = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", SOURCES)]},
}
TABLE = """\
page.html, block 'content'
  6 dynamic parts, 1 of them evaluated at every render (1 opaque); 53 bytes of statics, sent once
  reads: rows, title, user

   line                                                                        reads
      1          {{ title }}                                                   title
      1          {% if user.is_staff %}                                        user.is_staff
                 - if
      1            {{ user.username }}                                         user.username
      1          {% for row in rows %}                                         rows
                 - each
      1            {{ row.name }}                                              row.name
      1  always  {% ifchanged a %}
                 ^ the compiler does not know IfChangedNode, so Django renders it
"""


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    with override_settings(TEMPLATES=[ENGINE]):
        call_command("phx_template", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_table_shows_parts_reads_and_reasons() -> None:
    assert run("page.html") == TABLE


def test_with_more_verbosity_the_statics_are_shown_too() -> None:
    assert "'<h1>'" in run("page.html", verbosity=2)


def test_json_holds_the_same_and_the_statics() -> None:
    found = json.loads(run("page.html", "--format", "json"))
    assert (found["template"], found["live_block"], found["parts"], found["opaque"]) == (
        "page.html",
        "content",
        6,
        1,
    )
    root = found["root"]
    assert root["statics"] == ["<h1>", "</h1>", "", "", ""]
    assert [part["kind"] for part in root["parts"]] == ["text", "if", "for", "opaque"]


def test_a_picture_is_one_well_formed_page_without_scripts() -> None:
    page = run("page.html", "--format", "html")
    tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            if tag != "meta":
                tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert tags.pop() == tag

    Parser().feed(page)
    assert not tags
    assert "<script" not in page
    assert "&lt;h1&gt;" in page
    assert "does not know IfChangedNode" in page


def test_a_page_without_the_usual_block_is_shown_as_a_whole() -> None:
    assert run("bare.html").startswith("bare.html\n  1 dynamic part, 0")


def test_a_view_is_shown_with_its_own_template() -> None:
    out = StringIO()
    call_command("phx_template", "tests.support.live_site.views.Counted", stdout=out)
    assert "reads: count\n" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing.html"], "'nothing.html' is no template of this site"),
        (["os.path.join"], "'os.path.join' is <function join"),
        (["broken.html"], "Unexpected end of expression in if tag"),
        (["page.html", "--block", "aside"], "aside"),
    ],
)
def test_what_cannot_be_shown_is_told(arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError) as failure:
        run(*arguments)
    assert told in str(failure.value)
