"""``{% js %}``: client commands in templates."""

from __future__ import annotations

import html
import json

import pytest
from django.template import Context, Template, TemplateSyntaxError

from django_phoenix.js import JS
from tests.rendering.harness import Live


def template(source: str) -> Template:
    return Template("{% load phoenix %}" + source)


@pytest.mark.parametrize(
    ("source", "js"),
    [
        ('{% js show to="#menu" %}', JS().show(to="#menu")),
        ('{% js push "save" %}', JS().push("save")),
        ('{% js push name target=3 page_loading=True %}',
         JS().push('say "it"', target=3, page_loading=True)),
        ('{% js push "del" value-id=7 value-by-hand=name %}',
         JS().push("del", value={"id": 7, "by-hand": 'say "it"'})),
        ('{% js push "del" value=data %}', JS().push("del", value={"a": 1})),
        ('{% js toggle to-closest="li" in="fade" out="out" time=100 %}',
         JS().toggle(to=("closest", "li"), in_="fade", out="out", time=100)),
        ('{% js hide to="#a" then show to-inner=".b" then pop_focus %}',
         JS().hide(to="#a").show(to=("inner", ".b")).pop_focus()),
        ('{% js dispatch "app:copy" detail-text=name|upper %}',
         JS().dispatch("app:copy", detail={"text": 'SAY "IT"'})),
        ('{% js toggle_attribute "aria-expanded" "true" "false" %}',
         JS().toggle_attribute("aria-expanded", "true", "false")),
    ],
)  # fmt: skip
def test_the_tag_is_the_method(source: str, js: JS) -> None:
    values = {"name": 'say "it"', "data": {"a": 1}}
    shown = template(source).render(Context(values))
    assert '"' not in shown
    assert html.unescape(shown) == str(js)
    live = Live(template(f'<a phx-click="{source}">'))
    live.show(**values)
    assert shown in live.pages[-1]


def test_it_may_be_kept_as_a_name() -> None:
    source = '{% js push "del" value-id=pk then hide as gone %}{{ gone }}'
    shown = template(source).render(Context({"pk": 7}))
    assert json.loads(html.unescape(shown)) == [["push", {"event": "del", "value": {"id": 7}}], ["hide", {}]]
    live = Live(template(source))
    live.show(pk=7)
    live.show(pk=8)
    assert "8" in live.pages[-1]


def test_it_is_escaped_where_nothing_else_is() -> None:
    shown = template("{% autoescape off %}{% js push name %}{% endautoescape %}").render(
        Context({"name": '"<'})
    )
    assert "<" not in shown
    assert '"' not in shown


def test_it_is_sent_again_only_when_it_has_changed() -> None:
    live = Live(template('<a phx-click="{% js push "del" value-id=pk %}">{{ n }}</a>'))
    live.show(pk=1, n=1)
    assert live.show(pk=1, n=2) == {"1": "2"}
    assert list(live.show(pk=2, n=2)) == ["0"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% js %}", "knows no command ''"),
        ('{% js shwo to="#m" %}', "knows no command 'shwo'"),
        ('{% js _with "x" %}', "knows no command '_with'"),
        ('{% js show to="#m" then %}', "knows no command ''"),
        ('{% js show into="#m" %}', "takes no 'into'"),
        ('{% js show to-outer="#m" %}', "takes no 'to-outer'"),
        ("{% js show time-x=1 %}", "takes no 'time-x'"),
        ("{% js pop_focus to=1 %}", "only nothing"),
        ("{% js push %}", "missing a required argument: 'event'. It takes event, value"),
        ("{% js push value-id=1 %}", "missing a required argument: 'event'"),
        ('{% js push "x" 2 %}', "too many positional arguments"),
        ('{% js push "x" event="y" %}', "multiple values for argument 'event'"),
    ],
)
def test_a_mistake_is_told_when_the_template_is_read(source: str, message: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=message):
        template(source)


@pytest.mark.parametrize(
    "source",
    ["{% js push 1 %}", '{% js show to=nothing.there time="x" %}', "{% js show transition=1 %}"],
)
def test_wrong_values_are_told_when_it_is_shown(source: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        template(source).render(Context({"nothing": {"there": 1}}))
