"""What a payload has to look like, and what is said when it does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from unittest.mock import ANY
from uuid import UUID

import pytest

from django_phoenix.testing.patterns import mismatch, shown

KEY = UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (..., None),
        ({}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": [1, {"c": ...}]}}, {"a": {"b": [1, {"c": 5, "d": 6}], "x": 0}}),
        ({1: "one"}, {"1": "one"}),
        ((1, 2), [1, 2]),
        ([], []),
        (int, 5),
        (bool, True),
        (str | None, None),
        ({"at": re.compile(r"^\d+$")}, {"at": "123"}),
        (lambda value: value > 3, 4),
        (ANY, "x"),
        (1.0, 1),
        (KEY, str(KEY)),
        (Decimal("1.50"), "1.50"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        (b"ab", b"ab"),
        (None, None),
    ],
)
def test_it_matches(pattern, value):
    assert mismatch(pattern, value) is None


@pytest.mark.parametrize(
    ("pattern", "value", "said"),
    [
        ({"a": 1}, {}, "a: is missing"),
        ({"a": 1}, {"a": 2}, "a: expected 1, got 2"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b[1]: expected 2, got 3"),
        ([1], [1, 2], "expected 1 items, got 2: [1, 2]"),
        ([1], "ab", "expected a list, got 'ab'"),
        ({"a": 1}, [1], "expected an object with 'a', got [1]"),
        (int, True, "expected a value of type int, got True"),
        (int, "1", "expected a value of type int, got '1'"),
        (re.compile("^a"), "ba", "expected a string that matches '^a', got 'ba'"),
        (re.compile("^a"), 5, "expected a string that matches '^a', got 5"),
        (None, {}, "expected None, got {}"),
        (b"ab", "ab", "expected b'ab', got 'ab'"),
        (object, None, None),
    ],
)
def test_it_says_what_does_not_match(pattern, value, said):
    assert mismatch(pattern, value) == said


def test_a_function_that_refuses_is_named():
    def is_even(number):
        return number % 2 == 0

    assert mismatch({"n": is_even}, {"n": 3}).endswith("is_even takes, got 3")


def test_what_is_long_is_cut():
    assert shown("x" * 5000).endswith("… (5002 characters)")
