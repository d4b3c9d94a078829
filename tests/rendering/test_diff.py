"""What a tree looks like on the wire: shared statics, root flags, JSON."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext
from django.test import RequestFactory

from tests.rendering.harness import Live, load
from tests.rendering.values import Item

BRANCH = "{% if on %}BODY{% endif %}"
DONE = "{% if x.done %}<p class='done'>done: {{ x.name }}</p>{% endif %}"
CARD = "<article class='card'><h2>{{ x.name }}</h2>" + DONE + "</article>"


def branch(body: str) -> Any:
    """The node of a branch with this content, as it first travels."""
    return Live(BRANCH.replace("BODY", body), {"on": True, "a": 1, "l": [1]}).render()["0"]


@pytest.mark.parametrize(
    "body",
    [
        "<b>{{ a }}</b>",
        "<b>x</b>",
        "\n <b class='{{ a }}'>{{ a }}</b>\n",
        '<!-- note --><b id="x">{{ a }}</b>',
        "<input value='{{ a }}'>",
        "<ul>{% for x in l %}<li>{{ x }}</li>{% endfor %}</ul>",
        "<p>{% if a %}<i>{{ a }}</i>{% endif %}</p>",
    ],
)
def test_the_root_flag_marks_what_is_one_element(body: str) -> None:
    """LV-40."""
    assert branch(body)["r"] == 1


@pytest.mark.parametrize(
    "body",
    [
        "x<b>{{ a }}</b>",
        "<b>{{ a }}</b>{{ a }}",
        "{{ a }}",
        "<b>{{ a }}</b><i></i>",
        "<b>{{ a }}",
        "<b>{{ a }}</i>",
        "<b>{{ a|safe }}</b>",
        "<b>{% autoescape off %}{{ a }}{% endautoescape %}</b>",
        "<b>{% shout a %}</b>",
        "<b>{% if a %}</b>{% endif %}",
        "<{{ a }}></{{ a }}>",
        "{% for x in l %}<b>{{ x }}</b>{% endfor %}",
        "<!-- one\ntwo --><b>{{ a }}</b>",
        "<b id={{ a }}>x</b>",
    ],
)
def test_no_root_flag_where_that_is_not_certain(body: str) -> None:
    """LV-40; a line break in a leading comment, or an id without quotes, is more than the client can read."""
    assert "r" not in branch(body)


def test_the_top_of_a_diff_has_no_root_flag() -> None:
    """LV-42: `r` there is the reply to an event."""
    assert "r" not in Live("<p>{{ a }}</p>", {"a": 1}).render()


def test_statics_travel_once_however_often_they_are_used() -> None:
    source = "{% for x in rows %}" + CARD + "{% endfor %}"
    live = Live(source, {"rows": [Item(n, f"n{n}", True) for n in range(50)]})
    text = json.dumps(live.render())
    assert text.count("<p class='done'>") == 1
    assert text.count("<article") == 1


def test_statics_shared_in_one_diff_are_sent_again_in_a_later_one() -> None:
    """LV-38: the client keeps nothing of `p`."""
    live = Live(
        "{% for x in rows %}" + CARD + "{% endfor %}", {"rows": [Item(n, "n", True) for n in range(9)]}
    )
    live.render()
    live.values["rows"] += [Item(n, "n", True) for n in range(20, 29)]
    diff = live.render()
    assert json.dumps(diff).count("<p class='done'>") == 1
    assert "p" in diff


def test_what_is_used_once_is_written_in_its_place() -> None:
    assert "p" not in Live("<p>{% if a %}<b>{{ a }}</b>{% endif %}</p>", {"a": 1}).render()


def test_a_diff_is_plain_json() -> None:
    values = {"a": 1, "t": "é<", "l": [1.5, None], "rows": [Item(1, "x", True)], "on": True}
    source = (
        "{{ a }}{{ t }}{{ t|safe }}{% for x in l %}{{ x }}{% endfor %}{% for x in rows %}"
        + CARD
        + "{% endfor %}"
    )
    live = Live(source, values)
    render = live.compiled.render(live.context, live.state)
    assert json.loads(orjson.dumps(render.diff)) == json.loads(json.dumps(render.diff))


def test_a_request_context_is_followed_like_any_other() -> None:
    """As a view keeps it: processors' values below, the view's own names on top."""
    request = RequestFactory().get("/somewhere/?q=1")
    request.user = AnonymousUser()
    source = (
        "{{ request.path }}{{ request.GET.q }}{{ user.is_authenticated }}{{ perms.app.do }}{{ a }}"
        "{% include 'part' %}{% include 'part' only %}{% querystring a=a %}{{ LANGUAGE_CODE }}"
    )
    processors = ["request", "auth", "i18n", "tz"]
    names = [f"django.template.context_processors.{name}" for name in processors]
    names[1] = "django.contrib.auth.context_processors.auth"
    template = load({"main": source, "part": "<b>{{ request.path }}{{ a }}</b>"}, context_processors=names)
    live = Live(template, {"a": 1})
    live.context = context = RequestContext(request)
    with context.bind_template(template):
        context.dicts.append(live.values)
        for value in (1, 2, 2):
            live.values["a"] = value
            live.render()
            assert live.pages[-1] == template.render(RequestContext(request, {"a": value}))
        assert live.diffs[-1] == {}
