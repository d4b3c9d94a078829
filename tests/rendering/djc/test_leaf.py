"""Components that django-components renders itself, and HTML that was made of some elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Library
from django.utils.safestring import mark_safe
from django_components import Component, registry

from django_phoenix.rendering.assets import MARK
from tests.rendering.djc.views import View, weight
from tests.rendering.tags import register as test_tags

RANDOM = re.compile(r"c[a-zA-Z0-9]{6}\b")


class Plain(Component):
    template = "<b id='{{ me }}'>{{ n }}</b>"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"n": kwargs["n"], "me": self.id}


class Leaf(Plain):
    """Its own render() makes it opaque."""

    template = "{% load component_tags %}<div id='{{ me }}'>{% component 'plain' n=n / %}{{ n }}</div>"

    @classmethod
    def render(cls, *args: Any, **kwargs: Any) -> str:
        return super().render(*args, **kwargs)


class Holder(Component):
    """Compiled; what it holds is not."""

    template = (
        """{% load component_tags %}<i>{% spaceless %} {% component 'plain' n=n / %} {% endspaceless %}</i>"""
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return kwargs


class Caller(Component):
    """Its Python code shows its slot."""

    template = "<i>{{ called }}{{ again }}</i>"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        slot = slots["default"]
        return {"called": slot(context=self.outer_context), "again": slot(context=self.outer_context)}


class Boxing(Component):
    """A tag of others shows its slot, and its output passes through Python code."""

    template = (
        "{% load component_tags %}<i>{% spaceless %}{% slot 'x' default / %}{% endspaceless %}"
        "{% slot 'x' / %}</i>"
    )

    def on_render_after(self, context: Any, template: Any, result: Any, error: Any) -> Any:
        return result


class Adding(Component):
    """Its Python code renders others."""

    template = (
        "{% load component_tags %}<i>{% component 'showing' %}{% fill 'x' body=f / %}{% endcomponent %}</i>"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"f": lambda _: made(kwargs["n"])}

    def on_render_after(self, context: Any, template: Any, result: Any, error: Any) -> Any:
        return result + made(self.raw_kwargs["n"])


class Showing(Component):
    template = "{% load component_tags %}<i>{% slot 'x' / %}</i>"


@pytest.fixture(autouse=True)
def components() -> Iterator[None]:
    library: Library = test_tags
    library.simple_tag(made, name="made")
    registered = {
        "plain": Plain, "leaf": Leaf, "holder": Holder, "caller": Caller, "boxing": Boxing,
        "adding": Adding, "showing": Showing,
    }  # fmt: skip
    for name, component in registered.items():
        registry.register(name, component)
    yield
    for name in registered:
        registry.unregister(name)


def made(n: int) -> str:
    """A tag that renders a component in Python."""
    return Plain.render(kwargs={"n": n}, deps_strategy="ignore")


SOURCES = {
    "a component": "{% component 'leaf' n=n / %}",
    "one below another": "{% component 'holder' n=n / %}",
    "several in a loop": "{% for i in rows %}{% component 'leaf' n=i / %}{% endfor %}{{ n }}",
    "a tag of others": "{% box %}{% component 'plain' n=n / %}{% component 'leaf' n=n / %}{% endbox %}",
    "a function's text": "{% made n %}",
    "a slot's text": "{% component 'caller' %}{% component 'plain' n=n / %}{% endcomponent %}",
    "texts of Python code": "{% component 'adding' n=n / %}",
    "a text in a text": (
        "{% component 'boxing' %}{% component 'boxing' %}{% component 'caller' %}"
        "{% component 'plain' n=n / %}{% component 'leaf' n=n / %}"
        "{% endcomponent %}{% endcomponent %}{% endcomponent %}"
    ),
    "a value": "{{ html }}",
    "a value as it is": "{% autoescape off %}{{ html }}{% endautoescape %}",
}


def values(n: int) -> dict[str, Any]:
    return {"n": n, "rows": [1, 2, 3], "html": mark_safe(f"<u>{made(n)}</u>")}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_rendered_again_and_again_with_nothing_changed_it_sends_nothing(source: str) -> None:
    view = View(source)
    view.show(**values(1))
    first = view.page
    assert "1</b>" in first
    assert MARK not in first
    assert "djc-render-id" not in first
    assert [weight(view.show(**values(1))) for _ in range(100)] == [0] * 100
    view.show(**values(2))
    assert "2</b>" in view.page or "2" in view.page.rpartition(">")[2]


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_get_and_a_join_of_the_same_view_agree(source: str) -> None:
    view = View(source)
    view.show(**values(1))
    assert view.get() == view.page
    assert View(source, values(1), id="phx-2").render() != view.diffs[0]


def test_ids_stay_where_content_changes_and_are_never_given_twice() -> None:
    view = View("{% for i in rows %}{% component 'leaf' n=i / %}{% endfor %}")
    view.show(rows=[1, 2])
    ids = re.findall(r"c[0-9a-f]{8}_\d+", view.page)
    assert len(set(ids)) == 4
    view.show(rows=[5, 6])
    assert re.findall(r"c[0-9a-f]{8}_\d+", view.page) == ids
    view.show(rows=[5])
    view.show(rows=[5, 7])
    later = re.findall(r"c[0-9a-f]{8}_\d+", view.page)
    assert later[:4] == ids[:4]
    assert not set(ids[4:]) & set(later[4:])


def test_a_component_that_a_leaf_shows_no_longer_takes_its_id_along() -> None:
    view = View("{% box %}{% for i in rows %}{% component 'plain' n=i / %}{% endfor %}{% endbox %}")
    view.show(rows=[1, 2, 3])
    ids = re.findall(r"id='(\w+)'", view.page)
    view.show(rows=[1, 2])
    assert re.findall(r"id='(\w+)'", view.page) == ids[:2]
    view.show(rows=[1, 2, 4])
    assert re.findall(r"id='(\w+)'", view.page)[2] not in ids


def test_a_comment_of_a_class_that_does_not_exist_is_taken_for_text_of_others() -> None:
    view = View("{{ html }}")
    view.show(html=mark_safe("<!-- _RENDERED nobody_123,c123456,, --><p id='c123456'>text</p>"))
    assert view.page.endswith(">text</p>")
    assert view.news() == {}
    view.show(html=mark_safe("<!-- _RENDERED nobody_123,text,, --><p>text</p>"))
    assert view.page.endswith("<p>text</p>")


def test_escaped_text_may_say_what_it_likes() -> None:
    view = View("{{ text }}")
    view.show(text="<!-- _RENDERED nobody_123,c123456,, -->")
    assert view.page == "&lt;!-- _RENDERED nobody_123,c123456,, --&gt;"
