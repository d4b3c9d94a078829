"""Payloads as dataclasses, TypedDicts, NamedTuples and pydantic models."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Required, TypedDict

import pydantic
import pytest
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator, RegexValidator
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.exceptions import InvalidParams
from django_phoenix.params import collect_events, event


@dataclass
class Item:
    name: str
    price: Decimal = Decimal(1)
    tags: list[str] = field(default_factory=list)
    number: int = field(default=7, init=False)


@dataclass
class Order:
    items: list[Item]
    paid: bool = False


class Point(NamedTuple):
    x: int
    y: int = 0


class Search(TypedDict):
    text: str
    page: NotRequired[int]


class Loose(TypedDict, total=False):
    text: Required[str]
    page: int


class Profile(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=5)
    age: int | None = None

    @pydantic.field_validator("name")
    @classmethod
    def not_root(cls, name):
        if name == "root":
            raise ValueError("taken")
        return name


@pydantic.dataclasses.dataclass
class Strict:
    n: int


@dataclass
class Span:
    begin: int
    end: int

    def __post_init__(self):
        if self.end < 0:
            raise ValueError("a secret detail")
        if self.end < self.begin:
            raise ValidationError("It ends before it begins.")


@dataclass
class Move:
    kind: Literal["move"]
    to: Point


@dataclass
class Resign:
    kind: Literal["resign"]


def handler_of(annotation: Any, *, keyword: bool = False):
    if keyword:

        def handler(self, *, x): ...
    else:

        def handler(self, x): ...

    handler.__annotations__ = {"x": annotation}
    return collect_events(type("Owner", (), {"handler": event(handler)}))["handler"]


def whole(annotation: Any, payload: Any) -> Any:
    return handler_of(annotation).bind(payload)["x"]


def part(annotation: Any, value: Any) -> Any:
    return handler_of(annotation, keyword=True).bind({"x": value})["x"]


def errors(annotation: Any, payload: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidParams) as caught:
        whole(annotation, payload)
    return caught.value.errors


@pytest.mark.parametrize("take", [whole, part])
@pytest.mark.parametrize(
    ("annotation", "payload", "expected"),
    [
        (Item, {"name": "tea", "price": "1.20", "number": 9, "extra": 1}, Item("tea", Decimal("1.20"))),
        (Order, {"items": [{"name": "tea", "tags": ["hot", 1]}]}, Order([Item("tea", tags=["hot", "1"])])),
        (Point, {"x": "3"}, Point(3, 0)),
        (Search, {"text": "a", "extra": 1}, {"text": "a"}),
        (Search, {"text": "a", "page": "2"}, {"text": "a", "page": 2}),
        (Loose, {"text": "a"}, {"text": "a"}),
        (Profile, {"name": "ada", "age": "36"}, Profile(name="ada", age=36)),
        (Strict, {"n": 1}, Strict(1)),
        (Span, {"begin": 1, "end": 2}, Span(1, 2)),
        (Annotated[Point, lambda point: None], {"x": 3}, Point(3)),
    ],
)
def test_a_record_is_made_of_the_whole_payload_or_after_a_star_of_one_key(
    take, annotation, payload, expected
):
    made = take(annotation, payload)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Point, [3, 4], Point(3, 4)),
        (Point, [3], Point(3)),
        (list[Point], [[1, 2], {"x": 5}], [Point(1, 2), Point(5)]),
        (dict[str, Point], {"a": [1, 2]}, {"a": Point(1, 2)}),
        (Point | None, None, None),
        (Point | None, {"x": 1}, Point(1)),
        (Move | Resign, {"kind": "resign"}, Resign("resign")),
        (Move | Resign, {"kind": "move", "to": [1, 2]}, Move("move", Point(1, 2))),
        (tuple[int, str], ["1", "a"], (1, "a")),
        (Annotated[int, MinValueValidator(1), "a note", int], "5", 5),
        (list[Annotated[int, MinValueValidator(1)]], ["5"], [5]),
        (Annotated[int | None, MinValueValidator(1)], "5", 5),
        (Annotated[int | None, MinValueValidator(1)], "", None),
    ],
)
def test_records_may_stand_inside_other_types(annotation, value, expected):
    made = part(annotation, value)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "payload", "expected"),
    [
        (Item, {}, {"name": ["should be a text, got nothing"]}),
        (Item, [], {"__all__": ["should be an object with name, price, tags"]}),
        (Item, b"x", {"__all__": ["should be an object with name, price, tags"]}),
        (
            Order,
            {"items": [{"name": "tea"}, {"price": "much", "tags": [[]]}, 5], "paid": "maybe"},
            {
                "items.1.name": ["should be a text, got nothing"],
                "items.1.price": ["should be a decimal number"],
                "items.1.tags.0": ["should be a text"],
                "items.2": ["should be an object with name, price, tags"],
                "paid": ["should be true or false"],
            },
        ),
        (Point, {"x": 1, "y": "far"}, {"y": ["should be a whole number"]}),
        (
            Search,
            {"page": "x"},
            {"text": ["should be a text, got nothing"], "page": ["should be a whole number"]},
        ),
        (Loose, {"page": 1}, {"text": ["should be a text, got nothing"]}),
        (
            Profile,
            {"age": "x"},
            {
                "name": ["Field required, got nothing"],
                "age": ["should be a valid integer, unable to parse string as an integer"],
            },
        ),
        (Profile, {"name": "root"}, {"name": ["Value error, taken"]}),
        (Profile, 5, {"__all__": ["should be a valid dictionary or instance of Profile"]}),
        (Strict, {"n": "x"}, {"n": ["should be a valid integer, unable to parse string as an integer"]}),
        (Span, {"begin": 2, "end": 1}, {"__all__": ["It ends before it begins."]}),
        (Span, {"begin": 2, "end": -1}, {"__all__": ["is not valid"]}),
    ],
)
def test_all_that_is_wrong_is_told_at_once_and_where(annotation, payload, expected):
    assert errors(annotation, payload) == expected


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Point, [1, 2, 3], {"x": ["should be an object with x, y"]}),
        (Span, {"begin": 2, "end": 1}, {"x": ["It ends before it begins."]}),
        (Item | None, {"name": []}, {"x.name": ["should be a text"]}),
        (Move | Resign, {}, {"x": ["should be an object with kind, to or an object with kind"]}),
        (tuple[int, str], [1], {"x": ["should be a list of 2: a whole number, a text"]}),
        (tuple[int, str], ["a", 1], {"x.0": ["should be a whole number"]}),
        (dict[str, int], {"a": "b"}, {"x.a": ["should be a whole number"]}),
        (
            Annotated[int, MinValueValidator(5)],
            1,
            {"x": ["Ensure this value is greater than or equal to 5."]},
        ),
        (Annotated[int, MinValueValidator(5)], "a", {"x": ["should be a whole number"]}),
        (
            Annotated[str, MaxLengthValidator(2), RegexValidator("^a", "Begin with a.")],
            "bcd",
            {"x": ["Ensure this value has at most 2 characters (it has 3).", "Begin with a."]},
        ),
        (Annotated[int, lambda number: int("a secret")], 1, {"x": ["is not valid"]}),
    ],
)
def test_what_is_wrong_in_one_key(annotation, value, expected):
    with pytest.raises(InvalidParams) as caught:
        part(annotation, value)
    assert caught.value.errors == expected


def test_the_log_says_what_came():
    with pytest.raises(InvalidParams) as caught:
        whole(Order, {"items": [{"price": "much"}]})
    assert str(caught.value) == (
        "Owner, event 'handler': parameter 'items.0.name' should be a text, got nothing; "
        "parameter 'items.0.price' should be a decimal number, got str 'much'."
    )
    with pytest.raises(InvalidParams, match=r"the payload: It ends before it begins\., got dict"):
        whole(Span, {"begin": 2, "end": 1})


def test_however_much_is_wrong_not_more_than_some_of_it_is_told():
    problems = {"items": [{"name": [[]]} for _ in range(10_000)]}
    with pytest.raises(InvalidParams) as caught:
        whole(Order, problems)
    assert len(caught.value.problems) == 20
    with pytest.raises(InvalidParams) as caught:
        part(dict[str, int], {"k" * 10_000: "x"})
    assert len(str(caught.value)) < 300
    assert len(str(caught.value.errors)) < 300


def test_validators_speak_the_active_language():
    with translation.override("de"):
        assert errors(Annotated[Span, lambda span: None], {"begin": 1}) == {
            "end": ["should be a whole number, got nothing"]
        }
        with pytest.raises(InvalidParams) as caught:
            part(Annotated[int, MinValueValidator(5)], 1)
    assert "größer oder gleich 5" in caught.value.errors["x"][0]


def test_a_record_beside_other_parameters_is_a_key():
    class Owner:
        @event
        def place(self, order: Order, urgent: bool = False): ...

    bound = collect_events(Owner)["place"].bind({"order": {"items": []}, "urgent": 1})
    assert bound == {"order": Order([]), "urgent": True}


@dataclass
class Tree:
    children: list[Tree]


@dataclass
class Left:
    right: Right


@dataclass
class Right:
    left: Left | None


@dataclass
class Unknown:
    socket: object
    peer: Point
    stream: memoryview


@pytest.mark.parametrize(
    ("annotation", "complaint"),
    [
        (Tree, r"Owner\.handler: parameter 'x': Tree\.children: Tree holds itself"),
        (Left, r"Left\.right: Right\.left: Left holds itself"),
        (Unknown, r"Unknown\.stream: no conversion to <class 'memoryview'>"),
    ],
)
def test_a_record_that_can_not_be_converted_is_an_error_of_the_start(annotation, complaint):
    with pytest.raises(TypeError, match=complaint):
        handler_of(annotation)


def test_one_record_class_may_be_used_twice_in_another():
    @dataclass
    class Line:
        begin: Point
        end: Point

    Line.__annotations__ = {"begin": Point, "end": Point}
    assert whole(Line, {"begin": [1, 2], "end": [3, 4]}) == Line(Point(1, 2), Point(3, 4))


def test_an_init_only_field_is_a_key_like_others():
    namespace = {"total": 0, "__annotations__": {"parts": InitVar[list[int]], "total": int}}
    namespace["__post_init__"] = lambda self, parts: object.__setattr__(self, "total", sum(parts))
    summed = dataclasses.dataclass(type("Summed", (), namespace))
    assert whole(summed, {"parts": ["1", 2]}).total == 3


def test_a_return_annotation_need_not_be_known_at_run_time():
    class Owner:
        @event
        def handler(self, x: int) -> OnlyForTypeCheckers: ...  # noqa: F821

    assert collect_events(Owner)["handler"].bind({"x": 1}) == {"x": 1}


def test_a_binary_payload_has_no_other_parts():
    class Owner:
        @event
        def handler(self, data: bytes, x: int): ...

    with pytest.raises(TypeError, match=r"Owner\.handler: data takes a binary payload"):
        collect_events(Owner)
    small = handler_of(Annotated[bytes, MaxLengthValidator(2)])
    assert small.bind(b"ab") == {"x": b"ab"}
    with pytest.raises(InvalidParams, match="the payload: Ensure this value has at most 2 characters"):
        small.bind(b"abc")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1", "move"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["x", "y", "name", "kind", "to", "items", "price", "begin", "end", "text"])
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)
ANNOTATIONS = [
    Item,
    Order,
    Point,
    Search,
    Profile,
    Strict,
    Span,
    Move | Resign,
    dict[str, list[Point | None]],
    tuple[int, Point],
    set[Any],
    Annotated[list[Annotated[str, MaxLengthValidator(2)]], MaxLengthValidator(2)],
    int | Point | None,
]


@pytest.mark.parametrize("annotation", ANNOTATIONS)
@given(payload=JSON)
def test_whatever_comes_is_converted_or_invalid_and_the_answer_is_json(annotation, payload):
    for take in (whole, part):
        errors = errors_or_none(take, annotation, payload)
        assert json.loads(json.dumps(errors)) == errors
        assert errors != {}


def errors_or_none(take, annotation, payload):
    try:
        take(annotation, payload)
    except InvalidParams as error:
        return error.errors
    return None


class Measured(pydantic.BaseModel):
    values: list[int]


class Meter:
    @event
    async def measured(self, report: Measured): ...


def test_a_flood_of_pydantic_errors_is_counted_rather_than_read():
    bind = collect_events(Meter)["measured"].bind
    with pytest.raises(InvalidParams) as caught:
        bind({"values": ["?"] * 1000})
    assert len(caught.value.errors) == 20
    with pytest.raises(InvalidParams, match=r"the payload: has 1001 flaws, got dict"):
        bind({"values": ["?"] * 1001})
