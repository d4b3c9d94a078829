"""Version 1 of the protocol: an object for each message, text only."""

from __future__ import annotations

import json

import pytest

from django_phoenix.exceptions import NoBinary, ProtocolError
from django_phoenix.wire.encoding import encoded_early
from django_phoenix.wire.message import Message
from django_phoenix.wire.serializer import V1, V2, V2_TEXT, serializer_for


def test_a_message_is_an_object_with_four_fields_and_perhaps_a_fifth():
    fields = {"topic": "room:1", "event": "say", "payload": {"t": "hi"}, "ref": "9"}
    assert V1.decode(json.dumps(fields)) == Message(None, "9", "room:1", "say", {"t": "hi"})
    assert V1.decode(json.dumps({**fields, "join_ref": "4", "else": 1})) == Message(
        "4", "9", "room:1", "say", {"t": "hi"}
    )


def test_a_join_without_join_ref_takes_its_ref():
    frame = '{"topic":"t","event":"phx_join","payload":{},"ref":"3"}'
    assert V1.decode(frame).join_ref == "3"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "null",
        "5",
        '["1","2","t","e",{}]',
        '{"topic":"t","event":"e","payload":{}}',
        '{"topic":"t","event":"e","ref":"1"}',
        '{"topic":5,"event":"e","payload":{},"ref":"1"}',
        '{"topic":"t","event":null,"payload":{},"ref":"1"}',
        '{"topic":"t","event":"e","payload":{},"ref":["1"]}',
        '{"topic":"t","event":"e","payload":{},"ref":"1","join_ref":true}',
    ],
)
def test_what_is_no_message_is_a_protocol_error(frame):
    with pytest.raises(ProtocolError) as caught:
        V1.decode(frame)
    assert caught.value.close_code == 1002


def test_a_binary_frame_is_a_protocol_error():
    with pytest.raises(ProtocolError) as caught:
        V1.decode(b"\x00\x00\x00\x00\x00")
    assert caught.value.close_code == 1003


def test_messages_of_the_server_have_exactly_four_fields():
    assert V1.encode_reply("4", "9", "t", "ok", {"n": 1}) == (
        '{"topic":"t","event":"phx_reply","payload":{"status":"ok","response":{"n":1}},"ref":"9"}'
    )
    assert V1.encode_push("4", "t", "told", {}) == '{"topic":"t","event":"told","payload":{},"ref":null}'
    assert V1.encode_broadcast("t", "told", {}) == '{"topic":"t","event":"told","payload":{},"ref":null}'
    assert V1.encode_control("4", "t", "phx_close", {}) == (
        '{"topic":"t","event":"phx_close","payload":{},"ref":"4"}'
    )


def test_json_made_early_stands_in_it_too():
    assert json.loads(V1.encode_push("4", "t", "told", encoded_early({"a": 1})))["payload"] == {"a": 1}


@pytest.mark.parametrize("serializer", [V1, V2_TEXT])
def test_ch_59_where_there_is_no_binary_bytes_are_never_sent(serializer):
    with pytest.raises(NoBinary, match="can't be sent bytes"):
        serializer.encode_push("4", "t", "told", b"x")
    with pytest.raises(NoBinary):
        serializer.encode_broadcast("t", "told", b"x")
    assert '"status":"error","response":{"reason":"binary is not supported"}' in serializer.encode_reply(
        "4", "9", "t", "ok", b"x"
    )


def test_a_client_of_version_2_without_binary_may_still_send_some():
    frame = bytes([0, 1, 1, 1, 1]) + b"12te" + b"data"
    assert V2_TEXT.decode(frame) == Message("1", "2", "t", "e", b"data")


@pytest.mark.parametrize(
    ("version", "binary", "serializer"),
    [
        ("1.0.0", True, V1),
        ("1.0.9", False, V1),
        ("2.0.0", True, V2),
        ("2.0.12", False, V2_TEXT),
        ("1.1.0", True, None),
        ("2.1.0", True, None),
        ("2.0", True, None),
        ("2.0.0 ", True, None),
        ("2.0.٣", True, None),
        (["2.0.0"], True, None),
        (None, True, None),
    ],
)
def test_ch_3_and_60_the_version_chooses_the_serializer(version, binary, serializer):
    assert serializer_for(version, binary=binary) is serializer
