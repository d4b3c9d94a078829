"""attach_hook and detach_hook: each stage, of views and of components."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings
from django.urls import path

from django_phoenix import pubsub
from django_phoenix.exceptions import LiveViewError
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import CONT, HALT, Broadcast, Halt, LiveView, Params, event


class Told(LiveView):
    """``told`` is what has been called, in order."""

    template = "<p>{{ told }}</p>"

    class Assigns:
        told: str = ""

    def tell(self, text):
        self.assigns.told = f"{self.assigns.told} {text}".strip()


def first(view, *args):
    view.tell(f"first({args[0]})")


async def second(view, *args):
    view.tell(f"second({args[0]})")
    return CONT


class EventsLive(Told):
    def mount(self, params, session):
        self.attach_hook("first", "handle_event", first)
        self.attach_hook("second", "handle_event", second)
        self.attach_hook("own", "handle_event", self.intercept)

    def intercept(self, event, params):
        if event == "stop":
            self.tell("stopped")
            return HALT
        if event == "ask":
            return Halt({"got": params})
        if event == "ask_nothing":
            return Halt({})
        if event == "once":
            self.detach_hook("first", "handle_event")
            self.attach_hook("third", "handle_event", lambda view, event, params: view.tell("third"))
        if event == "wrong":
            return False
        return None

    @event
    def known(self, by: int = 1):
        self.tell(f"known {by}")

    @event
    def stop(self):
        self.tell("never")

    @event
    def save(self, data: Params):
        return dict(data)

    @event
    async def empty(self):
        return {}

    @event
    def once(self):
        self.tell("once")


class WordsLive(Told):
    """Hears without a handle_info."""

    def mount(self, params, session):
        if self.connected:
            self.subscribe("words")
        self.attach_hook("spy", "handle_info", self.spy)
        self.attach_hook("later", "handle_info", second)

    def spy(self, message):
        assert isinstance(message, Broadcast)
        self.tell(message.event)
        return HALT if message.event == "secret" else CONT


class WordsHeardLive(WordsLive):
    def handle_info(self, message):
        self.tell(f"heard {message.event}")


class ParamsLive(Told):
    def mount(self, params, session):
        self.attach_hook("page", "handle_params", self.page)

    def page(self, params, uri):
        self.tell(f"page={params.get('page')}")
        return HALT if params.get("page") == "0" else None

    def handle_params(self, params, uri):
        self.tell("params")


class HookedOnlyParamsLive(Told):
    async def elsewhere(self, params, uri):
        if params.get("page") == "old":
            self.push_patch("?page=new")
        else:
            self.tell(params.get("page"))

    def mount(self, params, session):
        self.attach_hook("page", "handle_params", self.elsewhere)


class AsyncLive(Told):
    def mount(self, params, session):
        self.attach_hook("result", "handle_async", self.result)

    def result(self, name, result):
        self.tell(f"{name}={result.value}")
        return HALT if result.value == "mine" else None

    @event
    def start(self, value: str):
        self.start_async("work", str, value)


class AsyncHeardLive(AsyncLive):
    def handle_async(self, name, result):
        self.tell("handle_async")


def report(view):
    view.push_event("rendered", {"told": view.assigns.told})


class RenderedLive(Told):
    def mount(self, params, session):
        self.attach_hook("report", "after_render", report)

    @event
    def say(self, word: str):
        self.tell(word)

    @event
    def hush(self):
        self.detach_hook("report", "after_render")

    @event
    def leave(self):
        self.attach_hook("away", "after_render", lambda view: view.push_navigate("/events/"))


class Part(LiveComponent):
    template = "<p>{{ told }}</p>"

    class Assigns:
        told: str = ""

    tell = Told.tell

    def mount(self):
        self.attach_hook("events", "handle_event", self.intercept)
        self.attach_hook("report", "after_render", report)
        self.attach_hook("result", "handle_async", lambda part, name, result: part.tell(result.value))

    def intercept(self, event, params):
        return Halt({"part": event}) if event == "ask" else None

    @event
    def start(self):
        self.start_async("work", str, "done")

    def handle_async(self, name, result):
        self.tell("handled")

    @event
    def misplaced(self, stage: str):
        self.attach_hook("x", stage, first)


class PartLive(LiveView):
    template = f'{{% load phoenix %}}{{% live_component "{__name__}.Part" id="p" %}}'


class Tells:
    """A guard that assigns and attaches, as a library's would."""

    def on_mount(self, view, params, session):
        view.tell("guard")
        view.attach_hook("log", "handle_event", first)
        return CONT if "halt" not in params else HALT


class GuardedLive(Told):
    on_mount = (Tells,)

    @event
    def known(self):
        self.tell("known")


VIEWS = {
    "events": EventsLive,
    "words": WordsLive,
    "words-heard": WordsHeardLive,
    "params": ParamsLive,
    "only-params": HookedOnlyParamsLive,
    "async": AsyncLive,
    "async-heard": AsyncHeardLive,
    "rendered": RenderedLive,
    "part": PartLive,
    "guarded": GuardedLive,
}
urlpatterns = [path(f"{name}/", view.as_view(), name=name) for name, view in VIEWS.items()]


@pytest.fixture(autouse=True)
def urls(live_site):
    with override_settings(ROOT_URLCONF=__name__):
        yield


# -- handle_event


async def test_hooks_run_in_their_order_and_before_the_handler(browser):
    view = await browser.open("/events/")
    assert await view.event("known", {"by": "2"}) == {"diff": {"0": "first(known) second(known) known 2"}}


async def test_a_hook_sees_undeclared_events_which_are_told_of_all_the_same(browser, caplog):
    view = await browser.open("/events/")
    assert await view.event("unheard") == {"diff": {"0": "first(unheard) second(unheard)"}}
    assert "EventsLive takes no event 'unheard'" in caplog.text


async def test_a_hook_halts_before_later_hooks_and_the_handler(browser):
    view = await browser.open("/events/")
    assert await view.event("stop") == {"diff": {"0": "first(stop) second(stop) stopped"}}


async def test_a_hook_replies_to_an_event(browser):
    view = await browser.open("/events/")
    response = await view.event("ask", {"n": 1})
    assert response["diff"]["r"] == {"got": {"n": 1}}


@pytest.mark.parametrize("name", ["ask_nothing", "empty"])
async def test_an_empty_reply_is_a_reply(browser, name):
    """By a hook, and by a handler; None is none."""
    view = await browser.open("/events/")
    assert (await view.event(name))["diff"]["r"] == {}
    assert "r" not in (await view.event("known"))["diff"]


async def test_hooks_come_and_go_in_the_middle_of_a_views_life(browser):
    view = await browser.open("/events/")
    first_time = await view.event("once")
    assert first_time == {"diff": {"0": "first(once) second(once) once"}}
    assert (await view.event("known"))["diff"]["0"].endswith("once second(known) third known 1")


async def test_a_hook_gets_what_a_form_sent(browser):
    view = await browser.open("/events/")
    payload = {"type": "form", "event": "ask", "value": "a[b]=1&_target=a", "meta": {}}
    assert (await view.call("event", payload))["diff"]["r"] == {"got": {"a": {"b": "1"}, "_target": ["a"]}}


async def test_a_bad_parameter_is_found_after_the_hooks(browser, caplog):
    view = await browser.open("/events/")
    assert await view.event("known", {"by": "x"}) == {"diff": {"0": "first(known) second(known)"}}
    assert "parameter 'by' should be a whole number" in caplog.text


async def test_hooks_do_not_see_the_clients_own_events(browser):
    view = await browser.open("/events/")
    assert await view.event("lv:clear-flash") == {}
    assert await view.event("lv:other") == {}


async def test_what_is_no_answer_of_a_hook_ends_the_view(browser, caplog):
    view = await browser.open("/events/")
    await view.send_event("wrong")
    await view.pushed("phx_error")
    assert "EventsLive: the hook 'own' should return None or CONT (go on), HALT" in caplog.text
    assert "it returned bool False" in caplog.text


@pytest.mark.parametrize(
    ("name", "told"), [("known", "known 1"), ("stop", "stopped")], ids=["goes on", "halts"]
)
async def test_hooks_see_the_plain_post_of_a_form_as_well(browser, name, told):
    """Nothing gets past them where no script runs."""
    response = await sync_to_async(browser.client.post)("/events/", {"_event": name})
    assert f"<p>first({name}) second({name}) {told}</p>" in response.content.decode()


# -- the other stages


async def test_a_hook_hears_messages_of_a_view_without_handle_info(browser, caplog):
    view = await browser.open("/words/")
    pubsub.broadcast("words", "hello", {})
    assert (await view.pushed("diff"))["0"].startswith("hello second(")
    assert "no handle_info" not in caplog.text


async def test_a_hook_halts_a_message(browser):
    view = await browser.open("/words-heard/")
    pubsub.broadcast("words", "secret", {})
    assert await view.pushed("diff") == {"0": "secret"}
    pubsub.broadcast("words", "hello", {})
    assert (await view.pushed("diff"))["0"].endswith("heard hello")


async def test_messages_that_share_a_rendering_meet_the_hooks_each(browser):
    view = await browser.open("/words-heard/")
    for _ in range(3):
        pubsub.broadcast("words", "secret", {})
    told = (await view.pushed("diff"))["0"]
    while told != "secret secret secret":
        told = (await view.pushed("diff"))["0"]


async def test_hooks_of_handle_params_run_at_get_join_and_patch(browser):
    page = await browser.get("/params/?page=1")
    assert page.inner == "<p>page=1 params</p>"
    view = await browser.join(page)
    assert await view.call("live_patch", {"url": "http://testserver/params/?page=2"}) == {
        "diff": {"0": "page=1 params page=2 params"}
    }
    assert await view.call("live_patch", {"url": "http://testserver/params/?page=0"}) == {
        "diff": {"0": "page=1 params page=2 params page=0"}
    }


async def test_a_hook_of_handle_params_may_patch_on(browser):
    response = await browser.fetch("/only-params/?page=old")
    assert response["Location"].endswith("?page=new")
    view = await browser.open("/only-params/?page=new")
    assert await view.call("live_patch", {"url": "http://testserver/only-params/?page=old"}) == {
        "diff": {"0": "new new"}
    }
    assert await view.pushed("live_patch") == {"to": "/only-params/?page=new", "kind": "push"}


async def test_a_hook_takes_what_a_task_returned(browser):
    view = await browser.open("/async/")
    await view.event("start", {"value": "a"})
    assert await view.pushed("diff") == {"0": "work=a"}
    heard = await browser.open("/async-heard/")
    await heard.event("start", {"value": "mine"})
    assert await heard.pushed("diff") == {"0": "work=mine"}
    await heard.event("start", {"value": "b"})
    assert await heard.pushed("diff") == {"0": "work=mine work=b handle_async"}


async def test_what_is_pushed_after_a_rendering_goes_with_it(browser):
    page = await browser.get("/rendered/")
    view = await browser.join(page)
    assert view.joined["rendered"]["e"] == [["rendered", {"told": ""}]]
    assert await view.event("say", {"word": "a"}) == {"diff": {"0": "a", "e": [["rendered", {"told": "a"}]]}}
    assert await view.event("hush") == {}


async def test_a_view_is_not_left_while_it_is_rendered(browser, caplog):
    view = await browser.open("/rendered/")
    await view.send_event("leave")
    await view.pushed("phx_error")
    assert "a hook of after_render asks for" in caplog.text


# -- components


async def test_a_component_has_hooks_of_its_own(browser):
    view = await browser.open("/part/")
    assert await view.event("ask", cid=1) == {
        "diff": {"r": {"part": "ask"}, "e": [["rendered", {"told": ""}]]}
    }
    await view.event("start", cid=1)
    diff = await view.pushed("diff")
    assert diff["c"] == {"1": {"0": "done handled"}}
    assert diff["e"] == [["rendered", {"told": "done handled"}]]


@pytest.mark.parametrize("stage", ["handle_params", "handle_info", "mount"])
async def test_a_component_has_fewer_stages(browser, caplog, stage):
    view = await browser.open("/part/")
    await view.push("event", {"type": "click", "event": "misplaced", "value": {"stage": stage}, "cid": 1})
    await view.pushed("phx_error")
    assert "the stages of a live component are handle_event, handle_async, after_render" in caplog.text


# -- guards


async def test_a_guard_attaches_hooks(browser):
    view = await browser.open("/guarded/")
    assert await view.event("known") == {"diff": {"0": "guard first(known) known"}}


async def test_a_guard_that_halts_says_where_to_go(browser):
    with pytest.raises(LiveViewError, match=r"the guard Tells\.on_mount returned HALT, but said nowhere"):
        await browser.fetch("/guarded/?halt")


# -- mistakes


def unmounted(route=None):
    view = Told()
    view._live = SimpleNamespace(route=route)
    return view


def test_mistakes_are_told():
    view = unmounted()
    view.attach_hook("a", "handle_event", first)
    with pytest.raises(LiveViewError, match="there is a hook 'a' on handle_event already"):
        view.attach_hook("a", "handle_event", second)
    view.attach_hook("a", "handle_info", first)
    with pytest.raises(ValueError, match=r"the stages are handle_params, handle_event, .* after_render"):
        view.attach_hook("a", "mount", first)
    with pytest.raises(TypeError, match=r"expected a function, got 3"):
        view.attach_hook("b", "handle_event", 3)
    with pytest.raises(LiveViewError, match="its handle_params is never called"):
        view.attach_hook("a", "handle_params", first)
    view.detach_hook("unknown", "handle_event")
    unmounted().detach_hook("unknown", "handle_event")


def test_answers_print_well():
    assert (repr(CONT), repr(HALT)) == ("CONT", "Halt(reply=None)")
