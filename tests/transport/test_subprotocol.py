"""Sub-protocols, and the auth token among them or in its header."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_phoenix.exceptions import ConnectRefused
from django_phoenix.socket import Socket
from django_phoenix.transport.handshake import Handshake
from django_phoenix.transport.options import SocketOptions
from django_phoenix.transport.subprotocol import TOKEN_PREFIX, choose, split_token
from tests.support.peer import Peer, Refused

# Its base64 has both characters that the two alphabets differ in, and padding.
TOKEN = "ûÿ¾~~?>é"


def wrapped(token: str, alphabet=base64.b64encode) -> str:
    return TOKEN_PREFIX + alphabet(token.encode()).decode().rstrip("=")


class Tokens(Socket):
    def connect(self, params):
        type(self).seen = self.connect_info.auth_token


async def connected(offered, **options):
    """The sub-protocol of the answer, and the token that connect saw."""
    async with Peer(Tokens.as_asgi(**options), scope={"subprotocols": offered}) as peer:
        return peer.accepted["subprotocol"], Tokens.seen


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
async def test_ch_9_the_auth_token_comes_as_a_sub_protocol_and_phoenix_is_answered(alphabet):
    offered = ["phoenix", wrapped(TOKEN, alphabet)]
    assert await connected(offered, auth_token=True) == ("phoenix", TOKEN)


async def test_ch_9_padding_does_no_harm():
    offered = ["phoenix", TOKEN_PREFIX + base64.b64encode(b"a").decode()]
    assert await connected(offered, auth_token=True) == ("phoenix", "a")


async def test_ch_9_a_browser_writes_other_letters_than_ascii_s_in_latin_1():
    offered = ["phoenix", TOKEN_PREFIX + base64.b64encode("né".encode("latin1")).decode()]
    assert await connected(offered, auth_token=True) == ("phoenix", "né")


async def test_without_the_option_a_token_is_not_read_and_nothing_answered():
    assert await connected(["phoenix", wrapped("x")]) == (None, None)


async def test_no_token_is_none():
    assert await connected(["phoenix"], auth_token=True) == ("phoenix", None)
    assert await connected([], auth_token=True) == (None, None)


async def test_two_tokens_are_none_and_stay_in_the_list():
    offered = ["phoenix", wrapped("a"), wrapped("b")]
    assert await connected(offered, auth_token=True) == ("phoenix", None)


@pytest.mark.parametrize("text", ["!!", "a", "é"])
async def test_a_token_that_can_t_be_read_is_refused(text, caplog):
    with pytest.raises(Refused) as refused:
        await connected(["phoenix", TOKEN_PREFIX + text], auth_token=True)
    assert refused.value.status == 403
    assert "should be base64" in caplog.text


async def test_ch_11_sub_protocols_that_do_not_overlap_are_refused():
    with pytest.raises(Refused) as refused:
        await connected(["mqtt"], subprotocols=["wamp"])
    assert refused.value.status == 403
    with pytest.raises(Refused):
        await connected(["mqtt", wrapped("a")], auth_token=True)


async def test_ch_11_the_first_of_ours_that_the_client_offers_is_answered():
    assert await connected(["b", "a"], subprotocols=["x", "a", "b"]) == ("a", None)
    offered = ["a", "phoenix", wrapped("t")]
    assert await connected(offered, subprotocols=["a"], auth_token=True) == ("phoenix", "t")


async def test_ch_11_who_offers_none_is_let_in_and_where_none_is_configured_the_header_is_ignored():
    assert await connected([], subprotocols=["a"]) == (None, None)
    assert await connected(["a"]) == (None, None)


@pytest.mark.parametrize(
    ("header", "enabled", "seen"), [("T", True, "T"), ("T", False, None), (None, True, None)]
)
async def test_ch_10_where_a_client_polls_the_token_is_a_header_in_clear(header, enabled, seen):
    headers = [(b"host", b"testserver")] + ([(b"x-phoenix-authtoken", b"T")] if header else [])
    scope = {"type": "http", "method": "GET", "path": "/socket/longpoll", "headers": headers}
    handshake = Handshake(Tokens, SocketOptions(auth_token=enabled), {**scope, "query_string": b"vsn=2.0.0"})
    assert (await handshake.perform()).connect_info.auth_token == seen


def test_one_name_is_no_list():
    with pytest.raises(ImproperlyConfigured, match=r"Did you mean \['wamp'\]"):
        Tokens.as_asgi(subprotocols="wamp")


def test_the_pieces():
    assert split_token(["a", wrapped("t"), "b"]) == (["a", "b"], "t")
    assert choose([], ["a"]) is None
    with pytest.raises(ValueError, match="none is among"):
        choose(["a"], ["b"])


async def test_a_token_decides_in_connect():
    class Guarded(Socket):
        async def connect(self, params):
            if self.connect_info.auth_token != "right":
                raise ConnectRefused

    app = Guarded.as_asgi(auth_token=True)
    async with Peer(app, scope={"subprotocols": ["phoenix", wrapped("right")]}):
        pass
    with pytest.raises(Refused):
        await Peer(app, scope={"subprotocols": ["phoenix", wrapped("wrong")]}).open()
