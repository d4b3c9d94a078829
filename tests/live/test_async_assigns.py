"""assign_async, stream_async, AsyncResult, async_result: in views and components."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.template import Context, Template, TemplateSyntaxError
from django.test import override_settings
from django.urls import path

from django_phoenix.async_result import AsyncResult
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import Exit, LiveView, Ok, event
from tests.support.tree import flat, merged

# What tasks wait for, as soon as they do.
gates: asyncio.Queue[asyncio.Event]

FACES = (
    "{% async_result org as it %}<b>{{ it }}</b>{% if org.loading %}…{% endif %}"
    "{% loading %}<i>loading</i>{% failed as why %}<u>{{ why }}</u>{% endasync_result %}"
)


async def gated(value):
    gate = asyncio.Event()
    gates.put_nowait(gate)
    await gate.wait()
    return value


def refuse(text):
    raise ValueError(text)


def groups():
    return Group.objects.order_by("pk")


async def agroups():
    return Group.objects.order_by("pk")


class Assigning:
    """What the view and the component below do alike."""

    @event
    def load(self, value: str = "acme", reset: bool = False):
        self.assign_async("org", str.upper, value, reset=reset)

    @event
    async def load_slowly(self, value: str = "slow"):
        self.assign_async("org", gated, value)

    @event
    def by_lambda(self):
        self.assign_async("org", lambda: gated("lambda"))

    @event
    def fail(self, text: str = "no such org"):
        self.assign_async("org", refuse, text)

    @event
    def give_up(self):
        self.assign_async("org", lambda: Exit("not today"))

    @event
    def both(self, wrong: bool = False):
        values = {"org": 1} if wrong else {"org": 1, "unseen": 2, "more": 3}
        self.assign_async(["org", "unseen"], lambda: values)

    @event
    def unseen(self):
        self.assign_async("unseen", str, "x", reset=True)

    @event
    def tell_unseen(self):
        return {"unseen": self.assigns.unseen.result}

    @event
    def cancel(self, by: str = "result"):
        self.cancel_async(self.assigns.org if by == "result" else "org", "stopped")

    @event
    def fetch(self, on_loop: bool = False):
        self.assign_async("org", agroups if on_loop else groups)


class Panel(Assigning, LiveComponent):
    template = "{% load phoenix %}<div>" + FACES + "</div>"


class OrgLive(Assigning, LiveView):
    template = "{% load phoenix %}" + FACES

    def mount(self, params, session):
        self.assign_async("org", str, "first")


class PanelLive(LiveView):
    template = f'{{% load phoenix %}}{{% live_component "{__name__}.Panel" id="p" %}}'


def numbered(*numbers):
    return [{"id": number} for number in numbers]


async def generated():
    for number in (7, 8):
        yield {"id": number}


class RowsLive(LiveView):
    template = (
        "{% load phoenix %}<p>{% async_result rows %}ok{% loading %}loading{% failed as why %}{{ why|safe }}"
        '{% endasync_result %}</p><ul id="rows" phx-update="stream">{% for id, row in streams.rows %}'
        '<li id="{{ id }}">{{ row.id }}{{ row.name }}</li>{% endfor %}</ul>'
    )

    def mount(self, params, session):
        self.stream_async("rows", numbered, 1, 2)

    @event
    def more(self, at: int = -1, limit: int | None = None, reset: bool = False):
        self.stream_async("rows", numbered, 3, 4, at=at, limit=limit, reset=reset)

    @event
    def generate(self):
        self.stream_async("rows", generated)

    @event
    def fetch(self):
        self.stream_async("rows", groups)

    @event
    def fail(self, value: str = ""):
        give = (lambda: 3) if value == "number" else lambda: Exit("none left")
        self.stream_async("rows", give, reset=True)

    @event
    def named(self):
        self.stream_async("others", numbered, 1, dom_id=lambda row: f"other-{row['id']}")

    @event
    def names(self):
        return {"names": [entry[0] for entry in self.assigns.streams["others"].log if entry]}


urlpatterns = [
    path("org/", OrgLive.as_view()),
    path("panel/", PanelLive.as_view()),
    path("rows/", RowsLive.as_view()),
]


@pytest.fixture(autouse=True)
def urls(live_site):
    global gates
    gates = asyncio.Queue()
    with override_settings(ROOT_URLCONF=__name__):
        yield


class Place:
    """The view or the component, and what it shows."""

    def __init__(self, view, cid):
        self.view, self.cid = view, cid
        self.tree = self.of(view.joined["rendered"])

    def of(self, diff):
        return diff if self.cid is None else diff.get("c", {}).get(str(self.cid), {})

    async def event(self, name, value=None):
        more = {} if self.cid is None else {"cid": self.cid}
        return (await self.view.event(name, value, **more)).get("diff", {})

    async def asked(self, name, value=None):
        """What is shown after the reply."""
        return self.show(await self.event(name, value))

    async def pushed(self):
        return self.show(await self.view.pushed("diff"))

    def show(self, diff):
        self.tree = merged(self.tree, self.of(diff))
        return flat(self.tree).removeprefix("<div>").removesuffix("</div>")


@pytest.fixture(params=["view", "component"])
async def place(browser, request):
    if request.param == "component":
        return Place(await browser.open("/panel/"), 1)
    place = Place(await browser.open("/org/"), None)
    assert await place.pushed() == "<b>first</b>"
    return place


LOADING = "<i>loading</i>"


async def test_nothing_is_started_at_get(browser):
    """LV-114"""
    assert (await browser.get("/org/")).inner == LOADING
    assert "loading" in (await browser.get("/rows/")).inner


async def test_an_assign_is_loading_and_then_has_its_result(place):
    """LV-113"""
    before = "<b>first</b>…" if place.cid is None else LOADING
    assert await place.asked("load") == before
    assert await place.pushed() == "<b>ACME</b>"


async def test_an_earlier_result_stays_meanwhile_unless_it_is_reset(place):
    await place.event("load")
    assert await place.pushed() == "<b>ACME</b>"
    assert await place.asked("load", {"value": "b"}) == "<b>ACME</b>…"
    assert await place.pushed() == "<b>B</b>"
    assert await place.asked("load", {"value": "c", "reset": True}) == LOADING
    assert await place.pushed() == "<b>C</b>"


@pytest.mark.parametrize("name", ["load_slowly", "by_lambda"])
async def test_a_function_may_be_asynchronous(place, name):
    await place.event(name)
    (await gates.get()).set()
    assert (await place.pushed())[3:-4] in {"slow", "lambda"}


async def test_a_failure_is_shown_and_logged(browser, caplog):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("fail")
    assert await place.pushed() == "<u>no such org</u>"
    assert "'s task ('org',) failed." in caplog.text
    assert await place.asked("load") == LOADING
    assert await place.pushed() == "<b>ACME</b>"
    await place.event("fail")
    assert await place.pushed() == "<b>ACME</b>"


async def test_a_function_may_say_that_there_is_nothing(browser, caplog):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("give_up")
    assert await place.pushed() == "<u>not today</u>"
    assert "failed" not in caplog.text


@pytest.mark.parametrize("by", ["result", "name"])
async def test_a_cancelled_one_has_failed_at_once(browser, by):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("load_slowly")
    assert await place.asked("cancel", {"by": by}) == "<u>stopped</u>"
    assert await place.view.client.silent()
    await place.event("load")
    assert await place.pushed() == "<b>ACME</b>"
    assert await place.asked("cancel", {"by": by}) == "<b>ACME</b>"


async def test_several_assigns_are_loaded_by_one_function(place):
    await place.event("both")
    assert await place.pushed() == "<b>1</b>"
    assert (await place.event("tell_unseen"))["r"] == {"unseen": 2}


async def test_a_value_for_each_name_is_needed(browser, caplog):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("both", {"wrong": True})
    shown = await place.pushed()
    assert "for the assigns org, unseen the function should return a mapping with a value for each" in shown


async def test_a_name_that_was_never_rendered_is_loaded_and_reset_all_the_same(place):
    for _ in range(2):
        assert await place.event("unseen") == {}
        while (await place.event("tell_unseen"))["r"] != {"unseen": "x"}:
            pass


async def test_of_two_calls_for_one_name_the_later_counts(place):
    """Also if the earlier one was for other names besides."""
    await place.event("load_slowly")
    gate = await gates.get()
    await place.event("both")
    assert await place.pushed() == "<b>1</b>"
    gate.set()
    assert await place.view.client.silent()


@pytest.mark.parametrize("on_loop", [False, True])
async def test_a_queryset_is_fetched_beside_the_view(browser, groups, on_loop):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("fetch", {"on_loop": on_loop})
    shown = await place.pushed()
    assert all(f"Group: {name}" in shown for name in ("one", "two", "three"))


async def test_a_component_that_has_gone_gets_nothing(browser):
    place = Place(await browser.open("/panel/"), 1)
    await place.event("load_slowly")
    gate = await gates.get()
    await place.view.call("cids_will_destroy", {"cids": [1]})
    await place.view.call("cids_destroyed", {"cids": [1]})
    gate.set()
    assert await place.view.client.silent()


# -- streams


def stream_in(diff):
    """What a diff says of the stream: its inserts, the first one first, and whether it is reset."""
    _, inserts, deletes, *reset = diff["1"]["stream"]
    assert deletes == []
    return inserts[::-1], reset


def ids_in(diff):
    return [insert[0] for insert in stream_in(diff)[0]]


async def test_a_streams_items_come_later(browser):
    view = await browser.open("/rows/")
    assert "ok" not in str(view.joined)
    diff = await view.pushed("diff")
    assert ids_in(diff) == ["rows-1", "rows-2"]
    assert "ok" in str(diff["0"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [["rows-3", -1, None, False], ["rows-4", -1, None, False]]),
        ({"at": 0, "limit": 5}, [["rows-3", 0, 5, False], ["rows-4", 0, 5, False]]),
    ],
)
async def test_items_are_inserted_as_asked(browser, options, expected):
    view = await browser.open("/rows/")
    await view.pushed("diff")
    await view.event("more", options)
    assert stream_in(await view.pushed("diff")) == (expected, [])


async def test_a_reset_takes_hold_when_the_items_come(browser):
    view = await browser.open("/rows/")
    await view.pushed("diff")
    reply = await view.event("more", {"reset": True})
    assert "stream" not in str(reply)
    assert "loading" in str(reply)
    assert stream_in(await view.pushed("diff"))[1] == [True]


async def test_items_may_be_generated_on_the_loop_or_fetched(browser, groups):
    view = await browser.open("/rows/")
    await view.pushed("diff")
    await view.event("generate")
    assert ids_in(await view.pushed("diff")) == ["rows-7", "rows-8"]
    await view.event("fetch")
    assert ids_in(await view.pushed("diff")) == [f"rows-{group.pk}" for group in groups]


async def test_a_stream_may_fail(browser, caplog):
    view = await browser.open("/rows/")
    await view.pushed("diff")
    await view.event("fail")
    assert "none left" in str(await view.pushed("diff"))


async def test_a_stream_needs_items(browser, caplog):
    view = await browser.open("/rows/")
    await view.pushed("diff")
    await view.event("fail", {"value": "number"})
    assert "should return the items, a list, a queryset or the like" in str(await view.pushed("diff"))


# -- without a socket


class Loose(LiveView):
    template = "<p></p>"


def loose():
    view = Loose()
    view._live = SimpleNamespace(channel=None)
    return view


def test_at_get_the_assigns_are_there_and_cancel_does_no_harm():
    view = loose()
    view.assign_async(["a", "b"], dict)
    assert view.assigns.a == AsyncResult(loading=("a", "b"))
    view.cancel_async("a")
    assert view.assigns.b == AsyncResult(failed="cancelled")
    view.cancel_async(view.assigns.a)
    view.cancel_async("nothing")
    view.assigns.a = AsyncResult.of(1)
    view.assigns.b = AsyncResult.of(2)
    view.assign_async(["a", "b"], dict, reset=["b"])
    assert (view.assigns.a.result, view.assigns.b.result) == (1, None)


def test_mistakes_are_told():
    view = loose()
    with pytest.raises(TypeError, match="should be the name of an assign, or a list of names, got 3"):
        view.assign_async(3, str)
    with pytest.raises(TypeError, match="got 'no name'"):
        view.assign_async("no name", str)
    with pytest.raises(TypeError, match=r"Write assign_async\('a', fetch, 3\), not assign_async"):
        view.assign_async("a", str(3))
    with pytest.raises(TypeError, match=r"Write stream_async\('a', fetch, 3\)"):
        view.stream_async("a", [])


def test_a_result_goes_through_its_states():
    result = AsyncResult.begin()
    assert (result.ok, result.loading, result.failed, result.result) == (False, True, None, None)
    result = result.fail("why")
    assert (result.ok, result.loading, result.failed) == (False, None, "why")
    result = result.begin_again("step 2").succeed(3)
    assert result == AsyncResult.of(3)
    result = result.begin_again().fail("later")
    assert (result.ok, result.result, result.failed, result.loading) == (True, 3, "later", None)
    assert Ok(1).ok


# -- the tag


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (AsyncResult.begin(), LOADING),
        (AsyncResult.of("x<y"), "<b>x&lt;y</b>"),
        (AsyncResult.of("x").begin_again(), "<b>x</b>…"),
        (AsyncResult().fail("no"), "<u>no</u>"),
        (AsyncResult.of("x").fail("no"), "<b>x</b>"),
        (None, LOADING),
    ],
)
def test_the_tag_shows_one_of_three_faces(value, shown):
    assert Template("{% load phoenix %}" + FACES).render(Context({"org": value})) == shown


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% async_result %}{% endasync_result %}", "takes the name of an assign"),
        ("{% async_result a b %}{% endasync_result %}", "takes the name of an assign"),
        ("{% async_result a|b %}{% endasync_result %}", "takes the name of an assign"),
        ("{% async_result a as 1x %}{% endasync_result %}", "only “as name” may stand"),
        ("{% async_result a %}{% loading x %}{% endasync_result %}", "only “as name” may stand"),
        ("{% async_result a %}{% failed %}{% failed %}{% endasync_result %}", "stands twice"),
    ],
)
def test_mistakes_in_the_tag_are_told(source, message):
    with pytest.raises(TemplateSyntaxError, match=message):
        Template("{% load phoenix %}" + source)


def test_faces_may_be_left_out():
    template = Template("{% load phoenix %}{% async_result a %}{{ a.result }}{% endasync_result %}")
    assert template.render(Context({"a": AsyncResult.of(1)})) == "1"
    assert template.render(Context({"a": AsyncResult.begin()})) == ""
