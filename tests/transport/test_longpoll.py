"""Long-polling, request by request, in one process."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_phoenix import pubsub, tokens
from django_phoenix.channel import Channel, Reply, event
from django_phoenix.exceptions import ConnectRefused
from django_phoenix.routing import phoenix_application, socket
from django_phoenix.signals import slow_client, socket_connected, socket_disconnected
from django_phoenix.socket import Socket
from django_phoenix.transport import http as http_module
from django_phoenix.transport.drain import drain
from django_phoenix.transport.loop_state import current_state
from tests.support.longpoll_peer import PollingPeer
from tests.support.peer import Peer, error, ok, settle


class Room(Channel):
    ended: list
    gate: asyncio.Event

    def join(self, payload, room: int):
        return {"room": room}

    async def terminate(self, reason):
        self.ended.append(reason)

    @event
    async def slow(self):
        await self.gate.wait()
        return {"slow": True}

    @event
    async def echo(self, **payload):
        return payload

    @event
    async def note(self, n: int):
        self.push("noted", {"n": n})

    @event
    async def blob(self, data: bytes):
        self.push("size", {"size": len(data)})
        return {"text": data.decode()}

    @event
    async def binary(self):
        self.push("blob", b"\x00\x01")
        self.broadcast("blob", b"\x00\x01")
        return Reply.ok(b"\x00\x01")

    @event
    async def flood(self, count: int, size: int):
        for number in range(count):
            self.push("flood", {"n": number, "pad": "x" * size})


class RoomSocket(Socket):
    channels = {"room:<int:room>": Room}
    seen: dict | None = None

    async def connect(self, params):
        type(self).seen = params
        if "refuse" in params:
            raise ConnectRefused("no", status=429)
        if "crash" in params:
            raise RuntimeError("a secret detail")

    def id(self):
        return "users:7"


def app_with(window_ms=50, **options):
    return RoomSocket.as_asgi(longpoll={"window_ms": window_ms}, **options)


APP = app_with()
# Longer than any test takes.
PATIENT = app_with(15_000)


@pytest.fixture(autouse=True)
def _room_state():
    Room.ended = []
    Room.gate = asyncio.Event()
    RoomSocket.seen = None


@pytest.fixture
async def peer():
    async with PollingPeer(PATIENT) as peer:
        yield peer


def frame(join_ref, ref, event, payload=None, topic="room:1"):
    return json.dumps([join_ref, ref, topic, event, payload or {}])


async def test_ch_15_the_first_get_is_answered_410_with_a_token_and_no_messages():
    peer = PollingPeer(APP)
    answer = await peer.open()
    assert answer.http == 200
    assert answer.json == {"status": 410, "token": peer.token, "messages": []}
    assert peer.token.replace(".", "").replace("_", "").replace("-", "").isalnum()


async def test_ch_16_an_empty_window_is_answered_204():
    async with PollingPeer(APP) as peer:
        answer = await peer.get()
        assert (answer.http, answer.json) == (200, {"status": 204, "token": peer.token, "messages": []})


def test_ch_16_the_window_is_ten_seconds_unless_said_otherwise():
    options = RoomSocket.as_asgi().options.long_polling
    assert (options.window_ms, options.pubsub_timeout_ms) == (10_000, 2_000)


async def test_ch_17_messages_that_wait_are_delivered_at_once_as_json_strings(peer):
    assert (await peer.post(frame("1", "1", "phx_join"))).status == 200
    await peer.next()
    assert (await peer.post(frame("1", "2", "echo", {"n": 1}))).status == 200
    await peer.post(frame("1", "3", "echo", {"n": 2}))
    answer = await peer.get()
    assert answer.status == 200
    assert answer.json["token"] == peer.token
    assert [json.loads(message) for message in answer.json["messages"]] == [
        ok("2", "room:1", {"n": 1}),
        ok("3", "room:1", {"n": 2}),
    ]


async def test_ch_17_a_poll_that_is_held_gets_what_comes(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await settle()
    assert poll.unanswered
    pubsub.broadcast("room:1", "told", {"n": 1})
    answer = await poll.answer()
    assert answer.status == 200
    assert answer.json["messages"] == ['[null,null,"room:1","told",{"n":1}]']


@pytest.mark.parametrize("by", ["query", "header"])
async def test_ch_18_the_token_comes_in_the_query_or_in_a_header(by):
    async with PollingPeer(PATIENT, by=by) as peer:
        assert (await peer.join("room:1"))["status"] == "ok"


async def test_ch_18_the_header_goes_first(peer):
    await peer.post(frame(None, "1", "heartbeat", topic="phoenix"))
    answer = await peer.get(headers={"x-phoenix-longpoll-token": peer.token}, token="nonsense")
    assert answer.status == 200
    assert (await peer.get(headers={"x-phoenix-longpoll-token": "nonsense"})).status == 410


async def test_ch_19_lines_are_taken_in_order(peer):
    await peer.join("room:1")
    lines = [frame("1", str(n), "echo", {"n": n}) for n in range(2, 60)]
    assert (await peer.post("\r\n".join(lines))).json == {"status": 200}
    assert [(await peer.next())[4]["response"]["n"] for _ in lines] == list(range(2, 60))


async def test_ch_19_base64_lines_are_binary_messages(peer):
    await peer.join("room:1")
    binary = b"\x00\x01\x01\x06\x0419room:1blobabc"
    assert (
        await peer.post(base64.b64encode(binary) + b"\n" + frame("1", "10", "echo").encode())
    ).status == 200
    assert await peer.next() == ["1", None, "room:1", "size", {"size": 3}]
    assert await peer.next() == ok("9", "room:1", {"text": "abc"})
    assert await peer.next() == ok("10", "room:1")


async def test_ch_19_lines_beyond_the_hundredth_are_passed_over(peer):
    await peer.join("room:1")
    lines = [frame("1", str(n), "echo") for n in range(2, 200)]
    assert (await peer.post("\n".join(lines))).json == {"status": 200}
    refs = [(await peer.next())[1] for _ in range(100)]
    assert refs == [str(n) for n in range(2, 102)]
    assert peer.connection.outbox.empty


async def test_ch_20_a_post_for_a_lost_session_is_410(peer):
    lost = tokens.sign_own("longpoll", ["elsewhere", "lost", f"{__name__}.RoomSocket"])
    for token in (lost, "nonsense", tokens.sign_own("session", {})):
        answer = await peer.post(frame("1", "1", "phx_join"), token=token)
        assert (answer.http, answer.json) == (200, {"status": 410})


async def test_ch_20_a_get_for_a_lost_session_makes_a_new_one():
    peer = PollingPeer(APP)
    await peer.open()
    lost = peer.token
    peer.connection.close(1001)
    assert (await peer.get()).json == {"status": 410, "token": lost, "messages": []}
    answer = await peer.get()
    assert answer.status == 410
    assert answer.json["token"] != lost
    peer.token = answer.json["token"]
    assert (await peer.get()).status == 204


async def test_ch_20_a_token_of_another_class_of_sockets_is_none(peer):
    class OtherSocket(RoomSocket):
        pass

    other = PollingPeer(OtherSocket.as_asgi())
    assert (await other.post(frame("1", "1", "phx_join"), token=peer.token)).json == {"status": 410}


async def test_ch_20_a_token_grows_old(peer, monkeypatch):
    assert (await peer.post("")).status == 200
    monkeypatch.setattr(tokens, "FORTNIGHT", -1)
    monkeypatch.setattr(tokens.verify_own, "__defaults__", (-1,))
    assert (await peer.post("")).status == 410


async def test_ch_21_options_answers_the_cors_headers(peer):
    asked = {"origin": "http://testserver", "access-control-request-headers": "x-phoenix-longpoll-token"}
    answer = await peer.request("OPTIONS", headers=asked).answer()
    assert (answer.http, answer.body) == (200, b"")
    assert answer.headers == {
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "x-phoenix-longpoll-token",
        "access-control-allow-methods": "get, post, options",
        "access-control-max-age": "3600",
        "cache-control": "no-store",
        "content-length": "0",
    }


async def test_ch_22_a_session_that_is_not_polled_ends_and_its_channels_with_it(monkeypatch):
    gone = []
    receiver = lambda **kwargs: gone.append(kwargs["close_code"])  # noqa: E731
    socket_disconnected.connect(receiver, weak=False)
    try:
        peer = PollingPeer(APP)
        await peer.open()
        await peer.join("room:1")
        assert peer.connection.timeout == pytest.approx(0.075)
        async with asyncio.timeout(5):
            while not Room.ended:
                # Only polls count.
                assert (await peer.post("")).status in (200, 410)
                await asyncio.sleep(0.005)
    finally:
        socket_disconnected.disconnect(receiver)
    assert Room.ended == ["closed"]
    assert gone == [None]
    assert not current_state().longpoll.connections
    assert (await peer.post("")).status == 410


async def test_ch_22_a_session_that_is_polled_lives_on():
    async with PollingPeer(APP) as peer:
        await peer.join("room:1")
        for _ in range(8):
            assert (await peer.get()).status == 204
        assert not peer.connection.closed


async def test_ch_22_a_poll_that_is_held_is_no_silence(peer):
    poll = peer.request("GET")
    await settle()
    for _ in range(10):
        peer.connection.grow_quiet(10)
    assert not peer.connection.closed
    assert poll.unanswered
    poll.abort()


async def test_ch_23_no_answer_is_stored(peer):
    for answer in (
        await peer.get(token="x"),
        await peer.post(""),
        await peer.post("", token="x"),
        await peer.post("_"),
        await peer.request("OPTIONS").answer(),
        await peer.request("PUT").answer(),
        await peer.get(token="x", headers={"origin": "https://evil.example"}),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_ch_24_without_a_layer_a_session_of_another_process_is_lost_at_once(peer):
    elsewhere = tokens.sign_own("longpoll", ["elsewhere", "x", f"{__name__}.RoomSocket"])
    async with asyncio.timeout(1.9):
        assert (await peer.post("", token=elsewhere)).status == 410
        assert (await peer.get(token=elsewhere)).status == 410


async def test_ch_59_binary_messages_are_not_sent(peer, caplog):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "binary")
    assert await peer.next() == [
        "1",
        "2",
        "room:1",
        "phx_reply",
        {"status": "error", "response": {"reason": "binary is not supported"}},
    ]
    assert peer.connection.outbox.empty
    assert "bytes" in caplog.text


async def test_ch_62_another_content_type_is_one_text_message(peer):
    assert (await peer.post(frame("1", "1", "phx_join"), "application/json")).status == 200
    assert (await peer.next())[4]["status"] == "ok"
    assert (await peer.post(frame("1", "2", "echo"), "text/plain; charset=utf-8")).status == 200
    assert await peer.next() == ok("2", "room:1")


async def test_ch_62_an_old_client_speaks_version_1():
    async with PollingPeer(PATIENT, query="") as peer:
        join = {"topic": "room:1", "event": "phx_join", "payload": {}, "ref": "1"}
        assert (await peer.post(json.dumps(join), "application/json")).status == 200
        answer = await peer.get()
        assert [json.loads(message) for message in answer.json["messages"]] == [
            {
                "topic": "room:1",
                "event": "phx_reply",
                "payload": {"status": "ok", "response": {"room": 1}},
                "ref": "1",
            }
        ]


async def test_ch_1_both_transports_are_under_one_mount_with_the_same_params():
    app = phoenix_application(None, live=None, sockets=[socket("ws/<slug:tenant>/", RoomSocket)])
    seen = []
    async with Peer(app, "/ws/acme/websocket", query="vsn=2.0.0&a[b]=c&"):
        seen.append(RoomSocket.seen)
    async with PollingPeer(app, "/ws/acme/longpoll", query="vsn=2.0.0&a[b]=c&") as peer:
        seen.append(RoomSocket.seen)
        assert (await peer.join("room:1"))["status"] == "ok"
    assert seen == [{"vsn": "2.0.0", "a": {"b": "c"}, "tenant": "acme"}] * 2


async def test_ch_1_a_mount_may_have_websocket_alone():
    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    app = phoenix_application(inner, live=None, sockets=[socket("socket/", RoomSocket, longpoll=False)])
    assert (await PollingPeer(app).get()).http == 404
    assert (await PollingPeer(RoomSocket.as_asgi(longpoll=False)).request("GET").answer()).http == 400


async def test_ch_10_the_auth_token_comes_in_a_header():
    class TokenSocket(RoomSocket):
        async def connect(self, params):
            type(self).seen = self.connect_info.auth_token

    app = TokenSocket.as_asgi(auth_token=True)
    async with PollingPeer(app, headers={"x-phoenix-authtoken": "se/cr+et"}):
        assert TokenSocket.seen == "se/cr+et"


async def test_ch_4_a_foreign_origin_is_403_whatever_it_asks(peer):
    foreign = {"origin": "https://evil.example"}
    for method in ("GET", "POST", "OPTIONS"):
        answer = await peer.request(method, headers=foreign).answer()
        assert (answer.http, answer.json) == (200, {"status": 403})
    assert (await peer.post("", headers={"origin": "http://testserver"})).status == 200


async def test_ch_3_an_unsupported_vsn_is_403():
    answer = await PollingPeer(APP, query="vsn=3.0.0").get()
    assert (answer.http, answer.json) == (200, {"status": 403})


async def test_ch_6_a_refused_connect_is_always_403():
    answer = await PollingPeer(APP, query="vsn=2.0.0&refuse=1").get()
    assert (answer.http, answer.json) == (200, {"status": 403})


async def test_a_connect_that_raises_is_500_and_says_nothing():
    answer = await PollingPeer(APP, query="vsn=2.0.0&crash=1").get()
    assert (answer.http, answer.json) == (500, {"status": 500})


async def test_a_url_that_is_no_utf_8_is_400():
    answer = await PollingPeer(APP, scope={"query_string": b"a=\xff"}).get()
    assert (answer.http, answer.json) == (400, {"status": 403})


async def test_ch_48_a_disconnect_ends_the_session_and_a_poll_that_is_held_hears_of_it(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await settle()
    pubsub.broadcast("users:7", "disconnect", {})
    assert (await poll.answer()).json == {"status": 410, "token": peer.token, "messages": []}
    await settle()
    assert Room.ended == ["closed"]
    assert (await peer.post("")).status == 410


async def test_ch_48_what_was_pushed_before_the_disconnect_is_still_delivered(peer):
    await peer.join("room:1")
    pubsub.broadcast("room:1", "bye", {})
    pubsub.broadcast("users:7", "disconnect", {})
    assert (await peer.next())[3] == "bye"
    assert (await peer.get()).status == 410


async def test_ch_49_a_drain_answers_polls_and_takes_nobody_in(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await settle()
    await drain(current_state())
    assert (await poll.answer()).status == 410
    assert peer.connection.close_code == 1012
    answer = await PollingPeer(PATIENT).get()
    assert (answer.http, answer.json) == (503, {"status": 500})


async def test_what_is_being_handled_when_the_drain_begins_is_finished_and_answered(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "slow")
    poll = peer.request("GET")
    await settle()
    draining = asyncio.create_task(drain(current_state()))
    await settle()
    assert poll.unanswered
    assert (await peer.post(frame("1", "3", "echo"))).status == 410
    Room.gate.set()
    answer = await poll.answer()
    assert [json.loads(message) for message in answer.json["messages"]] == [
        ok("2", "room:1", {"slow": True}),
    ]
    assert (await peer.get()).status == 410
    await draining
    assert Room.ended == ["closed"]


async def test_signals_tell_of_polling_clients_too():
    seen = []
    opened = lambda **kwargs: seen.append(("connected", kwargs["sender"]))  # noqa: E731
    closed = lambda **kwargs: seen.append(("disconnected", kwargs["close_code"]))  # noqa: E731
    socket_connected.connect(opened, weak=False)
    socket_disconnected.connect(closed, weak=False)
    try:
        async with PollingPeer(PATIENT) as peer:
            pass
        await peer.get()
    finally:
        socket_connected.disconnect(opened)
        socket_disconnected.disconnect(closed)
    assert seen == [("connected", RoomSocket), ("disconnected", 1001)]


async def test_a_token_of_the_site_s_own_stays_a_param():
    async with PollingPeer(PATIENT, query="token=theirs&vsn=2.0.0") as peer:
        assert RoomSocket.seen == {"token": "theirs", "vsn": "2.0.0"}
        peer.connection.close(1001)
        await peer.get()
        assert (await peer.get()).status == 410
        assert RoomSocket.seen == {"token": "theirs", "vsn": "2.0.0"}


# Slow or hostile clients.


async def test_a_newer_poll_takes_the_place_of_an_older_one(peer):
    await peer.join("room:1")
    older = peer.request("GET")
    await settle()
    newer = peer.request("GET")
    await settle()
    pubsub.broadcast("room:1", "told", {})
    assert (await newer.answer()).status == 200
    assert older.unanswered
    older.abort()


async def test_an_older_poll_takes_nothing_away_from_those_that_followed_it():
    async with PollingPeer(RoomSocket.as_asgi(longpoll={"window_ms": 300})) as peer:
        await peer.join("room:1")
        # Its client has hung up, and the server in between has not told.
        older = peer.request("GET")
        await settle()
        newer = peer.request("GET")
        await settle()
        pubsub.broadcast("room:1", "first", {})
        assert (await newer.answer()).status == 200
        pubsub.broadcast("room:1", "second", {})
        assert (await older.answer()).json == {"status": 204, "token": peer.token, "messages": []}
        assert (await peer.next())[3] == "second"


async def test_what_comes_after_the_client_has_hung_up_waits_for_the_next_poll(peer):
    await peer.join("room:1")
    poll = peer.request("GET")
    await settle()
    poll.abort()
    await settle()
    assert poll.task.done()
    pubsub.broadcast("room:1", "told", {})
    assert (await peer.next())[3] == "told"


async def test_a_client_that_does_not_fetch_is_given_up(settings):
    settings.DJANGO_PHOENIX = {"OUTBOX_FRAMES": 50}
    heard = []
    receiver = lambda **kwargs: heard.append(kwargs["frames"])  # noqa: E731
    slow_client.connect(receiver, weak=False)
    try:
        async with PollingPeer(PATIENT) as peer:
            await peer.join("room:1")
            # Answered 200 or 410: from Python 3.12 on, the handler has run by then.
            await peer.post('["1","2","room:1","flood",{"count":60,"size":1}]')
            assert peer.connection.close_code == 1013
            assert (await peer.get()).status == 410
    finally:
        slow_client.disconnect(receiver)
    assert heard == [51]


async def test_much_is_fetched_in_several_answers(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "flood", {"count": 30, "size": 100_000})
    assert peer.connection.outbox.busy
    sizes, numbers = [], []
    while not peer.connection.outbox.empty:
        answer = await peer.get()
        sizes.append(len(answer.body))
        numbers += [json.loads(message)[4]["n"] for message in answer.json["messages"]]
    assert numbers == list(range(30))
    assert max(sizes) < 1_100_000
    assert not peer.connection.outbox.busy


async def test_a_body_that_is_too_large_is_413_before_it_is_read(peer, settings):
    settings.DJANGO_PHOENIX = {"MAX_FRAME_BYTES": 1000}
    announced = await peer.post(b"x", headers={"content-length": "1001"})
    assert (announced.http, announced.json) == (413, {"status": 413})
    streamed = await peer.post([b"x" * 600, b"x" * 600])
    assert (streamed.http, streamed.json) == (413, {"status": 413})


async def test_a_body_that_comes_too_slowly_is_408(peer, monkeypatch):
    monkeypatch.setattr(http_module, "BODY_TIMEOUT", 0.01)
    request = peer.request("POST", b"[", complete=False)
    answer = await request.answer()
    assert (answer.http, answer.json) == (408, {"status": 408})


async def test_who_hangs_up_in_the_middle_of_a_body_is_answered_nothing(peer):
    request = peer.request("POST", b"[", complete=False)
    request.abort()
    await asyncio.wait_for(request.task, 5)
    assert request.unanswered


@pytest.mark.parametrize("body", ["_", "abc", "a b=", "YWJj\n***", b"\xff\xfe", b'["\xff"]'])
async def test_a_body_that_is_nonsense_is_400(peer, body):
    answer = await peer.post(body)
    assert (answer.http, answer.json) == (400, {"status": 400})
    assert not peer.connection.closed


async def test_ch_58_a_line_that_is_no_message_ends_the_session(peer):
    answer = await peer.post('["no message"]')
    assert answer.status == 410
    assert peer.connection.close_code == 1002


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH", "NONSENSE"])
async def test_other_methods_are_400(peer, method):
    answer = await peer.request(method).answer()
    assert (answer.http, answer.body) == (400, b"")


async def test_there_is_a_limit_to_sessions(settings, caplog):
    settings.DJANGO_PHOENIX = {"LONGPOLL_SESSIONS": 2}
    async with PollingPeer(PATIENT), PollingPeer(PATIENT) as second:
        for _ in range(3):
            answer = await PollingPeer(PATIENT).get()
            assert (answer.http, answer.json) == (503, {"status": 500})
        assert caplog.text.count("LONGPOLL_SESSIONS") == 1
        second.connection.close(1001)
        await second.get()
        async with PollingPeer(PATIENT) as third:
            assert third.token is not None


async def test_the_rate_of_messages_is_limited_too(settings):
    settings.DJANGO_PHOENIX = {"MESSAGE_RATE": (10, 60)}
    async with PollingPeer(PATIENT) as peer:
        answer = await peer.post("\n".join([frame(None, "1", "heartbeat", topic="phoenix")] * 11))
        assert answer.status == 410
        assert peer.connection.close_code == 1008


async def test_posts_of_one_session_are_taken_one_after_the_other(peer):
    await peer.join("room:1")
    first = peer.request(
        "POST",
        "\n".join(frame("1", f"a{n}", "echo") for n in range(90)).encode(),
        {"content-type": "application/x-ndjson"},
    )
    second = peer.request(
        "POST",
        "\n".join(frame("1", f"b{n}", "echo") for n in range(90)).encode(),
        {"content-type": "application/x-ndjson"},
    )
    assert [(await request.answer()).status for request in (first, second)] == [200, 200]
    refs = [(await peer.next())[1] for _ in range(180)]
    assert refs == [f"a{n}" for n in range(90)] + [f"b{n}" for n in range(90)]


async def test_an_unmatched_topic_is_no_matter_of_http(peer):
    assert (await peer.post(frame("1", "1", "phx_join", topic="nowhere"))).status == 200
    assert await peer.next() == error("1", "nowhere", "unmatched topic", join_ref=None)


@pytest.mark.parametrize(
    "wrong", [{"window": 1}, {"window_ms": 0}, {"window_ms": 20_000}, {"window_ms": "1"}, 10, None]
)
def test_options_that_make_no_sense_are_refused_with_the_class_named(wrong):
    with pytest.raises(ImproperlyConfigured, match="RoomSocket: longpoll"):
        RoomSocket.as_asgi(longpoll=wrong)
