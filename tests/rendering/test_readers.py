"""Tags of Django that only read: no context is made for them, and they are skipped like variables."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone, translation

from tests.rendering.harness import Live, compile_template, django_html, load

READERS = {
    "translate": ("{% translate 'Yes' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    "a context": ("{% translate 'May' context 'month' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    "translate a variable": ("{% translate a %}", {"a": "Yes"}, {"a": "No"}, {"0": "No"}),
    "translate with a filter": ("{% translate a|lower %}", {"a": "Yes"}, {"a": "YES"}, {}),
    "blocktranslate": ("{% blocktrans %}Yes{% endblocktrans %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
    "blocktranslate of names": (
        "{% blocktranslate with x=d.x %}{{ x }} of {{ b }}{% endblocktranslate %}{{ a }}",
        {"a": 1, "b": "<b>", "d": {"x": 1}},
        {"a": 1, "b": "<b>", "d": {"x": 2}},
        {"0": "2 of &lt;b&gt;"},
    ),
    "blocktranslate count": (
        "{% blocktranslate count n=l|length %}one{% plural %}{{ n }} of {{ a }}{% endblocktranslate %}",
        {"a": 1, "l": [1]},
        {"a": 1, "l": [1, 2]},
        {"0": "2 of 1"},
    ),
    "blocktranslate in a loop": (
        "{% for x in l %}{% blocktranslate %}<i>{{ x }}</i>{% endblocktranslate %}{% endfor %}",
        {"l": [1, 2]},
        {"l": [1, 3]},
        {"0": {"k": {"1": {"0": "<i>3</i>"}, "kc": 2}}},
    ),
    "firstof": ("{% firstof a b 'none' %}", {"a": "", "b": 1}, {"a": "", "b": 2}, {"0": "2"}),
    "firstof, unchanged": ("{% firstof a b %}{{ b }}", {"a": 1, "b": 1}, {"a": 1, "b": 2}, {"1": "2"}),
    "widthratio": ("{% widthratio a 10 100 %}", {"a": 1}, {"a": 2}, {"0": "20"}),
    "raw": ("{% autoescape off %}{% firstof a %}{% endautoescape %}", {"a": 1}, {"a": "<b>"}, {"0": "<b>"}),
    "now": ("{% now 'Y' %}{{ a }}", {"a": 1}, {"a": 2}, {"1": "2"}),
}  # fmt: skip


@pytest.mark.parametrize(("source", "before", "after", "diff"), READERS.values(), ids=READERS)
def test_what_they_read_decides(source: str, before: Any, after: Any, diff: Any) -> None:
    live = Live(source)
    assert compile_template(live.template).opaque_parts == []
    live.show(**before)
    assert live.show(**after) == diff
    assert live.render() == {}


def test_a_change_of_language_shows() -> None:
    live = Live(
        "{% translate 'Yes' %} {% blocktranslate %}No{% endblocktranslate %}{% if a %}{{ a }}{% endif %}"
    )
    with translation.override("en"):
        live.show(a=1)
    with translation.override("de"):
        live.show(a=1)
        assert live.pages[-1] == "Ja Nein1"
        assert live.show(a=2) == {"2": {"0": "2"}}


WRITERS = [
    "{% translate 'Yes' as x %}{{ x }}",
    "{% now 'Y' as x %}{{ x }}",
    "{% firstof a b as x %}{{ x }}",
]


@pytest.mark.parametrize("source", WRITERS)
def test_what_writes_names_is_left_to_django(source: str) -> None:
    assert compile_template(load(source)).opaque_parts
    Live(source).show(a=0, b=1, l=[1])


def test_the_loop_as_a_whole_is_seen() -> None:
    live = Live("{% for x in l %}{% firstof forloop %}{% endfor %}")
    live.show(l=[1])
    live.show(l=[1, 2])


def test_a_variable_that_is_not_looked_at_is_not_looked_up() -> None:
    """As in Django, `{% firstof %}` stops at the first that is true."""

    class Bomb:
        @property
        def name(self) -> str:
            raise AssertionError("nobody asked")

    Live("{% firstof a bomb.name %}").show(a=1, bomb=Bomb())


@pytest.mark.parametrize("form", ["Y", "DATE_FORMAT", "SHORT_DATE_FORMAT", "jS F", "", r"\Y: y", "T e"])
@pytest.mark.parametrize("language", ["en", "de", None])
def test_a_clock_shows_what_django_shows(form: str, language: str | None) -> None:
    """No form that has minutes in it: they pass."""
    context = translation.override(language)
    with context, timezone.override("Asia/Tokyo"):
        live = Live(f"{{% now '{form}' %}}")
        live.render()
        assert live.pages[-1] == django_html(live.template, {})
