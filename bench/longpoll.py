"""Long-polling beside WebSocket: the round trip of an echo, and what it costs the server."""

from __future__ import annotations

import json
import selectors
import socket
import time
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from bench import load
from bench.claims import Claim
from bench.phxload import cpu_seconds
from bench.servers import OURS, Server, running

TOPIC = "bench:polled"
ECHOES, WARM_UP = 1000, 100


def measure(quick: bool) -> list[Claim]:
    """The claims: one client, whose next echo goes out when the last one is back."""
    count = ECHOES // 5 if quick else ECHOES
    with running(OURS) as server:
        options = ["--msgs", str(count), "--warm", str(WARM_UP), "--topic", TOPIC, "--max-seconds", "60"]
        beside = load.run(server, ["echo", "--conns", "1", *options])
        trips, cost = echoes(server, count)
    plain, plain_cost = beside["rtt_ms"]["p50"], beside["server_cpu_us_per"]
    p99 = quantiles(trips, n=100)[98]
    detail = (
        f"{median(trips):.2f} ms (p99 {p99:.2f}) to {plain:.2f}; server CPU {cost:.0f} to {plain_cost:.0f} µs"
    )
    return [Claim("long-polling: round trip above a WebSocket's", 3, median(trips) - plain, "ms", detail)]


def echoes(server: Server, count: int) -> tuple[list[float], float]:
    """Milliseconds of each round trip, and microseconds of the server's processor for one."""
    client = Client(server.url)
    client.push("phx_join")
    for _ in range(WARM_UP):
        client.push("echo")
    before = cpu_seconds([server.pid])
    trips = [client.push("echo") for _ in range(count)]
    return trips, (cpu_seconds([server.pid]) - before) / count * 1e6


class Client:
    """As a browser: one kept connection for polls, another one for posts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc
        address = (parts.hostname, parts.port)
        self._polls, self._posts = (socket.create_connection(address) for _ in range(2))
        for each in (self._polls, self._posts):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._path = "/socket/longpoll?vsn=2.0.0"
        self._ref = 0
        self._send(self._polls, "GET")
        self._path += f"&token={self._receive(self._polls)['token']}"
        self._send(self._polls, "GET")

    def push(self, event: str) -> float:
        """Push, poll anew once the reply is there; its milliseconds."""
        self._ref += 1
        body = json.dumps(["1", str(self._ref), TOPIC, event, {"pad": "x" * 60}])
        began = time.perf_counter()
        self._send(self._posts, "POST", body.encode())
        took = 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(self._polls, selectors.EVENT_READ)
            selector.register(self._posts, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(20):
                    answer = self._receive(key.fileobj)
                    selector.unregister(key.fileobj)
                    if key.fileobj is self._polls:
                        took = (time.perf_counter() - began) * 1000
                    if answer["status"] != 200 or '"status":"error"' in str(answer.get("messages")):
                        raise RuntimeError(f"long-polling was answered {answer}")
        self._send(self._polls, "GET")
        return took

    def _send(self, connection: socket.socket, method: str, body: bytes = b"") -> None:
        head = f"{method} {self._path} HTTP/1.1\r\nhost: {self._host}\r\ncontent-length: {len(body)}\r\n"
        connection.sendall(f"{head}content-type: application/x-ndjson\r\n\r\n".encode() + body)

    def _receive(self, connection: Any) -> Any:
        data = b""
        while b"\r\n\r\n" not in data:
            data += _some(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += _some(connection)
        return json.loads(body)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise RuntimeError("the server has closed a connection")
    return data
