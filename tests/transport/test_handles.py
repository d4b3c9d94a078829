"""What a channel keeps in its hand: the push that is answered later, its own address."""

from __future__ import annotations

import pytest

from django_phoenix.channel import Channel, event
from django_phoenix.delivery.history import exchange
from django_phoenix.delivery.presence import tracker
from django_phoenix.socket import Socket
from django_phoenix.transport import login_news, post
from tests.support.peer import Peer

channels: list[Channel] = []
pending = []


class Asked(Channel):
    async def join(self, payload):
        channels.append(self)

    @event
    async def ask(self):
        pending.append(self.reply_later())

    @event
    def watch(self, topic: str):
        self.subscribe(topic)
        return {}


class Asking(Socket):
    channels = {"room": Asked}


APP = Asking.as_asgi()


@pytest.fixture(autouse=True)
def forgotten():
    yield
    channels.clear()
    pending.clear()


async def test_an_answer_that_is_no_json_is_none_so_that_another_can_be_given():
    async with Peer(APP) as peer:
        await peer.join("room")
        await peer.push("1", "2", "room", "ask")
        await peer.push("1", "3", "room", "unknown")
        await peer.next()
        with pytest.raises(TypeError):
            pending[0].ok({"never": object()})
        pending[0].error({"reason": "sorry"})
        pending[0].ok({"twice": True})
        assert (await peer.next())[1:] == [
            "2",
            "room",
            "phx_reply",
            {"status": "error", "response": {"reason": "sorry"}},
        ]
        assert await peer.silent()


async def test_the_address_of_a_channel_that_has_ended_is_not_kept():
    async with Peer(APP) as peer:
        await peer.join("room")
    known = len(post._addresses)
    channels[0].broadcast_from("late", {})
    assert channels[0].ref == channels[0].ref
    assert len(post._addresses) == known


@pytest.mark.parametrize("topic", [login_news.TOPIC, post.TOPIC, tracker.TOPIC, exchange.TOPIC])
async def test_a_client_that_may_name_a_topic_does_not_hear_what_processes_tell_each_other(topic, caplog):
    async with Peer(APP) as peer:
        await peer.join("room")
        await peer.push("1", "2", "room", "watch", {"topic": "news"})
        assert (await peer.next())[4]["status"] == "ok"
        await peer.push("1", "3", "room", "watch", {"topic": topic})
        assert (await peer.next())[3] == "phx_error"
    assert "no topic begins like that" in caplog.text
