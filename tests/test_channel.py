"""What a Channel may ask for, as its author sees it and as it comes out on the wire."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Annotated

import pytest
from django.core.validators import MaxLengthValidator
from django.utils import timezone, translation

from django_phoenix import pubsub
from django_phoenix.channel import Broadcast, Channel, Params, Reply, Stop, event, send
from django_phoenix.conversion import register_conversion
from django_phoenix.history import History
from django_phoenix.socket import Socket
from django_phoenix.transport import post
from tests.support.peer import Peer, error, ok, settle


class Demo(Channel):
    intercept = ["whisper"]

    async def join(self, payload, **captures):
        self.push("welcome", {"to": self.topic})
        return {"captures": captures}

    @event
    async def say(self, text: str):
        self.broadcast("said", {"text": text})

    @event
    async def say_to_others(self, text: str):
        self.broadcast_from("said", {"text": text})

    @event
    async def whisper(self, text: str):
        self.broadcast("whisper", {"text": text})

    async def handle_out(self, event, payload):
        self.push(event, {"heard": payload["text"]})

    @event
    def push_from_a_thread(self, count: int):
        for number in range(count):
            self.push("pushed", {"n": number})
        return {"thread": threading.current_thread() is threading.main_thread()}

    @event
    def push_and_broadcast_from_a_thread(self):
        for _ in range(4):
            self.broadcast("broadcast")
            self.push("push")
        return {}

    @event
    async def bad_push(self, params: Params):
        self.push("x", params["payload"])

    @event
    async def all_of_it(self, params: Params):
        return params

    @event
    async def nonsense(self):
        return ["a", "list"]

    @event
    async def not_json(self):
        return {"x": object()}

    @event
    async def no(self):
        return Reply.error({"reason": "because"})

    @event
    async def other_status(self):
        return Reply("maybe", {"n": 1})

    @event
    async def stop_now(self):
        return Stop("done", {"bye": True})

    @event
    def stop_from_a_thread(self):
        self.stop("done")
        return {"bye": True}

    @event
    async def later(self):
        self.assigns.pending = self.reply_later()

    @event
    async def now(self):
        self.assigns.pending.ok({"late": True})
        self.assigns.pending.error({"twice": True})

    @event
    async def blob(self, data: bytes):
        return Reply.ok(data[::-1])

    @event
    async def push_blob(self):
        self.push("blob", b"\x00\x01")

    @event
    async def where(self):
        return {"topic": self.topic, "params": self.params, "ref": self.ref, "user": self.user.is_anonymous}


class Listener(Channel):
    """Tells the client what its handle_info got."""

    def join(self, payload):
        self.subscribe("news")
        return {"ref": self.ref}

    @event
    async def unsubscribe_news(self):
        self.unsubscribe("news")
        return {}

    @event
    async def send_to(self, ref: str, message: str):
        self.send(ref, message)

    @event
    def remind(self, seconds: float):
        self.send_after(seconds, "reminder")

    @event
    async def remind_not(self):
        timer = self.send_after(0.01, "reminder")
        timer.cancel()

    async def handle_info(self, message):
        if isinstance(message, Broadcast):
            self.push("info", {"topic": message.topic, "event": message.event, "payload": message.payload})
        elif message == "stop":
            return Stop("told so")
        elif message == "nonsense":
            return 5
        else:
            self.push("info", {"message": message})


class Locale(Channel):
    @event
    def sync(self):
        return {"language": translation.get_language(), "zone": timezone.get_current_timezone_name()}

    @event("async")
    async def asynchronous(self):
        return {"language": translation.get_language(), "zone": timezone.get_current_timezone_name()}


class DemoSocket(Socket):
    channels = {"demo:<int:number>": Demo, "listen:*": Listener, "locale": Locale}

    async def connect(self, params):
        self.assigns.name = params.get("name", "")
        self.time_zone = params.get("zone")


APP = DemoSocket.as_asgi()


def invalid(ref, topic, errors, join_ref="1"):
    """The frame of a reply to a payload that does not fit."""
    response = {"reason": "invalid params", "errors": errors}
    return [join_ref, ref, topic, "phx_reply", {"status": "error", "response": response}]


async def joined(peer, topic="demo:1", ref="1"):
    await peer.push(ref, ref, topic, "phx_join")
    reply = await peer.next()
    assert reply[4]["status"] == "ok", reply
    if topic.startswith("demo"):
        assert (await peer.next())[3] == "welcome"
    return reply[4]["response"]


@pytest.fixture
async def peer():
    async with Peer(APP) as peer:
        yield peer


async def test_a_push_made_in_join_comes_after_the_reply_with_the_join_ref(peer):
    await peer.push("3", "3", "demo:7", "phx_join")
    assert await peer.next() == ok("3", "demo:7", {"captures": {"number": 7}}, join_ref="3")
    assert await peer.next() == ["3", None, "demo:7", "welcome", {"to": "demo:7"}]


async def test_ch_44_and_46_a_broadcast_is_the_same_frame_for_everybody():
    async with Peer(APP) as first, Peer(APP) as second:
        await joined(first)
        await joined(second)
        await first.push("1", "2", "demo:1", "say", {"text": "hi"})
        frames = [await first.next_raw(), await second.next_raw()]
        assert frames[0] == '[null,null,"demo:1","said",{"text":"hi"}]'
        assert frames[0] is frames[1]


async def test_ch_45_broadcast_from_leaves_out_the_sending_channel_only():
    async with Peer(APP) as first, Peer(APP) as second:
        await joined(first)
        await joined(second)
        await first.push("1", "2", "demo:1", "say_to_others", {"text": "hi"})
        assert (await second.next())[3] == "said"
        assert await first.silent()


async def test_ch_41_no_broadcast_gets_before_the_join_reply():
    class Slow(Channel):
        async def join(self, payload):
            await gate.wait()
            pubsub.broadcast("slow", "early", {})

    class SlowSocket(Socket):
        channels = {"slow": Slow}

    gate = asyncio.Event()
    async with Peer(SlowSocket.as_asgi()) as peer:
        await peer.push("1", "1", "slow", "phx_join")
        await settle()
        gate.set()
        assert await peer.next() == ok("1", "slow")
        pubsub.broadcast("slow", "late", {})
        assert await peer.next() == [None, None, "slow", "late", {}]


async def test_ch_47_an_intercepted_event_goes_through_handle_out_as_a_push(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "whisper", {"text": "psst"})
    assert await peer.next() == ["1", None, "demo:1", "whisper", {"heard": "psst"}]


async def test_effects_of_a_thread_take_hold_in_order_and_before_the_reply(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "push_from_a_thread", {"count": 20})
    frames = [await peer.next() for _ in range(21)]
    assert [frame[4]["n"] for frame in frames[:20]] == list(range(20))
    assert frames[20] == ok("2", "demo:1", {"thread": False})


async def test_ch_42_pushes_and_broadcasts_of_a_thread_keep_one_order(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "push_and_broadcast_from_a_thread")
    # So that nothing of it has been sent when the handler is through.
    await asyncio.sleep(0)
    time.sleep(0.05)  # noqa: ASYNC251
    frames = [await peer.next() for _ in range(9)]
    assert [frame[3] for frame in frames] == [*(["broadcast", "push"] * 4), "phx_reply"]


async def test_the_whole_payload_is_a_reply_as_it_is(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "all_of_it", {"a": [1]})
    assert await peer.next() == ok("2", "demo:1", {"a": [1]})


@pytest.mark.parametrize("payload", [None, 5, "x", [1]])
async def test_ch_56_a_push_whose_payload_is_no_object_raises_at_the_caller(peer, caplog, payload):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "bad_push", {"payload": payload})
    if payload is None:
        assert await peer.next() == ["1", None, "demo:1", "x", {}]
    else:
        assert (await peer.next())[3] == "phx_error"
        assert "Demo.push('x', …): the payload should be a dict or bytes" in caplog.text


@pytest.mark.parametrize("name", ["nonsense", "not_json"])
async def test_a_return_value_that_can_t_be_sent_crashes_the_channel_and_is_explained(peer, caplog, name):
    await joined(peer)
    await peer.push("1", "2", "demo:1", name)
    assert await peer.next() == ["1", "1", "demo:1", "phx_error", {"reason": "channel_crash"}]
    assert f"Demo on topic 'demo:1' crashed in Demo.{name}" in caplog.text
    if name == "nonsense":
        assert "should return None, a dict, a Reply or Stop; it returned list" in caplog.text


async def test_replies_with_a_status(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "no")
    assert await peer.next() == error("2", "demo:1", "because")
    await peer.push("1", "3", "demo:1", "other_status")
    assert (await peer.next())[4] == {"status": "maybe", "response": {"n": 1}}


@pytest.mark.parametrize("name", ["stop_now", "stop_from_a_thread"])
async def test_ch_40_a_reply_is_sent_before_the_close(peer, name):
    await joined(peer)
    await peer.push("1", "2", "demo:1", name)
    assert await peer.next() == ok("2", "demo:1", {"bye": True})
    assert await peer.next() == ["1", "1", "demo:1", "phx_close", {}]


async def test_a_reply_may_come_later_and_only_once(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "later")
    await peer.push("1", "3", "demo:1", "now")
    assert await peer.next() == ok("2", "demo:1", {"late": True})
    assert await peer.silent()


async def test_ch_26_and_27_binary_both_ways(peer):
    await joined(peer)
    await peer.send_raw(b"\x00\x01\x01\x06\x04" + b"1" + b"2" + b"demo:1" + b"blob" + b"abc")
    assert await peer.next_raw() == b"\x01\x01\x01\x06\x02" + b"1" + b"2" + b"demo:1" + b"ok" + b"cba"
    await peer.push("1", "3", "demo:1", "push_blob")
    assert await peer.next_raw() == b"\x00\x01\x06\x04" + b"1" + b"demo:1" + b"blob" + b"\x00\x01"


async def test_unknown_events_and_bad_params_are_answered_and_logged_not_crashed(peer, caplog):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "nope")
    assert await peer.next() == error("2", "demo:1", "unknown event")
    assert "Demo on topic 'demo:1': no handler for the event 'nope'" in caplog.text
    await peer.push("1", "3", "demo:1", "push_from_a_thread", {"count": "many"})
    assert await peer.next() == invalid("3", "demo:1", {"count": ["should be a whole number"]})
    assert "Demo, event 'push_from_a_thread': parameter 'count' should be a whole number" in caplog.text
    await peer.push("1", "4", "demo:1", "where")
    assert (await peer.next())[4]["response"]["topic"] == "demo:1"


@pytest.mark.parametrize("depth", [100, 1000])
async def test_a_bad_parameter_may_be_as_deep_as_json_can_be(peer, caplog, depth):
    await joined(peer)
    await peer.send_raw('["1","2","demo:1","push_from_a_thread",{"count":%s}]' % ("[" * depth + "]" * depth))
    assert await peer.next() == invalid("2", "demo:1", {"count": ["should be a whole number"]})
    assert "Traceback" not in caplog.text


class Colour:
    """No converter should raise a KeyError for it, but this one does."""

    @classmethod
    def read(cls, value):
        raise KeyError(value)


register_conversion(Colour, Colour.read, "a colour")


async def test_a_converter_that_raises_crashes_the_channel_only():
    class Painting(Channel):
        @event
        async def paint(self, colour: Colour):
            pass

    class PaintingSocket(Socket):
        channels = {"*": Painting}

    async with Peer(PaintingSocket.as_asgi()) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", "paint", {"colour": "red"})
        assert await peer.next() == ["1", "1", "x", "phx_error", {"reason": "channel_crash"}]
        assert pubsub.subscriber_count("x") == 0


async def test_under_debug_the_answer_says_what_was_wrong(peer, settings):
    settings.DEBUG = True
    await joined(peer)
    await peer.push("1", "2", "demo:1", "say")
    response = (await peer.next())[4]["response"]
    assert "parameter 'text' should be a text, got nothing" in response["detail"]


async def test_methods_that_are_no_events_can_t_be_reached(peer):
    await joined(peer)
    for number, name in enumerate(["join", "push", "terminate", "__init__", "handle_out", "stop", "server"]):
        await peer.push("1", f"1{number}", "demo:1", name)
        assert await peer.next() == error(f"1{number}", "demo:1", "unknown event")


async def test_what_a_channel_knows(peer):
    await joined(peer)
    await peer.push("1", "2", "demo:1", "where")
    response = (await peer.next())[4]["response"]
    assert response.pop("ref")
    assert response == {"topic": "demo:1", "params": {"number": 1}, "user": True}


async def test_assigns_begin_as_a_copy_of_the_socket_s():
    async with Peer(APP, query="vsn=2.0.0&name=ada") as peer:
        await joined(peer)
        channel = peer.connection.topics["demo:1"].channel
        assert channel.assigns.name == "ada"
        channel.assigns.name = "eve"
        assert channel.socket.assigns.name == "ada"


async def test_subscribed_topics_come_to_handle_info(peer):
    await joined(peer, "listen:1")
    pubsub.broadcast("news", "flash", {"n": 1})
    frame = await peer.next()
    assert frame[3:] == ["info", {"topic": "news", "event": "flash", "payload": {"n": 1}}]
    await peer.push("1", "2", "listen:1", "unsubscribe_news")
    assert await peer.next() == ok("2", "listen:1")
    pubsub.broadcast("news", "flash", {"n": 2})
    assert await peer.silent()


async def test_a_subscription_in_a_thread_counts_for_what_it_broadcasts_next():
    class Reader(Channel):
        subscribes = False

        @event
        def read(self):
            self.subscribe("news:1")
            pubsub.broadcast("news:1", "hello", {})

        async def handle_info(self, message):
            self.push("heard", {"event": message.event})

    class ReaderSocket(Socket):
        channels = {"*": Reader}

    async with Peer(ReaderSocket.as_asgi()) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", "read")
        assert await peer.next() == ["1", None, "x", "heard", {"event": "hello"}]


async def test_subscriptions_end_with_the_channel(peer):
    await joined(peer, "listen:1")
    assert pubsub.subscriber_count("news") == 1
    await peer.push("1", "2", "listen:1", "phx_leave")
    await peer.next()
    await peer.next()
    assert pubsub.subscriber_count("news") == 0
    assert pubsub.subscriber_count("listen:1") == 0


async def test_channels_of_one_client_can_send_to_each_other(peer):
    first = await joined(peer, "listen:1", "1")
    await joined(peer, "listen:2", "2")
    await peer.push("2", "3", "listen:2", "send_to", {"ref": first["ref"], "message": "hello"})
    assert await peer.next() == ["1", None, "listen:1", "info", {"message": "hello"}]


async def test_a_message_to_nobody_is_no_error(peer):
    await joined(peer, "listen:1")
    await peer.push("1", "2", "listen:1", "send_to", {"ref": "gone", "message": "hello"})
    await peer.push("1", "3", "listen:1", "unsubscribe_news")
    assert await peer.next() == ok("3", "listen:1")


async def test_a_channel_can_send_to_another_client_s_by_its_ref():
    async with Peer(APP) as mine, Peer(APP) as other:
        address = (await joined(mine, "listen:1"))["ref"]
        await joined(other, "listen:1")
        await other.push("1", "2", "listen:1", "send_to", {"ref": address, "message": "hello"})
        assert await mine.next() == ["1", None, "listen:1", "info", {"message": "hello"}]
        assert await other.silent()


async def test_anything_can_be_sent_within_a_process_from_any_thread(peer):
    got = []

    class Receiver(Channel):
        async def join(self, payload):
            return {"ref": self.ref}

        async def handle_info(self, message):
            got.append(message)
            self.push("got")

    class ReceiverSocket(Socket):
        channels = {"*": Receiver}

    async with Peer(ReceiverSocket.as_asgi()) as peer:
        ref = (await peer.join("x"))["response"]["ref"]
        message = object()
        await asyncio.to_thread(send, ref, message)
        assert (await peer.next())[3] == "got"
        assert got == [message]


async def test_a_ref_ends_with_its_channel(peer):
    ref = (await joined(peer, "listen:1"))["ref"]
    assert ref in post._addresses
    await peer.push("1", "2", "listen:1", "phx_leave")
    await peer.next()
    await peer.next()
    assert ref not in post._addresses
    send(ref, "hello")


def test_a_ref_is_text():
    with pytest.raises(TypeError, match="the ref of a channel is a string, got int"):
        send(5, "hello")


async def test_what_is_sent_to_another_process_is_json():
    with pytest.raises(TypeError):
        send("another.process", object())


async def test_send_after_comes_after_a_while_and_can_be_called_off(peer):
    await joined(peer, "listen:1")
    await peer.push("1", "2", "listen:1", "remind_not")
    await peer.push("1", "3", "listen:1", "remind", {"seconds": 0.02})
    assert (await peer.next())[4] == {"message": "reminder"}
    await asyncio.sleep(0.03)
    assert await peer.silent()


async def test_timers_end_with_the_channel(peer):
    await joined(peer, "listen:1")
    server = peer.connection.topics["listen:1"]
    server.send_after(60, "reminder")
    assert server._timers
    await peer.push("1", "3", "listen:1", "phx_leave")
    await peer.next()
    await peer.next()
    assert not server._timers


@pytest.mark.parametrize(("message", "last"), [("stop", "phx_close"), ("nonsense", "phx_error")])
async def test_handle_info_may_stop_and_may_not_return_nonsense(peer, message, last):
    address = (await joined(peer, "listen:1"))["ref"]
    await peer.push("1", "2", "listen:1", "send_to", {"ref": address, "message": message})
    assert (await peer.next())[3] == last


async def test_a_channel_without_handle_info_says_so_in_the_log(caplog):
    class Deaf(Channel):
        async def join(self, payload):
            self.subscribe("news")

    class DeafSocket(Socket):
        channels = {"deaf": Deaf}

    async with Peer(DeafSocket.as_asgi()) as peer:
        await peer.join("deaf")
        pubsub.broadcast("news", "flash", {})
        await settle()
    assert "Deaf on topic 'deaf' got a message but defines no handle_info" in caplog.text


async def test_a_cancelled_error_that_nobody_asked_for_is_a_crash():
    class Cancelling(Channel):
        @event
        async def go(self):
            raise asyncio.CancelledError

    class CancellingSocket(Socket):
        channels = {"c": Cancelling}

    async with Peer(CancellingSocket.as_asgi()) as peer:
        await peer.join("c")
        await peer.push("1", "2", "c", "go")
        assert (await peer.next())[3] == "phx_error"


async def test_ch_34_a_cancelled_error_in_join_is_a_join_that_crashed(caplog):
    class Careless(Channel):
        async def join(self, payload):
            raise asyncio.CancelledError

    class CarelessSocket(Socket):
        channels = {"*": Careless}

    async with Peer(CarelessSocket.as_asgi()) as peer:
        await peer.push("1", "1", "x", "phx_join")
        assert await peer.next() == error("1", "x", "join crashed")
        assert await peer.silent()


async def test_a_cancelled_error_in_terminate_leaves_nothing_behind(caplog):
    class Careless(Channel):
        @event
        async def bye(self):
            self.stop()

        async def terminate(self, reason):
            raise asyncio.CancelledError

    class CarelessSocket(Socket):
        channels = {"*": Careless}

    async with Peer(CarelessSocket.as_asgi()) as peer:
        await peer.join("x")
        await peer.push("1", "2", "x", "bye")
        assert await peer.next() == ["1", "1", "x", "phx_close", {}]
        assert pubsub.subscriber_count("x") == 0
        assert not peer.connection.topics
    assert "terminate failed" in caplog.text


async def test_terminate_that_raises_does_no_harm(caplog):
    class Bad(Channel):
        async def terminate(self, reason):
            raise RuntimeError("late")

    class BadSocket(Socket):
        channels = {"bad": Bad}

    async with Peer(BadSocket.as_asgi()) as peer:
        await peer.join("bad")
        await peer.push("1", "2", "bad", "phx_leave")
        assert await peer.next() == ok("2", "bad")
        assert (await peer.next())[3] == "phx_close"
    assert "Bad on topic 'bad': terminate failed" in caplog.text


async def test_languages_and_time_zones_of_interleaved_clients_do_not_leak():
    german = Peer(APP, query="vsn=2.0.0&zone=Europe/Berlin", headers={"accept-language": "de"})
    french = Peer(APP, query="vsn=2.0.0", headers={"cookie": "django_language=fr"})
    async with german, french, Peer(APP) as plain:
        expected = [
            (german, {"language": "de", "zone": "Europe/Berlin"}),
            (french, {"language": "fr", "zone": "UTC"}),
            (plain, {"language": "en", "zone": "UTC"}),
        ]
        for peer, _ in expected:
            await peer.join("locale")
        for number in range(2, 12):
            for peer, _ in expected:
                await peer.push("1", str(number), "locale", ("sync", "async")[number % 2])
        for number in range(2, 12):
            for peer, answer in expected:
                assert await peer.next() == ok(str(number), "locale", answer)
    assert translation.get_language() == "en"


@dataclass
class Credentials:
    """What a join may be asked for."""

    name: str
    age: int = 0


class Asking(Channel):
    async def join(self, payload: Credentials, *, room: int):
        self.assigns.who = payload
        return {"room": room, "name": payload.name, "age": payload.age}

    @event
    async def rename(self, who: Credentials):
        return {"name": who.name}

    @event
    async def invite(self, guests: list[Credentials], note: Annotated[str, MaxLengthValidator(3)] = ""):
        return {"names": [guest.name for guest in guests]}


class AskingSocket(Socket):
    channels = {"ask:<int:room>": Asking}


async def test_a_join_s_payload_is_converted_by_its_annotation_too(caplog):
    async with Peer(AskingSocket.as_asgi()) as peer:
        await peer.push("1", "1", "ask:7", "phx_join", {"age": "old"})
        errors = {"name": ["should be a text, got nothing"], "age": ["should be a whole number"]}
        assert await peer.next() == invalid("1", "ask:7", errors)
        assert "Asking, event 'phx_join': parameter 'name' should be a text" in caplog.text
        assert not peer.connection.topics
        reply = await peer.join("ask:7", {"name": "ada", "age": "36"}, ref="2")
        assert reply["response"] == {"room": 7, "name": "ada", "age": 36}


async def test_records_and_validators_on_the_wire():
    headers = {"accept-language": "de"}
    async with Peer(AskingSocket.as_asgi(), headers=headers) as peer:
        await peer.join("ask:7", {"name": "ada"})
        await peer.push("1", "2", "ask:7", "rename", {"name": "eve", "x": 1})
        assert await peer.next() == ok("2", "ask:7", {"name": "eve"})
        await peer.push("1", "3", "ask:7", "invite", {"guests": [{"name": "a"}, {"age": 1}], "note": "long"})
        response = (await peer.next())[4]["response"]
        assert response["errors"]["guests.1.name"] == ["should be a text, got nothing"]
        # In the client's language.
        assert "höchstens 3 Zeichen" in response["errors"]["note"][0]
        await peer.push("1", "4", "ask:7", "invite", {"guests": [{"name": "a"}]})
        assert await peer.next() == ok("4", "ask:7", {"names": ["a"]})


async def test_a_join_whose_annotation_makes_no_sense_can_not_be_joined(caplog):
    class Senseless(Channel):
        async def join(self, payload: memoryview):
            pass

    class SenselessSocket(Socket):
        channels = {"*": Senseless}

    async with Peer(SenselessSocket.as_asgi()) as peer:
        await peer.push("1", "1", "x", "phx_join")
        assert await peer.next() == error("1", "x", "join crashed")
    assert "Senseless.join: parameter 'payload': no conversion to" in caplog.text


@dataclass
class Tuned:
    station: str = "one"


class Tuning(Channel):
    history = History(size=10, ttl=60)

    async def join(self, payload: Tuned):
        return {"station": payload.station}


async def test_a_converted_join_has_its_history_all_the_same():
    class TuningSocket(Socket):
        channels = {"radio": Tuning}

    app = TuningSocket.as_asgi()
    async with Peer(app) as peer:
        await peer.push("1", "1", "radio", "phx_join", None)
        offset = (await peer.next())[4]["response"]["phx_history"]["offset"]
        pubsub.broadcast("radio", "song", {"n": 1})
        await peer.next()
    async with Peer(app) as peer:
        reply = await peer.join("radio", {"phx_offset": offset, "station": "two"})
        assert reply["response"]["station"] == "two"
        assert reply["response"]["phx_history"]["gap"] is False
        assert (await peer.next())[3:5][0] == "song"


class Relay(Channel):
    def join(self, payload):
        pass

    async def handle_in(self, event, payload):
        self.broadcast(event, payload)
        return {}


class RelaySocket(Socket):
    channels = {"relay": Relay}


@pytest.mark.parametrize("name", ["phx_close", "phx_error", "phx_reply", "phx_offset"])
async def test_an_event_of_the_protocol_is_not_passed_on(name):
    async with Peer(RelaySocket.as_asgi()) as hostile, Peer(RelaySocket.as_asgi()) as other:
        await hostile.join("relay")
        await other.join("relay")
        await hostile.push("1", "2", "relay", name, {"status": "ok", "response": {}})
        assert await hostile.next() == error("2", "relay", "unknown event")
        await hostile.push("1", "3", "relay", "said")
        assert (await other.next())[3] == "said"
