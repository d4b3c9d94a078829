from __future__ import annotations

import pytest
from django.urls.converters import get_converters

from django_phoenix.wire.topic import TopicPattern, TopicTable


def match(pattern, topic):
    return TopicPattern(pattern, get_converters()).match(topic)


@pytest.mark.parametrize(
    ("pattern", "topic", "captures"),
    [
        ("lobby", "lobby", {}),
        ("lobby", "lobby:1", None),
        ("room:*", "room:", {}),
        ("room:*", "room:1:2", {}),
        ("room:*", "room", None),
        ("*", "", {}),
        ("room:<int:room>", "room:12", {"room": 12}),
        ("room:<int:room>", "room:x", None),
        ("room:<int:room>", "room:12\n", None),
        ("room:<name>", "room:a b", {"name": "a b"}),
        ("room:<name>", "room:a:b", None),
        ("room:<name>", "room:", None),
        ("game:<name>:*", "game:chess:1:2", {"name": "chess"}),
        ("doc:<uuid:doc>", "doc:00000000-0000-0000-0000-000000000000x", None),
        ("<a>:<b>", "x:y", {"a": "x", "b": "y"}),
        ("a.b", "axb", None),
        ("file:<path:name>", "file:a/b:c", {"name": "a/b:c"}),
    ],
)
def test_patterns(pattern, topic, captures):
    assert match(pattern, topic) == captures


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("room:*:x", "at the end only"),
        ("room:<nope:x>", "no converter 'nope'"),
        ("room:<1x>", "identifier"),
        ("<a>:<a>", "twice"),
        ("room:<a", "unpaired"),
        ("room:>", "unpaired"),
    ],
)
def test_patterns_that_can_t_be_are_refused_with_the_reason(pattern, complaint):
    with pytest.raises(ValueError, match=complaint):
        TopicPattern(pattern, get_converters())


def test_the_first_pattern_in_order_of_declaration_wins():
    table = TopicTable(
        [("room:lobby", "lobby"), ("room:<int:n>", "number"), ("room:*", "other")], get_converters()
    )
    assert table.resolve("room:lobby").target == "lobby"
    assert table.resolve("room:5") == ("number", {"n": 5})
    assert table.resolve("room:five").target == "other"
    assert table.resolve("lobby") is None


def test_long_topics_take_no_long_time():
    assert match("a:<x>:<y>:<z>", "a:" + ":" * 50_000) is None
