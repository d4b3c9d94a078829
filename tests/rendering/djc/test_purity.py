"""Pure components are left out only where that goes unnoticed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.template import Engine
from django_components import Component, registry

from django_phoenix.rendering.quiet import QUIETLY
from tests.rendering.djc.views import View
from tests.rendering.harness import BUILTINS

numbers = itertools.count(1)  # django-components tells classes apart by their names


def pure(template: str, **members: Any) -> str:
    """Register a component that says it is pure; its name."""
    name = f"pure_{next(numbers)}"
    source = "{% load component_tags %}" + template
    members = {"template": source, "__module__": __name__, "live_pure": True, **members}
    registry.register(name, type(name.title(), (Component,), members))
    return name


class Once:
    """Something to show, whose reading has an effect."""

    def __init__(self) -> None:
        self.reads = 0
        self.ready = False
        self.plain = "p"

    def count(self) -> str:
        self.reads += 1
        return str(self.reads)

    @property
    def late(self) -> str:
        if not self.ready:
            raise ValueError("too early")
        return "late"


def test_what_a_fill_shows_is_read_when_it_is_shown_and_not_before() -> None:
    name = pure("<i>{% slot 'x' default / %}</i>")
    view = View(
        f"{{% component '{name}' %}}{{{{ o.count }}}}{{% if on %}}{{{{ o.late }}}}{{% endif %}}"
        "{{ o.plain }}{% endcomponent %}"
    )
    once = Once()
    for n in (1, 2, 3):
        view.show(o=once, on=False)
        assert view.page == f"<i>{n}p</i>"
    once.ready = True
    view.show(o=once, on=True)
    assert view.page == "<i>4latep</i>"


def test_what_changes_in_place_shows_in_a_fill() -> None:
    name = pure("<i>{% slot 'x' default / %}</i>")
    view = View(f"{{% component '{name}' %}}{{{{ o.plain }}}}{{{{ d.k.0 }}}}{{% endcomponent %}}")
    once, items = Once(), {"k": (1, 2)}
    view.show(o=once, d=items)
    assert view.show(o=once, d=items) == {}
    once.plain = "q"
    view.show(o=once, d=items)
    assert view.page == "<i>q1</i>"
    items["k"] = (2,)
    view.show(o=once, d=items)
    assert view.page == "<i>q2</i>"


SEEING = {
    "itself": "{{ outer }}",
    "an include": "{% include 'part' %}",
    "an unknown tag": "{% filter lower %}{{ outer }}{% endfilter %}",
    "a component in it": "{% component 'CHILD' / %}",
}


@pytest.mark.parametrize("seeing", SEEING)
@pytest.mark.parametrize("members", [{}, {"on_render_after": lambda *_: None}], ids=["plain", "captured"])
def test_a_component_that_sees_the_page_is_not_left_out(seeing: str, members: dict[str, Any]) -> None:
    child = pure("{% include 'part' %}")
    loaders = [("django.template.loaders.locmem.Loader", {"part": "{{ outer }}"})]
    engine = Engine(loaders=loaders, builtins=[*BUILTINS, "django_components.templatetags.component_tags"])
    name = pure(f"<i>{SEEING[seeing].replace('CHILD', child)}</i>", **members)
    view = View(engine.from_string(f"{{% component '{name}' a=1 / %}}"))
    for value in "ab":
        view.show(outer=value)
        assert view.page == f"<i>{value}</i>"


@pytest.mark.parametrize(
    "seeing", ["{{ row }}{{ forloop.counter }}", "{% filter lower %}{{ row }}1{% endfilter %}"]
)
def test_an_isolated_component_that_sees_the_loop_is_not_left_out(seeing: str) -> None:
    name = pure(f"<i>{seeing}</i>")
    view = View(f"{{% for row in rows %}}{{% component '{name}' only / %}}{{% endfor %}}")
    for value in "ab":
        view.show(rows=[value])
        assert view.page == f"<i>{value}1</i>"


def test_a_name_that_is_not_there_yet_is_missed_by_nobody() -> None:
    view = View(f"{{% component '{pure('<i>{{ later }}</i>')}' / %}}")
    for names in ({}, {"later": 1}, {}):
        view.show(**names)
        assert view.page == f"<i>{names.get('later', '')}</i>"


def test_only_what_runs_no_code_is_looked_at_beforehand() -> None:
    class Callable:
        x = 1

        def __call__(self) -> Once:
            return Once()

    once = Once()
    for value, name in ((once, "late"), (Callable(), "x"), ({}, "items"), ([1], "x"), ("text", "upper")):
        with pytest.raises(LookupError):
            QUIETLY[type(value), name](value)
    assert QUIETLY[Once, "plain"](once) == "p"
    assert not QUIETLY[Once, "nothing"](once)
    assert once.reads == 0
