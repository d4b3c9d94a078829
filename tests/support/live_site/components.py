"""Live components for tests, and the views that show them."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django_components import Component as DjcComponent
from django_components import registry

from django_phoenix.live_component import Exit, LiveComponent, Ok, event
from django_phoenix.live_view import LiveView

HERE = "tests.support.live_site.components"


class Told:
    """What was called, in order."""

    calls: ClassVar[list[Any]] = []

    @classmethod
    def note(cls, *call: Any) -> None:
        cls.calls.append(call)


class Card(LiveComponent):
    """A title of the parent's, a number of its own."""

    template = (
        '<li id="card-{{ id }}" class="card"><b>{{ title }}</b>'
        '<button phx-click="like" phx-target="{{ myself }}">{{ likes }}</button></li>'
    )

    class Assigns:
        title: str = ""
        likes: int = 0

    def mount(self):
        Told.note("mount", self.id)

    @event
    def like(self, by: int = 1):
        self.assigns.likes += by

    @event
    def answer(self):
        self.push_event("answered", {"id": self.id})
        return {"id": self.id, "cid": self.myself.cid}

    @event
    def nothing(self):
        pass

    @event
    def tell(self):
        self.send_view(("told", self.id))

    @event
    def patch(self):
        self.assigns.likes = 100
        self.push_patch("?page=2")

    @event
    def leave(self):
        self.assigns.likes = 100
        self.push_event("bye")
        self.push_navigate("/counter/")

    @event
    def crash(self):
        raise RuntimeError("a component's")

    def handle_event(self, event, params):
        Told.note("handle_event", self.id, event, params)
        return {"event": event}


class AsyncCard(Card):
    """The same on the loop."""

    async def mount(self):
        Told.note("mount", self.id)

    async def update(self, **assigns):
        await asyncio.sleep(0)
        self.assign(assigns)

    @event
    async def like(self, by: int = 1):
        await asyncio.sleep(0)
        self.assigns.likes += by


class CardsLive(LiveView):
    """Cards by id and title; one of them may stand in a frame."""

    component: ClassVar[str] = f"{HERE}.Card"
    template = (
        "{% load phoenix %}<ul>{% for card in cards %}"
        "{% live_component component id=card.id title=card.title %}"
        "{% endfor %}</ul><p>{{ count }} {{ heard }}</p>"
    )

    class Assigns:
        cards: list = []
        count: int = 0
        heard: str = ""

    def mount(self, params, session):
        self.assigns.component = self.component
        self.assigns.cards = [{"id": n, "title": f"card {n}"} for n in (1, 2, 3)]

    def handle_params(self, params, uri):
        self.assigns.count = int(params.get("page", 0))

    @event
    def inc(self):
        self.assigns.count += 1

    @event
    def show(self, ids: list[int]):
        self.assigns.cards = [{"id": n, "title": f"card {n}"} for n in ids]

    @event
    def rename(self, id: int, title: str):
        cards = self.assigns.cards
        self.assigns.cards = [{**card, "title": title} if card["id"] == id else card for card in cards]

    @event
    def set(self, id: int, likes: int):
        self.send_update(type_of(self.component), id=id, likes=likes)

    @event
    def set_and_say(self, id: int, likes: int):
        self.set(id, likes)
        self.send_view("said")

    @event
    def where(self):
        return {"ref": self.live_ref}

    @event
    def later(self, id: int, likes: int):
        self.send_update_after(0.01, type_of(self.component), id=id, likes=likes)

    def handle_info(self, message):
        self.assigns.heard = str(message)


def type_of(name: str) -> Any:
    return globals()[name.rpartition(".")[2]]


class AsyncCardsLive(CardsLive):
    component = f"{HERE}.AsyncCard"


# -- many, nested


class Leaf(LiveComponent):
    template = "<i>{{ label }}{{ own }}</i>"

    @classmethod
    def update_many(cls, updates):
        Told.note("leaves", [component.id for component, _ in updates])
        for component, assigns in updates:
            component.assign(assigns, own=component.id * 10)


class Branch(LiveComponent):
    template = (
        "{% load phoenix %}<div>{% for n in numbers %}"
        '{% live_component "tests.support.live_site.components.Leaf" id=n label=label %}'
        "{% endfor %}</div>"
    )

    class Assigns:
        numbers: tuple[int, ...] = ()

    def update(self, numbers=(), label="", **rest):
        Told.note("branch", self.id, rest)
        self.assign(numbers=tuple(numbers), label=label)

    @event
    def grow(self):
        self.assigns.numbers = (*self.assigns.numbers, max(self.assigns.numbers) + 1)


class TreeLive(LiveView):
    template = (
        "{% load phoenix %}{% for id, numbers in branches %}"
        '{% live_component "tests.support.live_site.components.Branch" id=id numbers=numbers label=label %}'
        "{% endfor %}"
    )

    class Assigns:
        label: str = "a"
        branches: tuple[Any, ...] = (("x", (1, 2)), ("y", (3,)))

    @event
    def relabel(self, label: str):
        self.assigns.label = label

    @event
    def regrow(self, branches: list[Any]):
        self.assigns.branches = tuple((id, tuple(numbers)) for id, numbers in branches)


# -- slots


class Panel(LiveComponent):
    template = (
        "{% load component_tags %}<section><h2>{{ title }}</h2>"
        '{% slot "body" default %}nothing{% endslot %}'
        '<footer>{% slot "actions" data=clicks %}no actions{% endslot %}</footer>'
        "<b>{{ clicks }}</b></section>"
    )

    class Assigns:
        title: str = ""
        clicks: int = 0

    def update(self, **assigns):
        Told.note("panel", assigns)
        self.assign(assigns)

    @event
    def click(self):
        self.assigns.clicks += 1


class Box(LiveComponent):
    """Its slot needs no component system."""

    template = "{% load phoenix %}<div>{{ n }}:{% render_slot %}</div>"

    class Assigns:
        n: int = 0

    @event
    def click(self):
        self.assigns.n += 1


class SlotsLive(LiveView):
    template = (
        "{% load phoenix component_tags %}"
        '{% live_component "tests.support.live_site.components.Panel" id="one" title=title %}'
        '{% fill "body" %}<p>{{ text }}</p>{% for n in numbers %}<i>{{ n }}</i>{% endfor %}{% endfill %}'
        '{% fill "actions" %}<a>{{ text }}</a>{% endfill %}'
        "{% endlive_component %}"
        '{% live_component "tests.support.live_site.components.Panel" id="two" title="two" %}'
        '{% live_component "tests.support.live_site.components.Box" id="in" / %}{{ text }}'
        "{% endlive_component %}"
        "{% for n in numbers %}"
        '{% live_component "tests.support.live_site.components.Box" id=n %}{{ n }}/{{ text }}'
        "{% endlive_component %}"
        "{% endfor %}"
    )

    class Assigns:
        title: str = "One"
        text: str = "a"
        numbers: tuple[int, ...] = (1, 2)

    @event
    def set(self, title: str = "One", text: str = "a"):
        self.assign(title=title, text=text)


# -- tasks


gates: list[asyncio.Event] = []
started: list[Hanging] = []


class Hanging:
    """One run of ``hang``."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        started.append(self)

    async def wait_until_cancelled(self) -> None:
        await asyncio.wait_for(self.cancelled.wait(), 10)


async def hang() -> str:
    run, gate = Hanging(), asyncio.Event()
    gates.append(gate)
    try:
        await gate.wait()
    except asyncio.CancelledError:
        run.cancelled.set()
        raise
    return "late"


def work(value: str, *, fail: bool = False) -> str:
    if fail:
        raise ValueError(value)
    return value.upper()


async def awork(value: str) -> str:
    await asyncio.sleep(0)
    return value.upper()


class Working:
    """What a view and a component have in common here."""

    class Assigns:
        state: str = "idle"

    @event
    def start(self, value: str, fail: bool = False):
        self.start_async("work", work, value, fail=fail)

    @event
    def start_on_loop(self, value: str):
        self.start_async("work", awork, value)

    @event
    async def hang(self, name: str):
        self.start_async(name, hang)
        await asyncio.sleep(0)

    @event
    def cancel(self):
        self.cancel_async("work", "enough")

    def handle_async(self, name, result):
        match result:
            case Ok(value):
                self.assigns.state = f"{name}: {value}"
            case Exit(reason):
                self.assigns.state = f"{name} failed: {reason}"


class Worker(Working, LiveComponent):
    template = "<p>{{ state }}</p>"


class WorkersLive(Working, LiveView):
    template = (
        "{% load phoenix %}{% if shown %}"
        '{% live_component "tests.support.live_site.components.Worker" id="w" %}{% endif %}<b>{{ state }}</b>'
    )

    class Assigns:
        state: str = ""
        shown: bool = True

    def mount(self, params, session):
        self.start_async("mounted", work, "mounted")

    @event
    def hide(self):
        self.assigns.shown = False


# -- mistakes


class TwoRoots(LiveComponent):
    template = "<p>a</p><p>b</p>"


class LongComment(LiveComponent):
    template = "<!-- two\n lines --><p>a</p>"


class Restless(LiveComponent):
    template = "<p></p>"

    def update(self, **assigns):
        self.push_patch("?away")


class Endless(LiveComponent):
    template = (
        "{% load phoenix %}<p>{% live_component 'tests.support.live_site.components.Endless' id=next %}</p>"
    )

    def update(self, **assigns):
        self.assigns.next = f"{self.id}1"


class NoComponent:
    pass


class MistakesLive(LiveView):
    """Shows what the query says."""

    template = (
        "{% load phoenix %}{% live_component name id=key %}"
        "{% if twice %}{% live_component name id=key %}{% endif %}"
    )

    def mount(self, params, session):
        self.assign(name=params["name"], key=params.get("key", 1), twice="twice" in params)
        if self.assigns.key == "none":
            self.assigns.key = None
        if self.assigns.key == "list":
            self.assigns.key = []


# -- a forest, for random walks


class Twig(LiveComponent):
    template = (
        '<i data-k="{{ id }}"{% if n > 1 %} class="many"{% endif %}>{{ label }}'
        "{% if n %}<b>{{ n }}</b>"
        "{% for m in marks %}<u>{{ m }}{% if m %}<s>{{ m }}</s>{% endif %}</u>{% endfor %}{% endif %}</i>"
    )

    class Assigns:
        n: int = 0
        marks: tuple[int, ...] = ()

    @event
    def click(self):
        self.assigns.n += 1
        self.assigns.marks = tuple(range(self.assigns.n % 4))


class Bough(LiveComponent):
    template = (
        '{% load phoenix %}<div data-k="{{ id }}">{% if open %}<h3>{{ label }}</h3>{% for t in twigs %}'
        '<p>{% live_component "tests.support.live_site.components.Twig" id=t label=label %}'
        "{% if t|divisibleby:2 %}<s>even</s>{% endif %}</p>{% endfor %}"
        "{% else %}<em>closed</em>{% endif %}</div>"
    )

    class Assigns:
        open: bool = True

    @event
    def click(self):
        self.assigns.open = not self.assigns.open


class ForestLive(LiveView):
    template = (
        "{% load phoenix %}{% for b in boughs %}"
        '{% live_component "tests.support.live_site.components.Bough" id=b.id twigs=b.twigs label=label %}'
        '{% endfor %}{% if extra %}<p>{% live_component "tests.support.live_site.components.Twig" '
        'id="extra" label=label %}</p>{% endif %}'
    )

    class Assigns:
        boughs: tuple[Any, ...] = ()
        label: str = "a"
        extra: bool = False

    @event
    def set(self, boughs: list[Any], label: str, extra: bool):
        self.assigns.boughs = tuple({"id": id, "twigs": tuple(twigs)} for id, twigs in boughs)
        self.assign(label=label, extra=extra)


class ChoosyLive(LiveView):
    """Fills what it is told to."""

    template = (
        "{% load phoenix component_tags %}"
        '{% live_component "tests.support.live_site.components.Panel" id="one" %}'
        "{% for name in names %}{% fill name %}<p>{{ name }}</p>{% endfill %}{% endfor %}"
        "{% endlive_component %}"
    )

    class Assigns:
        names: tuple[str, ...] = ("actions",)

    @event
    def choose(self, names: list[str]):
        self.assigns.names = tuple(names)


class UnclearLive(LiveView):
    template = (
        "{% load phoenix component_tags cache %}"
        '{% live_component "tests.support.live_site.components.Panel" id="one" %}'
        '{% cache 10 some %}{% fill "body" %}x{% endfill %}{% endcache %}'
        "{% endlive_component %}"
    )


# -- surroundings


class Groups(LiveComponent):
    """Needs the database whenever it is rendered."""

    template = "{% load i18n %}<ul>{% for g in groups %}<li>{{ g.name }}</li>{% endfor %}{{ n }}</ul>"

    class Assigns:
        n: int = 0

    async def mount(self):
        Told.note("mount", self.id)

    async def update(self, n=0):
        Told.note("update", self.id)
        self.assign(n=n, groups=Group.objects.order_by("name"))


class GroupsLive(LiveView):
    template = (
        "{% load phoenix %}{% for id in ids %}"
        '{% live_component "tests.support.live_site.components.Groups" id=id n=n %}{% endfor %}'
    )

    class Assigns:
        ids: tuple[int, ...] = (1,)
        n: int = 0

    @event
    async def more(self):
        self.assign(ids=(*self.assigns.ids, len(self.assigns.ids) + 1), n=self.assigns.n + 1)


class Greeting(LiveComponent):
    template = (
        '{% load i18n %}<form>{% csrf_token %}{% translate "Yes" %} {{ user.username }} {{ id }} {{ clicks }}'
        " {{ component.view.shout }}{{ view.shout }}{{ count }}</form>"
    )

    class Assigns:
        clicks: int = 0

    @event
    def click(self):
        self.assigns.clicks += 1

    @event
    def switch(self, language: str):
        self.view.localize(language)


class GreetingLive(LiveView):
    template = (
        "{% load phoenix %}{% if count >= 0 %}"
        '{% live_component "tests.support.live_site.components.Greeting" id="g" %}'
        "{% endif %}<p>{{ count }}</p>"
    )
    shout = "!"

    class Assigns:
        count: int = 0

    @event
    def switch(self, language: str):
        self.localize(language)


# -- beside components of django-components


class Framed(DjcComponent):
    """Shows its slot in a frame."""

    template = (
        '{% load component_tags %}<div class="frame"><h2>{{ heading }}</h2>'
        '{% slot "body" default %}{% endslot %}</div>'
    )

    def get_template_data(self, args, kwargs, slots, context):
        return {"heading": kwargs.get("heading", "")}


class Holder(LiveComponent):
    """A live component whose template uses others, and hands its own body on."""

    template = (
        '{% load component_tags phoenix %}<article>{% component "live_site_framed" heading=heading %}'
        '{% fill "body" %}{% slot "body" default %}{% endslot %}'
        '{% live_component "tests.support.live_site.components.Card" id=id title=heading / %}{% endfill %}'
        "{% endcomponent %}</article>"
    )

    class Assigns:
        heading: str = ""


class MixedLive(LiveView):
    template = (
        "{% load component_tags phoenix %}"
        '{% component "live_site_framed" heading="outer" %}'
        '{% live_component "tests.support.live_site.components.Holder" id="h" heading=caption %}'
        "<p>{{ text }}</p>{% endlive_component %}{% endcomponent %}"
    )

    class Assigns:
        caption: str = "a"
        text: str = "t"

    @event
    def set(self, caption: str = "a", text: str = "t"):
        self.assign(caption=caption, text=text)


class SwitchedLive(LiveView):
    """A body that comes and goes, and is made by a tag that only Django knows."""

    template = (
        '{% load component_tags phoenix %}{% component "live_site_framed" %}{% if full %}'
        '{% live_component "tests.support.live_site.components.Box" id=1 %}'
        "{% filter upper %}{{ text }}{% endfilter %}{% endlive_component %}"
        '{% else %}{% live_component "tests.support.live_site.components.Box" id=1 / %}{% endif %}'
        "{% endcomponent %}"
    )

    class Assigns:
        full: bool = True
        text: str = "t"

    @event
    def set(self, full: bool = True, text: str = "t"):
        self.assign(full=full, text=text)


registry.register("live_site_framed", Framed)
