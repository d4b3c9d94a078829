from __future__ import annotations

import datetime
import enum
import uuid
from decimal import Decimal
from typing import Any, Literal

import pytest
from django.db.models import TextChoices

from django_phoenix.conversion import register_conversion
from django_phoenix.exceptions import InvalidParams
from django_phoenix.params import Params, collect_events, event


class Colour(TextChoices):
    RED = "r"
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


def bind(annotation: Any, value: Any) -> Any:
    def handler(self, x): ...

    handler.__annotations__ = {"x": annotation}
    owner = type("Owner", (), {"handler": event(handler)})
    return collect_events(owner)["handler"].bind({"x": value})["x"]


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, 2, 2),
        (int, "2", 2),
        (int, " -7 ", -7),
        (int, 2.0, 2),
        (float, "1.5", 1.5),
        (float, 3, 3.0),
        (str, "x", "x"),
        (str, 5, "5"),
        (bool, True, True),
        (bool, "on", True),
        (bool, "false", False),
        (bool, "", False),
        (bool, 1, True),
        (Decimal, "1.10", Decimal("1.10")),
        (datetime.date, "2030-01-31", datetime.date(2030, 1, 31)),
        (datetime.datetime, "2030-01-31T12:00", datetime.datetime(2030, 1, 31, 12)),
        (datetime.time, "12:30", datetime.time(12, 30)),
        (uuid.UUID, "00000000-0000-0000-0000-000000000001", uuid.UUID(int=1)),
        (Colour, "b", Colour.BLUE),
        (Level, "2", Level.HIGH),
        (Literal["a", 1], "a", "a"),
        (Literal["a", 1], "1", 1),
        (int | None, None, None),
        (int | None, "", None),
        (int | None, "3", 3),
        (str | None, "", ""),
        (int | str, "x", "x"),
        (list[int], ["1", 2], [1, 2]),
        (tuple[int, ...], ["1"], (1,)),
        (set[int], ["1", 1], {1}),
        (dict[str, int], {"a": "1"}, {"a": 1}),
        (dict, {"a": 1}, {"a": 1}),
        (list, [1], [1]),
        (Any, [1], [1]),
    ],
)
def test_values_are_converted_by_annotation(annotation, value, expected):
    converted = bind(annotation, value)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, "x"),
        (int, True),
        (int, 1.5),
        (int, None),
        (int, "9" * 5000),
        (int, "٣"),
        (float, "nan"),
        (float, "1e999"),
        (float, 10**400),
        (str, None),
        (str, ["x"]),
        (bool, "maybe"),
        (bool, 2),
        (Decimal, "NaN"),
        (Decimal, {}),
        (datetime.date, "2030-02-31"),
        (datetime.date, 5),
        (uuid.UUID, "x"),
        (uuid.UUID, 5),
        (Colour, "x"),
        (Literal["a"], {}),
        (int | None, "x"),
        (list[int], "12"),
        (list[int], [1, "x"]),
        (set[int], 1),
        (dict[str, int], [1]),
        (set[Any], [[1]]),
    ],
)
def test_other_values_are_invalid(annotation, value):
    with pytest.raises(InvalidParams):
        bind(annotation, value)


class Counter:
    @event
    def inc(self, by: int = 1): ...

    @event("add-item")
    async def add(self, item: str, count: int): ...

    @event
    def everything(self, params: Params): ...

    @event
    def rest(self, a: int, **others): ...

    @event
    def blob(self, data: bytes): ...

    @event
    def nothing(self): ...

    def private(self): ...


EVENTS = collect_events(Counter)


def test_only_marked_methods_are_events():
    assert sorted(EVENTS) == ["add-item", "blob", "everything", "inc", "nothing", "rest"]
    assert EVENTS["add-item"].is_async
    assert not EVENTS["inc"].is_async


def test_keys_that_the_signature_does_not_name_are_dropped():
    assert EVENTS["inc"].bind({"by": "2", "value": "x"}) == {"by": 2}
    assert EVENTS["nothing"].bind({"value": "x"}) == {}


def test_a_missing_key_leaves_the_default():
    assert EVENTS["inc"].bind({}) == {}


def test_params_and_double_star_take_the_payload():
    assert EVENTS["everything"].bind({"a": 1}) == {"params": {"a": 1}}
    assert EVENTS["rest"].bind({"a": "1", "b": 2}) == {"a": 1, "b": 2}


def test_a_key_called_like_the_handler_s_self_is_left_out():
    class Taking:
        @event
        def everything(self, **rest):
            return rest

    handler = collect_events(Taking)["everything"]
    assert handler.bind({"self": 1, "a": 2}) == {"a": 2}


def test_bytes_take_a_binary_payload_and_nothing_else():
    assert EVENTS["blob"].bind(b"\x00") == {"data": b"\x00"}
    with pytest.raises(InvalidParams):
        EVENTS["blob"].bind({"data": "x"})
    with pytest.raises(InvalidParams):
        EVENTS["inc"].bind(b"\x00")


@pytest.mark.parametrize("payload", [None, [], "x", 5])
def test_a_payload_that_is_no_object_is_invalid(payload):
    with pytest.raises(InvalidParams, match="a JSON object"):
        EVENTS["inc"].bind(payload)


def test_the_complaint_names_class_event_parameter_expected_and_got():
    with pytest.raises(InvalidParams) as caught:
        EVENTS["inc"].bind({"by": "many"})
    assert str(caught.value) == (
        "Counter, event 'inc': parameter 'by' should be a whole number, got str 'many'."
    )
    with pytest.raises(InvalidParams, match="'count' should be a whole number, got nothing"):
        EVENTS["add-item"].bind({"item": "x"})


def test_the_complaint_cuts_what_came():
    with pytest.raises(InvalidParams) as caught:
        EVENTS["inc"].bind({"by": "x" * 10_000})
    assert len(str(caught.value)) < 300


def test_an_override_without_the_decorator_is_no_event():
    class Careful(Counter):
        def inc(self, by: int = 1): ...

    assert "inc" not in collect_events(Careful)
    assert "nothing" in collect_events(Careful)


def test_two_methods_for_one_event_are_refused():
    class Twice:
        @event("x")
        def a(self): ...

        @event("x")
        def b(self): ...

    with pytest.raises(TypeError, match="both take the event 'x'"):
        collect_events(Twice)


def test_signatures_that_no_payload_can_fill_are_refused():
    class Positional:
        @event
        def a(self, *x): ...

    class Unknown:
        @event
        def a(self, x: Counter): ...

    with pytest.raises(TypeError, match="can't be filled by name"):
        collect_events(Positional)
    with pytest.raises(TypeError, match=r"Unknown\.a: parameter 'x': no conversion"):
        collect_events(Unknown)


def test_types_can_be_taught():
    class Colour16:
        def __init__(self, text):
            if not text.startswith("#"):
                raise ValueError
            self.text = text

    register_conversion(Colour16, Colour16, "a colour")
    assert bind(Colour16, "#aabbcc").text == "#aabbcc"
    with pytest.raises(InvalidParams, match="a colour"):
        bind(Colour16, "red")


def test_event_wants_a_method_or_a_name():
    with pytest.raises(TypeError, match="takes a method or a name"):
        event(5)
