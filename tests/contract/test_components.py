"""Components in templates: their names, arguments and slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from django.template import Context, Template
from django.urls import path
from django.utils.safestring import SafeString
from django_components import Component, Slot, SlotInput, registry

from django_phoenix.component import Rest, component
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView
from django_phoenix.management.contract.component_slots import slots_of
from django_phoenix.management.contract.takes import takes_of
from tests.contract.support import LIBRARIES, found, unit_of

TAGS = LIBRARIES["component_tags"]


class PageLive(LiveView):
    class Assigns:
        name: str = ""
        values: dict[str, Any] = {}


class Card(Component):
    template = '{% load component_tags %}{% slot "head" default / %}{% slot "foot" required / %}'

    class Kwargs:
        title: str
        tone: Literal["soft", "loud"] = "soft"
        count: int | None = None
        html: SafeString | None = None


class Free(Component):
    template = '{% load component_tags %}{% if b %}{% slot "head" required / %}{% endif %}'


class Passing(Component):
    template = '{% load component_tags %}{% if component_vars.slots.x %}{% slot "y" / %}{% endif %}'


class Naming(Component):
    template = "{% load component_tags %}{% for x in y %}{% slot name=x / %}{% endfor %}"


class Using(Component):
    template = '{% load component_tags %}{% slot "head" / %}'

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Context) -> dict[str, Any]:
        return {"cells": [slots[name] for name in slots]}


class Typed(Component):
    template = "x"

    class Args(NamedTuple):
        left: str
        right: int = 0

    @dataclass
    class Kwargs:
        size: int
        more: str = ""

    class Slots:
        head: SlotInput
        foot: SlotInput | None = None


class Todo(LiveComponent):
    template = "{% load phoenix %}<p>{% render_slot 'actions' %}{% render_slot %}</p>"


class Plain(LiveComponent):
    template = "<p></p>"


def price(amount: int, currency: Literal["EUR", "USD"] = "EUR", *, rest: Annotated[Rest, "form"]) -> None:
    """An amount of money."""


def table(rows: Any, *, col: Mapping[str, Slot], body: Slot | None = None) -> None:
    """A table."""


@pytest.fixture(autouse=True, scope="module")
def components() -> Iterator[None]:
    classes = {each.__name__.lower(): each for each in (Card, Free, Passing, Naming, Using, Typed)}
    for name, each in classes.items():
        registry.register(f"check.{name}", each)
    made = {"price": price, "table": table}
    # Older registries keep no class alive, and forget a name when the class dies that had it before.
    kept = [component(f"check.{name}", template="<b></b>")(function) for name, function in made.items()]
    yield
    for name in (*classes, *made):
        registry.unregister(f"check.{name}")
    kept.clear()


def spots(tag: str, *ids: str) -> list[tuple[str, str]]:
    """What rules find in one tag, without its position."""
    unit = unit_of("{% load component_tags %}" + tag, PageLive)
    return [(text.rpartition(" at ")[0], level) for text, level in found(unit, *ids)]


FINE = [
    '{% component "check.card" title="x" %}{% fill "foot" / %}{% endcomponent %}',
    '{% component "check.card" title=name tone=name count=None %}{% fill "foot" / %}{% endcomponent %}',
    '{% component "check.card" title="x" %}{% fill name=name / %}{% endcomponent %}',
    '{% component "check.card" title="" html="<b>" %}{% fill "foot" / %}{% endcomponent %}',
    '{% component "check.card" ...values %}{% fill "foot" / %}{% fill "head" / %}{% endcomponent %}',
    '{% component "check.card" title=_("x") %}{% if a %}{% fill "foot" / %}{% endif %}{% endcomponent %}',
    '{% component "check.card" title="{{ name }}!" %}{% include name %}{% endcomponent %}',
    '{% component "check.free" anything=1 %}{% endcomponent %}',
    '{% component "check.passing" %}{% fill "x" / %}{% endcomponent %}',
    '{% component "check.naming" %}{% fill "x" / %}{% endcomponent %}',
    '{% component "check.using" %}{% fill "x" / %}{% endcomponent %}',
    '{% component "check.typed" "a" 1 size=2 %}{% fill "head" / %}{% endcomponent %}',
    '{% component "check.price" 3 / %}{% component "check.price" amount=3 phx-click="y" form="z" / %}',
    '{% component "check.table" rows=values %}{% fill "col.a" / %}{% fill "body" / %}{% endcomponent %}',
    '{% component "check.table" rows=values %}{% fill "col.b" / %}{% fill "default" / %}{% endcomponent %}',
    '{% component "check.table" values %}all of it{% endcomponent %}',
    '{% component "dynamic" is=name any=1 %}{% fill "x" / %}{% endcomponent %}',
    f'{{% live_component "{__name__}.Todo" id=1 / %}}{{% live_component name id=1 / %}}',
    f'{{% live_component "{__name__}.Todo" id=1 %}}{{% fill "actions" / %}}{{% endlive_component %}}',
    f'{{% live_component "{__name__}.Todo" id=1 %}}all of it{{% endlive_component %}}',
]
E, W = "ERROR", "WARNING"
FAULTY = {
    "T040": {
        '{% component "check.crad" / %}': E,
        f'{{% live_component "{__name__}.Tood" id=1 / %}}': E,
        f'{{% live_component "{__name__}.PageLive" id=1 / %}}': E,
        '{% live_component "." id=1 / %}': E,
        '{% live_component "" id=1 / %}': E,
        f'{{% live_render "{__name__}.PageLvie" id=1 %}}': E,
        f'{{% live_render "{__name__}.Todo" id=1 %}}': E,
        '{% live_render "tests.support.live_site.views.Mixed" id=1 %}': E,
        '{% live_render "." id=1 %}': E,
    },
    "T041": {
        '{% component "check.card" / %}': E,
        '{% component "check.card" title="x" colour="red" / %}': E,
        '{% component "check.typed" size=1 / %}': E,
        '{% component "check.typed" "a" / %}': E,
        '{% component "check.typed" "a" 1 2 size=1 / %}': E,
        '{% component "check.price" / %}': E,
        '{% component "check.price" 1 "EUR" 2 / %}': E,
        '{% component "check.price" 1 disabled=True / %}': E,
    },
    "T042": {
        '{% component "check.card" title=3 / %}': W,
        '{% component "check.card" title="x" tone="shrill" / %}': W,
        '{% component "check.card" title="x" count="3" / %}': W,
        '{% component "check.card" title=None / %}': W,
        '{% component "check.typed" "a" "b" size=1 / %}': W,
        '{% component "check.price" "3" / %}': E,
        '{% component "check.price" 3 currency="GBP" / %}': E,
    },
    "T043": {
        '{% component "check.card" title="x" / %}': E,
        '{% component "check.card" title="" %}{% fill "foot" / %}{% fill "" / %}{% endcomponent %}': W,
        '{% component "check.free" %}{% fill "x" / %}{% endcomponent %}': W,
        '{% component "check.free" %}text{% endcomponent %}': W,
        '{% component "check.typed" "a" size=1 / %}': E,
        '{% component "check.typed" "" size=1 %}{% fill "" / %}{% fill "head" / %}{% endcomponent %}': E,
        '{% component "check.price" 3 %}text{% endcomponent %}': E,
        '{% component "check.table" values %}{% fill "cols.a" / %}{% endcomponent %}': E,
        f'{{% live_component "{__name__}.Plain" id=1 %}}text{{% endlive_component %}}': W,
        f'{{% live_component "{__name__}.Todo" id=1 %}}{{% fill "" / %}}{{% endlive_component %}}': W,
    },
}


@pytest.mark.parametrize("tag", FINE)
def test_tags_that_fit_their_components(tag: str) -> None:
    assert spots(tag, "T040", "T041", "T042", "T043") == []


@pytest.mark.parametrize(
    ("id", "tag", "level"), [(id, tag, level) for id, rows in FAULTY.items() for tag, level in rows.items()]
)
def test_tags_that_do_not(id: str, tag: str, level: str) -> None:
    assert [found_level for _, found_level in spots(tag, id)] == [level]


def test_links_of_the_core_set_lead_somewhere(settings: Any) -> None:
    pytest.importorskip("django_phoenix.core_components.button")

    class Urls:
        urlpatterns = [path("here/", PageLive.as_view())]

    settings.ROOT_URLCONF = Urls
    assert spots('{% component "core.button" patch="/here/?page=2" %}x{% endcomponent %}', "T031") == []
    assert spots('{% component "core.button" navigate=name %}x{% endcomponent %}', "T031") == []
    tag = '{% component "core.button" navigate="/heer/" %}x{% endcomponent %}'
    assert spots(tag, "T031") == [("navigate", "WARNING")]


def test_a_finding_points_at_the_argument_or_fill() -> None:
    assert spots('{% component "check.card" title="x" colour="red" / %}', "T041") == [("colour", "ERROR")]
    tag = '{% component "check.card" title="x" %}{% fill "foot" / %}{% fill "feet" / %}{% endcomponent %}'
    assert spots(tag, "T043") == [('{% fill "feet" / %}', "WARNING")]


def test_arguments_are_read_from_whatever_class_declares_them() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[name-defined, misc]
        size: int
        name: str = ""

    class Modelled(Component):
        template = ""
        Kwargs = Model

    typed, modelled = takes_of(Typed), takes_of(Modelled)
    assert typed.named is not None
    assert [(each.name, each.expected, each.required) for each in typed.named.values()] == [
        ("size", "int", True),
        ("more", "str", False),
    ]
    assert typed.slots == {"head": True, "foot": False}
    assert modelled.named is not None
    assert [(each.name, each.required) for each in modelled.named.values()] == [
        ("size", True),
        ("name", False),
    ]
    assert modelled.accepts("anything")


def test_slots_are_unknown_where_a_component_does_something_with_them_itself() -> None:
    site = unit_of("").site
    nodes = {
        name: unit_of(f'{{% load component_tags %}}{{% component "check.{name}" / %}}').uses[-1].node
        for name in ("passing", "naming", "using", "free")
    }
    assert {name for name, node in nodes.items() if slots_of(site, node) is None} == {
        "passing",
        "naming",
        "using",
    }


RENDERED = [
    tag for tag in FINE if "live_component" not in tag and "include" not in tag and "dynamic" not in tag
]
REFUSED = [
    tag
    for rows in FAULTY.values()
    for tag, level in rows.items()
    if level is E and "live_component" not in tag
]


def render(tag: str) -> str:
    values = {"name": "foot", "values": {"title": "x"}, "a": True, "y": ["x"]}
    return Template("{% load component_tags %}" + tag).render(Context(values))


@pytest.mark.parametrize("tag", RENDERED)
def test_what_is_left_alone_can_be_rendered(tag: str) -> None:
    render(tag)


@pytest.mark.parametrize("tag", REFUSED)
def test_what_is_called_an_error_is_one_when_it_is_rendered(tag: str) -> None:
    with pytest.raises(Exception, match=r"."):
        render(tag)
