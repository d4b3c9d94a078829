"""The frames of Supabase's clients, as their own serializer writes and reads them."""

from __future__ import annotations

import json

import pytest

from django_phoenix.exceptions import NoBinary, ProtocolError
from django_phoenix.wire.message import Message
from django_phoenix.wire.serializer import SUPABASE, V1, V2, serializer_for

ONE = serializer_for("1.0.0", binary=True, dialect=SUPABASE)
TWO = serializer_for("2.0.0", binary=True, dialect=SUPABASE)
POLLED = serializer_for("2.0.0", binary=False, dialect=SUPABASE)


def user_push(payload: bytes, encoding: int, event: str = "say", metadata: str = "") -> bytes:
    fields = [field.encode() for field in ("4", "9", "realtime:é", event, metadata)]
    return bytes((3, *map(len, fields), encoding)) + b"".join(fields) + payload


def test_what_a_client_sends_inside_broadcast_is_an_event_of_its_own():
    content = {"type": "broadcast", "event": "say", "payload": {"n": 1}}
    first = json.dumps(
        {"join_ref": "4", "ref": "9", "topic": "realtime:a", "event": "broadcast", "payload": content}
    )
    second = json.dumps(["4", "9", "realtime:a", "broadcast", content])
    wanted = Message("4", "9", "realtime:a", "say", {"n": 1})
    assert ONE.decode(first) == TWO.decode(second) == wanted


def test_a_binary_frame_of_kind_3_is_an_event_too():
    assert TWO.decode(user_push(b'{"n":1}', 1)) == Message("4", "9", "realtime:é", "say", {"n": 1})
    assert TWO.decode(user_push(b"\x00\xff", 0)) == Message("4", "9", "realtime:é", "say", b"\x00\xff")
    assert TWO.decode(user_push(b"{}", 1, metadata='{"persist":true}')).payload == {}


def test_everything_else_comes_as_it_is():
    for event in ("phx_join", "phx_leave", "heartbeat", "presence", "access_token"):
        frame = json.dumps(["4", "9", "realtime:a", event, {"event": "track"}])
        assert TWO.decode(frame) == V2.decode(frame)
    for content in ({}, {"event": 1}, [], None):
        assert TWO.decode(json.dumps(["4", "9", "realtime:a", "broadcast", content])).payload == content


@pytest.mark.parametrize("serializer", [V2, ONE, POLLED])
def test_nobody_else_sends_a_frame_of_kind_3(serializer):
    with pytest.raises(ProtocolError):
        serializer.decode(user_push(b'{"n":1}', 1))


@pytest.mark.parametrize(
    "frame",
    [
        b"\x03",
        b"\x03\x00\x00\x00\x00\x00",
        user_push(b"", 1),
        user_push(b"{", 1),
        b"\x03\x09\x00\x00\x00\x00\x00ab",
        b"\x03\x01\x00\x00\x00\x00\x01\xff{}",
        b"\x04\x01\x00\x00\x00a",
    ],
)
def test_what_is_no_message_is_a_protocol_error(frame):
    with pytest.raises(ProtocolError):
        TWO.decode(frame)


def test_what_a_channel_sends_is_wrapped():
    wrapped = {"type": "broadcast", "event": "said", "payload": {"n": 1}}
    assert json.loads(TWO.encode_push("4", "realtime:a", "said", {"n": 1})) == [
        "4",
        None,
        "realtime:a",
        "broadcast",
        wrapped,
    ]
    assert json.loads(ONE.encode_broadcast("realtime:a", "said", {"n": 1})) == {
        "topic": "realtime:a",
        "event": "broadcast",
        "payload": wrapped,
        "ref": None,
    }


def test_what_the_protocol_and_presence_send_is_not():
    for event in ("presence_state", "presence_diff", "phx_close", "phx_error", "system", "broadcast"):
        assert TWO.encode_broadcast("a", event, {}) == V2.encode_broadcast("a", event, {})
        assert ONE.encode_push("1", "a", event, {}) == V1.encode_push("1", "a", event, {})
    assert TWO.encode_reply("1", "2", "a", "ok", {}) == V2.encode_reply("1", "2", "a", "ok", {})
    assert TWO.encode_control("1", "a", "phx_error", {}) == V2.encode_control("1", "a", "phx_error", {})


def test_bytes_go_as_kind_4():
    wanted = b"\x04\x0b\x04\x00\x00" + "realtime:é".encode() + b"said" + b"\x00\xff"
    assert TWO.encode_broadcast("realtime:é", "said", b"\x00\xff") == wanted
    assert TWO.encode_push("4", "realtime:é", "said", b"\x00\xff") == wanted


def test_where_there_is_no_binary_bytes_are_refused():
    for serializer in (ONE, POLLED):
        with pytest.raises(NoBinary):
            serializer.encode_push("4", "a", "said", b"")
        with pytest.raises(NoBinary):
            serializer.encode_broadcast("a", "said", b"")
    assert json.loads(TWO.encode_reply("1", "2", "a", "ok", b""))[4]["status"] == "error"
