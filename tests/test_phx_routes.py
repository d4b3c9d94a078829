"""phx_routes: what it finds, and how it shows it."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import SessionMiddlewareStack
from django.contrib.auth.decorators import login_required
from django.core.management import CommandError, call_command
from django.urls import include, path

from django_phoenix.channel import Channel
from django_phoenix.live_view import LiveView, live_session
from django_phoenix.management.asgi_tree import find_sockets
from django_phoenix.management.commands.phx_routes import aligned
from django_phoenix.routing import phoenix_application, socket
from django_phoenix.socket import Socket

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings


class RoomChannel(Channel):
    """A room."""


class UserSocket(Socket):
    channels: ClassVar[dict[str, type[Channel]]] = {"room:<int:room>": RoomChannel, "news:*": RoomChannel}


async def plain(scope: object, receive: object, send: object) -> None:
    """An application that knows nothing of us."""


def wrapped(application: Any) -> Any:
    """A middleware as many write it: a closure."""

    async def middleware(scope: object, receive: object, send: object) -> None:
        await application(scope, receive, send)

    return middleware


class OrdersLive(LiveView):
    template = "orders"


class ItemLive(LiveView):
    template = "item"


def require_staff(view: Any, params: Any, session: Any) -> None:
    """A guard."""


urlpatterns = [
    path("items/<int:pk>/", ItemLive.as_view(), name="item"),
    path("mine/", login_required(ItemLive.as_view()), name="mine"),
    path(
        "staff/",
        include(
            (
                live_session(
                    "staff",
                    [path("orders/", OrdersLive.as_view(), name="orders")],
                    on_mount=[require_staff],
                    layout="staff/base.html",
                ),
                "staff",
            )
        ),
    ),
]

application = wrapped(
    phoenix_application(plain, live=None, sockets=[socket("socket/", UserSocket, check_origin=False)])
)


@pytest.fixture
def site(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ASGI_APPLICATION = f"{__name__}.application"


def output(*arguments: str) -> str:
    out = StringIO()
    call_command("phx_routes", *arguments, stdout=out, stderr=StringIO(), no_color=True)
    return out.getvalue()


# -- finding


@pytest.mark.parametrize(
    "wrap",
    [
        lambda application: application,
        wrapped,
        SessionMiddlewareStack,
        lambda application: ProtocolTypeRouter({"http": plain, "websocket": application}),
    ],
)
def test_sockets_are_found_inside_middleware_and_routers(wrap: Any) -> None:
    application = phoenix_application(plain, live=None, sockets=[socket("ws/<slug:tenant>/", UserSocket)])
    (found,) = find_sockets(wrap(application))
    assert (found.path, found.socket_class) == ("/ws/<slug:tenant>", UserSocket)


def test_sockets_in_a_url_router_are_found_with_their_paths() -> None:
    router = URLRouter(
        [path("a/", URLRouter([path("b/websocket", UserSocket.as_asgi(timeout=90))])), path("c/", plain)]
    )
    (found,) = find_sockets(ProtocolTypeRouter({"websocket": router}))
    assert (found.path, found.options) == ("/a/b", {"timeout": 90})


def test_an_application_without_sockets_has_none() -> None:
    assert find_sockets(wrapped(plain)) == []
    assert find_sockets(None) == []


# -- showing


@pytest.mark.usefixtures("site")
def test_json_holds_everything() -> None:
    tables = json.loads(output("--format", "json"))
    assert tables["sockets"] == [
        {"path": "/socket", "class": f"{__name__}.UserSocket", "options": {"check_origin": False}}
    ]
    assert [(row["pattern"], row["channel"]) for row in tables["topics"]] == [
        ("room:<int:room>", f"{__name__}.RoomChannel"),
        ("news:*", f"{__name__}.RoomChannel"),
    ]
    item, mine, orders = tables["live"]
    assert item == {
        "path": "/items/<int:pk>/",
        "name": "item",
        "view": f"{__name__}.ItemLive",
        "live_session": "default",
        "layout": None,
        "guards": [],
    }
    (guard,) = mine["guards"]
    assert guard.startswith("GET only: ")
    assert "wraps as_view()" in guard
    assert orders["name"] == "staff:orders"
    assert (orders["live_session"], orders["layout"]) == ("staff", "staff/base.html")
    assert orders["guards"] == [f"{__name__}.require_staff"]


@pytest.mark.usefixtures("site")
def test_tables_are_aligned() -> None:
    lines = output().splitlines()
    topics = [line for line in lines if "RoomChannel" in line]
    assert len(topics) == 2
    assert len({line.index("tests.test_phx_routes.RoomChannel") for line in topics}) == 1
    assert any(line.split() == ["/socket", f"{__name__}.UserSocket", "check_origin=False"] for line in lines)


def test_a_site_with_nothing_says_so(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.plain"
    assert output("--urlconf", "tests.support.empty_urls").count("none") == 3


def test_an_application_that_cannot_be_loaded_is_named(settings: Settings) -> None:
    settings.ASGI_APPLICATION = "nowhere.application"
    with pytest.raises(CommandError, match=r"nowhere\.application"):
        output()


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert aligned([["a", "bb", "c"], ["aaa", "b", ""]]) == ["a    bb  c", "aaa  b"]
