"""The JS builder: every command as the client reads it (LV-91), a value, safe in attributes and payloads."""

from __future__ import annotations

import json
import pickle
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.html import format_html

from django_phoenix.js import JS
from django_phoenix.rendering.tracking import is_immutable
from django_phoenix.wire.encoding import dumps

FADE = ("ease-out duration-300", "opacity-0", "opacity-100")
FADE_LISTS = [["ease-out", "duration-300"], ["opacity-0"], ["opacity-100"]]

COMMANDS = [
    (JS().push("save"), ["push", {"event": "save"}]),
    (
        JS().push("save", value={"id": 7}, target=3, loading=".row", page_loading=True),
        ["push", {"event": "save", "target": 3, "loading": ".row", "page_loading": True, "value": {"id": 7}}],
    ),
    (JS().push("save", target="#cart"), ["push", {"event": "save", "target": "#cart"}]),
    (
        JS().push("on", value={"day": date(2026, 1, 2)}),
        ["push", {"event": "on", "value": {"day": "2026-01-02"}}],
    ),
    (JS().navigate("/orders/"), ["navigate", {"href": "/orders/"}]),
    (JS().navigate("/orders/", replace=True), ["navigate", {"href": "/orders/", "replace": True}]),
    (JS().patch("?page=2"), ["patch", {"href": "?page=2"}]),
    (JS().show(), ["show", {}]),
    (
        JS().show(to="#m", transition=FADE, time=300, display="flex", blocking=False),
        ["show", {"to": "#m", "time": 300, "blocking": False, "display": "flex", "transition": FADE_LISTS}],
    ),
    (
        JS().hide(to="#m", transition="fade out"),
        ["hide", {"to": "#m", "transition": [["fade", "out"], [], []]}],
    ),
    (
        JS().toggle(to="#m", in_="in", out=FADE, time=0),
        ["toggle", {"to": "#m", "time": 0, "ins": [["in"], [], []], "outs": FADE_LISTS}],
    ),
    (JS().add_class("a b", to=("inner", ".x")), ["add_class", {"to": {"inner": ".x"}, "names": ["a", "b"]}]),
    (
        JS().remove_class(["a"], to=("closest", "li")),
        ["remove_class", {"to": {"closest": "li"}, "names": ["a"]}],
    ),
    (
        JS().toggle_class("a", transition="t", time=5),
        ["toggle_class", {"time": 5, "names": ["a"], "transition": [["t"], [], []]}],
    ),
    (JS().transition("shake", to="#m"), ["transition", {"to": "#m", "transition": [["shake"], [], []]}]),
    (JS().set_attribute("aria-expanded", True), ["set_attr", {"attr": ["aria-expanded", "true"]}]),
    (JS().set_attribute("value", "", to="#m"), ["set_attr", {"attr": ["value", ""], "to": "#m"}]),
    (JS().remove_attribute("open"), ["remove_attr", {"attr": "open"}]),
    (JS().toggle_attribute("open", ""), ["toggle_attr", {"attr": ["open", ""]}]),
    (
        JS().toggle_attribute("aria-expanded", True, False),
        ["toggle_attr", {"attr": ["aria-expanded", "true", "false"]}],
    ),
    (JS().ignore_attributes("open"), ["ignore_attrs", {"attrs": ["open"]}]),
    (JS().ignore_attributes(["open", "data-*"]), ["ignore_attrs", {"attrs": ["open", "data-*"]}]),
    (JS().focus(to="#m"), ["focus", {"to": "#m"}]),
    (JS().focus_first(to="#m"), ["focus_first", {"to": "#m"}]),
    (JS().push_focus(), ["push_focus", {}]),
    (JS().pop_focus(), ["pop_focus", {}]),
    (JS().dispatch("app:copy"), ["dispatch", {"event": "app:copy"}]),
    (
        JS().dispatch("app:copy", to="#m", detail={"n": 1}, bubbles=False, blocking=True),
        [
            "dispatch",
            {"event": "app:copy", "to": "#m", "detail": {"n": 1}, "bubbles": False, "blocking": True},
        ],
    ),
    (JS().exec("data-cancel", to="#m"), ["exec", {"attr": "data-cancel", "to": "#m"}]),
]


class Attribute(HTMLParser):
    """The attributes of the first start tag, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes = dict(attrs)


@pytest.mark.parametrize(
    ("js", "command"), COMMANDS, ids=lambda value: value[0] if isinstance(value, list) else ""
)
def test_lv_91_a_command_is_its_name_and_arguments_without_those_not_given(
    js: JS, command: list[Any]
) -> None:
    assert json.loads(str(js)) == [command]


def test_lv_91_every_command_of_the_client_is_there() -> None:
    assert {command[0] for _, command in COMMANDS} == {
        "push", "dispatch", "toggle", "show", "hide", "add_class", "remove_class", "toggle_class",
        "transition", "set_attr", "remove_attr", "toggle_attr", "ignore_attrs", "focus", "focus_first",
        "push_focus", "pop_focus", "navigate", "patch", "exec",
    }  # fmt: skip


def test_commands_follow_each_other_and_never_change() -> None:
    first = JS().push("del", value={"id": 7})
    both = first.hide(to="#m", transition="fade", time=100)
    assert str(first) == '[["push",{"event":"del","value":{"id":7}}]]'
    assert both == first + JS().hide(to="#m", transition="fade", time=100)
    assert json.loads(str(both))[1] == ["hide", {"to": "#m", "time": 100, "transition": [["fade"], [], []]}]
    with pytest.raises(AttributeError, match="never changes"):
        first.pushed = True
    with pytest.raises(TypeError):
        first + "[]"  # type: ignore[operator]


def test_a_value_that_is_changed_later_does_not_change_the_command() -> None:
    value = {"ids": [1]}
    js = JS().push("del", value=value)
    value["ids"].append(2)
    assert json.loads(str(js)) == [["push", {"event": "del", "value": {"ids": [1]}}]]


def test_it_is_a_value() -> None:
    js = JS().show(to="#m")
    assert js == JS().show(to="#m") != JS().hide(to="#m")
    assert len({js, JS().show(to="#m"), JS()}) == 2
    assert pickle.loads(pickle.dumps(js)) == js
    assert not JS()
    assert str(JS()) == "[]"
    assert repr(js) == '<JS [["show",{"to":"#m"}]]>'
    assert is_immutable(js)


HOSTILE = "'\"><script>alert(1)</script>&amp;"


@pytest.mark.parametrize(
    "render",
    [
        lambda js: Template('<a phx-click="{{ js }}">').render(Context({"js": js})),
        lambda js: format_html('<a phx-click="{}">', js),
    ],
)
def test_in_an_attribute_it_is_escaped_and_comes_back_whole(render: Any) -> None:
    js = JS().push(HOSTILE, value={HOSTILE: HOSTILE}).set_attribute("title", HOSTILE)
    html = render(js)
    assert "<script>" not in html
    assert Attribute(html).attributes == {"phx-click": str(js)}


def test_in_a_payload_it_is_the_list_that_the_client_runs() -> None:
    assert dumps({"js": JS().hide(to="#m")}) == '{"js":[["hide",{"to":"#m"}]]}'
    assert json.loads(dumps({"js": JS().hide(to="#m"), 1: 2})) == {"js": [["hide", {"to": "#m"}]], "1": 2}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: JS().show(to=7), "to should be a selector"),
        (lambda: JS().show(to=("outer", "li")), "to should be a selector"),
        (lambda: JS().show(transition=("a", "b")), "three texts"),
        (lambda: JS().show(time="200"), "milliseconds"),
        (lambda: JS().show(time=-1), "milliseconds"),
        (lambda: JS().show(time=True), "milliseconds"),
        (lambda: JS().transition(None), "needs the transition's classes"),
        (lambda: JS().add_class(""), "names of classes"),
        (lambda: JS().add_class([]), "names of classes"),
        (lambda: JS().add_class(["a b"]), "names of classes"),
        (lambda: JS().push(""), "event should be a text"),
        (lambda: JS().push(None), "event should be a text"),
        (lambda: JS().push("a", value=[1]), "value should be a dict"),
        (lambda: JS().push("a", value={"x": object()}), "JSON"),
        (lambda: JS().push("a", target=1.5), "target should be myself"),
        (lambda: JS().dispatch("click", detail={"a": 1}), "neither detail nor blocking"),
        (lambda: JS().dispatch("a", detail="x"), "detail should be a dict"),
        (lambda: JS().set_attribute("open", None), "remove_attribute"),
        (lambda: JS().exec(""), "attribute should be a text"),
        (lambda: JS().navigate(None), "href should be a text"),
        *[
            (lambda href=href: JS().navigate(href), "of this site")
            for href in ("javascript:alert(1)", "https://x.y/", "//x.y/", "/\\x.y", "/a\nb", " /a", "orders")
        ],
        (lambda: JS().patch("//x.y/"), "of this site"),
    ],
)
def test_a_wrong_argument_is_told_where_it_is_written(make: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make()
