from __future__ import annotations

import datetime
import json
import uuid
from decimal import Decimal

import pytest
from django.utils.functional import lazystr

from django_phoenix.exceptions import ProtocolError
from django_phoenix.wire.encoding import encoded_early
from django_phoenix.wire.message import Message
from django_phoenix.wire.v2 import decode, encode_broadcast, encode_control, encode_push, encode_reply


def test_a_text_frame_is_five_fields():
    assert decode('["4","9","room:1","say",{"t":"hi"}]') == Message("4", "9", "room:1", "say", {"t": "hi"})


def test_elements_after_the_fifth_are_ignored():
    assert decode('["4","9","room:1","say",{},1,2]') == Message("4", "9", "room:1", "say", {})


def test_a_payload_may_be_any_json_at_this_level():
    assert decode('["4","9","room:1","say",null]').payload is None


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "{}",
        "[]",
        '["1","2","t","e"]',
        '{"topic":"t"}',
        '["1","2",3,"e",{}]',
        '["1","2","t",null,{}]',
        '[["1"],"2","t","e",{}]',
        '["1",true,"t","e",{}]',
        '["1","2","t","e",NaN]',
        "[" * 2000 + "]" * 2000,
        '["\ud800","2","t","e",{}]',
        '["1","2","t","e",{}',
    ],
)
def test_ch_58_what_is_no_message_is_a_protocol_error(frame):
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert caught.value.close_code == 1002


def test_ch_26_a_binary_push_of_the_client():
    frame = bytes([0, 1, 2, 3, 4]) + b"1" + b"23" + b"a:b" + b"blob" + b"\x00\xff"
    assert decode(frame) == Message("1", "23", "a:b", "blob", b"\x00\xff")


def test_ch_26_lengths_count_bytes_of_utf_8():
    topic = "größe".encode()
    frame = bytes([0, 0, 0, len(topic), 1]) + topic + b"e"
    assert decode(frame) == Message(None, None, "größe", "e", b"")


@pytest.mark.parametrize(
    "frame", [b"", b"\x00", b"\x01\x00\x00\x00\x00", b"\x00\x05\x00\x00\x00abc", b"\x00\x01\x00\x00\x00\xff"]
)
def test_a_binary_frame_that_can_t_be_is_a_protocol_error(frame):
    with pytest.raises(ProtocolError):
        decode(frame)


def test_ch_25_and_63_a_reply_has_five_elements_and_status_first():
    frame = encode_reply("4", "9", "room:1", "ok", {"n": 1})
    assert frame == '["4","9","room:1","phx_reply",{"status":"ok","response":{"n":1}}]'


def test_a_push_has_no_ref():
    assert encode_push("4", "room:1", "told", {"t": "hi"}) == '["4",null,"room:1","told",{"t":"hi"}]'


def test_ch_44_a_broadcast_has_neither_ref():
    assert encode_broadcast("room:1", "told", {}) == '[null,null,"room:1","told",{}]'


def test_the_ref_of_close_and_error_is_the_join_ref():
    assert encode_control("4", "room:1", "phx_close", {}) == '["4","4","room:1","phx_close",{}]'


def test_ch_27_the_binary_forms_of_the_server():
    assert encode_push("4", "r", "told", b"xy") == b"\x00\x01\x01\x044rtoldxy"
    assert encode_reply("4", "9", "r", "ok", b"xy") == b"\x01\x01\x01\x01\x0249rokxy"
    assert encode_broadcast("r", "told", b"xy") == b"\x02\x01\x04rtoldxy"


def test_a_missing_ref_has_length_0_in_a_binary_frame():
    assert encode_reply(None, "9", "r", "ok", b"") == b"\x01\x00\x01\x01\x029rok"


def test_ch_28_a_field_over_255_bytes_is_refused():
    with pytest.raises(ValueError, match="255"):
        encode_broadcast("é" * 128, "e", b"")
    encode_broadcast("é" * 127, "e", b"")


def test_values_are_written_as_django_writes_them():
    moment = datetime.datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)
    value = {
        "moment": moment,
        "day": moment.date(),
        "price": Decimal("1.50"),
        "id": uuid.UUID(int=1),
        "lazy": lazystr("later"),
        "span": datetime.timedelta(hours=1),
    }
    assert json.loads(encode_push("1", "t", "e", value))[4] == {
        "moment": "2030-01-02T03:04:05.678Z",
        "day": "2030-01-02",
        "price": "1.50",
        "id": "00000000-0000-0000-0000-000000000001",
        "lazy": "later",
        "span": "P0DT01H00M00S",
    }


def test_keys_that_are_no_strings_and_integers_without_limit_are_written():
    assert encode_push("1", "t", "e", {1: 2**70}) == f'["1",null,"t","e",{{"1":{2**70}}}]'


@pytest.mark.parametrize("value", [object(), {1, 2}, {1: float("nan")}, b"bytes inside"])
def test_what_is_no_json_raises_type_error(value):
    with pytest.raises(TypeError):
        encode_push("1", "t", "e", {"value": value})


def test_a_payload_that_contains_itself_raises_type_error():
    payload: dict = {}
    payload["again"] = payload
    with pytest.raises(TypeError):
        encode_push("1", "t", "e", payload)


def test_a_message_prints_short():
    assert str(Message("1", "2", "t", "e", {"a": 1})) == "e on t (1/2) {'a': 1}"
    assert len(str(Message("1", "2", "t" * 10_000, "e", {"a": "b" * 10_000}))) < 700


def test_json_made_early_stands_in_a_frame_as_it_is():
    early = encoded_early({"s": ["<p>é", "</p>"], "0": "1"})
    assert encode_reply("4", "4", "lv:x", "ok", early) == (
        '["4","4","lv:x","phx_reply",{"status":"ok","response":{"s":["<p>é","</p>"],"0":"1"}}]'
    )


def test_what_is_no_json_is_refused_early():
    with pytest.raises(TypeError):
        encoded_early({"0": object()})
