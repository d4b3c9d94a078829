from __future__ import annotations

import asyncio

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from django.urls import path

from django_phoenix import pubsub
from django_phoenix.channel import Channel
from django_phoenix.routing import phoenix_application, socket
from django_phoenix.socket import Socket
from tests.support.peer import WITHIN, Peer, Refused, ok


class Room(Channel):
    pass


class RoomSocket(Socket):
    channels = {"room:*": Room}

    async def connect(self, params):
        type(self).seen = params


def application(inner=None, route="socket/"):
    return phoenix_application(
        inner or get_asgi_application(), live=None, sockets=[socket(route, RoomSocket)]
    )


async def get(app, path_):
    headers = [(b"host", b"testserver")]
    return await HttpCommunicator(app, "GET", path_, headers=headers).get_response(WITHIN)


async def test_a_socket_is_served_under_its_mount():
    async with Peer(application(), "/socket/websocket") as peer:
        assert (await peer.join("room:1"))["status"] == "ok"


async def test_ch_61_the_route_s_captures_reach_connect():
    async with Peer(application(route="ws/<slug:tenant>/"), "/ws/acme/websocket"):
        assert RoomSocket.seen["tenant"] == "acme"


@pytest.mark.parametrize("path_", ["/socket/websocket/", "/socket", "/socket/other", "/xsocket/websocket"])
async def test_another_websocket_path_is_404_before_django_s_handler(path_):
    with pytest.raises(Refused) as refused:
        await Peer(application(), path_).open()
    assert refused.value.status == 404


async def test_a_handler_for_static_files_around_django_or_a_router_is_seen_through():
    with pytest.raises(Refused) as refused:
        await Peer(application(ASGIStaticFilesHandler(get_asgi_application())), "/nowhere").open()
    assert refused.value.status == 404

    async def chat(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    router = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": chat})
    async with Peer(application(ASGIStaticFilesHandler(router)), "/chat/"):
        pass


async def test_the_script_name_is_respected(settings):
    scope = {"root_path": "/site"}
    async with Peer(application(), "/site/socket/websocket", scope=scope):
        pass
    settings.FORCE_SCRIPT_NAME = "/forced"
    async with Peer(application(), "/forced/socket/websocket"):
        pass


async def test_http_goes_to_the_inner_application_untouched():
    response = await get(application(), "/hello/")
    assert (response["status"], response["body"]) == (200, b"hello")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_ch_7_http_on_the_websocket_path_is_400(method):
    response = await HttpCommunicator(application(), method, "/socket/websocket").get_response(WITHIN)
    assert (response["status"], response["body"]) == (400, b"")


async def test_an_existing_protocol_type_router_keeps_its_sockets():
    async def chat(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "theirs"})

    router = ProtocolTypeRouter(
        {"http": get_asgi_application(), "websocket": URLRouter([path("chat/", chat)])}
    )
    app = application(router)
    theirs = WebsocketCommunicator(app, "/chat/")
    assert (await theirs.connect(WITHIN))[0]
    assert await theirs.receive_from(WITHIN) == "theirs"
    async with Peer(app, "/socket/websocket") as peer:
        assert (await peer.join("room:1"))["status"] == "ok"
    response = await get(app, "/hello/")
    assert response["status"] == 200


async def test_a_socket_works_in_a_url_router_too():
    router = URLRouter([path("ws/<slug:tenant>/websocket", RoomSocket.as_asgi())])
    communicator = WebsocketCommunicator(router, "/ws/acme/websocket?vsn=2.0.0")
    assert (await communicator.connect(WITHIN))[0]
    assert RoomSocket.seen["tenant"] == "acme"
    await communicator.send_json_to(["1", "1", "room:1", "phx_join", {}])
    assert await communicator.receive_json_from(WITHIN) == ok("1", "room:1")
    await communicator.disconnect(timeout=WITHIN)


class Lifespan:
    """Plays the server's part."""

    def __init__(self, app):
        self.incoming = asyncio.Queue()
        self.sent = []
        self.state: dict = {}
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self.task = asyncio.create_task(app(scope, self.incoming.get, self._send))

    async def _send(self, event):
        self.sent.append(event["type"])

    async def say(self, name):
        self.incoming.put_nowait({"type": f"lifespan.{name}"})
        wanted = len(self.sent) + 1
        while len(self.sent) < wanted and not self.task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return self.sent[-1]


async def live_through(app):
    lifespan = Lifespan(app)
    assert await lifespan.say("startup") == "lifespan.startup.complete"
    assert await lifespan.say("shutdown") == "lifespan.shutdown.complete"
    await asyncio.wait_for(lifespan.task, 10)
    return lifespan


async def test_lifespan_is_answered_for_django_which_can_t():
    lifespan = await live_through(application())
    assert lifespan.sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_lifespan_is_answered_for_a_router_that_does_not_know_it():
    await live_through(application(ProtocolTypeRouter({"http": get_asgi_application()})))


async def test_lifespan_reaches_an_application_that_takes_part():
    seen = []

    async def inner(scope, receive, send):
        while True:
            event = await receive()
            seen.append(event["type"])
            scope["state"]["db"] = "open"
            await send({"type": f"{event['type']}.complete"})
            if event["type"] == "lifespan.shutdown":
                return

    lifespan = await live_through(application(inner))
    assert seen == ["lifespan.startup", "lifespan.shutdown"]
    assert lifespan.state == {"db": "open"}
    assert lifespan.sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_start_that_fails_inside_is_passed_on():
    async def inner(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    lifespan = Lifespan(application(inner))
    assert await lifespan.say("startup") == "lifespan.startup.failed"
    lifespan.task.cancel()


@pytest.mark.parametrize("route", ["/socket/", "socket"])
def test_a_route_is_written_as_in_urls_py(route):
    with pytest.raises(ImproperlyConfigured, match=r"RoomSocket is mounted at .*'socket/'"):
        socket(route, RoomSocket)


def test_sockets_hold_mounts():
    with pytest.raises(ImproperlyConfigured, match=r"socket\(route, SocketClass\)"):
        phoenix_application(get_asgi_application(), live=None, sockets=[RoomSocket])


def test_one_socket_alone_is_no_list():
    with pytest.raises(ImproperlyConfigured, match=r"sockets=\[socket\('socket/', RoomSocket\)\]"):
        phoenix_application(get_asgi_application(), sockets=socket("socket/", RoomSocket))


@pytest.mark.parametrize("arguments", [(RoomSocket, "socket/"), ("socket/", Room), ("socket/", "RoomSocket")])
def test_a_mount_takes_a_route_and_a_socket(arguments):
    with pytest.raises(ImproperlyConfigured, match=r'A socket is mounted by socket\("socket/", UserSocket\)'):
        socket(*arguments)


def test_two_sockets_at_one_route_are_one_too_many():
    twice = [socket("socket/", RoomSocket), socket("socket/", RoomSocket)]
    with pytest.raises(ImproperlyConfigured, match=r"Two sockets are mounted at 'socket/'"):
        phoenix_application(get_asgi_application(), sockets=twice)


async def test_a_process_serves_when_it_is_asked_and_not_when_asgi_py_is_imported(monkeypatch):
    monkeypatch.setattr(pubsub._node, "serves", False)
    app = application()
    assert not pubsub._node.serves
    await get(app, "/nowhere/")
    assert pubsub._node.serves


async def test_with_debug_a_wrong_path_or_topic_is_told_with_those_there_are(settings, caplog):
    settings.DEBUG = True
    with pytest.raises(Refused):
        await Peer(application(), "/sockets/websocket").open()
    assert "No socket is mounted for '/sockets/websocket'; mounted: 'socket/'." in caplog.text
    async with Peer(application()) as peer:
        await peer.push("1", "1", "rooms:1", "phx_join")
        assert (await peer.next())[4]["response"] == {"reason": "unmatched topic"}
    assert "RoomSocket of 127.0.0.1: no channel for topic 'rooms:1'. Its topics: 'room:*'." in caplog.text


async def test_without_debug_strangers_can_t_fill_the_log(caplog):
    with caplog.at_level("WARNING"), pytest.raises(Refused):
        await Peer(application(), "/sockets/websocket").open()
    assert caplog.text == ""


class WithoutRoom(Channel):
    def join(self, payload):
        pass


class OtherName(Channel):
    def join(self, payload, *, number):
        pass


class WithoutPayload(Channel):
    def join(self):
        pass


@pytest.mark.parametrize(
    ("channel", "pattern", "advice"),
    [
        (WithoutRoom, "room:<int:room>", r"Write `def join\(self, payload, \*, room\)`"),
        (
            OtherName,
            "room:<int:room>",
            r"OtherName\.join does not take what the pattern gives it \(.*'number'\)",
        ),
        (WithoutPayload, "lobby", r"Write `def join\(self, payload\)`"),
    ],
)
def test_a_join_that_can_t_take_what_the_pattern_captures_is_found_at_mounting(channel, pattern, advice):
    class Wrong(Socket):
        channels = {pattern: channel}

    with pytest.raises(ImproperlyConfigured, match=advice):
        Wrong.as_asgi()


def test_mistakes_in_the_channel_table_are_found_at_mounting():
    class NoTable(Socket):
        channels = [("room:*", Room)]

    with pytest.raises(ImproperlyConfigured, match=r"NoTable\.channels should be a dict"):
        NoTable.as_asgi()

    class NoChannel(Socket):
        channels = {"room:*": RoomSocket}

    class BadPattern(Socket):
        channels = {"room:*:x": Room}

    with pytest.raises(ImproperlyConfigured, match=r"NoChannel\.channels\['room:\*'\] should be a Channel"):
        NoChannel.as_asgi()
    with pytest.raises(ImproperlyConfigured, match=r"BadPattern\.channels: .* at the end only"):
        BadPattern.as_asgi()
