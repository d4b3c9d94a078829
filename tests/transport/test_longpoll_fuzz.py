"""Whatever an HTTP client sends to a long-polling path: an answer that is documented, and no traceback."""

from __future__ import annotations

import asyncio
import base64
import logging

from hypothesis import given, settings
from hypothesis import strategies as st

from django_phoenix.channel import Channel, Params, event
from django_phoenix.socket import Socket
from tests.support.longpoll_peer import NDJSON, PollingPeer

HTTP = {200, 400, 408, 413}
STATUSES = {200, 204, 400, 403, 410, 413}


class Target(Channel):
    @event
    async def echo(self, params: Params):
        return dict(params)


class TargetSocket(Socket):
    channels = {"*": Target}


APP = TargetSocket.as_asgi(longpoll={"window_ms": 1})

lines = st.one_of(
    st.binary(max_size=60).filter(lambda line: b"\n" not in line),
    st.binary(max_size=60).map(base64.b64encode),
    st.sampled_from(
        [
            b'["1","1","t","phx_join",{}]',
            b'["1","2","t","echo",{"a":1}]',
            b'["1","3","t","phx_leave",{}]',
            b'[null,"4","phoenix","heartbeat",{}]',
            b"[1,2,3]",
            b"",
            b"\r",
            b"[",
            b'{"topic":"t","event":"phx_join","payload":{},"ref":"1"}',
        ]
    ),
)
header_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "POST", "POST", "OPTIONS", "PUT", "x"]),
        "body": st.lists(lines, max_size=6).map(b"\n".join),
        "headers": st.fixed_dictionaries(
            {},
            optional={
                "content-type": st.one_of(st.just(NDJSON), header_text),
                "content-length": header_text,
                "origin": st.one_of(st.just("http://testserver"), header_text),
                "access-control-request-headers": header_text,
                "x-phoenix-longpoll-token": header_text,
                "cookie": header_text,
            },
        ),
        "token": st.one_of(st.none(), st.none(), st.text("abc.=&%[]", max_size=20)),
    }
)


@given(st.lists(requests, max_size=8))
@settings(deadline=None, max_examples=60)
def test_whatever_is_asked_is_answered(asked):
    said = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = said.append  # type: ignore[method-assign]
    logging.getLogger("django_phoenix").addHandler(handler)
    try:
        asyncio.run(conversation(asked))
    finally:
        logging.getLogger("django_phoenix").removeHandler(handler)
    assert [record.getMessage() for record in said] == []


async def conversation(asked):
    peer = PollingPeer(APP)
    await peer.open()
    for each in asked:
        answer = await peer.request(**each).answer()
        assert answer.http in HTTP
        if answer.body:
            assert answer.status in STATUSES
        assert answer.headers["cache-control"] == "no-store"
    answer = await peer.get()
    assert answer.status in (200, 204, 410)
    peer.connection.close(1001)
