"""Whatever a client sends: no hang, no crash, no traceback to the client; always a documented answer."""

from __future__ import annotations

import asyncio
import json
import logging

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_phoenix.channel import Channel, JoinRefused, Params, Reply, event
from django_phoenix.socket import Socket
from tests.support.peer import Peer, settle

CLOSE_CODES = {1002, 1007, 1008, 1009}
REASONS = {
    "unmatched topic",
    "unknown event",
    "invalid params",
    "join crashed",
    "too many channels joined",
    "too many messages waiting",
    "duplicate join",
    "refused",
}
EVENTS = {"phx_reply", "phx_close", "phx_error", "pushed"}


class Target(Channel):
    """Takes anything, refuses some."""

    async def join(self, payload, **captures):
        if isinstance(payload, dict) and payload.get("refuse"):
            raise JoinRefused({"reason": "refused"})
        if isinstance(payload, list):
            raise TypeError("a secret detail")
        await asyncio.sleep(0)

    @event
    async def echo(self, params: Params):
        return dict(params)

    @event
    async def typed(self, number: int, name: str = "", flags: list[bool] | None = None):
        await asyncio.sleep(0)
        return {"number": number}

    @event
    async def blob(self, data: bytes):
        return Reply.ok(data)

    @event
    async def crash(self):
        raise RuntimeError("a secret detail")

    @event
    async def push_it(self, params: Params):
        self.push("pushed", params)


class Open(Target):
    def handle_in(self, event, payload):
        return {"event": event} if isinstance(payload, dict) else Reply.ok(payload)


class FuzzSocket(Socket):
    channels = {"room:<int:room>": Target, "open:*": Open, "exact": Target}


APP = FuzzSocket.as_asgi()

refs = st.one_of(
    st.none(), st.sampled_from(["1", "2", "3"]), st.text(max_size=5), st.integers(-(2**53), 2**53)
)
topics = st.one_of(
    st.sampled_from(["room:1", "room:2", "open:x", "exact", "phoenix", "room:x", ""]), st.text(max_size=20)
)
event_names = [
    "phx_join",
    "phx_leave",
    "heartbeat",
    "phx_close",
    "phx_error",
    "phx_reply",
    "join",
    "__class__",
]
event_names += ["echo", "typed", "blob", "crash", "push_it"]
events = st.one_of(st.sampled_from(event_names), st.text(max_size=20))
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
payloads = st.one_of(
    json_values,
    st.fixed_dictionaries({"number": json_values}, optional={"name": json_values, "flags": json_values}),
    st.just({"refuse": True}),
    st.just({}),
)


def text_frame(fields):
    return json.dumps(fields, ensure_ascii=False)


messages = st.tuples(refs, refs, topics, events, payloads).map(lambda fields: text_frame(list(fields)))
likely = st.tuples(st.just("1"), refs, st.sampled_from(["room:1", "open:x"]), events, payloads).map(
    lambda fields: text_frame(list(fields))
)


def binary_frame(parts):
    join_ref, ref, topic, name, data = parts
    fields = [part.encode("utf-8", "surrogatepass")[:255] for part in (join_ref, ref, topic, name)]
    return bytes([0, *map(len, fields)]) + b"".join(fields) + data


binary = st.tuples(
    st.sampled_from(["1", "", "x"]), st.sampled_from(["2", ""]), topics, events, st.binary(max_size=30)
).map(binary_frame)
broken = st.one_of(
    st.text(max_size=60),
    st.binary(max_size=60),
    json_values.map(text_frame),
    st.lists(json_values, max_size=7).map(text_frame),
    st.integers(200, 1500).map(
        lambda depth: '["1","2","room:1","echo",' + '{"a":' * depth + "1" + "}" * depth + "]"
    ),
)
good = st.one_of(messages, likely, likely, likely, binary)
bounded = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@bounded
@given(st.lists(good, min_size=5, max_size=40))
def test_any_messages_get_documented_answers(sent):
    converse(sent, ends="last")


@bounded
@given(st.lists(good, max_size=3), st.lists(broken, min_size=1, max_size=3))
def test_what_is_no_message_closes_the_connection_or_is_answered(sent, nonsense):
    converse(sent + nonsense)


def converse(sent, ends=None):
    logging.disable(logging.CRITICAL)
    try:
        ended = asyncio.run(asyncio.wait_for(talk(sent), 20))
    finally:
        logging.disable(logging.NOTSET)
    assert ends in (None, ended)


async def talk(sent):
    async with Peer(APP) as peer:
        await peer.push("1", "1", "room:1", "phx_join")
        await peer.push("1", "1", "open:x", "phx_join")
        for frame in sent:
            await peer.send_raw(frame)
        await everything_is_handled(peer)
        await peer.push(None, "last", "phoenix", "heartbeat")
        while (ended := await answer(peer)) not in ("closed", "last"):
            pass
        assert await peer.silent()
        assert not peer._task.done()
    assert peer.connection.topics == {}
    assert peer.connection.waiting_bytes == 0
    return ended


async def everything_is_handled(peer):
    await settle(100)
    while any(server._busy for server in peer.connection.topics.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def answer(peer):
    """Check one answer; what it was."""
    event = await peer._event()
    if event["type"] == "websocket.close":
        assert event["code"] in CLOSE_CODES
        return "closed"
    frame = event.get("text", event.get("bytes"))
    assert "secret" not in str(frame)
    assert "Traceback" not in str(frame)
    if isinstance(frame, bytes):
        assert frame[0] in (0, 1)
        return "binary"
    _, ref, topic, name, payload = json.loads(frame)
    assert name in EVENTS
    assert isinstance(payload, dict)
    if name == "phx_reply":
        assert list(payload) == ["status", "response"]
        assert payload["status"] in ("ok", "error")
        if payload["status"] == "error":
            assert payload["response"]["reason"] in REASONS
    return "last" if (ref, topic) == ("last", "phoenix") else "text"
