"""What a live component's template sees, where it may stand, and on which thread it is rendered."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import override_settings

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.component_tag import component_of
from django_phoenix.live.spec import spec_of
from tests.support.live_site import components
from tests.support.live_site.components import Told


async def test_a_rendering_that_needs_the_database_is_repeated_and_its_callbacks_are_not(browser, groups):
    spec_of(components.GroupsLive).renders_in_pool = False
    view = await browser.open("/groups/")
    assert view.joined["rendered"]["c"]["1"]["0"]["k"]["kc"] == 3
    Told.calls.clear()
    diff = (await view.event("more"))["diff"]
    assert spec_of(components.GroupsLive).renders_in_pool
    assert Told.calls == [("mount", 2), ("update", 1), ("update", 2)]
    assert diff["c"]["1"] == {"1": "1"}
    assert diff["0"]["k"] == {"0": {"0": 1}, "1": {"0": 2}, "kc": 2}


async def test_its_template_sees_the_context_processors_values_its_view_and_nothing_of_the_views(ada_browser):
    page = await ada_browser.get("/greeting/")
    shown = re.fullmatch(r"<form><input [^>]*>(.*)</form><p>0</p>", page.inner)
    assert shown
    assert shown[1] == "Yes ada g 0 !!"
    view = await ada_browser.join(page)
    assert view.joined["rendered"]["c"]["1"]["0"].startswith(
        '<input type="hidden" name="csrfmiddlewaretoken"'
    )


@pytest.mark.parametrize("cid", [None, 1])
async def test_another_language_renders_components_anew_and_keeps_their_state(browser, cid):
    view = await browser.open("/greeting/")
    await view.event("click", cid=1)
    more = {} if cid is None else {"cid": cid}
    diff = (await view.event("switch", {"language": "de"}, **more))["diff"]
    assert "s" in diff
    tree = diff["c"]["1"]
    assert (tree["1"], tree["4"]) == ("Ja", "1")
    assert (await view.event("click", cid=1))["diff"] == {"c": {"1": {"4": "2"}}}


# -- the tag


def parse(source: str) -> Template:
    return Template("{% load phoenix %}" + source)


def shape(nodes):
    """Which tags have bodies: a tuple for each, with the shapes of those in its body."""
    return [
        (str(node.id), *shape(node.nodelist)) if hasattr(node, "target") else shape(node.nodelist)
        for node in nodes
        if hasattr(node, "target") or getattr(node, "nodelist", None)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{A}", [("1",)]),
        ("{A}{B}", [("1",), ("2",)]),
        ("{A}x{E}", [("1",)]),
        ("{A}{b}{E}", [("1", ("2",))]),
        ("{A}{B}{E}{E}", [("1", ("2",))]),
        ("{A}{B}x{E}", [("1",), ("2",)]),
        ("{% block x %}{A}{% endblock %}{B}x{E}", [[("1",)], ("2",)]),
        ("{A}{% block x %}{B}{% endblock %}{E}", [("1", [("2",)])]),
        ("{A}{% if x %}{% else %}{% endif %}{b}{E}", [("1", ("2",))]),
    ],
)
def test_an_end_tag_belongs_to_the_nearest_tag_that_is_open(source, expected):
    for short, tag in {
        "{A}": "{% live_component 'x.A' id=1 %}",
        "{B}": "{% live_component 'x.A' id=2 %}",
        "{b}": "{% live_component 'x.A' id=2 / %}",
        "{E}": "{% endlive_component %}",
    }.items():
        source = source.replace(short, tag)
    assert shape(parse(source).nodelist) == expected


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{% live_component %}", "needs a component first"),
        ("{% live_component id=1 %}", "needs a component first"),
        ("{% live_component 'a.B' %}", "needs id=…: it tells the component from others of its class"),
        ("{% live_component 'a.B' 1 id=2 %}", "takes arguments by name, each once"),
        ("{% live_component 'a.B' id=1 x=1 x=2 %}", "takes arguments by name, each once"),
        ("{% live_component 'a.B' id=1 myself=2 %}", "none called myself; got 'myself=2'"),
        ("{% live_component 'a.B' id=1|nofilter %}", "Invalid filter"),
        ("{% endlive_component %}", "Invalid block tag"),
        ("{% render_slot name %}", "takes the name of a slot, in quotes"),
        ("{% render_slot 'a' 'b' %}", "takes the name of a slot, in quotes"),
    ],
)
def test_a_tag_that_makes_no_sense_is_a_syntax_error(source, told):
    with pytest.raises(TemplateSyntaxError, match=re.escape(told)):
        parse(source)


def test_outside_of_live_views_the_tags_say_what_they_need():
    with pytest.raises(LiveViewError, match="works in the template of a live view"):
        parse("{% live_component 'a.B' id=1 %}").render(Context())
    with pytest.raises(LiveViewError, match="works in a live component's template"):
        parse("{% render_slot %}").render(Context())


@override_settings(INSTALLED_APPS=["django_phoenix", "tests.support.live_site"])
def test_classes_are_found_by_dotted_path_or_by_app_and_name():
    assert component_of("tests.support.live_site.components.Card") is components.Card
    assert component_of("live_site.Card") is components.Card
    for name in ("live_site.Nobody", "nobody.Card", "Card", ""):
        with pytest.raises(LiveViewError, match="there is no such class"):
            component_of(name)


WITHOUT = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF="tests.support.empty_urls", ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.sessions", "django_phoenix"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()
import sys
from django.test import RequestFactory
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView

class Box(LiveComponent):
    template = "{% load phoenix %}<div>{{ id }}:{% render_slot %}|{% render_slot 'other' %}</div>"

class BoxLive(LiveView):
    template = "{% load phoenix %}{% live_component box id=1 %}<i>{{ text }}</i>{% endlive_component %}"
    def mount(self, params, session):
        self.assign(box=Box, text="a")

request = RequestFactory().get("/")
request.session = {}
print(BoxLive.as_view()(request).content.decode())
print("django_components" in sys.modules)
"""


def test_components_and_their_bodies_work_without_django_components():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False
    )
    assert "<div>1:<i>a</i>|</div>" in run.stdout, run.stderr
    assert run.stdout.strip().endswith("False")
