"""A render looks only at what reads names with new values, and misses nothing."""

from __future__ import annotations

import copy
import datetime
import enum
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Group
from django.db.models import TextChoices
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from django_phoenix.rendering import dirty
from django_phoenix.rendering.dirty import Tracker
from django_phoenix.rendering.tracking import register_immutable
from tests.rendering.harness import Live, Values, django_html
from tests.rendering.sources import Sources, families, fragments
from tests.rendering.tags import Ticks, ticks
from tests.rendering.test_differential import bounded, check_render, differs_knowingly, follow, open_view
from tests.rendering.values import NAMES, Step, histories, worlds
from tests.support.merge import MergeClient

ENOUGH = dirty.PATIENCE + dirty.HEAT + 1  # renders until a variant has been written and run


@pytest.fixture
def eagerly() -> Iterator[None]:
    """Track every template at once, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dirty, "PATIENCE", 1)
        patch.setattr(dirty, "HEAT", 1)
        patch.setattr(dirty, "WORTH", -(10**6))
        yield


def padded(source: str, parts: int = 40) -> str:
    """The template with so many other parts that it is worth tracking."""
    return source + "".join(
        f"<p>{{{{ p{n % 5} }}}}</p>{{% if p{n % 5} %}}{{{{ p{n % 5} }}}}{{% endif %}}" for n in range(parts)
    )


PADDING = {f"p{n}": n for n in range(5)}


def tracked(source: str | dict[str, str], values: Values, parts: int = 40) -> Live:
    """A view of a padded template that has been rendered as often as it takes."""
    sources = {"main": source} if isinstance(source, str) else dict(source)
    sources["main"] = padded(sources["main"], parts)
    live = Live(sources, {**values, **PADDING})
    for _ in range(ENOUGH):
        live.render()
    assert isinstance(tracker_of(live), Tracker)
    return live


def tracker_of(live: Live) -> Any:
    assert live.state.program is not None
    return live.state.program.tracker


def calls(function: Callable[[], object]) -> int:
    """How many Python functions are called."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def render(live: Live) -> dict[str, Any]:
    result = live.compiled.render(live.context, live.state)
    result.commit()
    return result.diff


# -- how little is done

THRIFTY = {
    "names": "{{ a }}",
    "a loop over a tuple": "{% for x in t %}{{ x.0 }}{% for y in x.1 %}{{ y }}{% endfor %}{% endfor %}",
    "filters and conditions": "{% if a|add:1 > 2 and b != 'x' %}{{ a|stringformat:'5d' }}{% endif %}",
    "with": "{% with x=a y=t.0 %}{{ x }}{{ y.0 }}{% endwith %}",
    "blocks": "{% block one# %}{{ a }}{% block two# %}{{ b }}{% endblock %}{% endblock %}",
    "an include": "{% include 'part' %}{% include 'part' with a=b only %}",
    "an include in an include": "{% include 'outer' %}",
    "paths to fields": "{{ t.0.1.0 }}{{ day.year }}{{ status.label }}{{ status.value }}{{ price.amount }}",
    "urls": "{% url 'item' pk=a %}",
    "translations": "{% translate 'Yes' %}{% firstof missing a %}",
}
INCLUDED = {
    "part": "{{ a }}{% if b %}<b>{{ b }}</b>{% endif %}",
    "outer": "{% include 'part' with a=b %}{{ a }}",
}


def repeated(source: str, times: int) -> str:
    return "".join(source.replace("#", str(number)) for number in range(times))


class Status(TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"


@register_immutable
class Price(NamedTuple):
    amount: int


def thrifty_values() -> Values:
    return {
        "a": 12,
        "b": "text",
        "t": ((1, (2, 3)), (4, (5, 6))),
        "day": datetime.date(2024, 2, 29),
        "status": Status.OPEN,
        "price": Price(3),
    }


@pytest.mark.parametrize("source", THRIFTY.values(), ids=THRIFTY)
def test_where_nothing_is_new_the_size_of_a_page_does_not_matter(source: str) -> None:
    small, big = (
        tracked({"main": repeated(source, times), **INCLUDED}, thrifty_values(), parts=40 * times)
        for times in (1, 4)
    )
    assert render(small) == render(big) == {}
    assert calls(lambda: render(big)) == calls(lambda: render(small))


def test_where_one_name_is_new_only_its_readers_are_evaluated() -> None:
    small, big = (tracked("{{ a }}", {"a": 0}, parts) for parts in (40, 160))
    for live in (small, big):
        for number in range(1, ENOUGH):
            live.values["a"] = number
            assert render(live) == {"0": str(number)}
        live.values["a"] = 999
    assert calls(lambda: render(big)) == calls(lambda: render(small))


OPAQUE = {
    "a clock": "{% now 'Y' %}",
    "a custom tag": "{% shout a %}",
    "a tag that may write names": "{% ifchanged a %}{{ a }}{% endifchanged %}",
    "such a tag in a block": "{% block x %}{% ifchanged a %}{{ a }}{% endifchanged %}{{ a }}{% endblock %}",
    "an object": "{{ user.username }}",
}


@pytest.mark.parametrize("source", OPAQUE.values(), ids=OPAQUE)
def test_beside_what_has_to_be_evaluated_the_size_of_a_page_does_not_matter(source: str) -> None:
    small, big = (tracked(source, {"a": 1, "user": Account("ada")}, parts) for parts in (40, 160))
    assert render(small) == render(big) == {}
    assert calls(lambda: render(big)) == calls(lambda: render(small))


def test_a_small_page_is_not_tracked() -> None:
    """To compare its few names would take longer than to evaluate its few parts."""
    live = Live("<h1>{{ title }}</h1>{{ count }}", {"title": "Counter", "count": 0})
    for _ in range(10):
        live.render()
    assert tracker_of(live) is False


def test_few_variants_are_kept() -> None:
    source = "".join(f"{{{{ a{n} }}}}{{{{ a{n}|add:1 }}}}" for n in range(100))
    live = Live(source, {f"a{n}": 0 for n in range(100)})
    live.render()
    for _ in range(3):
        for name in [f"a{n}" for n in range(100)]:
            for _ in range(dirty.HEAT):
                live.values[name] += 1
                assert len(render(live)) == 2
    assert 0 < len(tracker_of(live).variants) <= dirty.VARIANTS


# -- nothing is missed


@dataclass
class Account:
    username: str
    tags: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Frozen:
    items: list[int]


class Sly(enum.Enum):
    ONE = 1

    @property
    def clock(self) -> int:
        return ticks()


@register_immutable
class Metered(NamedTuple):
    amount: int

    @property
    def clock(self) -> int:
        return ticks()


def in_place(change: Callable[[Any], Any]) -> Callable[[Values], Any]:
    return lambda values: change(values["v"])


MOVING: dict[str, tuple[str, Any, Callable[[Values], Any]]] = {
    "a list": ("{{ v }}", [1], in_place(lambda v: v.append(2))),
    "a list in a loop": ("{% for x in v %}{{ x }}{% endfor %}", [1], in_place(lambda v: v.append(2))),
    "a list in a condition": ("{% if v %}some{% else %}none{% endif %}", [], in_place(lambda v: v.append(2))),
    "a list in a filter": ("{{ v|length }}", [1], in_place(lambda v: v.append(2))),
    "a list's length in a condition": (
        "{% if v|length > 1 %}many{% endif %}", [1], in_place(lambda v: v.append(2)),
    ),
    "a list in a tuple": ("{{ v.0.0 }}", ([1],), in_place(lambda v: v[0].insert(0, 2))),
    "a list in a tuple, in a loop": (
        "{% for x in v %}{{ x.0 }}{% endfor %}", ([1], [2]), in_place(lambda v: v[0].insert(0, 3)),
    ),
    "a list in a frozen object": ("{{ v.items.0 }}", Frozen([1]), in_place(lambda v: v.items.insert(0, 2))),
    "a list under another name": (
        "{% with w=v %}{% with x=w %}{{ x.0 }}{% endwith %}{% endwith %}", [1],
        in_place(lambda v: v.insert(0, 2)),
    ),
    "a dictionary": ("{{ v.k }}", {"k": 1}, in_place(lambda v: v.update(k=2))),
    "a dictionary's items": (
        "{% for k, x in v.items %}{{ k }}{{ x }}{% endfor %}", {"k": 1}, in_place(lambda v: v.update(l=2)),
    ),
    "a set": ("{{ v|length }}", {1}, in_place(lambda v: v.add(2))),
    "a dataclass": ("{{ v.username }}", Account("a"), in_place(lambda v: setattr(v, "username", "b"))),
    "a dataclass in a url": (
        "{% url 'item' pk=v.username %}", Account("a"), in_place(lambda v: setattr(v, "username", "b")),
    ),
    "a dataclass in an include": (
        "{% include 'part' with a=v %}", Account("a"), in_place(lambda v: setattr(v, "username", "b")),
    ),
    "a dataclass through an include": (
        "{% include 'outer' %}", Account("a"), in_place(lambda v: setattr(v, "username", "b")),
    ),
    "a model": ("{{ v.name }}", Group(name="a"), in_place(lambda v: setattr(v, "name", "b"))),
    "a model in a block": (
        "{% block x %}{{ v.name }}{% endblock %}", Group(name="a"),
        in_place(lambda v: setattr(v, "name", "b")),
    ),
    "a function": ("{{ v }}", ticks, lambda values: None),
    "a method": ("{{ v.pop }}", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], lambda values: None),
    "an attribute of an Enum that is no field": ("{{ v.clock }}", Sly.ONE, lambda values: None),
    "a property of what is registered": ("{{ v.clock }}", Metered(1), lambda values: None),
    "such a property in a tuple": (
        "{% for x in v %}{{ x.clock }}{% endfor %}", (Metered(1), Metered(2)), lambda values: None,
    ),
    "such a property under another name": (
        "{% with x=v %}{{ x.clock }}{% endwith %}", Metered(1), lambda values: None,
    ),
    "such a property in a condition": (
        "{% if v.clock > 0 %}{{ v.clock }}{% endif %}", Metered(1), lambda values: None,
    ),
    "such a property in an include": ("{% include 'clock' with a=v %}", Metered(1), lambda values: None),
    "a clock as a filter": ("{{ v|ticking }}", 1, lambda values: None),
    "a clock as a filter in a condition": (
        "{% if v|ticking > 0 %}{{ v|ticking }}{% endif %}{% if v|ticking|divisibleby:2 %}x{% endif %}",
        1, lambda values: None,
    ),
    "a clock as a filter of a sequence": (
        "{% for x in v|ticking|make_list %}{{ x }}{% endfor %}", 1, lambda values: None,
    ),
    "a clock as a filter under another name": (
        "{% with x=v|ticking %}{{ x }}{% endwith %}", 1, lambda values: None,
    ),
    "a clock as a filter in a url": ("{% url 'item' pk=v|ticking %}", 1, lambda values: None),
    "such a property in a tag": ("{% firstof v.clock %}", Metered(1), lambda values: None),
    "one for true": ("{{ v }}", 1, lambda values: values.update(v=True)),
    "one for one point zero": ("{{ v }}", 1, lambda values: values.update(v=1.0)),
    "a tuple of other types": ("{{ v }}", (1,), lambda values: values.update(v=(True,))),
    "a text that became safe": ("{{ v }}", "<b>", lambda values: values.update(v=mark_safe("<b>"))),
    "a name that is gone": ("{{ v|default:'none' }}", 1, lambda values: values.pop("v")),
    "a value instead of None": ("{% if v is None %}none{% endif %}", None, lambda values: values.update(v=0)),
    "a filter that is not pure": ("{{ v|brackets }}", 1, lambda values: values.update(v=2)),
}  # fmt: skip


@pytest.mark.parametrize(("source", "value", "change"), MOVING.values(), ids=MOVING)
def test_what_changes_shows_though_the_page_is_tracked(
    source: str, value: Any, change: Callable[[Values], Any]
) -> None:
    """D3: also in place, also where variants have been written for other names."""
    sources = {
        "main": source,
        "part": "{{ a.username }}",
        "outer": "{% include 'inner' %}",
        "inner": "{{ v.username }}",
        "clock": "{{ a.clock }}",
    }
    live = tracked(sources, {"v": copy.deepcopy(value)})
    for attempt in range(1, 4):
        for _ in range(ENOUGH):
            live.values["p1"] += 1
            live.render()
        live.values["v"] = copy.deepcopy(value)
        live.render()
        change(live.values)
        Ticks.count = attempt * 100
        expected = django_html(live.template, unshared(live.values))
        Ticks.count = attempt * 100
        live.render()
        assert live.pages[-1] == expected


def unshared(values: Values) -> Values:
    """The same values for Django: what its render does to them must not be done to ours."""
    return {name: copy.deepcopy(value) for name, value in values.items()}


def test_a_queryset_is_not_asked_again_for_another_name(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Group.objects.bulk_create(Group(name=name) for name in ("a", "b"))
    source = "{% for g in groups %}{{ g.name }}{% endfor %}{{ groups|length }}"
    live = tracked(source, {"groups": Group.objects.order_by("name")})
    with django_assert_num_queries(0):
        for _ in range(ENOUGH):
            live.values["p1"] += 1
            live.render()
    Group.objects.create(name="c")
    live.values["groups"] = Group.objects.order_by("name")
    with django_assert_num_queries(1):
        live.render()
    assert live.pages[-1].startswith("abc3")


def test_a_generator_is_walked_once_though_other_names_change() -> None:
    live = tracked("{% for x in g %}{{ x }}{% empty %}none{% endfor %}", {"g": iter("abc")})
    live.values["g"] = iter("xy")
    live.render()
    assert live.pages[-1].startswith("xy")
    live.values["p1"] += 1
    live.render()
    assert live.pages[-1].startswith("none")


def test_language_and_time_zone_are_followed_in_a_tracked_page() -> None:
    moment = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)
    values = {"yes": gettext_lazy("Yes"), "n": 2.5, "moment": moment}
    source = "{{ yes }}|{{ n }}|{{ moment|date:'H:i' }}|{% translate 'Yes' %}|{{ n|yesno }}"
    with timezone.override("UTC"), translation.override("en"):
        live = tracked(source, values)
        assert live.pages[-1].startswith("Yes|2.5|12:00|Yes|yes")
    with timezone.override("Asia/Tokyo"), translation.override("de"):
        live.render()
        assert live.pages[-1].startswith("Ja|2,5|21:00|Ja|Ja")
        assert live.render() == {}
    with timezone.override("UTC"), translation.override("en"):
        live.render()
        assert live.pages[-1].startswith("Yes|2.5|12:00|Yes|yes")


# -- tags that write names


def test_what_a_tag_writes_is_seen_below_it_though_no_assign_is_new() -> None:
    stored = {"u": 1}
    source = "{{ u }}{% set u stored.u %}<b>{{ u }}</b>{% with w=u %}<i>{{ w }}</i>{% endwith %}"
    live = tracked(source, {"u": 0, "stored": stored})
    for new in (2, 2, 3, 1, None, 1):
        stored["u"] = new  # type: ignore[assignment]
        live.render()
        assert live.pages[-1] == django_html(live.template, live.values)


def test_what_a_tag_has_written_is_forgotten_in_a_render_as_a_whole() -> None:
    """Else the memory of an earlier render would be taken for that of the last one."""
    shown = {"u": 1}
    live = tracked("{% set u shown.u %}<b>{{ u }}</b>{{ q }}", {"shown": shown, "q": 0})
    for new, q in ((2, 0), (3, 1), (2, 1), (4, 2), (4, 3), (3, 3)):
        shown["u"] = new
        live.values["q"] = q  # names never met together: no variant
        live.render()
        assert live.pages[-1] == django_html(live.template, live.values)


def test_what_a_tag_has_written_in_a_block_is_not_taken_for_what_the_block_leaves() -> None:
    shown = {"u": 1}
    live = tracked("{% with y=1 %}{% set u shown.u %}<b>{{ u }}</b>{% endwith %}", {"u": 0, "shown": shown})
    for new in (1, 0, 2, 0):  # the name itself is 0
        shown["u"] = new
        live.render()
        assert live.pages[-1] == django_html(live.template, live.values)


def test_a_render_that_is_thrown_away_leaves_no_trace() -> None:
    live = tracked("{{ a }}", {"a": 1})
    live.values["a"] = 2
    assert live.render(commit=False) == live.render(commit=False) == {"0": "2"}
    live.values["a"] = 1
    assert live.render() == {}
    live.values["a"] = 2
    assert live.render() == {"0": "2"}


def test_a_branch_that_shows_an_include_for_the_first_time_is_tracked_later() -> None:
    source = "{% if on %}{% include 'part' %}{% endif %}"
    live = tracked({"main": source, "part": padded("{{ a }}")}, {"on": False, "a": 1})
    first = tracker_of(live)
    live.values["on"] = True
    for _ in range(260):
        render(live)
    assert tracker_of(live) is not first
    idle = calls(lambda: render(live))
    live.values["a"] = 2
    assert render(live) != {}
    assert idle < 40


def test_files_that_change_in_development_are_seen() -> None:
    sources = {"main": padded("{% include 'part' %}"), "part": "old"}
    live = Live(sources, {**PADDING}, cached=False, debug=True)
    for _ in range(ENOUGH):
        live.render()
    loader: Any = live.template.engine.template_loaders[0]
    loader.templates_dict["part"] = "new {{ p1 }}"
    live.render()
    assert live.pages[-1].startswith("new 1")


def test_many_threads_write_variants_of_one_template() -> None:
    source = padded("".join(f"{{{{ a{n} }}}}" for n in range(8)), 60)
    views = [Live(source, {**PADDING, **{f"a{n}": 0 for n in range(8)}}) for _ in range(1)]
    template = views[0].template
    views += [Live(template, {**PADDING, **{f"a{n}": 0 for n in range(8)}}) for _ in range(7)]

    def live_on(live: Live, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            for name in chance.sample(range(8), chance.randrange(3)):
                live.values[f"a{name}"] = chance.randrange(5)
            live.render()
            assert live.pages[-1] == django_html(template, live.values)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(live_on, live, seed) for seed, live in enumerate(views)]:
            done.result()


# -- any template, any assigns

FLAT = st.one_of(
    st.sampled_from(["", "x", "<b>", "home", mark_safe("<i>s</i>"), 0, 1, True, False, None, 1.0, 2.5, -1]),
    st.sampled_from(
        [(), (1, 2), (True, "x"), ((1, "a"), (2, "b")), "ab", Status.OPEN, datetime.date(2024, 2, 29)]
    ),
    st.sampled_from([[1], {"k": 1, "nested": {"x": 1, "items": [1]}}, Account("x"), frozenset({1})]),
)
GONE = object()
flat_worlds = st.fixed_dictionaries({name: FLAT for name in NAMES if name != "inc"})
changes = st.lists(
    st.dictionaries(st.sampled_from(sorted(NAMES)), st.one_of(FLAT, FLAT, st.just(GONE)), max_size=2),
    min_size=3,
    max_size=7,
)


@bounded(60)
@given(sources=fragments(), world=flat_worlds, history=changes)
def test_any_template_follows_any_new_assigns(
    eagerly: None, sources: Sources, world: Values, history: list[Values]
) -> None:
    live = open_view(sources, {**world, "inc": "inc0", "csrf_token": "token"}, {})
    for step in [{}, *history, {}, *history]:
        for name, value in step.items():
            if name == "inc":
                continue
            if value is GONE:
                live.values.pop(name, None)
            else:
                live.values[name] = copy.deepcopy(value)
        check_render(live, live.values, commit=True)


@bounded(40)
@given(sources=fragments(), world=worlds, history=histories)
def test_any_template_follows_any_history(
    eagerly: None, client_merge: MergeClient, sources: Sources, world: Values, history: list[list[Step]]
) -> None:
    world["csrf_token"] = "token"
    follow(client_merge, open_view(sources, world, {}), world, history * 2)


@bounded(30)
@given(sources=families(), world=flat_worlds, history=changes)
def test_any_family_follows_any_new_assigns(
    eagerly: None, sources: Sources, world: Values, history: list[Values]
) -> None:
    live = open_view(sources, {**world, "inc": "inc0", "csrf_token": "token"}, {})
    for step in [{}, *history, {}, *history]:
        live.values.update(
            {name: value for name, value in step.items() if value is not GONE and name != "inc"}
        )
        if not differs_knowingly(live, live.values):
            check_render(live, live.values, commit=True)
