"""Keys of `{% for %}`: pk, else id, else the position."""

from __future__ import annotations

import logging
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import django
import pytest
from django.contrib.auth.models import User

from django_phoenix.rendering.keyed import keys_of
from tests.rendering.harness import Live

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
