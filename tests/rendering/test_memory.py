"""What is remembered between renders, and what therefore need not be done again."""

from __future__ import annotations

import datetime
import gc
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.template import Context, Engine, RequestContext
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from pytest_django import DjangoAssertNumQueries

from django_phoenix.rendering.tracking import register_immutable
from tests.rendering.harness import Live, compile_template, django_html, load
from tests.rendering.values import Item


@register_immutable
class Price:
    """Counts how often its text is asked for."""

    asked = 0

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def __str__(self) -> str:
        Price.asked += 1
        return f"{self.amount}.-"


class Plain(Price):
    """The same, not registered."""


@pytest.fixture(autouse=True)
def count_afresh() -> None:
    Price.asked = 0


SHOWN = {
    "a variable": "{{ b }}{{ p }}",
    "a branch": "{{ b }}{% if p %}{{ p }}{% endif %}",
    "a loop": "{{ b }}{% for x in l %}{{ x }}{% endfor %}",
    "a with": "{{ b }}{% with w=p %}{{ w }}{% endwith %}",
    "a built-in filter": "{{ b }}{{ p|upper }}",
    "an include": "{{ b }}{% include 'part' %}",
    "a block": "{{ b }}{% block x %}{{ p }}{% endblock %}",
}


@pytest.mark.parametrize("source", SHOWN.values(), ids=SHOWN)
def test_what_is_immutable_and_the_same_is_not_asked_again(source: str) -> None:
    price = Price(3)
    live = Live({"main": source, "part": "{{ p }}"}, {"b": 1, "p": price, "l": [price]})
    live.render()
    asked = Price.asked
    live.values["b"] = 2
    assert live.render() == {"0": "2"}
    assert Price.asked == asked


@pytest.mark.parametrize("source", SHOWN.values(), ids=SHOWN)
def test_a_subclass_of_an_immutable_class_is_asked_again(source: str) -> None:
    """Immutable is what is registered, by exact type (D3)."""
    price = Plain(3)
    live = Live({"main": source, "part": "{{ p }}"}, {"b": 1, "p": price, "l": [price]})
    live.render()
    price.amount = 4
    live.render()
    assert live.pages[-1] == django_html(live.template, live.values)
    assert "4.-" in live.pages[-1]


def test_mutable_values_are_asked_every_time_and_sent_only_when_changed() -> None:
    live = Live("{{ a }}{{ l }}", {"a": 1, "l": [1]})
    live.render()
    assert live.render() == {}
    live.values["l"].append(2)
    assert live.render() == {"1": "[1, 2]"}


def test_a_tuple_is_as_mutable_as_what_it_holds() -> None:
    inner: list[int] = []
    live = Live("{{ t }}{{ f }}", {"t": (1, inner), "f": frozenset({1})})
    live.render()
    inner.append(1)
    assert live.render() == {"0": "(1, [1])"}


CHANGES: list[tuple[str, Any, Any]] = [
    ("zeros", 0.0, -0.0),
    ("one and true", 1, True),
    ("one and one point zero", 1, 1.0),
    ("decimals of another scale", Decimal("1.0"), Decimal("1.00")),
    ("the same moment elsewhere", datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC),
     datetime.datetime(2024, 1, 1, 13, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))),
    ("a fold", datetime.datetime(2024, 10, 27, 2, 30), datetime.datetime(2024, 10, 27, 2, 30, fold=1)),
    ("tuples of ones", (1,), (True,)),
    ("tuples of zeros", (0.0,), (-0.0,)),
    ("frozen sets of ones", frozenset({1}), frozenset({True})),
    ("frozen sets of zeros", frozenset({0.0}), frozenset({-0.0})),
    ("ranges", range(0), range(1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_equal_values_that_look_different(before: Any, after: Any) -> None:
    live = Live(
        "{{ v }}{% with w=v %}{{ w|stringformat:'r' }}{% endwith %}{% for x in l %}{{ x }}{% endfor %}"
    )
    live.show(v=before, l=[before])
    live.show(v=after, l=[after])
    live.show(v=before, l=[before])


def test_a_generator_is_walked_once_a_render() -> None:
    def numbers() -> Iterator[int]:
        yield from range(3)

    live = Live("{% for x in g %}{{ x }};{% empty %}none{% endfor %}", {"g": numbers()})
    live.render()
    assert live.pages[-1] == "0;1;2;"
    live.render()
    assert live.pages[-1] == "none"
    live.values["g"] = numbers()
    live.render()
    assert live.pages[-1] == "0;1;2;"


def test_a_generator_function_gives_a_new_one_each_time() -> None:
    live = Live("{% for x in g %}{{ x }};{% endfor %}", {"g": lambda: (n for n in range(3))})
    live.render()
    assert live.render() == {}


def test_lazy_strings_follow_the_language() -> None:
    live = Live("{{ s }}{% if s == 'Yes' %}en{% endif %}{{ t }}", {"s": gettext_lazy("Yes"), "t": "x"})
    live.render()
    with translation.override("de"):
        live.render()
        assert live.pages[-1] == django_html(live.template, live.values) == "Jax"
    live.render()
    assert live.pages[-1] == "Yesenx"


def test_numbers_and_dates_follow_the_language() -> None:
    values = {"n": 1234.5, "d": datetime.date(2024, 3, 1), "l": [1.5], "o": Item(1, 2.5)}
    live = Live("{{ n }} {{ d }} {% for x in l %}{{ x }}{% endfor %} {{ o.name }} {{ d|date:'F' }}", values)
    live.render()
    with translation.override("de"):
        live.render()
        assert live.pages[-1] == django_html(live.template, values)
    live.render()
    assert live.pages[-1] == django_html(live.template, values)


def test_moments_follow_the_time_zone() -> None:
    values = {"t": datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.UTC)}
    live = Live("{{ t }} {{ t|date:'H:i' }}", values)
    live.render()
    with timezone.override("Asia/Tokyo"):
        live.render()
        assert live.pages[-1] == django_html(live.template, values)


def test_the_csrf_token_is_made_once() -> None:
    """Django masks it anew for each context; within a view that would show in every diff (D2)."""
    live = Live("{{ a }}<form>{% csrf_token %}</form>", {"a": 1})
    live.context = RequestContext(RequestFactory().get("/"))
    with live.context.bind_template(live.template):
        live.context.dicts.append(live.values)
        live.render()
        assert "csrfmiddlewaretoken" in live.pages[-1]
        live.values["a"] = 2
        assert live.render() == {"0": "2"}


@pytest.fixture
def people(db: None) -> None:
    group = Group.objects.create(name="staff")
    for name in ("ann", "bob", "cid"):
        User.objects.create(username=name, email=f"{name}@example.com", is_staff=name != "bob").groups.add(
            group
        )


PEOPLE = (
    "{{ a }}{% for u in users %}<p>{{ u.username }}{% if u.is_staff %}*{% endif %}</p>{% endfor %}"
    "{{ users|length }}"
)


@pytest.mark.usefixtures("people")
def test_a_queryset_is_asked_once_per_assignment(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    live = Live(PEOPLE, {"a": 1, "users": User.objects.order_by("pk")})
    with django_assert_num_queries(1):
        live.render()
    live.values["a"] = 2
    with django_assert_num_queries(0):
        assert live.render() == {"0": "2"}
    User.objects.filter(username="bob").update(username="BOB")
    live.values["users"] = User.objects.order_by("pk")
    with django_assert_num_queries(1):
        assert live.render() == {"1": {"k": {"1": {"0": "BOB"}, "kc": 3}}}


@pytest.mark.usefixtures("people")
def test_deferred_fields_are_loaded_only_where_they_are_shown(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    source = "{% for u in users %}{{ u.username }}{% if u.is_staff %}{{ u.email }}{% endif %}{% endfor %}"
    template = load(source)
    with django_assert_num_queries(3):
        template.render(Context({"users": User.objects.only("username", "is_staff").order_by("pk")}))
    live = Live(template, {"users": User.objects.only("username", "is_staff").order_by("pk")})
    with django_assert_num_queries(3):
        live.render()


@pytest.mark.usefixtures("people")
def test_related_rows_are_asked_as_by_django(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    groups = "{% for g in u.groups.all %}{{ g.name }}{% endfor %}{{ u.groups.count }}"
    source = "{% for u in users %}" + groups + "{% endfor %}"
    template = load(source)
    with django_assert_num_queries(7):
        template.render(Context({"users": User.objects.order_by("pk")}))
    live = Live(template, {"users": User.objects.order_by("pk")})
    with django_assert_num_queries(7):
        live.render()


@pytest.mark.usefixtures("people")
def test_prefetched_rows_are_not_asked_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    source = "{% for u in users %}{% for g in u.groups.all %}{{ g.name }}{% endfor %}{% endfor %}"
    live = Live(source, {"users": User.objects.order_by("pk").prefetch_related("groups")})
    with django_assert_num_queries(2):
        live.render()
    with django_assert_num_queries(0):
        assert live.render() == {}


@pytest.mark.usefixtures("people")
def test_model_instances_change_in_place() -> None:
    users = list(User.objects.order_by("pk"))
    live = Live(PEOPLE, {"a": 1, "users": users})
    live.render()
    users[1].username = "BOB"
    assert live.render() == {"1": {"k": {"1": {"0": "BOB"}, "kc": 3}}}


TABLE = (
    "<table>{% for r in rows %}<tr>"
    + "".join(f"<td>{{{{ r.c{n} }}}}</td>" for n in range(5))
    + "</tr>{% endfor %}</table>"
)


def table(count: int = 1000) -> list[dict[str, Any]]:
    return [{"id": n, **{f"c{c}": f"cell {n} {c}" for c in range(5)}} for n in range(count)]


def test_a_big_table_costs_little_memory() -> None:
    """At most 200 KiB above the rows for 1000 by 5 cells."""
    values = {"rows": table()}
    live = Live(TABLE, values)
    live.compiled.html(live.context)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    render = live.compiled.render(live.context, live.state)
    render.commit()
    del render
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert used <= 200 * 1024
    values["rows"][500]["c2"] = "new"
    again = live.compiled.render(live.context, live.state)
    assert again.diff == {"0": {"k": {"500": {"2": "new"}, "kc": 1000}}}


def test_a_state_does_not_keep_what_it_showed_alive() -> None:
    item = Item(1, ["mutable"])
    live = Live("{% for x in rows %}{{ x.name }}{{ x }}{% endfor %}{{ o }}", {"rows": [item], "o": item})
    live.render()
    live.values.clear()
    assert sys.getrefcount(item) == 2


def test_a_template_that_is_gone_leaves_nothing() -> None:
    """Templates made from text come and go."""

    def show_and_forget(number: int) -> weakref.ref[object]:
        template = Engine().from_string(f"{number}{{{{ a }}}}{{% if a %}}<b>{{{{ a }}}}</b>{{% endif %}}")
        Live(template, {"a": 1}).render()
        return weakref.ref(compile_template(template))

    compiled = [show_and_forget(number) for number in range(3)]
    gc.collect()
    assert [reference() for reference in compiled] == [None, None, None]


def test_a_template_is_compiled_once() -> None:
    template = load("{{ a }}")
    assert compile_template(template) is compile_template(template)


def test_many_threads_render_one_template() -> None:
    template = load(
        {
            "main": TABLE + "{% for x in l %}{% cycle 'a' 'b' %}{{ x }}{% include 'part' %}{% endfor %}",
            "part": "{{ a }}",
        }
    )

    def live_on(number: int) -> None:
        live = Live(template)
        for turn in range(20):
            live.show(rows=table(turn % 5), l=[number, turn], a=number * turn)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(live_on, range(32)))
