"""What a connection answers, frame by frame: joining, leaving, stale refs, unknown topics."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest

from django_phoenix import pubsub
from django_phoenix.channel import Channel, JoinRefused, event
from django_phoenix.socket import Socket
from django_phoenix.transport import blueprint, channel_process
from django_phoenix.transport import connection as connection_module
from tests.support.peer import Peer, error, ok, settle


class Room(Channel):
    """``ended`` collects why channels ended; ``gate`` holds slow joins and slow handlers."""

    gate: asyncio.Event
    ended: list

    async def join(self, payload, **captures):
        if payload.get("slow"):
            await self.gate.wait()
        if payload.get("refuse"):
            raise JoinRefused({"reason": "no"})
        if payload.get("crash"):
            raise RuntimeError("secret detail")
        if payload.get("say") is not None:
            return payload["say"]
        return None

    @event
    async def echo(self, **payload):
        return payload

    @event
    async def slow(self):
        await self.gate.wait()
        return {"slow": True}

    @event
    async def crash(self):
        raise RuntimeError("secret detail")

    @event
    async def none(self):
        return None

    def terminate(self, reason):
        self.ended.append(reason)


class Quiet(Channel):
    pass


class RoomSocket(Socket):
    channels = {"room:<int:room>": Room, "quiet:*": Quiet, "*": Room}


APP = RoomSocket.as_asgi()


@pytest.fixture(autouse=True)
def _room_state():
    Room.gate = asyncio.Event()
    Room.ended = []


@pytest.fixture
async def peer():
    async with Peer(APP) as peer:
        yield peer
        Room.gate.set()


async def test_ch_12_a_heartbeat_is_answered_also_as_the_first_frame(peer):
    await peer.push(None, "7", "phoenix", "heartbeat")
    assert await peer.next() == ok("7", "phoenix", join_ref=None)


async def test_other_events_and_joins_on_the_reserved_topic_are_unmatched(peer):
    await peer.push(None, "7", "phoenix", "other")
    assert await peer.next() == error("7", "phoenix", "unmatched topic", join_ref=None)
    await peer.push("8", "8", "phoenix", "phx_join")
    assert await peer.next() == error("8", "phoenix", "unmatched topic", join_ref=None)


@pytest.mark.parametrize("topic", ["\x1fmodel:auth.user", "\x1flogins", "\x1fpresence"])
async def test_no_pattern_opens_what_processes_tell_one_another(peer, topic):
    """The socket has a channel for each topic whatever."""
    await peer.push("8", "8", topic, "phx_join")
    assert await peer.next() == error("8", topic, "unmatched topic", join_ref=None)


async def test_ch_33_join_and_push_replies_carry_both_refs(peer):
    await peer.push("3", "3", "room:1", "phx_join")
    assert await peer.next() == ok("3", "room:1", join_ref="3")
    await peer.push("3", "4", "room:1", "echo", {"n": 1})
    assert await peer.next() == ok("4", "room:1", {"n": 1}, join_ref="3")


async def test_refs_that_are_numbers_are_echoed_as_numbers(peer):
    await peer.push(3, 3, "room:1", "phx_join")
    assert await peer.next() == ok(3, "room:1", join_ref=3)


async def test_a_join_s_dict_is_its_reply(peer):
    assert await peer.join("room:1", {"say": {"hello": 1}}) == {"status": "ok", "response": {"hello": 1}}


@pytest.mark.parametrize("event_name", ["echo", "phx_join"])
async def test_ch_29_an_unknown_topic_is_answered_with_join_ref_null(event_name):
    class Empty(Socket):
        channels = {"room:*": Room}

    async with Peer(Empty.as_asgi()) as peer:
        await peer.push("1", "2", "nowhere", event_name)
        assert await peer.next() == error("2", "nowhere", "unmatched topic", join_ref=None)


async def test_ch_30_leaving_an_unknown_topic_is_ok(peer):
    await peer.push("1", "2", "nowhere", "phx_leave")
    assert await peer.next() == ok("2", "nowhere")


async def test_ch_57_pushes_and_leaves_may_come_before_any_join(peer):
    await peer.push("1", "2", "room:1", "echo")
    await peer.push("1", "3", "room:1", "phx_leave")
    assert await peer.next() == error("2", "room:1", "unmatched topic", join_ref=None)
    assert await peer.next() == ok("3", "room:1")
    assert (await peer.join("room:1", ref="4"))["status"] == "ok"


async def test_ch_31_a_push_or_leave_with_another_join_ref_is_dropped_silently(peer):
    await peer.join("room:1")
    await peer.push("99", "2", "room:1", "echo")
    await peer.push("99", "3", "room:1", "phx_leave")
    await peer.push("1", "4", "room:1", "echo")
    assert await peer.next() == ok("4", "room:1")


async def test_ch_32_a_null_join_ref_is_accepted(peer):
    await peer.join("room:1")
    await peer.push(None, "2", "room:1", "echo", {"n": 1})
    assert await peer.next() == ok("2", "room:1", {"n": 1})
    await peer.push(None, "3", "room:1", "phx_leave")
    assert await peer.next() == ok("3", "room:1", join_ref=None)


async def test_ch_37_and_39_a_leave_is_answered_then_closed_and_the_topic_is_free(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "phx_leave")
    assert await peer.next() == ok("2", "room:1")
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert Room.ended == ["left"]
    await peer.push("1", "3", "room:1", "echo")
    assert await peer.next() == error("3", "room:1", "unmatched topic", join_ref=None)
    assert (await peer.join("room:1", ref="4"))["status"] == "ok"


async def test_a_leave_and_a_new_join_back_to_back(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "phx_leave")
    await peer.push("3", "3", "room:1", "phx_join")
    frames = [await peer.next() for _ in range(3)]
    assert ["1", "1", "room:1", "phx_close", {}] in frames
    assert frames[-1] == ok("3", "room:1", join_ref="3")


async def test_a_refused_join_leaves_no_channel(peer):
    assert await peer.join("room:1", {"refuse": True}) == {"status": "error", "response": {"reason": "no"}}
    assert peer.connection.topics == {}
    assert await peer.silent()
    assert Room.ended == []


async def test_ch_34_a_join_that_raises_is_answered_and_no_phx_error_follows(peer, caplog):
    reply = await peer.join("room:1", {"crash": True})
    assert reply == {"status": "error", "response": {"reason": "join crashed"}}
    assert await peer.silent()
    assert peer.connection.topics == {}
    assert "Room on topic 'room:1': join failed" in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("bad", [["list"], "text", 5, {"key": {1, 2}}])
async def test_a_join_that_returns_nonsense_has_crashed(monkeypatch, peer, caplog, bad):
    async def join(self, payload, **captures):
        return bad

    monkeypatch.setattr(Room, "join", join)
    # The class was read before: read it anew for this test, and again after it.
    monkeypatch.setattr(blueprint, "_blueprints", {})
    reply = await peer.join("room:1")
    assert reply == {"status": "error", "response": {"reason": "join crashed"}}
    assert "Room on topic 'room:1'" in caplog.text


async def test_ch_35_too_many_channels(peer, settings):
    settings.DJANGO_PHOENIX = {"MAX_CHANNELS": 2}
    await peer.join("room:1", ref="1")
    await peer.join("room:2", ref="2")
    reply = await peer.join("room:3", ref="3")
    assert reply == {"status": "error", "response": {"reason": "too many channels joined"}}
    await peer.push("4", "4", "room:1", "phx_join")
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert await peer.next() == ok("4", "room:1", join_ref="4")


async def test_ch_36_a_duplicate_join_closes_the_old_one_with_its_own_join_ref(peer):
    await peer.join("room:1")
    await peer.push("5", "5", "room:1", "phx_join")
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert await peer.next() == ok("5", "room:1", join_ref="5")
    assert Room.ended == ["duplicate join"]
    await peer.push("5", "6", "room:1", "echo")
    assert await peer.next() == ok("6", "room:1", join_ref="5")


async def test_ch_36_a_duplicate_join_of_a_channel_nobody_waits_for(peer):
    await peer.join("quiet:1")
    await peer.push("5", "5", "quiet:1", "phx_join")
    assert await peer.next() == ["1", "1", "quiet:1", "phx_close", {}]
    assert await peer.next() == ok("5", "quiet:1", join_ref="5")


async def test_a_duplicate_join_waits_for_the_message_in_hand(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "slow")
    await peer.push("1", "3", "room:1", "echo")
    await peer.push("5", "5", "room:1", "phx_join")
    await peer.push("5", "6", "room:1", "echo", {"n": 6})
    assert await peer.silent()
    Room.gate.set()
    assert await peer.next() == ok("2", "room:1", {"slow": True})
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert await peer.next() == error("3", "room:1", "unmatched topic", join_ref=None)
    assert await peer.next() == ok("5", "room:1", join_ref="5")
    assert await peer.next() == ok("6", "room:1", {"n": 6}, join_ref="5")


async def test_a_channel_that_does_not_end_is_cancelled_after_the_grace(peer, settings, caplog):
    settings.DJANGO_PHOENIX = {"SHUTDOWN_GRACE": 0.05}
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "slow")
    await peer.push("5", "5", "room:1", "phx_join")
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert await peer.next() == ok("5", "room:1", join_ref="5")
    assert "did not end within 0.05 seconds" in caplog.text


async def test_three_joins_in_a_row_end_with_the_last(peer):
    for ref in ("1", "2", "3"):
        await peer.push(ref, ref, "room:1", "phx_join", {"slow": True})
    Room.gate.set()
    await peer.push("3", "4", "room:1", "echo")
    frames = [await peer.next() for _ in range(5)]
    assert frames[-2:] == [ok("3", "room:1", join_ref="3"), ok("4", "room:1", join_ref="3")]
    assert len(peer.connection.topics) == 1


async def test_of_many_joins_behind_a_slow_one_only_the_last_waits(peer):
    await peer.push("1", "1", "room:1", "phx_join", {"slow": True})
    for ref in map(str, range(2, 50)):
        await peer.push(ref, ref, "room:1", "phx_join", {"slow": True})
    for ref in map(str, range(2, 49)):
        assert await peer.next() == error(ref, "room:1", "duplicate join", ref)
    Room.gate.set()
    # The first was in its join already: it is answered, and closed.
    assert [(await peer.next())[:2] for _ in range(3)] == [["1", "1"], ["1", "1"], ["49", "49"]]
    assert await peer.silent()
    assert [server.join_ref for server in peer.connection.topics.values()] == ["49"]


class Unmakeable(Channel):
    def __init__(self, server):
        raise RuntimeError("secret detail")


class Unreadable(Channel):
    @event
    def bad(self, value: NoSuchType):  # noqa: F821
        pass


@pytest.mark.parametrize("channel_class", [Unmakeable, Unreadable])
async def test_ch_34_a_channel_that_can_t_be_made_ends_nothing_else(caplog, channel_class):
    class Mixed(Socket):
        channels = {"bad": channel_class, "*": Room}

    async with Peer(Mixed.as_asgi()) as peer:
        await peer.join("room:1")
        await peer.push("2", "2", "bad", "phx_join")
        assert await peer.next() == error("2", "bad", "join crashed", "2")
        await peer.push("1", "3", "room:1", "echo")
        assert await peer.next() == ok("3", "room:1")
    assert f"{channel_class.__name__} can't be made" in caplog.text
    assert caplog.text.count("Traceback") == 1


@pytest.mark.parametrize("payload", ["x", 5, True, [1]])
async def test_a_join_with_a_payload_that_is_no_object_never_reaches_join(peer, caplog, payload):
    await peer.push("1", "1", "room:1", "phx_join", payload)
    response = (await peer.next())[4]["response"]
    assert response == {"reason": "invalid params", "errors": {"__all__": ["should be a JSON object"]}}
    assert "event 'phx_join': the payload should be a JSON object" in caplog.text
    assert "Traceback" not in caplog.text
    assert not peer.connection.topics


def test_a_topic_that_was_joined_is_not_kept_for_ever():
    """Python 3.12 never frees what it interns."""
    tracemalloc.start()
    for number in range(20):
        channel_process.shared(f"{number}" + "x" * 1_000_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3_000_000


async def test_ch_38_a_crash_is_phx_error_and_the_topic_is_free(peer, caplog):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "crash")
    assert await peer.next() == ["1", "1", "room:1", "phx_error", {"reason": "channel_crash"}]
    assert "Room on topic 'room:1' crashed in Room.crash" in caplog.text
    assert sum("Traceback" in record.message or bool(record.exc_info) for record in caplog.records) == 1
    assert isinstance(Room.ended[0], RuntimeError)
    assert (await peer.join("room:1", ref="3"))["status"] == "ok"


async def test_a_crash_leaves_other_topics_alone(peer):
    await peer.join("room:1", ref="1")
    await peer.join("room:2", ref="2")
    await peer.push("1", "3", "room:1", "crash")
    await peer.push("2", "4", "room:2", "echo", {"n": 1})
    frames = [await peer.next(), await peer.next()]
    assert ok("4", "room:2", {"n": 1}, join_ref="2") in frames


async def test_what_waits_behind_a_crash_is_answered(peer):
    await peer.join("room:1")
    await peer.push("1", "2", "room:1", "slow")
    await peer.push("1", "3", "room:1", "crash")
    await peer.push("1", "4", "room:1", "echo")
    await peer.push("1", "5", "room:1", "phx_leave")
    await settle()
    Room.gate.set()
    assert await peer.next() == ok("2", "room:1", {"slow": True})
    assert (await peer.next())[3] == "phx_error"
    assert await peer.next() == error("4", "room:1", "unmatched topic", join_ref=None)
    assert await peer.next() == ok("5", "room:1")


async def test_a_slow_join_delays_neither_heartbeat_nor_other_topics(peer):
    await peer.push("1", "1", "room:1", "phx_join", {"slow": True})
    await peer.push(None, "2", "phoenix", "heartbeat")
    assert await peer.next() == ok("2", "phoenix", join_ref=None)
    assert (await peer.join("room:2", ref="3"))["status"] == "ok"
    await peer.push("3", "4", "room:2", "echo")
    assert await peer.next() == ok("4", "room:2", join_ref="3")


async def test_ch_43_a_late_join_answer_and_the_leave_of_its_timeout(peer):
    await peer.push("1", "1", "room:1", "phx_join", {"slow": True})
    await peer.push("1", "2", "room:1", "phx_leave")
    Room.gate.set()
    assert await peer.next() == ok("1", "room:1")
    assert await peer.next() == ok("2", "room:1")
    assert await peer.next() == ["1", "1", "room:1", "phx_close", {}]
    assert (await peer.join("room:1", ref="3"))["status"] == "ok"


async def test_pushes_behind_a_refused_join_are_unmatched(peer):
    await peer.push("1", "1", "room:1", "phx_join", {"slow": True, "refuse": True})
    await peer.push("1", "2", "room:1", "echo")
    Room.gate.set()
    assert (await peer.next())[4]["response"] == {"reason": "no"}
    assert await peer.next() == error("2", "room:1", "unmatched topic", join_ref=None)


async def test_ch_42_replies_come_in_the_order_of_the_pushes(peer):
    await peer.join("room:1")
    for number in range(50):
        await peer.push("1", str(number + 2), "room:1", "echo", {"n": number})
    answers = [await peer.next() for _ in range(50)]
    assert [frame[4]["response"]["n"] for frame in answers] == list(range(50))


async def test_a_push_without_ref_gets_no_reply(peer):
    await peer.join("room:1")
    await peer.push("1", None, "room:1", "echo")
    await peer.push("1", "2", "room:1", "none")
    assert await peer.silent()


async def test_a_null_join_payload_is_an_empty_one(peer):
    await peer.send_raw('["1","1","room:1","phx_join",null]')
    assert await peer.next() == ok("1", "room:1")


async def test_channels_end_with_closed_when_the_client_goes():
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.join("room:2", ref="2")
    assert Room.ended == ["closed", "closed"]
    assert peer.connection.topics == {}


async def test_a_client_that_goes_during_a_join_leaves_nothing_behind():
    peer = Peer(APP)
    await peer.open()
    await peer.push("1", "1", "room:1", "phx_join", {"slow": True})
    await settle()
    leaving = asyncio.create_task(peer.disconnect())
    await settle()
    Room.gate.set()
    await leaving
    assert peer.connection.topics == {}
    assert Room.ended == ["closed"]
    assert pubsub.subscriber_count("room:1") == 0


async def test_ch_48_a_disconnect_on_the_socket_s_id_closes_with_1001():
    class Named(RoomSocket):
        def id(self):
            return "users:7"

    async with Peer(Named.as_asgi()) as peer, Peer(APP) as other:
        await peer.join("room:1")
        pubsub.broadcast("users:7", "other", {})
        pubsub.broadcast("users:7", "disconnect", {})
        assert await peer.closed() == 1001
        await peer.disconnect(1001)
        assert await other.silent()
    assert Room.ended == ["closed"]
    assert pubsub.subscriber_count("users:7") == 0


async def test_a_client_that_does_not_answer_the_close_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(connection_module, "CLOSE_WAIT", 0.01)
    peer = Peer(APP)
    await peer.open()
    await peer.join("room:1")
    await peer.send_raw("nonsense")
    assert await peer.closed() == 1002
    await asyncio.wait_for(peer._task, 5)
