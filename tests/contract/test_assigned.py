"""Names that live views assign, read from their source."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from django_phoenix.management.contract.assigned import Assigned, assigned_by
from django_phoenix.management.contract.mappings import keys_returned
from tests.contract.twin.guards import Tenant, greet

EXTRA = {"x": 1}


def load(view: Any) -> None:
    view.assigns.loaded = True


def load_more(view: Any, state: Any) -> None:
    state.more = 1


def no_state(view: Any) -> str:
    return repr(view)


def numbers() -> dict[str, int]:
    return {"one": 1, "two": 2}


def guard_for(name: str) -> Any:
    def guard(view: Any, params: Any, session: Any) -> None:
        view.assigns.guarded = name

    return guard


def check(a: int, b: int, view: Any, params: Any, session: Any) -> None:
    view.assigns.checked = a + b


class Guard:
    def __call__(self, view: Any, params: Any, session: Any) -> None:
        view.assigns.called = True


class Helper:
    def __init__(self, view: Any) -> None:
        view.assign(helped=True)


class Base:
    def mount(self) -> None:
        self.assigns.base = 1


class Plain(Base):
    def mount(self) -> None:
        super().mount()
        self.assigns.a = self.assigns.b = 1
        self.assigns.c += 1
        self.assigns.d: int = 1
        self.assigns.e, (self.assigns.f, *self.assigns.g) = 1, (2, 3)
        for self.assigns.h in (1, 2):
            pass
        with SimpleNamespace() as self.assigns.i:
            pass
        print(self.assigns.read, self.assigns)

    async def handler(self) -> None:
        state = self.assigns
        state.j = 1
        if later := self.assigns:
            later.k = 1
        vars(self.assigns)["l"] = 1
        vars(self.assigns).update(m=1, **{"n": 2})
        vars(state).setdefault("o", 1)
        self.assigns.__dict__["p"] = 1
        setattr(self.assigns, "q", 1)  # noqa: B010
        self.assign({"r": 1, **{"s": 2}}, t=3)
        self.assign_new("u", list)
        self.assign_async(["v", "w"], list)
        self.assign(**numbers())
        self.assign(self.own_numbers())

    def own_numbers(self) -> dict[str, int]:
        found = {"three": 3}
        found["four"] = 4
        found.update(five=5)
        return found if self else {**found, "six": 6}


class Handing:
    def mount(self) -> None:
        load(self)
        load_more(view=self, state=self.assigns)
        no_state(self)
        Helper(self)
        later = partial(load_after, self)
        self.mount()
        later()
        isinstance(self, Base)
        super().__init__()


def load_after(view: Any) -> None:
    view.assigns.after = 1


OPEN = {
    "a name that varies": "setattr(self.assigns, name, 1)",
    "keys that vary": "self.assign({name: 1})",
    "a dict from elsewhere": "self.assign(**values)",
    "a dict given away": "vars(self.assigns).update(values)",
    "the view given to something unknown": "values.fill(self)",
    "the view given to its own part": "self.part.fill(self)",
    "the assigns given to something unknown": "values(self.assigns)",
    "an item that varies": "vars(self.assigns)[name] = 1",
    "another name with a variable": "self.assign_new(name, list)",
}


def test_each_way_to_set_a_name_is_seen() -> None:
    found = assigned_by(Plain)
    assert found.names == {*"abcdefghijklmnopqrstuvw", "base", "one", "two", "three", "four", "five", "six"}
    assert not found.open


def test_functions_that_are_handed_the_view_are_read() -> None:
    found = assigned_by(Handing)
    assert found.names == {"loaded", "more", "helped", "after"}
    assert not found.open


def test_guards_are_read() -> None:
    assert assigned_by(Base, [greet, Tenant]).names == {"base", "greeting", "tenant"}
    assert assigned_by(Base, [partial(partial(check, 1), 2), guard_for("x"), Guard()]).names == {
        *("base", "checked", "guarded", "called"),
    }


@pytest.mark.parametrize("line", OPEN.values(), ids=OPEN)
def test_what_the_source_does_not_show_leaves_the_names_open(
    line: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "opened_" + str(abs(hash(line)))
    (tmp_path / f"{module}.py").write_text(
        f"class View:\n    def mount(self, name, values):\n        self.assigns.a = 1\n        {line}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = assigned_by(__import__(module).View)
    assert (found.names, found.open) == ({"a"}, True)


def test_a_class_without_source_leaves_everything_open() -> None:
    namespace: dict[str, Any] = {"__name__": "nowhere"}
    exec("class View:\n    def mount(self): self.assigns.a = 1", namespace)
    found = assigned_by(namespace["View"])
    assert found == Assigned(open=True, open_streams=True, open_uploads=True)


def test_streams_and_uploads_are_seen() -> None:
    class View:
        def mount(self) -> None:
            self.stream("songs", [])
            self.stream_insert("singers", {})
            self.allow_upload("avatar")

    found = assigned_by(View)
    assert (found.streams, found.uploads) == ({"songs", "singers"}, {"avatar"})
    assert found == Assigned(streams=found.streams, uploads=found.uploads)


def test_items_that_come_later_have_a_stream_and_an_assign() -> None:
    class View:
        def mount(self) -> None:
            self.stream_async("songs", list)

    assert assigned_by(View) == Assigned({"songs"}, streams={"songs"})


def test_hooks_are_read() -> None:
    class View:
        def mount(self) -> None:
            self.attach_hook("greeting", "handle_params", greet)

    class Hearing:
        def mount(self) -> None:
            self.attach_hook("all", stage="handle_event", function=self.hear)

    assert (assigned_by(View).names, assigned_by(View).hooks_events) == ({"greeting"}, False)
    assert assigned_by(Hearing).hooks_events


def test_a_stream_whose_name_varies_leaves_streams_open() -> None:
    class View:
        def mount(self, name: str) -> None:
            self.stream(name, [])

    found = assigned_by(View)
    assert (found.open, found.open_streams, found.open_uploads) == (False, True, False)


# -- dicts that functions return


def spread(request: Any) -> dict[str, Any]:
    data = dict(a=1)  # noqa: C408
    data |= {"b": 2}
    return {**data, **({"c": 3} if request else {}), "d": 4} | dict(e=5)  # noqa: C408


def nothing_at_times(request: Any) -> dict[str, Any] | None:
    if request is None:
        return None
    return {"a": 1}


def built_of_itself(request: Any) -> dict[str, Any]:
    data = {"a": 1}
    data = {**data, "b": 2}
    return data


def from_afar(request: Any) -> Any:
    return request.data


def given_away(request: Any) -> dict[str, Any]:
    data = {"a": 1}
    request.fill(data)
    return data


def with_a_function_inside(request: Any) -> dict[str, Any]:
    def inner() -> dict[str, Any]:
        return request.data

    return {"a": inner}


@pytest.mark.parametrize(
    ("function", "keys"),
    [
        (numbers, {"one", "two"}),
        (spread, set("abcde")),
        (nothing_at_times, {"a"}),
        (built_of_itself, {"a", "b"}),
        (from_afar, None),
        (given_away, None),
        (with_a_function_inside, {"a"}),
        (len, None),
        (lambda request: {"a": 1}, None),
    ],
)
def test_keys_of_a_returned_dict(function: Any, keys: set[str] | None) -> None:
    assert keys_returned(function) == keys
