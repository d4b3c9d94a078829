"""Keys of `{% for %}`: pk, else id, else the position."""

from __future__ import annotations

import logging
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

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
