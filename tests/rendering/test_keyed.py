"""Keys of `{% for %}`: pk, else id, else the position."""

from __future__ import annotations

import json
import logging
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import pytest
from django.contrib.auth.models import User
from django.template import TemplateSyntaxError

from django_phoenix.rendering.keyed import keys_of
from tests.rendering.harness import Live
from tests.support.merge import MergeClient

Pair = namedtuple("Pair", "id name")


@dataclass
class Both:
    id: int
    pk: int


@pytest.mark.parametrize(
    ("items", "keys"),
    [
        ([{"id": 1}, {"id": 2}], [1, 2]),
        ([{"id": 1, "pk": 7}], [7]),
        ([Both(1, 7), Both(2, 8)], [7, 8]),
        ([Pair(1, "a")], [1]),
        ([User(id=3), User(id=4)], [3, 4]),
        ([{"id": 1}, Pair(2, "b")], [1, 2]),
        ([{"name": "a"}], None),
        (["a", "b"], None),
        ([1, 2], None),
        ([(1, 2)], None),
        ([{"id": 1}, "text"], None),
    ],
)
def test_what_the_key_is(items: list[Any], keys: list[Any] | None) -> None:
    assert keys_of(items) == keys


def test_two_items_of_one_key_are_told_apart_by_position_and_warned_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = Live("{% for x in l %}{{ x.n }}{% endfor %}")
    with caplog.at_level(logging.WARNING, "django_phoenix.rendering"):
        live.show(l=[{"id": 1, "n": "a"}, {"id": 1, "n": "b"}])
        diff = live.show(l=[{"id": 1, "n": "b"}, {"id": 1, "n": "a"}])
    assert diff == {"0": {"k": {"0": {"0": "b"}, "1": {"0": "a"}, "kc": 2}}}
    assert len(caplog.records) == 1
    assert "main:1" in caplog.text


@pytest.mark.parametrize("key", [None, 1.5, [], lambda: 1])
def test_what_cannot_be_a_key_leaves_the_position(key: Any) -> None:
    live = Live("{% for x in l %}{{ x.n }}{% endfor %}")
    live.show(l=[{"id": key, "n": "a"}, {"id": 2, "n": "b"}])
    assert "km" not in str(live.show(l=[{"id": 2, "n": "b"}, {"id": key, "n": "a"}]))


def test_keys_may_come_and_go() -> None:
    live = Live("{% for x in l %}{{ x.n }}{% endfor %}")
    live.show(l=[{"n": "a"}, {"n": "b"}])
    live.show(l=[{"id": 1, "n": "a"}, {"id": 2, "n": "b"}])
    assert live.show(l=[{"id": 2, "n": "b"}, {"id": 1, "n": "a"}]) == {
        "0": {"k": {"0": 1, "1": 0, "km": True, "kc": 2}}
    }
    live.show(l=[{"n": "b"}, {"n": "c"}, {"n": "d"}])


COUNTERS = (
    "counter", "counter0", "revcounter", "revcounter0", "first", "last",
    *(["length"] if django.VERSION >= (6, 0) else []),
)  # fmt: skip
SHOWN = {
    **{f"forloop.{name}": f"{{{{ forloop.{name} }}}}" for name in COUNTERS},
    "forloop.last in a condition": "{% if forloop.last and x.id %}last{% else %}{{ x.id }}{% endif %}",
    "forloop as a whole": "{% with l=forloop %}{{ l.revcounter }}{% endwith %}",
    "forloop for a tag": "{% peek 'forloop' as l %}{{ l.revcounter }}",
    "parentloop.last": "{% for y in 'ab' %}{{ forloop.parentloop.last }}{{ y }}{% endfor %}",
    "a loop inside": "{% for y in x.ys %}{{ y }}{{ forloop.last }}{% endfor %}",
}


@pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_lists_grow_and_shrink_at_either_end(shown: str, keyed: bool) -> None:
    live = Live(f"{{% for x in xs %}}<i>{{{{ x.name }}}}{shown}</i>{{% endfor %}}")
    items = [{"id": n, "name": f"n{n}", "ys": list(range(n % 3))} for n in range(9)]
    if not keyed:
        items = [{key: value for key, value in item.items() if key != "id"} for item in items]
    for start, end in [
        (0, 3),
        (0, 4),
        (0, 7),
        (0, 2),
        (1, 3),
        (2, 8),
        (0, 9),
        (0, 8),
        (3, 8),
        (0, 0),
        (0, 2),
    ]:
        live.show(xs=items[start:end])
        live.show(xs=[*items[start:end], {"id": 100, "name": "added", "ys": ["y"]}])
        live.show(xs=[{**item, "name": f"{n}"} for n, item in enumerate(items[start : end + 1])])


@pytest.mark.parametrize(
    "entry",
    [
        "{% cycle 'a' 'b' 'c' %}{{ o.id }}",
        "{{ q }}{% set q o.id %}",
        "{% ifchanged o.even %}{{ o.even }}{% endifchanged %}{{ o.id }}",
        "{{ forloop.counter }}{% count %}",
    ],
)
def test_entries_are_evaluated_in_their_order_wherever_new_ones_stand(entry: str) -> None:
    live = Live(f"{{% for o in rows %}}{entry},{{% endfor %}}")
    for ids in ([1, 2, 3], [1, 4, 2, 3], [4, 6, 3, 5, 1], [2, 1], [], [3, 1, 2], [2, 5, 6, 1]):
        live.show(rows=[{"id": id, "even": id % 2} for id in ids])


def test_what_is_appended_is_all_that_is_sent_and_an_uncommitted_render_changes_nothing() -> None:
    live = Live("{% for x in xs %}<i>{{ x.name }}</i>{% endfor %}")
    items = [{"id": n, "name": f"n{n}"} for n in range(4)]
    live.show(xs=items[:2])
    live.values["xs"] = items
    first = live.render(commit=False)
    assert first == {"0": {"k": {"2": {"0": "n2"}, "3": {"0": "n3"}, "kc": 4}}}
    assert live.render() == first
    assert live.show(xs=items[:3]) == {"0": {"k": {"kc": 3}}}
    assert live.show(xs=items[1:3]) == {"0": {"k": {"0": 1, "1": 2, "kc": 2, "km": True}}}


BY_PATH = {
    "slug": [{"slug": "a", "n": 1}, {"slug": "b", "n": 2}],
    "author.slug": [{"author": {"slug": "a"}, "n": 1}, {"author": {"slug": "b"}, "n": 2}],
    "0": [("a", 1), ("b", 2)],
    "slug.upper": [{"slug": "a", "n": 1}, {"slug": "b", "n": 2}],
}


@pytest.mark.parametrize("path", BY_PATH)
def test_a_path_names_the_key(path: str) -> None:
    live = Live(f'{{% for x in l|key_by:"{path}" %}}{{{{ x.n }}}}{{{{ x.1 }}}}{{% endfor %}}')
    live.show(l=BY_PATH[path])
    assert live.show(l=BY_PATH[path][::-1]) == {"0": {"k": {"0": 1, "1": 0, "km": True, "kc": 2}}}


def test_entries_that_are_unpacked_have_keys_by_path() -> None:
    live = Live('{% for name, n in l|key_by:"0" %}{{ name }}{{ n }}{% endfor %}')
    live.show(l=[("a", 1), ("b", 2)])
    assert live.show(l=[("b", 2), ("a", 3)]) == {
        "0": {"k": {"0": 1, "1": [0, {"1": "3"}], "km": True, "kc": 2}}
    }


def test_without_a_path_the_item_is_the_key() -> None:
    live = Live("{% for x in l|key_by reversed %}<i>{{ x }}</i>{% endfor %}")
    live.show(l=["a", "b", "c"])
    assert live.show(l=["a", "c"]) == {"0": {"k": {"1": 2, "km": True, "kc": 2}}}


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (
            [{"slug": "a"}, {"slug": "a"}],
            "two items of this {% for %} have the same key (|key_by:\"slug\") 'a'",
        ),
        ([{"slug": "a"}, {}], "but gave nothing"),
        ([{"slug": "a"}, {"slug": 1.5}], "but gave 1.5 (float)"),
        ([{"slug": "a"}, {"slug": ["b"]}], "but gave ['b'] (list)"),
    ],
)
def test_a_key_that_is_none_is_said_once_and_the_position_is_taken(
    caplog: pytest.LogCaptureFixture, items: list[Any], said: str
) -> None:
    live = Live('{% for x in l|key_by:"slug" %}{{ x.slug }}{% endfor %}')
    with caplog.at_level(logging.WARNING, "django_phoenix.rendering"):
        live.show(l=items)
        assert "km" not in str(live.show(l=items[::-1]))
    (record,) = caplog.records
    assert said in record.message
    assert "main:1" in record.message


def test_a_path_must_be_text() -> None:
    live = Live("{% for x in l|key_by:path %}{{ x }}{% endfor %}")
    with pytest.raises(TemplateSyntaxError, match="key_by needs its path as a text"):
        live.render()


PHOENIX = json.loads((Path(__file__).parent / "data" / "phoenix_keyed.json").read_text())
# As an end-to-end page of Phoenix does it: two tables side by side, columns in a loop, a component in a cell.
PAGE = """{% for table in tables|key_by %}<div><table><tr>
{% for column in columns|key_by:"id" %}<th>{{ column.name }}</th>{% endfor %}</tr>
{% for row in ROWS %}<tr>{% for column in columns|key_by:"id" %}<td>
{% if column.id == "1" %}{% include "cell" with name=row.name %} {{ table }}
{% else %}{{ count }}{% endif %}</td>{% endfor %}</tr>{% endfor %}</table></div>{% endfor %}"""
CELL = "<span>Count: {{ count }} Name: {{ name }}</span>"


@pytest.mark.parametrize(("kind", "rows"), [("all", "rows"), ("none", "rows|dictsort:'order'")])
def test_a_list_costs_no_more_bytes_than_in_phoenix(client_merge: MergeClient, kind: str, rows: str) -> None:
    """The rows are keyed in both, or in neither; how many bytes Phoenix sent was recorded from its server."""
    live = Live({"main": PAGE.replace("ROWS", rows), "cell": CELL})
    key = "id" if kind == "all" else "number"
    columns = [{"id": "1", "name": "Foo"}, {"id": "2", "name": "Count"}]
    for step in PHOENIX[kind]:
        items = [{key: n, "name": f"New{n + 1}", "order": at} for at, n in enumerate(step["items"])]
        diff = live.show(tables=[1, 2], columns=columns, rows=items, count=step["count"])
        size = len(json.dumps(diff, separators=(",", ":")).encode())
        assert size <= step["bytes"], (size, step["bytes"])
    assert client_merge(live.diffs[0], live.diffs[1:]) == live.pages
