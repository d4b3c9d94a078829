"""System checks of live routes: each triggered once, and silent on good pages."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import path

from django_phoenix import checks
from django_phoenix.channel import Channel, event
from django_phoenix.live_view import LiveView, live_session
from django_phoenix.live_view import event as live_event
from django_phoenix.routing import phoenix_application, socket
from django_phoenix.socket import Socket
from tests.test_checks import ids, plain_application

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

TEMPLATES = {
    "base.html": (
        "<html><head><title>{% block title %}{% endblock %}</title></head>"
        "<body><nav>{% block nav %}{{ user }}{% endblock %}</nav>"
        "{% block content %}{% endblock %}</body></html>"
    ),
    "fragment.html": "<p>{{ count }}</p>",
    "extends.html": '{% extends "base.html" %}{% block content %}{{ count }}{% endblock %}',
    "broken.html": "{% if %}",
    "missing_parent.html": '{% extends "nowhere.html" %}',
    "no_block.html": "<html><body>{% block main %}{% endblock %}</body></html>",
    "in_main.html": '{% extends "no_block.html" %}{% block main %}{{ count }}{% endblock %}',
    "stale.html": (
        '{% extends "base.html" %}{% block nav %}{% if count > 3 %}many{% endif %}{% endblock %}'
        "{% block content %}{% block inner %}{{ count }}{% endblock %}{% endblock %}"
    ),
    "hidden.html": (
        '{% extends "base.html" %}'
        "{% block contents %}{{ count }}{% block inner %}{% endblock %}{% endblock %}"
    ),
    "announced.html": (
        '{% extends "base.html" %}{% block nav %}{% for message in messages %}{{ message }}{% endfor %}'
        "{% endblock %}{% block content %}{{ count }}{% endblock %}"
    ),
    "component.html": (
        '{% extends "base.html" %}{% load component_tags %}'
        "{% block nav %}{% component 'core.flash' messages=messages / %}{% endblock %}"
    ),
    "titled.html": '{% extends "base.html" %}{% block title %}{{ page_title }}{% endblock %}',
}


class Counter(LiveView):
    template_name = "fragment.html"

    @live_event
    def inc(self) -> None:
        self.assigns.count += 1
        self.assigns.page_title = "More"


class Guarded(LoginRequiredMixin, Counter):
    """Guarded as Django's views are."""


@pytest.fixture(autouse=True)
def templates(settings: Settings) -> None:
    loader = ("django.template.loaders.locmem.Loader", TEMPLATES)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [loader, "django.template.loaders.app_directories.Loader"]},
        }
    ]
    settings.ASGI_APPLICATION = f"{__name__}.live_application"


live_application = phoenix_application(plain_application)
channels_only = phoenix_application(plain_application, live=None, sockets=[])


def routed(settings: Settings, *patterns: Any) -> list[str]:
    """Ids of what is said about a site with these routes."""
    urls = ModuleType("urls")
    urls.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    return ids(checks.check_live())


def shown(settings: Settings, **kwargs: Any) -> list[str]:
    """The same for one route to the counter with another template or layout."""
    view = type("View", (Counter,), kwargs)
    return routed(settings, path("counter/", view.as_view()))


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"layout": "base.html"},
        {"template_name": "extends.html"},
        {"template_name": "titled.html"},
        {"template_name": "in_main.html", "live_block": "main"},
        {"template": "<b>{{ count }}</b>"},
    ],
)
def test_good_pages_are_silent(settings: Settings, kwargs: dict[str, Any]) -> None:
    assert shown(settings, **kwargs) == []


def test_a_site_without_live_routes_is_silent(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.channels_only"
    assert routed(settings) == []


def test_arguments_of_as_view_count(settings: Settings) -> None:
    class Bare(LiveView):
        """Its template comes from the URLconf."""

    assert routed(settings, path("x/", Bare.as_view(template_name="fragment.html"))) == []
    assert routed(settings, path("x/", Bare.as_view())) == ["E009"]


def test_w003_live_routes_without_a_socket(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.other_sockets"
    assert shown(settings) == ["W003"]


class EmptySocket(Socket):
    channels: ClassVar[dict[str, type[Channel]]] = {}


other_sockets = phoenix_application(plain_application, live=None, sockets=[socket("socket/", EmptySocket)])


@pytest.mark.parametrize("name", ["broken.html", "nowhere.html", "missing_parent.html"])
def test_e009_template_missing_or_broken(settings: Settings, name: str) -> None:
    assert shown(settings, template_name=name) == ["E009"]


@pytest.mark.parametrize(
    ("source", "told", "hint"),
    [
        ("\n\n{% if x %}", "TemplateSyntaxError in mistaken.html:3: Unclosed tag: 'if'", "Correct it there."),
        (
            "\n{% translate 'x' %}",
            "in mistaken.html:2: Invalid block tag: 'tr",
            "write {% load i18n %}",
        ),
        ("{{ x|naturaltime }}", "'naturaltime'", "Correct its name"),
        ("{% load core_components %}", "in mistaken.html:1:", "'django_phoenix.core_components'"),
        ("{% load nothing %}", "in mistaken.html:1:", "Correct its name, or add the app"),
    ],
)
def test_e009_says_where_and_what_to_do(settings: Settings, source: str, told: str, hint: str) -> None:
    settings.INSTALLED_APPS = [
        app for app in settings.INSTALLED_APPS if app != "django_phoenix.core_components"
    ]
    loader = ("django.template.loaders.locmem.Loader", {"mistaken.html": source})
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [loader]}}
    ]
    urls = ModuleType("urls")
    urls.urlpatterns = [path("x/", Counter.as_view(template_name="mistaken.html"))]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    (message,) = checks.check_live()
    assert told in message.msg
    assert hint in str(message.hint)


def test_e009_says_where_a_missing_template_was_looked_for(settings: Settings, tmp_path: Path) -> None:
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path], "APP_DIRS": True}
    ]
    urls = ModuleType("urls")
    urls.urlpatterns = [path("x/", Counter.as_view(template_name="nowhere.html"))]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    (message,) = checks.check_live()
    assert str(tmp_path / "nowhere.html") in str(message.hint)


@pytest.mark.parametrize(
    "kwargs",
    [{"template_name": "in_main.html"}, {"layout": "no_block.html"}, {"template_name": "no_block.html"}],
)
def test_e010_no_live_region(settings: Settings, kwargs: dict[str, Any]) -> None:
    assert shown(settings, **kwargs) == ["E010"]


def test_e010_names_template_root_and_the_blocks_offered(settings: Settings) -> None:
    view = type("View", (Counter,), {"template_name": "in_main.html"})
    urls = ModuleType("urls")
    urls.urlpatterns = [path("counter/", view.as_view())]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    (message,) = checks.check_live()
    for name in ("in_main.html", "no_block.html", "main"):
        assert name in message.msg


def test_w009_guards_that_only_a_get_meets(settings: Settings) -> None:
    wrapped = login_required(Counter.as_view())
    assert routed(settings, path("a/", wrapped), path("b/", Guarded.as_view())) == ["W009", "W009"]


def test_guards_of_ours_are_silent(settings: Settings) -> None:
    group = live_session("staff", [path("a/", Counter.as_view())], on_mount=[lambda *args: None])
    assert routed(settings, *group) == []


def test_w010_a_block_outside_the_region_goes_stale(settings: Settings) -> None:
    assert shown(settings, template_name="stale.html") == ["W010"]


def test_w010_is_silent_for_names_that_only_mount_assigns(settings: Settings) -> None:
    class Mounted(LiveView):
        template_name = "stale.html"

        def mount(self, params: Any, session: Any) -> None:
            self.assigns.count = 3

    assert routed(settings, path("x/", Mounted.as_view())) == []


def test_w012_a_block_that_nothing_shows_is_named_and_not_called_stale(settings: Settings) -> None:
    assert shown(settings, template_name="hidden.html") == ["W012"]
    (message,) = checks.check_live()
    assert "hidden.html (/counter/) fills a block 'contents'" in message.msg
    assert message.hint == "They offer: content, nav, title."


def test_w013_without_the_csrf_middleware_no_page_connects(settings: Settings) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "csrf" not in name]
    assert shown(settings) == ["W013"]


def test_w018_views_that_navigate_to_one_another_have_one_container_tag(settings: Settings) -> None:
    """LV-122"""
    div, main = path("a/", Counter.as_view()), path("b/", Counter.as_view(container="main"))
    assert routed(settings, div, main) == ["W018"]
    (message,) = checks.check_live()
    assert "'default' in django_phoenix/layout.html" in message.msg
    assert "(div: Counter; main: Counter)" in message.msg
    wide = path("c/", Counter.as_view(container=("div", {"class": "wide"})))
    assert routed(settings, div, wide) == []
    assert routed(settings, div, *live_session("other", [main])) == []
    other_root = path("d/", Counter.as_view(container="main", layout="base.html"))
    assert routed(settings, path("a/", Counter.as_view()), other_root) == []


def test_w019_the_middleware_of_the_flash_needs_djangos_above_it(settings: Settings) -> None:
    ours = "django_phoenix.middleware.FlashMiddleware"
    settings.MIDDLEWARE = [ours, *settings.MIDDLEWARE]
    assert shown(settings) == ["W019"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[1:], ours]
    assert shown(settings) == []


def test_w010_messages_outside_the_region_miss_what_handlers_say(settings: Settings) -> None:
    class Saying(LiveView):
        template_name = "announced.html"

        @live_event
        def save(self) -> None:
            self.put_flash("info", "Saved")

    class Leaving(Saying):
        @live_event
        def save(self) -> None:
            self.put_flash("info", "Saved")
            self.redirect("/")

    class Form(LiveView):
        template_name = "component.html"
        success_message = "Saved"

    for view in (Saying, Form):
        assert routed(settings, path("x/", view.as_view())) == ["W010"]
        (message,) = checks.check_live()
        assert f"'nav' reads what {view.__qualname__} puts into its flash" in message.msg
    assert routed(settings, path("x/", Leaving.as_view())) == []


class Strict:
    """A middleware that may refuse views."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Refuses nobody today."""


def test_w011_a_middleware_may_guard_views(settings: Settings) -> None:
    name = f"{__name__}.Strict"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]
    assert shown(settings) == ["W011"]
    settings.DJANGO_PHOENIX = {"TRUSTED_MIDDLEWARE": [name]}
    assert shown(settings) == []


# -- channels


class Wrong(Channel):
    @event
    def move(self, *places: int) -> None:
        """No payload fills this."""


class WrongJoin(Channel):
    def join(self, payload: memoryview) -> None:
        """No payload becomes that."""


class WrongRate(Channel):
    rate = "often"


class WrongSocket(Socket):
    channels: ClassVar[dict[str, type[Channel]]] = {
        "wrong:*": Wrong,
        "join": WrongJoin,
        "rate": WrongRate,
    }


wrong_application = phoenix_application(
    plain_application, live=None, sockets=[socket("socket/", WrongSocket), socket("other/", WrongSocket)]
)


def test_e011_an_event_handler_that_no_payload_can_reach(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.wrong_application"
    event_handler, join, _ = checks.check_events()
    assert ids([event_handler, join]) == ["E011", "E011"]
    assert "Wrong.move" in event_handler.msg
    assert "WrongJoin.join" in join.msg


class Slips(Channel):
    precense = None
    histories = ()

    def jion(self, payload: object) -> None:
        """Nobody calls it."""

    def handle_infos(self, message: object) -> None:
        """Nor this."""

    @event
    def terminated(self) -> None:
        """An event may be called so."""

    def handle_in(self, event: str, payload: object) -> None:
        self.handle_inn = event


class Careful(Slips):
    def join(self, payload: object) -> None:
        """So that `jion` is something else."""


class SlipSocket(Socket):
    channels: ClassVar[dict[str, type[Channel]]] = {"slips": Slips, "careful": Careful}

    def conect(self, params: object) -> None:
        """Nobody calls it."""


slips_application = phoenix_application(plain_application, live=None, sockets=[socket("s/", SlipSocket)])


def test_w014_a_name_that_is_nearly_one_of_ours(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.slips_application"
    messages = list(checks.check_names())
    assert set(ids(messages)) == {"W014"}
    slips = [re.findall(r"(\w+\.\w+) means nothing.*'(\w+)'", message.msg)[0] for message in messages]
    assert slips == [
        ("SlipSocket.conect", "connect"),
        ("Slips.handle_infos", "handle_info"),
        ("Slips.jion", "join"),
        ("Slips.precense", "presence"),
        ("Careful.handle_infos", "handle_info"),
        ("Careful.precense", "presence"),
    ]


def test_e012_a_channel_that_declares_what_makes_no_sense(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.wrong_application"
    *_, message = checks.check_events()
    assert ids([message]) == ["E012"]
    assert "WrongRate.rate" in message.msg
