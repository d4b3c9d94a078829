"""Rules about events, payloads, hooks, ids, labels and attributes: what each finds, what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from django_components import Component, registry

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, Params, event
from tests.contract.support import found, reports_of, spots, unit_of


@dataclass
class Address:
    """A part of an order."""

    street: str
    number: int = 1


class OrderLive(LiveView):
    """Handlers of every kind."""

    template_name = "page.html"

    @event
    def add(self, by: int = 1) -> None: ...

    @event
    def move(self, x: int, way: Literal["up", "down"] = "up") -> None: ...

    @event("close-all")
    def close_all(self) -> None: ...

    @event
    def key(self, key: str) -> None: ...

    @event
    def pick(self, value: str) -> None: ...

    @event
    def all(self, values: Params) -> None: ...

    @event
    def more(self, **values: Any) -> None: ...

    @event
    def save(self, name: str, amount: int, gift: bool = False) -> None: ...

    @event
    def tick(self, done: bool) -> None: ...

    @event
    def ship(self, *, address: Address) -> None: ...

    @event
    def place(self, address: Address) -> None: ...


class AnyLive(LiveView):
    """Takes what comes."""

    template_name = "page.html"

    def handle_event(self, event: str, params: Any) -> None: ...


class HookedLive(LiveView):
    """A function takes what it knows."""

    template_name = "page.html"

    def mount(self, params: Any, session: Any) -> None:
        self.attach_hook("sorting", "handle_event", lambda view, event, params: None)


class CardComponent(LiveComponent):
    """With a handler that its view does not have."""

    template_name = "page.html"

    @event
    def like(self, by: int = 1) -> None: ...


def at(text: str, *ids: str, **more: Any) -> list[str]:
    more.setdefault("owner", OrderLive)
    return spots(text, *ids, **more)


EVENTS = [
    ('<b phx-click="add">a</b>', []),
    ('<b phx-click="ad">a</b>', ["ad"]),
    ("<b phx-click='ad'>a</b>", ["ad"]),
    ("<b phx-click=ad>a</b>", ["ad"]),
    ('<b phx-click="close-all">a</b>', []),
    ('<b phx-click="close_all">a</b>', ["close_all"]),
    ('<b phx-click="">a</b>', []),
    ('<b phx-click="{{ event }}">a</b>', []),
    ('<b phx-click="ad{{ x }}">a</b>', []),
    ('<b phx-click="{% if x %}add{% else %}ad{% endif %}">a</b>', ["ad"]),
    ('<b phx-click="{% if x %}a{% endif %}dd">a</b>', []),
    ('<b phx-click="{% for x in y %}ad{% endfor %}">a</b>', []),
    ('<b {% if x %}phx-click="ad"{% endif %}>a</b>', ["ad"]),
    ('<b phx-click="ad" phx-target="#x">a</b>', []),
    ('<b phx-click="ad" phx-target="{{ x }}">a</b>', []),
    ('<b phx-click="ad" {{ attributes }}>a</b>', []),
    ('<b phx-click="lv:clear-flash">a</b>', []),
    ("""<b phx-click='[["push",{"event":"ad"}]]'>a</b>""", ["ad"]),
    ("""<b phx-click='[["push",{"event":"ad","target":1}]]'>a</b>""", []),
    ("""<b phx-click="[[&quot;push&quot;,{&quot;event&quot;:&quot;ad&quot;}]]">a</b>""", ["ad"]),
    ('<b phx-click="{% js push "ad" %}">a</b>', ["ad"]),
    ('<b phx-click="{% js hide to="#x" then push "ad" %}">a</b>', ["ad"]),
    ('<b phx-click="{% js push "add" then push x %}">a</b>', []),
    ('<b phx-mounted="{% js push "ad" %}">a</b>', ["ad"]),
    (
        '<b phx-click-away="ad" phx-blur="ax" phx-window-keyup="ay" phx-viewport-top="az">a</b>',
        ["ad", "ax", "ay", "az"],
    ),
    ('<form phx-auto-recover="ignore">a</form>', []),
    ("<!-- <b phx-click='ad'>a</b> -->", []),
    ("{# <b phx-click='ad'>a</b> #}", []),
]


@pytest.mark.parametrize(("text", "places"), EVENTS)
def test_events_without_a_handler(text: str, places: list[str]) -> None:
    assert at(text, "T001") == places


def test_a_view_with_handle_event_takes_any_event() -> None:
    assert at('<b phx-click="ad">a</b>', "T001", owner=AnyLive) == []
    assert at('<b phx-click="ad">a</b>', "T001", owner=HookedLive) == []


def test_events_of_a_live_component_go_to_the_view_unless_they_are_targeted() -> None:
    text = '<b phx-click="{}"{}>a</b>'
    mine = ' phx-target="{{ myself }}"'
    view: dict[str, Any] = {"owner": CardComponent, "kind": "live_component", "views": {OrderLive}}
    assert at(text.format("like", mine), "T001", **view) == []
    assert at(text.format("add", mine), "T001", **view) == ["add"]
    assert at(text.format("add", ""), "T001", **view) == []
    [report] = reports_of(unit_of(text.format("like", ""), **view), "T001")
    assert 'add phx-target="{{ myself }}"' in report.finding.hint


def test_of_a_component_shown_by_several_views_an_event_that_one_lacks_is_no_error() -> None:
    class OtherLive(LiveView):
        template_name = "page.html"

    unit = unit_of('<b phx-click="add">a</b>', None, "component", views={OrderLive, OtherLive})
    assert found(unit, "T001") == [("add at 1:15", "WARNING")]
    unit = unit_of('<b phx-click="ad">a</b>', None, "component", views={OrderLive, OtherLive})
    assert found(unit, "T001") == [("ad at 1:15", "ERROR")]


VALUES = [
    ('<b phx-click="add" phx-value-by="2">a</b>', []),
    ('<b phx-click="add" phx-value-by="two">a</b>', ['phx-value-by="two"']),
    ('<b phx-click="add" phx-value-by="{{ two }}">a</b>', []),
    ('<b phx-click="move">a</b>', ["move"]),
    ('<b phx-click="move" {{ values }}>a</b>', []),
    ('<b phx-click="move" {% if x %}phx-value-x="1"{% endif %}>a</b>', []),
    ('<b phx-click="move" phx-value-x="1" phx-value-way="left">a</b>', ['phx-value-way="left"']),
    ('<b phx-click="key">a</b>', ["key"]),
    ('<b phx-window-keydown="key">a</b>', []),
    ('<button phx-click="pick">a</button>', []),
    ('<div phx-click="pick" value="{{ x }}">a</div>', []),
    ('<div phx-click="pick">a</div>', ["pick"]),
    ('<b phx-click="all"></b><b phx-click="more" phx-value-x="1"></b>', []),
    ("""<b phx-click='[["push",{"event":"move","value":{"x":1}}]]'>a</b>""", []),
    ("""<b phx-click='[["push",{"event":"move","value":{"y":1}}]]'>a</b>""", ["move"]),
    ('<b phx-click="{% js push "move" value-x=1 %}">a</b>', []),
    ('<b phx-click="{% js push "move" value=x %}">a</b>', []),
    ('<b phx-click="{% js push "move" %}">a</b>', ["move"]),
    ('<div phx-viewport-top="move">a</div>', []),
]


@pytest.mark.parametrize(("text", "places"), VALUES)
def test_values_that_do_not_fit(text: str, places: list[str]) -> None:
    assert at(text, "T002") == places


FORMS = [
    ('<form phx-submit="save"><input name="name"><input name="amount"></form>', []),
    ('<form phx-submit="save"><input name="name"></form>', ["save"]),
    ('<form phx-change="save"><input name="name"></form>', ["save"]),
    ('<form phx-submit="save"><input name="name">{{ form.amount }}</form>', []),
    ('<form phx-submit="save"><input name="name"><input name="{{ x }}"></form>', []),
    ('<form phx-submit="save"><input name="name">{% if x %}<input name="amount">{% endif %}</form>', []),
    (
        '<form phx-submit="save"><input name="name">{% for x in y %}<input name="amount">{% endfor %}</form>',
        [],
    ),
    ('<form phx-submit="save"><input name="name"><input name="amount" disabled></form>', ["save"]),
    ('<form phx-submit="save" id="f"><input name="name"></form><input name="amount" form="f">', []),
    ('<form phx-submit="save" phx-value-amount="3"><input name="name"></form>', []),
    ('<form phx-submit="save"><input name="name"><div id="x" phx-hook="X"></div></form>', []),
    (
        '<form phx-submit="save"><input name="name"><select name="amount"><option value="1">1'
        '<option value="x">x</select></form>',
        ['value="x"'],
    ),
    ('<form phx-submit="save"><input name="name"><input name="amount" value="x"></form>', []),
    (
        '<form phx-submit="save"><input name="name"><input type="hidden" name="amount" value="x"></form>',
        ["x"],
    ),
    ('<form phx-submit="save"><input name="name"><input type="radio" name="amount" value="x"></form>', ["x"]),
    (
        '<form phx-submit="save"><input name="name"><input name="amount">'
        '<input type="checkbox" name="gift"></form>',
        [],
    ),
    (
        '<form phx-submit="save"><input name="name"><input name="amount">'
        '<input type="checkbox" name="gift" value="x"></form>',
        ["x"],
    ),
    ('<form phx-submit="tick"><input type="checkbox" name="done"></form>', ["tick"]),
    (
        '<form phx-submit="tick"><input type="hidden" name="done" value="off">'
        '<input type="checkbox" name="done"></form>',
        [],
    ),
    ('<form phx-submit="ship"><input name="address[street]"></form>', []),
    ('<form phx-submit="ship"><input name="address[number]"></form>', ["ship"]),
    ('<form phx-submit="ship"><input name="street"></form>', ["ship"]),
    ('<form phx-submit="ship"><input name="address[{{ x }}]"></form>', []),
    ('<form phx-submit="place"><input name="street"></form>', []),
    ('<form phx-submit="place"><input name="number"></form>', ["place"]),
    ('<form phx-submit="all"></form><form phx-submit="more"></form>', []),
    ('<form><input name="name" phx-change="save"></form>', ["save"]),
    ('<form><input name="done" phx-change="tick"></form>', []),
    ('<div phx-change="save"></div>', []),
]


@pytest.mark.parametrize(("text", "places"), FORMS)
def test_forms_that_do_not_fit(text: str, places: list[str]) -> None:
    assert at(text, "T002") == places


def test_what_is_less_than_certain_about_a_form_is_a_warning() -> None:
    text = '<form phx-submit="save"><input name="name"><p>{{ hint }}</p></form>'
    assert found(unit_of(text, OrderLive), "T002") == [("save at 1:19", "WARNING")]
    text = '<form phx-submit="tick"><input type="checkbox" name="done"></form>'
    assert found(unit_of(text, OrderLive), "T002") == [("tick at 1:19", "WARNING")]


DROPPED = [
    ('<b phx-click="add" phx-value-by="1">a</b>', []),
    ('<b phx-click="add" phx-value-bye="1">a</b>', ['phx-value-bye="1"']),
    ('<b phx-click="add" phx-value-{{ x }}="1">a</b>', []),
    ('<b phx-click="all" phx-value-x="1"></b><b phx-click="more" phx-value-x="1"></b>', []),
    ('<b phx-value-x="1"></b>', []),
]


@pytest.mark.parametrize(("text", "places"), DROPPED)
def test_values_that_are_dropped(text: str, places: list[str]) -> None:
    assert at(text, "T003") == places


OTHER = [
    ("T004", '<b phx-hook="X">a</b>', ['phx-hook="X"']),
    (
        "T004",
        '<b phx-hook="X" id="x">a</b><b phx-hook="X" {% if x %}id="y"{% endif %}>a</b>'
        '<b phx-hook="X" {{ a }}>a</b>',
        [],
    ),
    ("T005", '<b phx-hook="Nowhere" id="x">a</b>', ["Nowhere"]),
    ("T005", '<b phx-hook="Phoenix.FocusWrap" id="x">a</b><b phx-hook="{{ x }}" id="y">b</b>', []),
    ("T005", '<script>hooks.Here = {}</script><b phx-hook="Here" id="x">a</b>', []),
    ("T005", '<script src="https://cdn/x.js"></script><b phx-hook="X" id="x">a</b>', []),
    ("T005", '{{ form.media|safe }}<b phx-hook="X" id="x">a</b>', []),
    (
        "T005",
        '<b phx-hook=".A" id="x">a</b>{% colocated_hook ".A" %}export default {}{% endcolocated_hook %}',
        [],
    ),
    (
        "T005",
        '{% colocated_hook ".A" runtime %}{}{% endcolocated_hook %}<b phx-hook=".B" id="x">a</b>',
        [".B"],
    ),
    ("T005", '{% colocated_js %}hooks.Here = {}{% endcolocated_js %}<b phx-hook="Here" id="x">a</b>', []),
    (
        "T008",
        '<form id="a">{% portal id="p" target="#x" %}<form id="b"></form>{% endportal %}</form>',
        [],
    ),
    ("T006", '{% focus_wrap id="x" %}<p>{% endfocus_wrap %}', []),
    ("T006", '{% focus_wrap id="x" %}<b>{% endfocus_wrap %}', ["<b>"]),
    ("T009", '<b id="x">a</b><b id="x">b</b>', ['id="x"']),
    ("T009", '{% if a %}<b id="x">a</b>{% else %}<b id="x">b</b>{% endif %}', []),
    ("T009", '{% if a %}<b id="x">a</b>{% endif %}{% if not a %}<b id="x">b</b>{% endif %}', []),
    ("T009", '<b id="x">a</b>{% if a %}<b id="x">b</b>{% endif %}', ['id="x"']),
    ("T009", '<b id="{{ x }}">a</b><b id="{{ x }}">b</b>', []),
    (
        "T009",
        '<svg><g id="x"/></svg><svg><g id="x"/></svg><template><b id="y"></b></template><b id="y"></b>',
        [],
    ),
    ("T010", '{% for a in b %}<b id="x">a</b>{% endfor %}', ['id="x"']),
    ("T010", '{% for a in b %}<b id="x{{ a }}">a</b>{% empty %}<b id="x">b</b>{% endfor %}', []),
    ("T011", "<input><select></select><textarea></textarea>", ["<input>", "<select>", "<textarea>"]),
    (
        "T011",
        '<input type="hidden"><input type="submit"><input type="{{ x }}">'
        '<input aria-label="x"><input {{ x }}>',
        [],
    ),
    ("T011", '<label>a <input></label><label for="x">b</label><input id="x">', []),
    ("T011", '<label for="y">b</label><input id="x">', ['<input id="x">']),
    ("T011", '<label for="{{ f.id }}">b</label><input id="{{ f.id }}">', []),
    ("T011", "<template><input></template><div hidden><input></div>", []),
    ("T012", '<b phx-clik="add">a</b>', ['phx-clik="add"']),
    ("T012", '<b phx-value="1">a</b><b phx_click="add">b</b>', ['phx-value="1"', 'phx_click="add"']),
    ("T012", '<b phx-click="add" phx-value-x="1" phx-key="a" phx-my-own="x" data-phx-x>a</b>', []),
    (
        "T013",
        '<b phx-update="ignored" id="x" phx-debounce="soon" phx-throttle="blur">a</b>',
        ['phx-update="ignored"', 'phx-debounce="soon"', 'phx-throttle="blur"'],
    ),
    ("T013", '<b phx-update="ignore" id="x" phx-debounce="blur" phx-throttle="100">a</b>', []),
    (
        "T013",
        '<b phx-click="[push">a</b><b phx-remove="hide">b</b>',
        ['phx-click="[push"', 'phx-remove="hide"'],
    ),
    (
        "T014",
        '<b phx-update="ignore">a</b><ul phx-update="stream" id="x"><li>a</li></ul>',
        ['phx-update="ignore"', "<li>"],
    ),
    ("T014", '<ul phx-update="stream" id="x"><li id="{{ id }}"><b>a</b></li></ul>', []),
    ("T015", '{% include "none.html" %}{% include x %}', ['{% include "none.html" %}']),
]


@pytest.mark.parametrize(("id", "text", "places"), OTHER)
def test_each_rule_finds_its_faults_and_no_others(id: str, text: str, places: list[str]) -> None:
    assert at(text, id) == places


def test_an_id_in_a_template_that_is_shown_twice_is_told_once() -> None:
    parts = {"part.html": '<b id="x">a</b>'}
    assert at('{% include "part.html" %}{% include "part.html" %}', "T009", "T010", templates=parts) == [
        'id="x"'
    ]


def test_comments_silence_a_line_the_next_one_or_the_file() -> None:
    fault = '<b phx-hook="X" phx-click="ad">a</b>'
    assert at(fault + " {# phx: ignore T001, T004 made by a script #}", "T001", "T004") == []
    assert at("{# phx: ignore T001 #}\n" + fault, "T001", "T004") == ['phx-hook="X"']
    assert at("<p></p>{# phx: ignore T001 #}\n" + fault, "T001") == ["ad"]
    assert at("{# phx: ignore T001 #}\n\n" + fault, "T001") == ["ad"]
    assert at("{# phx: ignore-file T001 #}\n\n" + fault, "T001", "T004") == ['phx-hook="X"']
    assert at("{# phx: ignore #}\n" + fault, "T001") == ["ad"]


@pytest.mark.parametrize("setting", [["django_phoenix.T001"], ["django_phoenix.T002"]])
def test_the_setting_for_silenced_checks_counts(settings: Any, setting: list[str]) -> None:
    settings.SILENCED_SYSTEM_CHECKS = setting
    assert at('<b phx-click="ad">a</b>', "T001") == ([] if setting == ["django_phoenix.T001"] else ["ad"])


class Field(Component):
    """Shows an input."""

    template = '{% load component_tags %}<p><input name="{{ name }}">{% slot "default" / %}</p>'


class Card(Component):
    """Shows what it is given."""

    template = '{% load component_tags %}<div {{ attrs }}>{{ title }}{% slot "default" / %}</div>'


@pytest.fixture(autouse=True)
def components() -> Iterator[None]:
    registry.register("rules_field", Field)
    registry.register("rules_card", Card)
    yield
    registry.unregister("rules_field")
    registry.unregister("rules_card")


LOAD = "{% load component_tags %}"
COMPONENTS = [
    ("T001", '{% component "rules_card" phx-click="ad" / %}', ["ad"]),
    ("T001", '{% component "rules_card" phx-click="add" / %}', []),
    ("T001", '{% component "rules_card" phx-click=event / %}', []),
    ("T001", '{% component "rules_card" phx-click="{{ event }}" / %}', []),
    ("T001", '{% component "rules_card" phx-click="ad" phx-target=myself / %}', []),
    ("T001", '{% component "rules_card" %}<b phx-click="ad">a</b>{% endcomponent %}', ["ad"]),
    ("T002", '{% component "rules_card" phx-click="move" / %}', ["move"]),
    ("T002", '{% component "rules_card" phx-click="move" phx-value-x="1" / %}', []),
    ("T002", '{% component "rules_card" phx-click="move" phx-value-x="a" / %}', ['phx-value-x="a"']),
    ("T002", '{% component "rules_card" phx-click="move" phx-value-x=x / %}', []),
    ("T002", '{% component "rules_card" phx-click="move" ...more / %}', []),
    ("T002", '{% component "rules_card" phx-click="pick" / %}', []),
    ("T003", '{% component "rules_card" phx-click="add" phx-value-bye="1" / %}', ['phx-value-bye="1"']),
    ("T001", '{% component "core.modal" id="m" on_close="ad" %}a{% endcomponent %}', ["ad"]),
    ("T001", '{% component "core.modal" id="m" on_close="add" %}a{% endcomponent %}', []),
    ("T001", '{% component "core.modal" id="m" on_close=commands %}a{% endcomponent %}', []),
    ("T001", '{% component "core.table" rows columns=c sort="srt" row_click="key" / %}', ["srt"]),
    ("T002", '{% component "core.tabs" id="t" tabs=tabs event="move" / %}', []),
    ("T012", '{% component "rules_card" phx-clik="add" / %}', ['phx-clik="add"']),
    ("T002", '<form phx-submit="ship">{% component "rules_field" / %}</form>', []),
    ("T002", '<form phx-submit="ship">{% component "rules_card" / %}</form>', ["ship"]),
    ("T002", '<form phx-submit="ship">{% component "nowhere" / %}</form>', []),
    (
        "T002",
        '<form phx-submit="ship">{% component "rules_card" %}{% component "rules_field" / %}'
        "{% endcomponent %}</form>",
        [],
    ),
    (
        "T002",
        '<form phx-submit="ship">{% component "rules_card" %}<input name="address[street]">{% endcomponent %}'
        "</form>",
        [],
    ),
    (
        "T002",
        '{% component "rules_card" %}<form phx-submit="ship"></form>{% endcomponent %}',
        ["ship"],
    ),
    ("T005", '{% component "rules_card" / %}<b phx-hook="Nowhere" id="x">a</b>', ["Nowhere"]),
    ("T005", '{% component "nowhere" / %}<b phx-hook="Nowhere" id="x">a</b>', []),
    (
        "T045",
        '{% component "rules_card" %}{% if a %}{% fill "x" %}a{% endfill %}{% endif %}{% endcomponent %}',
        [],
    ),
    ("T045", '{% component "rules_card" %} a {% fill "x" %}b{% endfill %}{% endcomponent %}', ["a"]),
    ("T045", '{% component "rules_card" %}{# a #} {% fill "x" %}b{% endfill %}{% endcomponent %}', []),
    ("T045", '{% if a %}{% fill "x" %}a{% endfill %}{% endif %}', ['{% fill "x" %}']),
    (
        "T045",
        '{% component "rules_card" %}{% fill y %}{% fill "x" %}{% endfill %}{% endfill %}{% endcomponent %}',
        ['{% fill "x" %}'],
    ),
    ("T045", '{% live_component "a.B" id=1 %}{% fill "x" %}a{% endfill %}{% endlive_component %}', []),
    ("T045", '{% live_component "a.B" id=1 %}{% fill "x" %}a{% endfill %}', ['{% fill "x" %}']),
    ("T005", '<b phx-hook="PhxModal" id="x">a</b>', ["PhxModal"]),
    ("T005", '{% load core_components %}{% core_head %}<b phx-hook="PhxModal" id="x">a</b>', []),
    ("T006", '{% component "rules_card" %}<b>{% endcomponent %}</b>', ["<b>"]),
    ("T007", '{% component "rules_card" %}<b>{% endcomponent %}</b>', ["</b>"]),
    ("T009", '<b id="x"></b>{% component "rules_card" %}<b id="x"></b>{% endcomponent %}', []),
    ("T011", '<label>{% component "rules_card" %}<input>{% endcomponent %}</label>', []),
]


@pytest.mark.parametrize(("id", "text", "places"), COMPONENTS)
def test_what_is_given_to_components_is_followed(id: str, text: str, places: list[str]) -> None:
    assert at(LOAD + text, id) == places
