"""One client among a thousand stops reading: do the others notice, and is it let go?"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench import load
from bench.claims import Claim
from bench.phxload import memory_kib, ws_frame
from bench.servers import OURS, Server, running

HANDSHAKE = (
    "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: {host}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TOPIC, FLOOD = "bench:fan", "bench:flood"
# Enough in one broadcast for the stalled client to fall behind at once.
SIZE = 4_000
# More than may wait for one client (OUTBOX_BYTES).
FLOOD_SIZE, FLOOD_MESSAGES = 60_000, 600
CLOSED_AS_SLOW = (1013).to_bytes(2, "big")
WAIT = 20
# Runs without and with the stalled client, in turn.
PAIRS = 3


def measure(quick: bool) -> list[Claim]:
    """The others' p99 with and without a stalled client; then a flood until that one is closed."""
    messages = 40 if quick else 200
    fan_out = f"fanout --conns 1000 --msgs {messages} --size {SIZE} --topic {TOPIC}".split()
    alone, beside = [], []
    with running(OURS) as server:
        load.run(server, fan_out)
        for _ in range(PAIRS):
            alone.append(load.run(server, fan_out)["last_ms"]["p99"])
            with stalled(server, TOPIC):
                beside.append(load.run(server, fan_out)["last_ms"]["p99"])
        held = flood(server)
    with_it, without = median(beside), median(alone)
    return [
        Claim(
            "p99 until the last of 1000 has a broadcast, one client not reading, to that without it",
            *(1.25, with_it / without, "times", f"{with_it:.1f} and {without:.1f} ms"),
        ),
        Claim("memory held for a client that does not read, before it is closed", 40, held / 1024, "MiB"),
    ]


def flood(server: Server) -> float:
    """Send far more than may wait for a stalled client. KiB by which the server grew at most.

    Raises RuntimeError if the stalled client was not closed with 1013.
    """
    before = memory_kib([server.pid])[0]
    most = 0.0
    payload = {"pad": "x" * FLOOD_SIZE}
    with stalled(server, FLOOD) as client, joined(server, FLOOD) as sender:
        for number in range(FLOOD_MESSAGES):
            push(sender, number, FLOOD, "shout", payload)
            # Its own copy has come: the server has handled it.
            receive_at_least(sender, FLOOD_SIZE)
            most = max(most, memory_kib([server.pid])[0] - before)
        if CLOSED_AS_SLOW not in last_bytes(client):
            raise RuntimeError("The client that does not read was not closed with 1013.")
    return most


@contextmanager
def stalled(server: Server, topic: str) -> Iterator[socket.socket]:
    """A client that joins and then reads nothing, with a small receive buffer."""
    with joined(server, topic, receive_buffer=4096) as client:
        yield client


@contextmanager
def joined(server: Server, topic: str, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    address = urlsplit(server.url)
    with socket.socket() as client:
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(WAIT)
        client.connect((address.hostname or "", address.port or 80))
        client.sendall(HANDSHAKE.format(host=address.netloc).encode())
        receive_until(client, b"\r\n\r\n")
        push(client, 0, topic, "phx_join", {})
        receive_until(client, b'"status":"ok"')
        yield client


def push(client: socket.socket, number: int, topic: str, event: str, payload: dict[str, Any]) -> None:
    client.sendall(ws_frame(json.dumps(["1", str(number), topic, event, payload]).encode()))


def receive_until(client: socket.socket, mark: bytes) -> None:
    data = b""
    while mark not in data:
        chunk = client.recv(4096)
        if not chunk:
            raise RuntimeError(f"The server closed the connection after {data[-200:]!r}")
        data += chunk


def receive_at_least(client: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(client.recv(min(size, 65536)))


def last_bytes(client: socket.socket) -> bytes:
    """Read all that had been sent before the server gave up, up to the close frame or the end."""
    end = b""
    while CLOSED_AS_SLOW not in end and (chunk := client.recv(1 << 20)):
        end = (end + chunk)[-100:]
    return end
