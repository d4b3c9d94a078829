from __future__ import annotations

import pytest

from django_phoenix.transport.query import parse_params


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("vsn=2.0.0", {"vsn": "2.0.0"}),
        ("vsn=2.0.0&", {"vsn": "2.0.0"}),
        ("&&a=1&&", {"a": "1"}),
        ("a[b]=c&a[d]=e", {"a": {"b": "c", "d": "e"}}),
        ("a[0]=x&a[1]=y", {"a": {"0": "x", "1": "y"}}),
        ("a[b][c]=d", {"a": {"b": {"c": "d"}}}),
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a%5Bb%5D=c%20d+e", {"a": {"b": "c d e"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a=", {"a": ""}),
        ("_live_referer=undefined", {"_live_referer": "undefined"}),
        ("[a]=1", {"[a]": "1"}),
        ("a[b=1", {"a[b": "1"}),
        ("a]b[c]=1", {"a]b": {"c": "1"}}),
        ("a[b]c[d]=1", {}),
        ("a[[b]]=1", {}),
    ],
)
def test_ch_2_what_clients_write_is_parsed(query, params):
    assert parse_params(query.encode()) == params


@pytest.mark.parametrize("query", [b"\xff\xfe=\xff", b"%ff=%fe", b"a[" + b"b][" * 3000 + b"]=1", b"&" * 5000])
def test_ch_2_nonsense_never_raises(query):
    assert isinstance(parse_params(query), dict)


def test_a_flood_of_parameters_is_left_out():
    assert parse_params(b"&".join(b"a%d=1" % number for number in range(5000))) == {}
