"""Numbers and the gaps in them."""

from __future__ import annotations

import pytest

from django_phoenix.delivery import sequence
from django_phoenix.delivery.sequence import Gaps, Numbers


def test_each_topic_is_counted_by_itself() -> None:
    numbers = Numbers()
    assert [numbers.take(topic) for topic in "abaa"] == [(1, True), (1, True), (2, False), (3, False)]


def test_forgotten_topics_begin_anew_and_give_no_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "REMEMBERED_TOPICS", 2)
    numbers = Numbers()
    for topic in ("a", "b", "b", "a", "c"):
        numbers.take(topic)
    assert numbers.take("a") == (3, False)
    assert numbers.take("b") == (3, True)


@pytest.mark.parametrize(
    ("messages", "missing"),
    [
        ([(1, 1), (2, 3), (5, 1)], [0, 0, 0]),
        # Whoever comes late has missed nothing.
        ([(7, 1), (8, 1)], [0, 0]),
        ([(1, 1), (4, 1)], [0, 2]),
        ([(1, 2), (3, 2), (9, 1)], [0, 0, 4]),
        # The same once more.
        ([(1, 1), (2, 1), (2, 1), (3, 1)], [0, 0, None, 0]),
        # In the wrong order: counted as missing, then let through.
        ([(1, 1), (3, 1), (2, 1), (4, 1)], [0, 1, 0, 0]),
    ],
)
def test_gaps_are_found(messages: list[tuple[int, int]], missing: list[int | None]) -> None:
    gaps = Gaps()
    assert [gaps.note("stream", first, count) for first, count in messages] == missing


def test_where_a_publisher_s_count_begins_anew_nothing_is_missing() -> None:
    gaps = Gaps()
    assert gaps.note("stream", 1, 2, True) == 0
    assert gaps.note("stream", 1, 2, True) is None
    assert gaps.note("stream", 90, 1, True) == 0
    assert gaps.note("stream", 92, 1) == 1


def test_publishers_are_counted_apart_and_forgotten_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "REMEMBERED_STREAMS", 2)
    gaps = Gaps()
    assert [gaps.note(stream, 1, 1) for stream in "abc"] == [0, 0, 0]
    assert gaps.note("a", 5, 1) == 0
    assert gaps.note("c", 5, 1) == 3
