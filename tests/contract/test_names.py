"""Names that templates read and nothing assigns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest
from django.contrib.auth import context_processors as auth_processors
from django.template import Context, Engine, Library

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView
from django_phoenix.management.contract.component_names import names_given
from django_phoenix.management.contract.known import names_of_processors
from django_phoenix.management.contract.writes import written_by
from tests.contract.support import reports_of, spots, unit_of

register = Library()


class ShopLive(LiveView):
    class Assigns:
        items: ClassVar[list[Any]] = []
        title: str = ""
        user: Any = None

    def mount(self, params: Any, session: Any) -> None:
        self.assign(total=1, page="")
        self.stream("songs", [])
        self.allow_upload("avatar")


class OpenLive(LiveView):
    def mount(self, params: Any, session: Any) -> None:
        for name in params:
            setattr(self.assigns, name, 1)


class HomeLive(LiveView):
    """Shares a template."""


class CardComponent(LiveComponent):
    class Assigns:
        likes: int = 0

    def mount(self) -> None:
        self.allow_upload("files")


FINE = [
    "{{ title }}{{ total|add:1 }}{{ view.connected }}{{ csrf_token }}{{ True }}{{ None }}",
    "{% for item in items %}{{ item }}{{ forloop.counter }}{% empty %}{{ title }}{% endfor %}",
    "{% for a, b in items %}{{ a }}{{ b }}{% endfor %}",
    "{% with a=title b=total %}{{ a }}{{ b }}{% endwith %}",
    "{% with title as a %}{{ a }}{% endwith %}",
    '{% url "x" as link %}{{ link }}',
    '{% cycle "a" "b" as turn silent %}{{ turn }}',
    "{% regroup items by name as groups %}{{ groups }}",
    "{% now 'Y' as year %}{{ year }}",
    "{% load i18n %}{% blocktranslate with a=title count b=total %}{{ a }}{{ b }}{% plural %}{{ b }}"
    "{% endblocktranslate %}",
    "{% load i18n %}{% blocktranslate asvar text %}{{ title }}{% endblocktranslate %}{{ text }}",
    "{% load i18n %}{% get_current_language as LANG %}{{ LANG }}{% translate 'x' as said %}{{ said }}",
    "{% firstof title total as first %}{{ first }}",
    "{% widthratio total 1 2 as width %}{{ width }}",
    '{% include "card.html" with item=title %}',
    '{% include "card.html" with item=title only %}',
    "{% block content %}{{ block.super }}{% endblock %}",
    "{{ title|default:total }}",
    "{% for a in items %}{% for b in items %}{{ forloop.parentloop.counter }}{% endfor %}{% endfor %}",
    "{% for i in items %}{% cycle 'a' 'b' as t %}{{ t }}{% resetcycle t %}{% endfor %}",
    "{% load i18n %}{% language 'de' %}{{ page }}{% endlanguage %}{% get_language_info for page as a %}",
    "{% autoescape off %}{{ page }}{% endautoescape %}{% templatetag openblock %}{% lorem %}{% debug %}",
    "{% load tz %}{% localtime on %}{{ total }}{% endlocaltime %}{% get_current_timezone as TZ %}{{ TZ }}",
    "{% load static %}{% static 'x' as file %}{{ file }}{% get_static_prefix as prefix %}{{ prefix }}",
    "{% load cache %}{% cache 500 'x' title %}{{ total }}{% endcache %}{% debug %}",
    "{% if title in items %}{% endif %}",
    "{% verbatim %}{{ nothing }}{% endverbatim %}{# {{ nothing }} #}{% comment %}{{ x }}{% endcomment %}",
    "{% filter upper %}{{ title }}{% endfilter %}{% spaceless %}{{ title }}{% endspaceless %}",
    '{{ "text" }}{{ 1 }}{{ 1.5|floatformat:2 }}',
    "{{ streams.songs }}{{ uploads.avatar }}",
    '<input value="{{ user.name }}">{% ifchanged user.pk %}{{ total }}{% endifchanged %}',
    '{% include "optional.html" %}',
    "{% js push title as command %}{{ command }}",
]
UNKNOWN = {
    "{{ titel }}": ["titel"],
    "{{ titel.x.y|upper }}": ["titel.x.y"],
    "{{ title|add:totl }}": ["totl"],
    "{% if titel %}{{ titel }}{% endif %}": ["titel"],
    "{% if total and titel == 1 %}a{% elif totl %}b{% endif %}": ["titel", "totl"],
    "{% for item in itmes %}{{ item }}{% endfor %}{{ item }}": ["itmes", "item"],
    "{% for item in items %}{% endfor %}{{ forloop.counter }}": ["forloop.counter"],
    "{% with a=titel %}{{ a }}{% endwith %}{{ a }}": ["titel", "a"],
    '{% include "card.html" with item=titel %}': ["titel"],
    '{% include "card.html" with itm=title only %}': ["item"],
    "{{ titel|default:'' }}": ["titel"],
    "{% url 'x' pk=titel %}": ["titel"],
    "{% cycle titel total %}": ["titel"],
    "{% load i18n %}{% blocktranslate with a=titel %}{{ a }}{% endblocktranslate %}": ["titel"],
    '<p class="{% if titel %}x{% endif %}">': ["titel"],
    "{% live_patch '?page=1' %}{% live_navigate titel %}": ["titel"],
    "{{ view }}{{ component }}": ["component"],
    '{% js push "x" value-id=titel %}': ["titel"],
    "{{ messages }}{{ request }}": ["messages", "request"],
    '{% include "careless.html" %}': ["footer"],
}
PARTS = {
    "card.html": "<p>{{ item }}</p>",
    "optional.html": "{% if footer %}{{ footer }}{% endif %}{{ header|default:'' }}",
    "careless.html": "{{ footer }}",
}


def names(text: str, owner: Any = ShopLive, **more: Any) -> list[str]:
    return spots(text, "T020", owner=owner, templates=PARTS, **more)


@pytest.mark.parametrize("text", FINE)
def test_names_that_something_gives_are_left_alone(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(("text", "places"), UNKNOWN.items())
def test_names_that_nothing_gives_are_found(text: str, places: list[str]) -> None:
    assert sorted(names(text)) == sorted(places)


def test_where_any_name_may_be_assigned_none_is_unknown() -> None:
    assert names("{{ anything }}", OpenLive) == []
    assert names("{{ anything }}", None, kind="template") == []


def test_a_template_of_several_views_may_ask_for_names_of_some() -> None:
    text = "{% if perhaps %}{{ perhaps }}{% endif %}{{ total }}{{ nowhere }}"
    assert names(text) == ["perhaps", "nowhere"]
    unit = unit_of(text, ShopLive)
    other = replace(unit, owner=HomeLive, views={HomeLive})
    unit.site.all_units.append(other)
    assert [report.finding.place.text for report in reports_of(unit, "T020")] == ["nowhere"]
    assert [report.finding.place.text for report in reports_of(other, "T020")] == ["nowhere"]


def test_a_stream_or_upload_that_the_view_does_not_have_is_found() -> None:
    text = "{{ streams.songs }}{{ streams.sogns }}{{ uploads.avatar }}{{ uploads.avtar.x }}{{ streams }}"
    assert spots(text, "T021", owner=ShopLive) == ["streams.sogns", "uploads.avtar.x"]
    assert spots("{% with streams=items %}{{ streams.x }}{% endwith %}", "T021", owner=ShopLive) == []


def test_a_live_component_has_the_arguments_of_its_tags() -> None:
    text = "{{ likes }}{{ title }}{{ id }}{{ myself }}{{ component }}{{ uploads.files.ref }}{{ titel }}"
    unit = unit_of(text, CardComponent)
    unit.kind = "live_component"
    page = unit_of(f'{{% live_component "{__name__}.CardComponent" id=1 title="x" / %}}', ShopLive)
    unit.site.all_units.append(page)
    assert [report.finding.place.text for report in reports_of(unit, "T020")] == ["titel"]


# -- context processors


def company(request: Any) -> dict[str, Any]:
    return {"company": 1}


def from_afar(request: Any) -> Any:
    return request.names


def test_names_of_context_processors_are_read_without_calling_them() -> None:
    known = names_of_processors([auth_processors.auth, company])
    assert known.names == {"user", "perms", "company"}
    assert not known.open
    assert names_of_processors([from_afar]).open


# -- tags of libraries


@register.simple_tag(takes_context=True)
def quiet(context: Context) -> str:
    return str(context.get("x"))


@register.simple_tag(takes_context=True)
def writing(context: Context) -> str:
    context["written"] = 1
    context.update({"updated": 1})
    context.dicts[0].setdefault("set", 1)
    return ""


@register.simple_tag(takes_context=True)
def writing_anything(context: Context, name: str) -> str:
    context[name] = 1
    return ""


@pytest.mark.parametrize(
    ("tag", "written", "is_open"),
    [
        ("quiet", set(), False),
        ("writing", {"written", "updated", "set"}, False),
        ("writing_anything 'a'", set(), True),
    ],
)
def test_names_that_a_tag_writes_are_read_from_its_source(tag: str, written: set[str], is_open: bool) -> None:
    engine = Engine(libraries={"here": __name__})
    node = engine.from_string(f"{{% load here %}}{{% {tag} %}}").nodelist[1]
    found = written_by(node)
    assert (found.names, found.open) == (written, is_open)


# -- components


def test_names_that_components_give_their_templates() -> None:
    components = pytest.importorskip("django_components")

    class Said(components.Component):  # type: ignore[name-defined, misc]
        template = ""

        def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
            return {"a": 1}

    class More(Said):
        def on_render_before(self, context: Any, template: Any) -> None:
            context["b"] = 1

    assert (names_given(Said).names, names_given(Said).open) == ({"component_vars", "a"}, False)
    assert names_given(More).open
