"""Every limit has a setting and a documented answer."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from django_phoenix import pubsub
from django_phoenix.channel import Channel, event
from django_phoenix.signals import mailbox_full, slow_client
from django_phoenix.socket import Socket
from django_phoenix.transport import connection
from tests.support.peer import Peer, error, ok, settle


class Room(Channel):
    gate: asyncio.Event

    @event
    async def slow(self):
        await self.gate.wait()

    @event
    async def echo(self, n: int):
        return {"n": n}

    async def handle_info(self, message):
        await self.gate.wait()


class RoomSocket(Socket):
    channels = {"room:*": Room}


APP = RoomSocket.as_asgi()


@pytest.fixture(autouse=True)
def _gate():
    Room.gate = asyncio.Event()


@contextlib.contextmanager
def noted(signal):
    seen = []

    def note(**arguments):
        seen.append(arguments)

    signal.connect(note)
    yield seen
    signal.disconnect(note)


async def test_a_frame_that_is_too_large_closes_with_1009(settings):
    settings.DJANGO_PHOENIX = {"MAX_FRAME_BYTES": 1000}
    async with Peer(APP) as peer:
        await peer.push(None, "1", "phoenix", "heartbeat", {"pad": "x" * 500})
        assert await peer.next() == ok("1", "phoenix", join_ref=None)
        await peer.push(None, "1", "phoenix", "heartbeat", {"pad": "x" * 1000})
        assert await peer.closed() == 1009


async def test_a_frame_s_size_counts_bytes_not_characters(settings):
    settings.DJANGO_PHOENIX = {"MAX_FRAME_BYTES": 1000}
    async with Peer(APP) as peer:
        await peer.send_raw('[null,"1","phoenix","heartbeat",{"pad":"%s"}]' % ("é" * 400))
        assert await peer.next() == ok("1", "phoenix", join_ref=None)
        await peer.send_raw('[null,"1","phoenix","heartbeat",{"pad":"%s"}]' % ("é" * 500))
        assert await peer.closed() == 1009


async def test_ch_58_a_frame_that_is_no_message_closes_with_1002():
    async with Peer(APP) as peer:
        await peer.send_raw('["1","2","t","e"]')
        assert await peer.closed() == 1002


async def test_a_client_that_is_too_fast_is_closed_with_1008(settings):
    settings.DJANGO_PHOENIX = {"MESSAGE_RATE": (20, 60)}
    async with Peer(APP) as peer:
        for number in range(21):
            await peer.push(None, str(number), "phoenix", "heartbeat")
        assert await peer.closed() == 1008


async def test_a_client_may_send_as_much_again_after_the_time_span(settings):
    settings.DJANGO_PHOENIX = {"MESSAGE_RATE": (20, 0.01)}
    async with Peer(APP) as peer:
        for number in range(60):
            await peer.push(None, str(number), "phoenix", "heartbeat")
            if number % 15 == 0:
                await asyncio.sleep(0.012)
            assert await peer.next() == ok(str(number), "phoenix", join_ref=None)


async def test_the_rate_limit_can_be_switched_off(settings):
    settings.DJANGO_PHOENIX = {"MESSAGE_RATE": None}
    async with Peer(APP) as peer:
        await peer.push(None, "1", "phoenix", "heartbeat")
        assert await peer.next() == ok("1", "phoenix", join_ref=None)


async def test_more_joins_than_the_rate_are_turned_away_and_told_when_to_come_back(settings):
    settings.DJANGO_PHOENIX = {"JOIN_RATE": (10, 60)}
    async with Peer(APP) as peer, Peer(APP) as other:
        for number in range(connection.UNCOUNTED_JOINS + 10):
            assert (await peer.join("room:1", ref=str(number)))["status"] == "ok"
            await peer.push(str(number), None, "room:1", "phx_leave")
            assert (await peer.next())[3] == "phx_close"
        await peer.push("a", "b", "room:2", "phx_join")
        refused = await peer.next()
        assert refused[:4] == ["a", "b", "room:2", "phx_reply"]
        assert refused[4]["response"]["reason"] == "rate limited"
        assert 0 < refused[4]["response"]["retry_after"] <= 6
        assert peer.connection.topics == {}
        await peer.push(None, "c", "phoenix", "heartbeat")
        assert await peer.next() == ok("c", "phoenix", join_ref=None)
        assert (await other.join("room:1"))["status"] == "ok"


@pytest.mark.parametrize("rate", [None, "1000000/s"])
async def test_the_rate_of_joins_can_be_switched_off_or_set(settings, rate):
    settings.DJANGO_PHOENIX = {"JOIN_RATE": rate}
    async with Peer(APP) as peer:
        for number in range(300):
            assert (await peer.join(f"room:{number % 50}", ref=str(number)))["status"] == "ok"
            await peer.push(str(number), None, f"room:{number % 50}", "phx_leave")
            await peer.next()


async def test_a_client_that_comes_back_may_join_all_its_topics_at_once():
    async with Peer(APP) as peer:
        for number in range(100):
            await peer.push(str(number), str(number), f"room:{number}", "phx_join")
        for _ in range(100):
            assert (await peer.next())[4]["status"] == "ok"


async def test_too_many_waiting_messages_are_turned_away_with_an_answer(settings, caplog):
    settings.DJANGO_PHOENIX = {"MAILBOX_LIMIT": 2}
    with noted(mailbox_full) as seen:
        async with Peer(APP) as peer:
            await peer.join("room:1")
            await peer.push("1", "2", "room:1", "slow")
            for number in range(3, 6):
                await peer.push("1", str(number), "room:1", "echo", {"n": number})
            assert await peer.next() == error("5", "room:1", "too many messages waiting")
            Room.gate.set()
            assert await peer.next() == ok("3", "room:1", {"n": 3})
            assert await peer.next() == ok("4", "room:1", {"n": 4})
    assert "too many messages wait, 'echo' is turned away" in caplog.text
    assert [(note["topic"], note["waiting"]) for note in seen] == [("room:1", 2)]


async def test_too_many_waiting_bytes_are_turned_away_and_counted_down_again(settings):
    settings.DJANGO_PHOENIX = {"MAILBOX_BYTES": 1000}
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "slow")
        await peer.push("1", "3", "room:1", "echo", {"n": 3, "pad": "x" * 600})
        await peer.push("1", "4", "room:1", "echo", {"n": 4, "pad": "x" * 600})
        assert await peer.next() == error("4", "room:1", "too many messages waiting")
        Room.gate.set()
        assert await peer.next() == ok("3", "room:1", {"n": 3})
        assert peer.connection.waiting_bytes == 0


async def test_leaves_that_wait_are_counted_too(settings):
    settings.DJANGO_PHOENIX = {"MAILBOX_BYTES": 1000}
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "slow")
        await peer.push("1", "3", "room:1", "phx_leave", {"pad": "x" * 600})
        await peer.push("1", "4", "room:1", "phx_leave", {"pad": "x" * 600})
        assert await peer.next() == ok("4", "room:1")
        assert peer.connection.topics["room:1"].pending == 1
        Room.gate.set()
        assert sorted([(await peer.next())[3] for _ in range(2)]) == ["phx_close", "phx_reply"]
        assert peer.connection.waiting_bytes == 0


@pytest.mark.parametrize(
    ("join_ref", "topic"), [("1", "room:" + "x" * 1000), ("1" * 101, "room:1")], ids=["topic", "join_ref"]
)
async def test_a_topic_or_ref_that_is_too_long_to_keep_is_unmatched(join_ref, topic):
    async with Peer(APP) as peer:
        await peer.push(join_ref, "2", topic, "phx_join")
        assert await peer.next() == error("2", topic, "unmatched topic", None)
        assert not peer.connection.topics


async def test_what_a_client_calls_its_event_can_t_forge_a_log_line(settings, caplog):
    settings.DJANGO_PHOENIX = {"MAILBOX_LIMIT": 1}
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "slow")
        for ref in ("3", "4"):
            await peer.push("1", ref, "room:1", "echo\nforged")
        assert await peer.next() == error("4", "room:1", "too many messages waiting")
        Room.gate.set()
        assert await peer.next() == error("3", "room:1", "unknown event")
    assert "\nforged" not in caplog.text


async def test_waiting_bytes_are_freed_when_the_channel_ends(settings):
    async with Peer(APP) as peer:
        await peer.join("room:1")
        await peer.push("1", "2", "room:1", "slow")
        await peer.push("1", "3", "room:1", "echo", {"n": 3})
        await peer.push("9", "9", "room:1", "phx_join")
        await settle()
        assert peer.connection.waiting_bytes > 0
        Room.gate.set()
        await settle()
        assert peer.connection.waiting_bytes == 0


async def test_an_info_that_finds_the_mailbox_full_is_logged_and_signalled(settings, caplog):
    settings.DJANGO_PHOENIX = {"MAILBOX_LIMIT": 1}
    with noted(mailbox_full) as seen:
        async with Peer(APP) as peer:
            await peer.join("room:1")
            server = peer.connection.topics["room:1"]
            for number in range(4):
                server.inform(number)
                await settle()
            Room.gate.set()
    assert len(seen) == 2
    assert "its mailbox is full, a message is lost" in caplog.text


async def test_a_client_that_does_not_read_is_closed_with_1013_and_stalls_nobody(settings, caplog):
    settings.DJANGO_PHOENIX = {"OUTBOX_FRAMES": 10}
    with noted(slow_client) as seen:
        async with Peer(APP) as slow, Peer(APP) as quick:
            await slow.join("room:1")
            await quick.join("room:1")
            slow.blocked = True
            for number in range(15):
                pubsub.broadcast("room:1", "news", {"n": number})
            for number in range(15):
                assert (await quick.next())[4] == {"n": number}
            assert slow.connection.closed
            assert slow.connection.topics == {}
            slow.unblock()
            assert await slow.closed() == 1013
    assert "does not read, 11 frames" in caplog.text
    assert len(seen) == 1
    assert seen[0]["frames"] == 11


async def test_bytes_that_wait_for_a_client_are_bounded_too(settings):
    settings.DJANGO_PHOENIX = {"OUTBOX_BYTES": 1000}
    async with Peer(APP) as peer:
        await peer.join("room:1")
        peer.blocked = True
        for _ in range(3):
            pubsub.broadcast("room:1", "news", {"pad": "x" * 500})
        assert peer.connection.closed


async def test_a_client_that_reads_again_in_time_gets_everything_in_order():
    async with Peer(APP) as peer:
        await peer.join("room:1")
        peer.blocked = True
        for number in range(50):
            pubsub.broadcast("room:1", "news", {"n": number})
        assert peer.connection.outbox.busy
        drained = []
        peer.connection.outbox.when_drained(lambda: drained.append(True))
        peer.unblock()
        assert [(await peer.next())[4]["n"] for _ in range(50)] == list(range(50))
        await settle()
        assert not peer.connection.outbox.busy
        assert drained == [True]


async def test_ch_13_and_14_an_idle_connection_is_closed_with_1001():
    async with Peer(RoomSocket.as_asgi(timeout=0.1)) as peer:
        await peer.join("room:1")
        assert await peer.closed() == 1001
        assert peer.connection.topics == {}


async def test_any_frame_keeps_a_connection_open():
    async with Peer(RoomSocket.as_asgi(timeout=0.1)) as peer:
        for number in range(8):
            await peer.push(None, str(number), "phoenix", "heartbeat")
            assert await peer.next() == ok(str(number), "phoenix", join_ref=None)
            await asyncio.sleep(0.04)


def test_ch_13_the_idle_timeout_is_above_the_client_s_heartbeat():
    from django_phoenix.conf import DEFAULTS

    assert DEFAULTS["IDLE_TIMEOUT"] > 30


async def test_nothing_is_answered_after_the_close():
    async with Peer(APP) as peer:
        await peer.send_raw("nonsense")
        assert await peer.closed() == 1002
        await peer.push(None, "1", "phoenix", "heartbeat")
        assert await peer.silent()
