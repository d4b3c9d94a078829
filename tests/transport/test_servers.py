from __future__ import annotations

import functools

import pytest

from django_phoenix.transport.servers import SERVERS, UNKNOWN, backlog_meter, server_of


def send_of(module):
    owner = type("Protocol", (), {"__module__": module, "send": lambda self, event: None})()
    return owner.send


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("uvicorn.protocols.websockets.websockets_sansio_impl", "uvicorn"),
        ("daphne.server", "daphne"),
        ("hypercorn.protocol.ws_stream", "hypercorn"),
        ("granian._granian", "granian"),
        ("_granian", "granian"),
        ("uvicornish", "unknown"),
        ("starlette.applications", "unknown"),
    ],
)
def test_a_server_is_known_by_its_send(module, name):
    assert server_of(send_of(module)).name == name
    assert server_of(functools.partial(send_of(module), None)).name == name


def test_a_function_is_no_known_server():
    assert server_of(lambda event: None) is UNKNOWN


def test_ch_14_nobody_closes_with_1000_when_the_client_should_return():
    for server in (*SERVERS, UNKNOWN):
        assert server.close_code(1001) != 1000


def test_daphne_is_given_private_close_codes():
    codes = {server.name: server.close_code(1012) for server in SERVERS}
    assert codes == {"uvicorn": 1012, "daphne": 4012, "hypercorn": 1012, "granian": 1012}
    daphne = next(server for server in SERVERS if server.name == "daphne")
    assert daphne.close_code(1000) == 1000
    assert daphne.close_code(4001) == 4001


def test_a_transport_that_looks_otherwise_is_not_measured():
    assert backlog_meter(lambda event: None) is None
    assert backlog_meter(functools.partial(lambda protocol, event: None, object())) is None
