"""Streams in templates: what travels, what is remembered, what the client makes of it (protocol §7.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template import Context
from django_components import Component

from django_phoenix.exceptions import LiveViewError
from django_phoenix.rendering.streams import NEW, RESET, Insert, Stream, arranged
from tests.rendering.djc.pages import registered
from tests.rendering.djc.views import View
from tests.rendering.harness import Live, load
from tests.rendering.test_vectors import VECTORS
from tests.support.merge import MergeClient

Diff = dict[str, Any]

ENTRIES = '{% for dom_id, x in streams.s %}<li id="{{ dom_id }}">{{ x }}</li>{% endfor %}'
LIST = f'<ul id="u" phx-update="stream">{ENTRIES}</ul>'


def insert(dom_id: str, item: Any = None, at: int = -1, limit: int | None = None, **more: Any) -> Insert:
    return dom_id, dom_id if item is None else item, at, limit, more.get("update_only", False)


def first(dom_id: str, item: Any = None) -> Insert:
    return dom_id, item or dom_id, -1, None, None


def stream_of(*dom_ids: str, name: str = "s", ref: str = "0", connected: bool = True) -> Stream:
    stream = Stream(name, ref, connected=connected)
    stream.log += [first(dom_id) for dom_id in dom_ids]
    return stream


def show(view: Live, *streams: Stream, **values: Any) -> Diff:
    """Render, and go through what a live view does when the diff is on its way."""
    view.values.clear()
    view.values.update(values, streams={stream.name: stream for stream in streams})
    diff = view.render()
    for stream in streams:
        stream.forget()
    return diff


def merged(client_merge: MergeClient, view: Live) -> list[str]:
    return client_merge.merge(view.diffs[0], view.diffs[1:], streams=True).html


# -- what travels


def inlined(value: Any, templates: Any = None) -> Any:
    """With all statics at their places, and without root flags, in which a server is free."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return value
    templates = value.get("p", templates)
    plain = {key: inlined(each, templates) for key, each in value.items() if key not in ("p", "r", "s")}
    if "s" in value:
        plain["s"] = templates[str(value["s"])] if isinstance(value["s"], int) else value["s"]
    return plain


def vector(name: str) -> Diff:
    return next(each for each in VECTORS if each["name"] == name)


FIRST = [first("i-1", "one")]
STEPS: dict[str, tuple[str, list[Any], list[list[Any]]]] = {
    "stream-initial": (LIST, [*FIRST, first("i-2", "two")], []),
    "stream-insert-only-new": (
        LIST,
        FIRST,
        [[insert("i-2", "two", 0, -5)], [insert("i-3", "three"), insert("i-4", "four")]],
    ),
    "stream-delete": (LIST, FIRST, [["i-1"]]),
    "stream-reset": (LIST, FIRST, [[RESET, insert("i-9", "nine")], [RESET]]),
    "stream-update-only": (LIST, FIRST, [[insert("i-1", "ONE", update_only=True)]]),
    "stream-entry-with-template": (
        LIST.replace("{{ x }}", "{% if x %}<b>{{ x }}</b>{% endif %}"),
        [first("i-1", "a")],
        [[insert("i-2", "b")]],
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_streams_travel_as_upstream_sends_them(name: str) -> None:
    """LV-51, LV-53, LV-54, LV-55."""
    source, first, steps = STEPS[name]
    expected = vector(name)
    view, stream = Live(source), stream_of()
    stream.log += first
    assert inlined(show(view, stream)) == inlined(expected["initial"])
    assert view.pages == [expected["html_initial"]]
    for step, diff in zip(steps, expected["diffs"], strict=True):
        stream.log += step
        assert inlined(show(view, stream)) == inlined(diff)
    assert view.pages[1:] == expected["html_after_each"]


def test_an_empty_stream_is_sent_so_that_the_client_knows_its_statics() -> None:
    """LV-52."""
    expected = vector("stream-empty-then-other-change")
    view, stream = Live(f"{LIST}<p>{{{{ n }}}}</p>"), stream_of()
    assert inlined(show(view, stream, n="n")) == inlined(expected["initial"])
    assert show(view, stream, n="m") == expected["diffs"][0]
    stream.log.append(insert("i-1", "one"))
    assert show(view, stream, n="m") == expected["diffs"][1]
    assert show(view, stream, n="m") == {}


def test_the_client_shows_what_came(client_merge: MergeClient) -> None:
    view, stream = View(LIST.replace("{{ x }}", "{% if x %}<b>{{ x }}</b>{% endif %}")), stream_of()
    steps: list[list[Any]] = [[], [insert("a"), insert("b")], ["a", insert("c", 0)], [RESET], [insert("d")]]
    for step in steps:
        stream.log += step
        show(view, stream)
    html = merged(client_merge, view)
    assert html == view.pages
    assert html[1] == '<ul id="u" phx-update="stream"><li id="a"><b>a</b></li><li id="b"><b>b</b></li></ul>'


def test_a_render_that_does_not_count_takes_nothing_away() -> None:
    """LV-55."""
    view, stream = Live(LIST), stream_of("a")
    show(view, stream)
    stream.log += ["a", insert("b")]
    thrown_away = view.render(commit=False)
    assert view.render(commit=False) == thrown_away
    assert show(view, stream) == thrown_away
    assert show(view, stream) == {}


def test_what_comes_between_render_and_commit_is_shown_next() -> None:
    view, stream = Live(LIST), stream_of("a")
    view.values["streams"] = {"s": stream}
    render = view.compiled.render(view.context, view.state)
    stream.log.append(insert("b"))
    render.commit()
    view._take_over(render.diff)
    stream.forget()
    assert show(view, stream)["0"]["stream"] == ["0", [["b", -1, None, False]], []]


def test_items_of_a_stream_that_is_not_shown_are_dropped() -> None:
    view, stream = Live(f"{{% if on %}}{LIST}{{% endif %}}"), stream_of("a")
    assert show(view, stream, on=False)["0"] == ""
    assert stream.log == []
    stream.log.append(insert("b"))
    shown = show(view, stream, on=True)["0"]
    assert shown["0"]["k"] == {"0": {"0": "b", "1": "b"}, "kc": 1}
    assert show(view, stream, on=False)["0"] == ""
    assert show(view, stream, on=True)["0"]["0"]["k"] == {"kc": 0}


# -- what a log comes to

BATCHES: list[tuple[str, list[Any], list[tuple[str, Any]], list[str], bool]] = [
    ("one", [insert("a", 1)], [("a", 1)], [], False),
    (
        "the last of an id wins",
        [insert("a", 1), insert("b", 2), insert("a", 3)],
        [("b", 2), ("a", 3)],
        [],
        False,
    ),
    ("inserted, then deleted", [insert("a", 1), "a"], [], ["a"], False),
    ("deleted, then inserted: moved", ["a", insert("a", 1)], [("a", 1)], ["a"], False),
    ("deleted twice", ["a", "b", "a"], [], ["a", "b"], False),
    (
        "a reset forgets what came before",
        [insert("a", 1), "b", RESET, insert("c", 2)],
        [("c", 2)],
        [],
        True,
    ),
    (
        "what is updated before it was sent is sent",
        [insert("a", 1), insert("b", 2), insert("a", 3, update_only=True)],
        [("a", 3), ("b", 2)],
        [],
        False,
    ),
    ("what is deleted is not updated", ["a", insert("a", 1, update_only=True)], [], ["a"], False),
    ("a new one is not reset", [NEW, insert("a", 1), RESET, insert("b", 2)], [("b", 2)], [], False),
    ("a new one is in order", [NEW, insert("a", 1), insert("b", 2, 0)], [("b", 2), ("a", 1)], [], False),
    ("nothing", [], [], [], False),
]


@pytest.mark.parametrize(
    ("log", "pairs", "deletes", "reset"), [row[1:] for row in BATCHES], ids=[row[0] for row in BATCHES]
)
def test_what_several_changes_come_to(log: Any, pairs: Any, deletes: Any, reset: bool) -> None:
    stream = Stream("s", "0", connected=True)
    stream.log[:] = log
    inserts, *rest = stream.batch()
    assert [entry[:2] for entry in inserts] == pairs
    assert rest == [deletes, reset]


@pytest.mark.parametrize(
    "places", [[-1, -1, 0], [-1, 0, 0], [-1, -1, 1, -1, 0], [-1, -1, -1, 1, 1, 0, 9, -1], [0, 0, 0]], ids=str
)
def test_first_items_stand_in_html_as_the_client_would_place_them(places: list[int]) -> None:
    """The client inserts in the order of the HTML, each at its place; the HTML alone has only its order."""
    inserts = arranged([insert(str(n), at=at) for n, at in enumerate(places)])
    client: list[str] = []
    for dom_id, _, at, *_ in inserts:
        client.insert(len(client) if at == -1 else at, dom_id)
    one_by_one: list[str] = []
    for n, at in enumerate(places):
        one_by_one.insert(len(one_by_one) if at == -1 else at, str(n))
    assert client == one_by_one == [entry[0] for entry in inserts]


# -- wherever it stands

ITEMS = '<li id="{{ dom_id }}">{{ x }}</li>'
PLACES: dict[str, str | dict[str, str]] = {
    "with": f"{{% with all=streams.s %}}{LIST.replace('streams.s', 'all')}{{% endwith %}}",
    "include": {"main": '{% include "list" %}', "list": LIST},
    "include with": {
        "main": '<p>{{ n }}</p>{% include "list" with all=streams.s only %}',
        "list": LIST.replace("streams.s", "all"),
    },
    "block": {
        "main": '{% extends "base" %}{% block b %}' + LIST + "{% endblock %}",
        "base": "<i>{% block b %}{% endblock %}</i>",
    },
    "branch": f"{{% if streams.s %}}{LIST}{{% endif %}}",
    "dynamic": f"{{% poke 'y' 1 %}}{LIST}{{{{ y }}}}",
    "in a loop": f'{{% for y in "a" %}}{LIST}{{% endfor %}}',
    "in a keyed loop": "{% for tab in tabs %}<b>{{ tab.id }}</b>{% if tab.id == 2 %}"
    f"{LIST}{{% endif %}}{{% endfor %}}",
    "counters": LIST.replace(
        "{{ x }}", "{{ x }}{{ forloop.counter }}{% cycle 'a' 'b' %}{{ forloop.parentloop }}"
    ),
    "keyed": LIST.replace("streams.s", 'streams.s|key_by:"pk"'),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_stream_is_one_wherever_it_stands(place: str, client_merge: MergeClient) -> None:
    source = PLACES[place]
    template = load({"main": source} if isinstance(source, str) else source)
    view, stream = Live(template), stream_of("a", "b")
    plain = Context(
        {"streams": {"s": stream_of("a", "b", connected=False)}, "n": 0, "tabs": [{"id": 1}, {"id": 2}]}
    )
    tabs = [{"id": 1}, {"id": 2}]
    orders = [tabs, tabs, [tabs[1], tabs[0]], [tabs[1], tabs[0], {"id": 3}], tabs]
    steps: list[list[Any]] = [[], [insert("c")], [], ["a", insert("d")], [RESET]]
    for n, (step, order) in enumerate(zip(steps, orders, strict=True)):
        stream.log += step
        show(view, stream, n=n, tabs=order)
    assert view.pages[0] == template.render(plain)
    assert ['id="c"' in page for page in view.pages] == [False, True, False, False, False]
    assert ['id="d"' in page for page in view.pages] == [False, False, False, True, False]
    sent = json.dumps(view.diffs[1:])
    assert sent.count('"stream"') == 3
    assert '["0", [], [], true]' in sent
    assert "</li>" not in sent  # its statics are there
    assert merged(client_merge, view) == view.pages


class Panel(Component):
    template = "{% load component_tags %}<section>{% slot 'body' default / %}</section>"


class Rows(Component):
    template = LIST.replace("streams.s", "rows")

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"rows": kwargs["rows"]}


class Handed(Panel):
    """Its output passes through its own code as a string."""

    def on_render(self, context: Any, template: Any) -> Any:
        html, _ = yield lambda: template.render(context)
        return html


class Pure(Rows):
    live_pure = True


@pytest.mark.parametrize(
    "source",
    [
        f"{{% component 'panel' %}}{LIST}{{% endcomponent %}}",
        f"{{% component 'panel' %}}{{% fill 'body' %}}{LIST}{{% endfill %}}{{% endcomponent %}}",
        f"{{% component 'handed' %}}{LIST}{{% endcomponent %}}",
        "{% component 'rows' rows=streams.s / %}",
        "{% component 'pure' rows=streams.s / %}",
        "{% component 'panel' %}{% component 'rows' rows=streams.s / %}{% endcomponent %}",
    ],
)
def test_components_and_their_slots_show_streams(source: str, client_merge: MergeClient) -> None:
    with registered({"panel": Panel, "rows": Rows, "handed": Handed, "pure": Pure}, "django"):
        view, stream = View("{{ n }}" + source), stream_of("a")
        first = show(view, stream, n=0)
        stream.log += [insert("b"), "a"]
        second = show(view, stream, n=1)
        assert list(show(view, stream, n=2)) == ["0"]
        stream.log += [RESET]
        assert '"kc": 0' in json.dumps(show(view, stream, n=2))
    assert '"stream": ["0", [["a", -1, null, null]], []]' in json.dumps(first)
    assert '"stream": ["0", [["b", -1, null, false]], ["a"]]' in json.dumps(second)
    assert '"s"' not in json.dumps(second)
    assert merged(client_merge, view) == view.pages


def test_several_streams_go_their_ways() -> None:
    """LV-56."""
    view = Live(LIST + LIST.replace("streams.s", "streams.t").replace('"u"', '"t"'))
    one, two = stream_of("a"), stream_of("b", name="t", ref="1")
    first = show(view, one, two)
    assert [first[slot]["stream"][0] for slot in "01"] == ["0", "1"]
    two.log.append("b")
    assert show(view, one, two) == {"1": {"k": {"kc": 0}, "stream": ["1", [], ["b"]]}}


def test_a_list_may_take_the_place_of_a_stream_and_give_it_back(client_merge: MergeClient) -> None:
    view, stream = Live(LIST.replace("streams.s", "rows")), stream_of("a")
    for rows in (stream, [("b", "b"), ("c", "c")], stream, [], stream):
        show(view, stream, rows=rows)
        stream.log.append(insert("d"))
    assert merged(client_merge, view) == view.pages
    assert ['"stream"' in json.dumps(diff) for diff in view.diffs] == [True, False, True, False, True]
    assert [page.count("<li") for page in view.pages] == [1, 2, 1, 0, 1]


# -- without a live view


def test_elsewhere_a_stream_is_a_list_of_pairs() -> None:
    stream = stream_of("a", "b", connected=False)
    template = load(LIST)
    values = {"streams": {"s": stream}}
    expected = '<ul id="u" phx-update="stream"><li id="a">a</li><li id="b">b</li></ul>'
    assert template.render(Context(values)) == expected
    assert Live(template).compiled.html(Context(values)) == expected
    assert list(stream) == [("a", "a"), ("b", "b")]


# -- mistakes


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (LIST + LIST, "main:1: the stream 's' is shown a second time"),
        (f'{{% for y in "ab" %}}{LIST}{{% endfor %}}', "shown a second time"),
        (
            "{% for x in streams.s %}{{ x }}{% endfor %}",
            "this loop has 1 variable. Write {% for dom_id, item in",
        ),
        ("{% for a, b, c in streams.s %}{{ a }}{% endfor %}", "this loop has 3 variables."),
        ("{% for a, b in streams.s reversed %}{{ a }}{% endfor %}", "is shown reversed"),
        ("{% for a, b in streams.s %}{{ a }}{% empty %}nothing{% endfor %}", "{% empty %} cannot be shown"),
        ("{% regroup streams.s by x as y %}", "read as if it were a list"),
        ("{{ streams.s|join:',' }}", "read as if it were a list"),
    ],
)
def test_what_cannot_be_shown_is_told(source: str, message: str) -> None:
    view = Live(source, {"streams": {"s": stream_of("a")}})
    with pytest.raises(LiveViewError) as caught:
        view.render()
    assert message in str(caught.value)
