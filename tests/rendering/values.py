"""Random contexts and what happens to them between renders, in place or by new objects."""

from __future__ import annotations

import copy
import datetime
import enum
import uuid
from collections import namedtuple
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import strategies as st

Values = dict[str, Any]


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Item:
    """A model instance, as far as a template can tell."""

    def __init__(self, pk: Any, name: Any, done: Any = False, children: list[Any] | None = None) -> None:
        self.pk = self.id = pk
        self.name = name
        self.done = done
        self.children = [] if children is None else children

    def __repr__(self) -> str:
        return f"Item({self.pk!r}, {self.name!r}, {self.done!r}, {self.children!r})"

    def __str__(self) -> str:
        return f"<{self.name}>"

    def label(self) -> str:
        return f"{self.name} & co"

    def delete(self) -> str:
        raise AssertionError("a template called what alters data")

    delete.alters_data = True  # type: ignore[attr-defined]


class HtmlItem(Item):
    def __html__(self) -> str:
        return f"<b>{self.name}</b>"


class Slotted:
    """An object without a `__dict__`."""

    __slots__ = ("done", "id", "name")

    def __init__(self, pk: Any, name: Any, done: Any) -> None:
        self.id = pk
        self.name = name
        self.done = done

    def __repr__(self) -> str:
        return f"Slotted({self.id!r}, {self.name!r}, {self.done!r})"


class Computed(Item):
    """Its name is a property."""

    @property
    def name(self) -> Any:
        return self._name

    @name.setter
    def name(self, value: Any) -> None:
        self._name = value


class Broken:
    """Fails wherever a template touches it."""

    def __repr__(self) -> str:
        return "Broken()"

    def __str__(self) -> str:
        raise RuntimeError("broken text")

    @property
    def name(self) -> str:
        raise RuntimeError("broken attribute")


class SilentFailure(Exception):
    silent_variable_failure = True


Row = namedtuple("Row", "id name done children")
Pair = namedtuple("Pair", "name note")


class Function:
    """A callable value with a readable repr; what it answers depends only on what it holds."""

    def __init__(self, result: Any, **flags: bool) -> None:
        self.result = result
        self.flags = flags
        for flag, value in flags.items():
            setattr(self, flag, value)

    def __call__(self) -> Any:
        return self.result

    def __repr__(self) -> str:
        return f"Function({self.result!r}, **{self.flags!r})"


class Failing(Function):
    def __call__(self) -> Any:
        raise self.result


def needs_argument(argument: Any) -> Any:
    return argument


texts = st.sampled_from(
    ["", "x", "y", "two words", "<b>&\"'</b>", "é✓漢", "{{ a }}", "0", "home", "  ", "a\nb", '\\\'"""']
)
scalars = st.one_of(
    texts,
    st.integers(-3, 5),
    st.sampled_from(
        [None, True, False, 0, 1, 0.0, 1.0, 2.5, -1.25, 1e21, 12345678901234567890, Decimal("1.50")]
    ),
    st.sampled_from(
        [
            mark_safe("<i>s</i>"),
            mark_safe("x"),
            mark_safe("<b>x</b>\n<b>y</b>"),
            gettext_lazy("Yes"),
            Colour.RED,
            Colour.BLUE,
        ]
    ),
    st.sampled_from(
        [
            datetime.date(2024, 2, 29),
            datetime.datetime(2024, 2, 29, 13, 5),
            datetime.time(9, 30),
            datetime.timedelta(hours=5),
            uuid.UUID(int=5),
            b"bytes<",
        ]
    ),
)
keys = st.sampled_from([1, 2, 3, 4, 5, "k", None])


def rows_of(children: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(Item, keys, scalars, st.booleans(), children),
        st.builds(HtmlItem, keys, scalars, st.booleans(), children),
        st.fixed_dictionaries({"id": keys, "name": scalars, "done": st.booleans(), "children": children}),
        st.fixed_dictionaries({"pk": keys, "name": scalars}),
        st.builds(Row, keys, scalars, st.booleans(), children),
        scalars,
    )


leaf_rows = rows_of(st.just([]))
rows = rows_of(st.lists(leaf_rows, max_size=3))
children = st.lists(leaf_rows, max_size=2)
uniform_rows = (
    st.lists(keys, max_size=6, unique=True)
    .flatmap(
        lambda pks: st.tuples(*[st.builds(Item, st.just(pk), scalars, st.booleans(), children) for pk in pks])
    )
    .map(list)
)
functions = st.one_of(
    st.builds(Function, scalars),
    st.builds(lambda result: Function(result, do_not_call_in_templates=True), scalars),
    st.builds(lambda result: Function(result, alters_data=True), scalars),
    st.just(Failing(SilentFailure())),
    st.just(needs_argument),
)
failures = st.sampled_from([Broken(), Failing(ValueError("no")), Failing(KeyError("no"))])
mappings = st.fixed_dictionaries(
    {"k": scalars, "nested": st.fixed_dictionaries({"x": scalars, "items": st.lists(scalars, max_size=2)})},
    optional={"items": st.lists(st.tuples(scalars, scalars), max_size=3), "0": scalars},
)
objects = st.one_of(rows, st.builds(Pair, scalars, scalars), mappings)
lists = st.one_of(
    st.lists(scalars, max_size=5),
    st.lists(scalars, max_size=4).map(tuple),
    uniform_rows,
    texts,
    st.just(range(3)),
)
anything = st.one_of(scalars, lists, objects, functions)

NAMES: dict[str, st.SearchStrategy[Any]] = {
    "a": scalars,
    "b": anything,
    "c": st.one_of(scalars, scalars, scalars, functions, scalars, scalars, scalars, failures),
    "n": st.integers(-1, 4),
    "flag": st.booleans(),
    "text": texts,
    "items": lists,
    "pairs": st.lists(st.tuples(scalars, scalars), max_size=4),
    "rows": st.one_of(uniform_rows, uniform_rows, st.lists(rows, max_size=5)),
    "d": mappings,
    "o": objects,
    "fn": functions,
    "inc": st.sampled_from(["inc0", "inc1"]),
}
plain = st.one_of(
    texts, st.integers(-1, 4), st.booleans(), st.none(), st.just(mark_safe("<i>s</i>")), st.just(2.5)
)
KINDS_OF_ROWS: list[Any] = [
    st.builds(Item, keys, plain, st.booleans()),
    st.builds(Computed, keys, plain, st.booleans()),
    st.builds(Slotted, keys, plain, st.booleans()),
    st.builds(Row, keys, plain, st.booleans(), st.just(())),
    st.fixed_dictionaries({"id": keys, "name": plain, "done": st.booleans()}, optional={"note": plain}),
    plain,
]
row_lists = st.sampled_from(KINDS_OF_ROWS).flatmap(lambda kind: st.lists(kind, max_size=5))
TABLE_NAMES = {
    "a": plain,
    "n": st.integers(-1, 4),
    "flag": st.booleans(),
    "text": texts,
    "items": st.lists(plain),
}
table_worlds = st.fixed_dictionaries({"rows": row_lists, **TABLE_NAMES}, optional={"fn": functions})

forgotten = st.lists(st.sampled_from(sorted(NAMES)), max_size=2)
worlds = st.tuples(st.fixed_dictionaries(NAMES), st.one_of(st.just([]), st.just([]), forgotten)).map(
    lambda drawn: {name: value for name, value in drawn[0].items() if name not in drawn[1]}
)


class Step(NamedTuple):
    """One thing that happens to a context; in place to the same objects, else to copies, as after a query."""

    name: str
    action: str
    where: int
    value: Any
    in_place: bool

    def apply(self, world: Values) -> None:
        if self.action == "forget":
            world.pop(self.name, None)
        elif self.action == "set" or not self._change(world):
            world[self.name] = self.value

    def _change(self, world: Values) -> bool:
        """Change inside the value; False if it is of no kind that can be."""
        value = world.get(self.name)
        if not self.in_place:
            value = world[self.name] = copy.deepcopy(value)
        if isinstance(value, list):
            _change_list(value, self.action, self.where, self.value)
        elif isinstance(value, dict):
            value[sorted(value, key=str)[self.where % len(value)] if value else "k"] = self.value
        elif isinstance(value, Item):
            setattr(value, ("name", "done", "pk", "note")[self.where % 4], self.value)
        elif type(value) is Function:
            value.result = self.value
        else:
            return False
        return True


def _change_list(value: list[Any], action: str, where: int, new: Any) -> None:
    if not value or action == "insert":
        value.insert(where % (len(value) + 1), new)
        return
    place = where % len(value)
    if action == "delete":
        del value[place]
    elif action == "move":
        value.insert((where * 7) % len(value), value.pop(place))
    elif action == "duplicate":
        value.insert(0, value[place])
    elif action == "reverse":
        value.reverse()
    elif action == "clear":
        value.clear()
    else:
        _change_member(value, place, new)


def _change_member(value: list[Any], place: int, new: Any) -> None:
    member = value[place]
    if isinstance(member, Slotted):
        member.name = new
    elif isinstance(member, Item):
        member.name = new
        member.children.append(new)
    elif isinstance(member, dict):
        member["name"] = new
    elif isinstance(member, Row):
        value[place] = member._replace(name=new)
    else:
        value[place] = new


ACTIONS = [
    "set",
    "forget",
    "insert",
    "delete",
    "move",
    "duplicate",
    "reverse",
    "clear",
    "member",
    "member",
    "move",
]


def steps_of(name: str) -> st.SearchStrategy[Step]:
    values = st.one_of(rows, NAMES["rows"]) if name == "rows" else NAMES[name]
    return st.builds(Step, st.just(name), st.sampled_from(ACTIONS), st.integers(0, 7), values, st.booleans())


row_steps = steps_of("rows")
name_steps = st.sampled_from(["a", "a", "a", *TABLE_NAMES]).flatmap(
    lambda name: st.builds(
        Step, st.just(name), st.sampled_from(["set", "forget"]), st.just(0), TABLE_NAMES[name], st.just(False)
    )
)
table_steps = st.one_of(
    st.builds(Step, st.just("rows"), st.sampled_from(ACTIONS), st.integers(0, 7), plain, st.booleans()),
    name_steps,
)
table_histories = st.lists(st.lists(table_steps, min_size=1, max_size=2), min_size=2, max_size=6)
row_changes = st.lists(row_steps, max_size=2)
steps = st.one_of(row_steps, row_steps, row_steps, *[steps_of(name) for name in NAMES])
histories = st.lists(st.lists(steps, max_size=3), min_size=1, max_size=4)
