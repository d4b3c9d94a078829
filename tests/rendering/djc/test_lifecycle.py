"""The life of a component: what of its class is called, in which order, with what; errors in its words."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Template
from django.test import RequestFactory
from django.test.signals import template_rendered
from django_components import Component, Slot

from django_phoenix.rendering.assets import Assets
from django_phoenix.rendering.djc.bridge import (
    active_provides,
    component_context_cache,
    component_instance_cache,
    provide_cache,
)
from tests.support.garbage import own_garbage

from .pages import BEHAVIOURS, Page, registered

LOG: list[Any] = []


class Logged(Component):
    class Kwargs:
        title: str = "untitled"
        size: int = 3

    class Slots:
        default: Any = None

    template = "{% load component_tags %}{{ title }}{{ size }}{{ added }}{% slot 'body' default / %}"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        LOG.append(("data", kwargs.title, kwargs.size, slots.default is not None, "outer" in context))
        return {"title": kwargs.title, "size": kwargs.size}

    def on_render_before(self, context: Any, template: Any) -> None:
        LOG.append(("before", context["title"], isinstance(template, Template)))
        context["added"] = "+"

    def on_render_after(self, context: Any, template: Any, result: Any, error: Any) -> None:
        LOG.append(("after", result, error))


class Ids(Component):
    template = '<p id="{{ id }}">{{ n }}</p>'

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"id": self.id, "n": kwargs["n"]}


class Family(Component):
    template = "{% load component_tags %}{% slot 'body' default / %}"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        LOG.append(
            (self.name, self.parent and self.parent.name, self.root.name, self.inject("gift", "nothing"))
        )


class Broken(Component):
    template = "{% load component_tags %}{% slot 'body' default / %}{{ bad }}"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        if kwargs.get("fail", True):
            raise ValueError("no luck")


class Picky(Component):
    class Kwargs:
        n: int

    template = "{% load component_tags %}{% slot 'needed' required / %}{% slot 'a' default / %}"


class Twice(Component):
    template = "{% load component_tags %}{% slot 'a' default / %}{% slot 'b' default / %}"


class Frame(Component):
    template = "{% load component_tags %}[{% slot 'body' default %}none{% endslot %}]"


class FromPython(Component):
    """Hands slots on that are texts and functions."""

    template = (
        "{% load component_tags %}{% component 'frame' %}{% fill 'body' body=mine / %}{% endcomponent %}"
        "{% component 'frame' %}{% fill 'body' body=text / %}{% endcomponent %}"
        "{{ called }}{% if component_vars.slots.default %}filled{% endif %}"
    )

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {
            "mine": Slot(lambda ctx: f"<{kwargs['n']}>"),
            "text": "a & b",
            "called": slots["default"](context=self.outer_context) if "default" in slots else "",
        }


class Pure(Component):
    live_pure = True
    template = "{% load component_tags %}{{ n }}{% slot 'body' default / %}"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        LOG.append(kwargs["n"])
        return {"n": kwargs["n"]}


class Outer(Pure):
    """Pure itself, with one in it that is not."""

    template = "{% load component_tags %}{{ n }}{% component 'ids' n=n / %}"


class Reader(Pure):
    """Reads a name of the page around it, where its registry lets it."""

    template = "{{ n }}{{ outside }}"


@pytest.fixture(params=BEHAVIOURS, autouse=True)
def components(request: pytest.FixtureRequest) -> Iterator[None]:
    LOG.clear()
    found = {
        "logged": Logged, "ids": Ids, "family": Family, "uncle": Family, "broken": Broken, "picky": Picky,
        "twice": Twice, "frame": Frame, "from_python": FromPython, "pure": Pure, "outer": Outer,
        "reader": Reader,
    }  # fmt: skip
    with registered(found, request.param):
        yield


def own_renders(page: Page, **values: Any) -> Any:
    """The diff, without asking django-components."""
    LOG.clear()
    return super(Page, page).show(**values)


def test_hooks_and_methods_are_called_in_order() -> None:
    page = Page("{% component 'logged' title=t %}{{ x }}{% endcomponent %}")
    page.show(t="a", x=1)
    theirs = LOG[len(LOG) // 2 :]
    assert LOG[: len(LOG) // 2] == theirs
    assert [entry[0] for entry in theirs] == ["data", "before", "after"]
    assert own_renders(page, t="a", x=2) == {"0": {"3": {"0": "2"}}}
    assert LOG[-1] == ("after", "a3+2", None)


def test_arguments_get_their_defaults() -> None:
    page = Page("{% component 'logged' / %}{% component 'logged' size=None title='x' / %}")
    page.show()
    assert page.page == "untitled3+x3+"


def test_the_signal_of_a_rendered_template_is_sent() -> None:
    seen: list[Any] = []

    def note(template: Any, context: Any, **kwargs: Any) -> None:
        seen.append(context["n"])

    template_rendered.connect(note)
    try:
        own_renders(Page("{% component 'ids' n=5 / %}"))
    finally:
        template_rendered.disconnect(note)
    assert seen == [5]


def test_ids_stay_as_long_as_the_component_does() -> None:
    source = "{% for row in rows %}{% component 'ids' n=row.id / %}{% endfor %}"
    page = Page(source)
    rows = [{"id": 1}, {"id": 2}]
    own_renders(page, rows=rows)
    first = page.page
    assert own_renders(page, rows=rows) == {}
    again = Page(source)
    own_renders(again, rows=rows)
    assert page.get() == again.page == first  # GET, join and rejoin agree
    own_renders(page, rows=[{"id": 2}, {"id": 1}, {"id": 3}])
    ids = [part.split('"')[0] for part in page.page.split('id="')[1:]]
    assert first.index(ids[0]) > first.index(ids[1])  # they have moved with their rows
    assert ids[2] not in first


def test_views_do_not_share_ids() -> None:
    one, other = (Assets(name).new_id() for name in ("phx-a", "phx-b"))
    assert one != other


def test_components_know_their_family_and_what_is_provided() -> None:
    page = Page(
        "{% provide 'gift' k=n %}{% component 'family' %}{% component 'uncle' / %}{% endcomponent %}"
        "{% endprovide %}{% component 'family' / %}"
    )
    page.show(n=1)
    ours, theirs = LOG[: len(LOG) // 2], LOG[len(LOG) // 2 :]
    assert ours == theirs
    assert ours[0][3].k == 1


def test_texts_and_functions_fill_slots_as_well() -> None:
    page = Page(
        "{% component 'from_python' n=n %}<u>{{ m }}</u>{% endcomponent %}{% component 'from_python' n=1 / %}"
    )
    page.show(n=1, m="x")
    assert "[&lt;1&gt;][a &amp; b]<u>x</u>filled" in page.page
    page.show(n=2, m="y")
    assert page.show(n=2, m="y") == {}


@pytest.mark.parametrize(
    "source",
    [
        "{% component 'broken' / %}",
        "{% component 'frame' %}{% component 'broken' / %}{% endcomponent %}",
        "{% component 'frame' %}{% fill 'body' %}{% component 'frame' %}{% component 'broken' / %}"
        "{% endcomponent %}{% endfill %}{% endcomponent %}",
        "{% component 'picky' n=1 / %}",
        "{% component 'picky' n=1 %}{% fill 'neded' %}x{% endfill %}{% endcomponent %}",
        "{% component 'twice' / %}",
        "{% component 'frame' %}{% fill 'body' %}{% endfill %}{% fill 'default' %}{% endfill %}"
        "{% endcomponent %}",
        "{% component 'frame' %}x{% fill 'body' %}x{% endfill %}{% endcomponent %}",
        "{% component 'frame' %}{% fill 'body' %}{% endfill %}{% fill 'body' %}{% endfill %}"
        "{% endcomponent %}",
        "{% component 'frame' %}{% fill 'body' data='x' fallback='x' %}{% endfill %}{% endcomponent %}",
        "{% component 'frame' %}{% fill 'body' data='not a name' %}{% endfill %}{% endcomponent %}",
        "{% component 'frame' %}{% fill number %}{% endfill %}{% endcomponent %}",
        "{% component 'frame' %}{% fill 'body' body='x' %}y{% endfill %}{% endcomponent %}",
        "{% component 'nobody' / %}",
        "{% component 'dynamic' is='nobody' / %}",
        "{% component 'error_fallback' fallback='x' %}{% fill 'fallback' %}y{% endfill %}{% endcomponent %}",
    ],
)
def test_errors_are_told_in_the_words_of_django_components(source: str) -> None:
    Page(source).error(number=1)


def test_errors_name_the_way_to_them() -> None:
    source = "{% component 'frame' %}{% component 'broken' / %}{% endcomponent %}"
    error = Page(source).error()
    assert "rendering components frame > frame(slot:body) > broken:" in str(error)
    missing = Page("x{% component 'dynamic' / %}").failure(
        lambda: own_renders(Page("{% component 'dynamic' / %}"))
    )
    assert "components dynamic:\nComponent 'dynamic' is missing a required argument 'is'" in str(missing)


@pytest.mark.parametrize("fail", [True, False])
def test_nothing_is_left_in_the_tables_of_django_components(fail: bool) -> None:
    tables = (component_context_cache, component_instance_cache, provide_cache, active_provides)
    with own_garbage():
        before = [len(table) for table in tables]
        page = Page(
            "{% provide 'gift' k=1 %}{% component 'frame' %}{% spaceless %}{% component 'ids' n=1 / %}"
            "{% endspaceless %}{% component 'broken' fail=f / %}{% endcomponent %}{% endprovide %}"
            "{% component 'logged' %}{% component 'family' / %}{% endcomponent %}"
            "{% component 'broken' fail=f / %}"
        )
        for _ in range(2):
            try:
                own_renders(page, f=fail)
            except ValueError:
                assert fail
        gc.collect()
        assert [len(table) for table in tables] == before


def test_an_argument_too_few_is_an_error_that_names_the_component() -> None:
    error = Page("{% component 'picky' / %}").failure(lambda: own_renders(Page("{% component 'picky' / %}")))
    assert isinstance(error, TypeError)
    assert "picky" in str(error)


def test_a_page_goes_on_after_an_error() -> None:
    page = Page(
        "{{ n }}{% component 'error_fallback' fallback='bad' %}{% component 'broken' fail=f / %}"
        "{% endcomponent %}"
    )
    page.show(n=1, f=False)
    page.show(n=2, f=True)
    assert page.page == "2bad"
    page.show(n=3, f=False)
    broken = Page("{{ n }}{% component 'broken' fail=f %}{{ n }}{% endcomponent %}")
    broken.show(n=1, f=False)
    with pytest.raises(ValueError, match="no luck"):
        own_renders(broken, n=2, f=True)
    broken.show(n=3, f=False)


def test_a_pure_component_that_is_given_the_same_is_left_out() -> None:
    page = Page("{{ x }}{% component 'pure' n=n %}{{ row.t }}{{ b }}{% endcomponent %}")
    row = {"t": "a", "u": 1}
    page.show(x=1, n=1, row=row, b="b")
    assert (own_renders(page, x=2, n=1, row=row, b="b"), LOG) == ({"0": "2"}, [])
    row["u"] = 2  # which the fill does not look at
    assert (own_renders(page, x=2, n=1, row=row, b="b"), LOG) == ({}, [])
    row["t"] = "c"
    assert (own_renders(page, x=2, n=1, row=row, b="b"), LOG) == ({"1": {"1": {"0": "c"}}}, [1])
    assert (own_renders(page, x=2, n=2, row=row, b="b"), LOG) == ({"1": {"0": "2"}}, [2])


@pytest.mark.parametrize(
    ("source", "called"),
    [
        ("{% component 'pure' n=ns / %}", True),  # a list may change
        ("{% component 'pure' n=n %}{% for x in ns %}{{ x }}{% endfor %}{% endcomponent %}", True),
        ("{% component 'pure' n=n %}{% component 'ids' n=n / %}{% endcomponent %}", True),
        ("{% component 'outer' n=n / %}", True),  # one in it is not pure
        ("{% component 'pure' n=n %}{% if n == 1 %}{{ n|add:'1' }}{% endif %}{% endcomponent %}", False),
        ("{% with y=n %}{% component 'pure' n=y %}{{ y }}{% endcomponent %}{% endwith %}", False),
        ("{% component 'reader' n=n only / %}", False),
    ],
)
def test_only_what_certainly_shows_the_same_is_left_out(source: str, called: bool) -> None:
    page = Page(source)
    own_renders(page, n=1, ns=[1], outside=1)
    own_renders(page, n=1, ns=[1], outside=1)
    assert bool(LOG) is called


def test_a_pure_component_that_reads_names_around_it_sees_them_change() -> None:
    page = Page("{% component 'reader' n=1 / %}")
    page.show(outside=1)
    page.show(outside=2)


def test_context_processors_are_asked_once_for_a_request() -> None:
    page = Page("{% component 'family' / %}{% component 'uncle' / %}")
    page.context.request = RequestFactory().get("/")  # type: ignore[attr-defined]
    asked: list[Any] = []
    page.context._processors = (lambda request: asked.append(request) or {"p": 1},)  # type: ignore[attr-defined]
    own_renders(page)
    own_renders(page)
    assert len(asked) == 1
