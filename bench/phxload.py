#!/usr/bin/env python3
# ruff: noqa: B023, C408, E731, F841, RUF005, RUF015, RUF059, SIM105, UP031
"""phxload - a small load client for Phoenix Channels V2 / LiveView servers.

README
======

Standard library only (Python >= 3.9, Linux: epoll, /proc).  It speaks the
Phoenix V2 JSON serialisation

    [join_ref, ref, topic, event, payload]

over WebSocket (own minimal RFC 6455 client on raw sockets + epoll; no
permessage-deflate) and works against ANY server that speaks that protocol:
the reference (Phoenix) or another implementation.  Only 127.0.0.0/8 targets
are accepted.  Every run is bounded in count and in time (--max-seconds).

Sub-commands
------------
echo     N connections, each joins a topic and does M request/reply rounds on
         one channel event.  Closed loop (--window outstanding per connection,
         default 1) or paced (--rate R messages/s over all connections).
         -> RTT percentiles, replies/s.
fanout   N subscribers on one topic + 1 publisher on the same topic; M
         broadcasts, --window outstanding.
         -> deliveries/s, latency from the publisher's send to the LAST
         subscriber's receipt (and to the mean one).
idle     N connections, each joined to one topic (or, with --path, N live
         views); hold --hold seconds.
         -> RSS / PSS of the server process(es) before, after, per connection.
live     K live views; each does M events of a given name.
         -> RTT percentiles, events/s, bytes received per event, server CPU
         per event; bytes of the dead-render HTML and of the join reply.
livefan  N viewers of one live view (e.g. a chat), 1 sender; M messages; every
         viewer must receive the marker of each message.
         -> deliveries/s, latency to the last viewer, bytes per delivery.
show     open one live view, send one event, print the frames (debugging).

Common options
--------------
--url URL        http base of the server, default http://127.0.0.1:4000
--socket PATH    channel socket path, default /socket  (-> /socket/websocket)
--live-socket P  LiveView socket path, default /live   (-> /live/websocket)
--pid P[,P...]   server process(es): CPU time from /proc/PID/stat (utime +
                 stime of the whole thread group), memory from
                 /proc/PID/smaps_rollup.  --children adds every descendant.
--procs P        client processes (connections are split between them)
--cpu LIST       pin the client to these CPUs (like taskset -c LIST)
--sources S      spread connections over S source addresses 127.0.0.2.. (for
                 more than ~28k connections)
--max-seconds T  hard limit on the measured phase (default 60)
--json FILE      append the result as one JSON line to FILE ("-" = stdout)
--label TEXT     copied to the result

Examples
--------
phxload.py echo   --conns 1000 --msgs 50 --pid 1234
phxload.py echo   --conns 100 --rate 1000 --msgs 50          # unsaturated RTT
phxload.py fanout --conns 5000 --msgs 50
phxload.py idle   --conns 5000 --hold 30 --pid 1234
phxload.py idle   --conns 1000 --hold 30 --pid 1234 --path /live/counter
phxload.py live   --path /live/counter --conns 100 --msgs 100 --event inc
phxload.py live   --path /live/form --conns 100 --msgs 50 --event validate \
                  --type form --value 'user[name]=a{n}&user[email]=x' \
                  --meta '{"_target":"user[name]"}'
phxload.py livefan --path /live/chat --conns 100 --msgs 100 --event send \
                  --value '{"text": "{marker}"}'

In topics "{i}" is the connection number; in --value "{n}" is the event number
and "{i}" the connection number ("{marker}" in livefan: the marker).

Reading the numbers
-------------------
* RTT is measured in the client from just before send() to the moment that the
  reply has been parsed; in a saturating closed loop it is mostly queueing
  (N / throughput).  For service latency use --rate well below saturation.
* client_cpu is the busy share of the busiest client process: when it is near
  1.0 the CLIENT is (part of) the bottleneck and the server could do more.
* CPU time per event has the granularity of /proc/PID/stat (10 ms in total)
  and includes whatever the server burns while idle-spinning (BEAM: see +sbwt).
* other_cpu (with --pid): cores kept busy during the measured phase by anything
  that is neither the server nor this client (other programs, some kernel
  work); repeat the run when it is not small.
* idle: start a fresh server, warm it up a little (echo, one live view), then
  measure with thousands of connections; on a server that has had a large heap
  before, the delta can even be negative.
* bytes count what arrives on the TCP connection: payload + frame header.
"""

import argparse
import base64
import html as htmllib
import json
import multiprocessing as mp
import os
import re
import resource
import select
import socket
import struct
import sys
import time
import urllib.parse
from array import array

KEY = os.urandom(4)
_keyints = {}
_now = time.perf_counter_ns  # CLOCK_MONOTONIC: comparable between processes


# --------------------------------------------------------------- WebSocket
def ws_frame(payload, opcode=1):
    """One masked client frame."""
    n = len(payload)
    k = _keyints.get(n)
    if k is None:
        k = int.from_bytes((KEY * (n // 4 + 1))[:n], "little")
        _keyints[n] = k
    masked = (int.from_bytes(payload, "little") ^ k).to_bytes(n, "little")
    if n < 126:
        head = bytes((0x80 | opcode, 0x80 | n))
    elif n < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0xFE, n)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, n)
    return head + KEY + masked


HANDSHAKE, JOINING, READY, CLOSED = range(4)
RBUF = bytearray(1 << 18)
RVIEW = memoryview(RBUF)


class Conn:
    __slots__ = (
        "buf",
        "done",
        "extra",
        "fd",
        "frag",
        "html_bytes",
        "idx",
        "join_bytes",
        "join_payload",
        "join_ref",
        "left",
        "out",
        "pending",
        "ref",
        "request",
        "rx",
        "rxmsgs",
        "sock",
        "state",
        "t_sent",
        "topic",
        "want",
    )

    def __init__(self, idx):
        self.idx = idx
        self.state = HANDSHAKE
        self.buf = b""
        self.out = b""
        self.ref = 1
        self.join_ref = "1"
        self.rx = 0
        self.rxmsgs = 0
        self.left = 0
        self.t_sent = 0
        self.want = None
        self.join_bytes = 0
        self.html_bytes = 0
        self.extra = None
        self.frag = None
        self.done = 0
        self.pending = {}


class Loop:
    """epoll loop over many WebSocket connections; calls on_msg(conn, bytes, t)."""

    def __init__(self):
        self.ep = select.epoll()
        self.conns = {}
        self.pipes = {}
        self.on_msg = None
        self.on_ready = None
        self.stop = False
        self.errors = 0
        self.err_text = None

    def fail(self, c, why):
        if c.state == CLOSED:
            return
        was = c.state
        c.state = CLOSED
        self.errors += 1
        if self.err_text is None:
            self.err_text = "conn %d state %d: %s" % (c.idx, was, why)
        try:
            self.ep.unregister(c.fd)
        except Exception:
            pass
        self.conns.pop(c.fd, None)
        c.sock.close()

    def open(self, c, host, port, source=None):
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            s.bind((source, 0))
        s.settimeout(10)
        s.connect((host, port))
        s.setblocking(False)
        c.sock = s
        c.fd = s.fileno()
        self.conns[c.fd] = c
        self.ep.register(c.fd, select.EPOLLIN)
        self.send_raw(c, c.request)

    def send_raw(self, c, data):
        if c.out:
            c.out += data
            return
        try:
            n = c.sock.send(data)
        except BlockingIOError:
            n = 0
        except OSError as e:
            self.fail(c, "send: %s" % e)
            return
        if n < len(data):
            c.out = data[n:]
            self.ep.modify(c.fd, select.EPOLLIN | select.EPOLLOUT)

    def send(self, c, text):
        self.send_raw(c, ws_frame(text))

    def push(self, c, event, payload_json):
        c.ref += 1
        r = str(c.ref)
        self.send(c, ('["%s","%s","%s","%s",%s]' % (c.join_ref, r, c.topic, event, payload_json)).encode())
        return r

    def _flush(self, c):
        try:
            n = c.sock.send(c.out)
            c.out = c.out[n:]
        except BlockingIOError:
            pass
        except OSError as e:
            self.fail(c, "send: %s" % e)
            return
        if not c.out:
            self.ep.modify(c.fd, select.EPOLLIN)

    def _readable(self, c):
        try:
            n = c.sock.recv_into(RBUF)
        except BlockingIOError:
            return
        except OSError as e:
            self.fail(c, "recv: %s" % e)
            return
        if not n:
            self.fail(c, "closed by server")
            return
        data = bytes(RVIEW[:n])
        if c.buf:
            data = c.buf + data
            c.buf = b""
        if c.state == HANDSHAKE:
            e = data.find(b"\r\n\r\n")
            if e < 0:
                c.buf = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self.fail(c, data[:200])
                return
            c.state = JOINING
            self.send(c, ('["1","1",%s,"phx_join",%s]' % (json.dumps(c.topic), c.join_payload)).encode())
            data = data[e + 4 :]
        pos, n = 0, len(data)
        t = _now()
        while n - pos >= 2:
            b0 = data[pos]
            ln = data[pos + 1] & 127
            off = pos + 2
            if ln == 126:
                if n - off < 2:
                    break
                ln = (data[off] << 8) | data[off + 1]
                off += 2
            elif ln == 127:
                if n - off < 8:
                    break
                ln = int.from_bytes(data[off : off + 8], "big")
                off += 8
            end = off + ln
            if end > n:
                break
            c.rx += end - pos
            op = b0 & 15
            if op <= 2:
                payload = data[off:end]
                if b0 & 0x80 and c.frag is None:
                    self._message(c, payload, t)
                else:
                    c.frag = (c.frag or b"") + payload
                    if b0 & 0x80:
                        payload, c.frag = c.frag, None
                        self._message(c, payload, t)
            elif op == 9:
                self.send_raw(c, ws_frame(data[off:end], 10))
            elif op == 8:
                self.fail(c, "close frame %r" % data[off:end][:80])
                return
            pos = end
            if c.state == CLOSED:
                return
        if pos < n:
            c.buf = data[pos:]

    def _message(self, c, payload, t):
        c.rxmsgs += 1
        if c.state == JOINING:
            m = json.loads(payload)
            if m[3] == "phx_reply" and m[1] == "1":
                if m[4].get("status") != "ok":
                    self.fail(c, "join refused: %r" % payload[:300])
                    return
                c.join_bytes = len(payload)
                c.state = READY
                if self.on_ready:
                    self.on_ready(c, payload)
            return
        self.on_msg(c, payload, t)

    def run(self, until, deadline):
        """Poll until `until()` is true or the deadline (perf ns) has passed."""
        ep = self.ep
        conns = self.conns
        pipes = self.pipes
        while not until():
            left = (deadline - _now()) / 1e9
            if left <= 0:
                return False
            for fd, ev in ep.poll(min(left, 0.05)):
                c = conns.get(fd)
                if c is None:
                    f = pipes.get(fd)
                    if f:
                        f()
                    continue
                if ev & select.EPOLLOUT:
                    self._flush(c)
                if ev & ~select.EPOLLOUT:
                    self._readable(c)
        return True

    def close_all(self):
        for c in list(self.conns.values()):
            try:
                self.ep.unregister(c.fd)
            except Exception:
                pass
            c.sock.close()
        self.conns.clear()


# ------------------------------------------------------------------- /proc
def descendants(pids):
    kids = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                with open("/proc/%s/stat" % d) as f:
                    s = f.read()
                kids.setdefault(int(s[s.rindex(")") + 2 :].split()[1]), []).append(int(d))
            except OSError:
                pass
    out, todo = [], list(pids)
    while todo:
        p = todo.pop()
        if p not in out:
            out.append(p)
            todo += kids.get(p, [])
    return out


def the_pids(a):
    if not a.pid:
        return []
    p = [int(x) for x in a.pid.split(",")]
    return descendants(p) if a.children else p


TCK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    t = 0
    for p in pids:
        try:
            with open("/proc/%d/stat" % p) as f:
                s = f.read()
        except OSError:
            continue
        f = s[s.rindex(")") + 2 :].split()
        t += int(f[11]) + int(f[12])
    return t / TCK


def machine_busy():
    """Busy CPU seconds of the whole machine."""
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return (sum(v) - v[3] - v[4]) / TCK


def client_seconds():
    """CPU seconds of this process and its (live) children."""
    return cpu_seconds(descendants([os.getpid()]))


def memory_kib(pids):
    rss = pss = 0
    for p in pids:
        try:
            with open("/proc/%d/smaps_rollup" % p) as f:
                for line in f:
                    if line.startswith("Rss:"):
                        rss += int(line.split()[1])
                    elif line.startswith("Pss:"):
                        pss += int(line.split()[1])
        except OSError:
            continue
    return rss, pss


# ---------------------------------------------------------------- requests
class Target:
    def __init__(self, a):
        u = urllib.parse.urlsplit(a.url)
        self.host = u.hostname
        if self.host == "localhost":
            self.host = "127.0.0.1"
        if not self.host.startswith("127."):
            sys.exit("only 127.0.0.0/8 targets")
        self.port = u.port or 80
        self.origin = "http://%s:%d" % (u.hostname, self.port)

    def upgrade(self, path, cookie=None):
        key = base64.b64encode(os.urandom(16)).decode()
        h = [
            "GET %s HTTP/1.1" % path,
            "Host: %s" % self.origin[7:],
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: %s" % key,
            "Sec-WebSocket-Version: 13",
            "Origin: %s" % self.origin,
        ]
        if cookie:
            h.append("Cookie: " + cookie)
        return ("\r\n".join(h) + "\r\n\r\n").encode()

    def get(self, path):
        """HTTP GET -> (status, cookie header, body); plain HTTP/1.1, close."""
        s = socket.create_connection((self.host, self.port), 30)
        s.sendall(
            (
                "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
                % (path, self.origin[7:])
            ).encode()
        )
        chunks = []
        while True:
            d = s.recv(262144)
            if not d:
                break
            chunks.append(d)
        s.close()
        head, _, body = b"".join(chunks).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        cookies, chunked = [], False
        for ln in lines[1:]:
            k, _, v = ln.partition(":")
            k = k.lower()
            if k == "set-cookie":
                cookies.append(v.strip().split(";")[0])
            elif k == "transfer-encoding" and "chunked" in v:
                chunked = True
        if chunked:
            out, p = [], 0
            while True:
                e = body.index(b"\r\n", p)
                n = int(body[p:e].split(b";")[0], 16)
                if n == 0:
                    break
                out.append(body[e + 2 : e + 2 + n])
                p = e + 4 + n
            body = b"".join(out)
        return int(lines[0].split()[1]), "; ".join(cookies), body


_main_re = re.compile(r"<[a-zA-Z]+\b[^>]*\bdata-phx-main\b[^>]*>")
_attr_re = re.compile(r'([\w:-]+)="([^"]*)"')
_csrf_re = re.compile(r'<meta\b[^>]*name="csrf-token"[^>]*>')


def parse_page(body):
    text = body.decode("utf-8", "replace")
    m = _main_re.search(text)
    if not m:
        raise SystemExit("no data-phx-main element in the page: %r" % text[:300])
    at = {k: htmllib.unescape(v) for k, v in _attr_re.findall(m.group(0))}
    csrf = ""
    mm = _csrf_re.search(text)
    if mm:
        csrf = htmllib.unescape(dict(_attr_re.findall(mm.group(0))).get("content", ""))
    return at, csrf


def prepare_channel(c, tgt, a):
    c.topic = a.topic.replace("{i}", str(c.idx))
    c.join_payload = a.join
    c.request = tgt.upgrade("%s/websocket?vsn=2.0.0" % a.socket)


def prepare_live(c, tgt, a):
    path = a.path.replace("{i}", str(c.idx))
    st, cookie, body = tgt.get(path)
    if st != 200:
        raise SystemExit("GET %s -> %d %r" % (path, st, body[:200]))
    at, csrf = parse_page(body)
    c.html_bytes = len(body)
    c.topic = "lv:" + at["id"]
    params = {"_csrf_token": csrf, "_mounts": 0, "_mount_attempts": 0}
    c.join_payload = json.dumps(
        {
            "url": tgt.origin + path,
            "params": params,
            "session": at.get("data-phx-session", ""),
            "static": at.get("data-phx-static", ""),
            "sticky": False,
        },
        separators=(",", ":"),
    )
    q = urllib.parse.urlencode({"_csrf_token": csrf, "_mounts": 0, "_mount_attempts": 0, "vsn": "2.0.0"})
    c.request = tgt.upgrade("%s/websocket?%s" % (a.live_socket, q), cookie)


def open_all(loop, conns, tgt, a, prepare):
    """Open, handshake and join all; at most a.inflight under way."""
    ready = [0]

    def on_ready(c, payload):
        ready[0] += 1
        if c.extra is None:
            c.extra = payload if a.cmd == "show" else None

    loop.on_ready = on_ready
    loop.on_msg = lambda c, m, t: None
    deadline = _now() + int(a.connect_seconds * 1e9)
    for k, c in enumerate(conns):
        prepare(c, tgt, a)
        src = "127.0.0.%d" % (2 + c.idx % a.sources) if a.sources > 1 else None
        loop.open(c, tgt.host, tgt.port, src)
        if k + 1 - ready[0] - loop.errors >= a.inflight:
            loop.run(lambda: k + 1 - ready[0] - loop.errors < a.inflight, deadline)
    ok = loop.run(lambda: ready[0] + loop.errors >= len(conns), deadline)
    if not ok or loop.errors:
        return "opened %d of %d: %s" % (ready[0], len(conns), loop.err_text or "timeout")
    return None


def heartbeat(loop):
    for c in list(loop.conns.values()):
        loop.send(c, b'[null,"hb","phoenix","heartbeat",{}]')


# ----------------------------------------------------------------- workers
def reply_ref(msg):
    """(ref, is_ok_reply) of a message, without parsing the payload if possible."""
    head = msg[:400]
    if b'"phx_reply"' not in head:
        if b"phx_error" in head or b"phx_close" in head:
            return None, False
        return None, None
    if b'"status":"error"' in head or b'"status": "error"' in head:
        # What was asked for was not done: such an answer must not pass for the work.
        return None, False
    try:
        # ["jr","ref","topic","phx_reply",...   (any white space)
        p = head.split(b",", 2)
        r = p[1].strip().strip(b'"').decode()
    except Exception:
        r = None
    return r, True


def w_requests(loop, conns, a, make):
    """Closed-loop or paced request/reply on every connection. -> RTTs (ns)."""
    rtts = array("q")
    left = [len(conns) * a.msgs]
    bad = [0]
    share = len(conns) * 1.0

    if a.rate:

        def send(c):
            r = make(c)
            c.pending[r] = _now()

        def on_msg(c, m, t):
            r, ok = reply_ref(m)
            if ok:
                t0 = c.pending.pop(r, None)
                if t0 is not None:
                    rtts.append(t - t0)
                    left[0] -= 1
            elif ok is False:
                bad[0] += 1
                left[0] -= 1

        loop.on_msg = on_msg
        per = 1e9 / (a.rate * share / a.conns)
        total = left[0]
        t_start = _now()
        deadline = t_start + int(a.max_seconds * 1e9)
        sent = 0
        ep, nc = loop.ep, len(conns)
        while left[0] > 0 and _now() < deadline:
            due = min(total, int((_now() - t_start) / per) + 1)
            while sent < due:
                send(conns[sent % nc])
                sent += 1
            wait = 0.05 if sent >= total else max(0.0, (t_start + sent * per - _now()) / 1e9)
            for fd, ev in ep.poll(min(wait, 0.05)):
                c = loop.conns.get(fd)
                if c is None:
                    continue
                if ev & select.EPOLLOUT:
                    loop._flush(c)
                if ev & ~select.EPOLLOUT:
                    loop._readable(c)
        return rtts, t_start, _now(), left[0], bad[0], 0

    if a.window == 1:

        def on_msg(c, m, t):
            r, ok = reply_ref(m)
            if ok:
                if r != c.want:
                    return
                rtts.append(t - c.t_sent)
            elif ok is False:
                bad[0] += 1
            else:
                return
            left[0] -= 1
            c.left -= 1
            if c.left > 0:
                c.t_sent = _now()
                c.want = make(c)

        loop.on_msg = on_msg
        t_start = _now()
        for c in conns:
            c.left = a.msgs
            c.t_sent = _now()
            c.want = make(c)
    else:

        def on_msg(c, m, t):
            r, ok = reply_ref(m)
            if ok:
                t0 = c.pending.pop(r, None)
                if t0 is None:
                    return
                rtts.append(t - t0)
            elif ok is False:
                bad[0] += 1
            else:
                return
            left[0] -= 1
            if c.left > 0:
                c.left -= 1
                tt = _now()
                c.pending[make(c)] = tt

        loop.on_msg = on_msg
        t_start = _now()
        for c in conns:
            c.left = a.msgs
            for _ in range(min(a.window, a.msgs)):
                c.left -= 1
                tt = _now()
                c.pending[make(c)] = tt
    loop.run(lambda: left[0] <= 0 or loop.errors, t_start + int(a.max_seconds * 1e9))
    return rtts, t_start, _now(), left[0], bad[0], 0


def make_live_event(loop, a):
    ev = json.dumps(a.event)
    counter = [0]
    if a.type == "form":

        def make(c):
            counter[0] += 1
            v = a.value.replace("{n}", str(counter[0])).replace("{i}", str(c.idx))
            return loop.push(
                c,
                "event",
                '{"type":"form","event":%s,"value":%s,"meta":%s,"uploads":{}}' % (ev, json.dumps(v), a.meta),
            )
    else:

        def make(c):
            counter[0] += 1
            v = a.value.replace("{n}", str(counter[0])).replace("{i}", str(c.idx))
            return loop.push(c, "event", '{"type":"%s","event":%s,"value":%s}' % (a.type, ev, v))

    return make


def worker(a, idx, bar, q, pipes):
    """One client process."""
    try:
        _worker(a, idx, bar, q, pipes)
    except BaseException as e:  # report, never hang the barrier
        q.put({"idx": idx, "error": "%s: %s" % (type(e).__name__, e)})
        bar.abort()


def _worker(a, idx, bar, q, pipes):
    tgt = Target(a)
    loop = Loop()
    mine = [Conn(i) for i in range(a.conns) if i % a.procs == idx]
    live = a.cmd in ("live", "livefan", "show") or (a.cmd == "idle" and a.path)
    prepare = prepare_live if live else prepare_channel
    pub = None
    allc = mine
    if a.cmd in ("fanout", "livefan") and idx == 0:
        pub = Conn(a.conns)
        allc = mine + [pub]
    bar.wait()  # 0: main has the "before" memory
    t_open = _now()
    err = open_all(loop, allc, tgt, a, prepare)
    t_open = _now() - t_open
    if err:
        raise RuntimeError(err)
    res = {"idx": idx, "open_s": t_open / 1e9, "n": len(mine)}
    if live:
        src = mine or allc
        res["html_bytes"] = src[0].html_bytes
        res["join_bytes"] = src[0].join_bytes
    # let what the server sends after the join (presence, diffs...) drain
    loop.run(lambda: False, _now() + int(a.settle * 1e9))

    if a.cmd in ("echo", "live"):
        if a.cmd == "echo":
            body = '{"n":1,"pad":"%s"}' % ("x" * max(0, a.size - 17))
            make = lambda c: loop.push(c, a.event, body)
        else:
            make = make_live_event(loop, a)
        if a.warm:
            saved = a.msgs, a.rate, a.window
            a.msgs, a.rate, a.window = a.warm, 0, 1
            w_requests(loop, mine, a, make)
            a.msgs, a.rate, a.window = saved
        for c in mine:
            c.rx = c.rxmsgs = 0
            c.pending.clear()
        bar.wait()  # 1: all ready
        bar.wait()  # 2: main has read the CPU clock
        cpu0 = time.process_time()
        rtts, t0, t1, left, bad, _ = w_requests(loop, mine, a, make)
        res.update(
            rtts=rtts.tobytes(),
            t0=t0,
            t1=t1,
            left=left,
            bad=bad,
            cpu=(time.process_time() - cpu0) / max((t1 - t0) / 1e9, 1e-9),
            rx=sum(c.rx for c in mine),
            rxmsgs=sum(c.rxmsgs for c in mine),
        )
        bar.wait()  # 3: done
    elif a.cmd in ("fanout", "livefan"):
        res.update(w_fan(loop, mine, pub, a, idx, bar, pipes))
    elif a.cmd == "idle":
        bar.wait()  # 1
        bar.wait()  # 2
        end = _now() + int(a.hold * 1e9)
        nxt = _now() + int(25e9)
        while _now() < end:
            loop.run(lambda: False, min(end, nxt))
            if _now() >= nxt:
                heartbeat(loop)
                nxt = _now() + int(25e9)
        res["lost"] = loop.errors
        bar.wait()  # 3: main reads the memory
        bar.wait()  # 4: main has read it
    loop.close_all()
    if loop.err_text:
        res["err_text"] = loop.err_text
    q.put(res)


def w_fan(loop, mine, pub, a, idx, bar, pipes):
    """M broadcasts from `pub`, each to be received by every subscriber.

    Every process counts the receipts of message k by its own connections and
    tells process 0 (through a pipe) when its last one has got it.
    """
    nmine = len(mine)
    counts = [0] * (a.msgs + a.warm + 1)
    last = [0] * (a.msgs + a.warm + 1)
    mean = [0] * (a.msgs + a.warm + 1)
    seen = [0]
    marker_re = re.compile(rb"~mk(\d+)~")
    sent_at = [0] * (a.msgs + a.warm + 1)
    state = {"sent": 0, "finished": 0}
    donecount = [0] * (a.msgs + a.warm + 1)
    total = a.msgs + a.warm

    def group_done(k):
        donecount[k] += 1
        if donecount[k] == a.procs:
            state["finished"] += 1
            if idx == 0 and state["sent"] < state["limit"]:
                publish()

    def publish():
        k = state["sent"]
        state["sent"] += 1
        mk = "~mk%d~" % k
        sent_at[k] = _now()
        if a.cmd == "fanout":
            pad = "x" * max(0, a.size - len(mk) - 10)
            loop.push(pub, a.event, '{"m":"%s","pad":"%s"}' % (mk, pad))
        else:
            v = a.value.replace("{marker}", mk)
            if a.type == "form":
                v = '%s,"meta":%s' % (json.dumps(v), a.meta)
            loop.push(pub, "event", '{"type":"%s","event":%s,"value":%s}' % (a.type, json.dumps(a.event), v))

    def on_msg(c, m, t):
        if c is pub:
            return
        p = m.find(b"~mk")
        if p < 0:
            return
        while p >= 0:
            e = m.find(b"~", p + 3)
            k = int(m[p + 3 : e])
            p = m.find(b"~mk", e)
            if k < c.done:  # marker seen before by this one
                continue
            c.done = k + 1
            seen[0] += 1
            counts[k] += 1
            tt = _now()
            mean[k] += tt
            last[k] = tt
            if counts[k] == nmine:
                if idx == 0:
                    group_done(k)
                else:
                    os.write(pipes[1], struct.pack("!I", k))

    loop.on_msg = on_msg
    if idx == 0:

        def readpipe():
            d = os.read(pipes[0], 65536)
            for (k,) in struct.iter_unpack("!I", d[: len(d) // 4 * 4]):
                group_done(k)

        loop.pipes[pipes[0]] = readpipe
        loop.ep.register(pipes[0], select.EPOLLIN)

    def phase(upto):
        state["limit"] = upto
        dl = _now() + int(a.max_seconds * 1e9)
        if idx == 0:
            for _ in range(min(a.window, upto - state["sent"])):
                publish()
            ok = loop.run(lambda: state["finished"] >= upto or loop.errors, dl)
        else:
            ok = loop.run(lambda: counts[upto - 1] >= nmine or loop.errors, dl)
        return ok

    bar.wait()  # ready to warm up
    ok = phase(a.warm) if a.warm else True
    for c in mine:
        c.rx = c.rxmsgs = 0
    bar.wait()  # 1
    bar.wait()  # 2
    cpu0, t0 = time.process_time(), _now()
    ok = phase(total) and ok
    t1 = _now()
    cpu = (time.process_time() - cpu0) / max((t1 - t0) / 1e9, 1e-9)
    bar.wait()  # 3
    w = a.warm
    return dict(
        ok=ok,
        t0=t0,
        t1=t1,
        cpu=cpu,
        sent_at=sent_at[w:total],
        last=last[w:total],
        mean=mean[w:total],
        counts=counts[w:total],
        rx=sum(c.rx for c in mine),
        rxmsgs=sum(c.rxmsgs for c in mine),
    )


# -------------------------------------------------------------------- main
def pct(sorted_vals, p):
    if not sorted_vals:
        return None
    return sorted_vals[min(len(sorted_vals) - 1, int(len(sorted_vals) * p / 100))]


def dist_ms(vals):
    v = sorted(vals)
    if not v:
        return {}
    r = lambda x: round(x / 1e6, 3)
    return {
        "p50": r(pct(v, 50)),
        "p90": r(pct(v, 90)),
        "p95": r(pct(v, 95)),
        "p99": r(pct(v, 99)),
        "max": r(v[-1]),
        "mean": r(sum(v) / len(v)),
    }


def run(a):
    pids = the_pids(a)
    nfan = a.cmd in ("fanout", "livefan")
    bar = mp.Barrier(a.procs + 1)
    q = mp.Queue()
    pipes = os.pipe()
    mem0 = memory_kib(pids) if pids else None
    ps = [mp.Process(target=worker, args=(a, i, bar, q, pipes), daemon=True) for i in range(a.procs)]
    for p in ps:
        p.start()
    out = {"cmd": a.cmd, "label": a.label, "conns": a.conns, "msgs": a.msgs, "procs": a.procs}
    samples = []
    T = a.connect_seconds + a.max_seconds + a.hold + 60
    try:
        bar.wait(T)  # 0
        if nfan:
            bar.wait(T)  # warm-up starts
        bar.wait(T)  # 1
        pids = the_pids(a)
        cl0, mb0 = client_seconds(), machine_busy()
        cpu0, w0 = cpu_seconds(pids), time.time()
        if a.cmd == "idle" and pids:
            mem1 = memory_kib(pids)
            samples.append((0, mem1[0], mem1[1]))
        bar.wait(T)  # 2
        if a.cmd == "idle":
            t0 = time.time()
            while time.time() - t0 < a.hold - 5:
                time.sleep(min(5, max(0.1, a.hold - 5 - (time.time() - t0))))
                if pids:
                    m = memory_kib(pids)
                    samples.append((round(time.time() - t0, 1), m[0], m[1]))
        bar.wait(T)  # 3
        cpu1, w1 = cpu_seconds(pids), time.time()
        cl1, mb1 = client_seconds(), machine_busy()
        if pids:  # cores kept busy by anything else: a run with much of it is not quiet
            out["other_cpu"] = round(
                max(0.0, (mb1 - mb0) - (cpu1 - cpu0) - (cl1 - cl0)) / max(w1 - w0, 1e-9), 2
            )
        if a.cmd == "idle":
            mem2 = memory_kib(pids) if pids else None
            bar.wait(T)  # 4
    except Exception as e:
        errs = []
        t_end = time.time() + 2
        while time.time() < t_end:
            try:
                r = q.get(timeout=0.3)
                errs.append(r.get("error"))
            except Exception:
                pass
        for p in ps:
            p.terminate()
        out["error"] = "; ".join(str(x) for x in errs) or type(e).__name__
        return out
    rs = [q.get(timeout=30) for _ in ps]
    for p in ps:
        p.join(10)
    for r in rs:
        if r.get("error"):
            out["error"] = r["error"]
            return out
        if r.get("err_text"):
            out["conn_error"] = r["err_text"]
    out["open_s"] = round(max(r["open_s"] for r in rs), 3)
    if "html_bytes" in rs[0]:
        out["html_bytes"] = rs[0]["html_bytes"]
        out["join_reply_bytes"] = rs[0]["join_bytes"]
    if a.cmd in ("echo", "live"):
        rtts = array("q")
        for r in rs:
            rtts.frombytes(r["rtts"])
        secs = (max(r["t1"] for r in rs) - min(r["t0"] for r in rs)) / 1e9
        n = len(rtts)
        out.update(
            replies=n,
            seconds=round(secs, 3),
            missing=sum(r["left"] for r in rs),
            bad=sum(r["bad"] for r in rs),
            per_s=round(n / secs, 1),
            rtt_ms=dist_ms(rtts),
            bytes_per=round(sum(r["rx"] for r in rs) / max(n, 1), 1),
            frames_per=round(sum(r["rxmsgs"] for r in rs) / max(n, 1), 3),
            client_cpu=round(max(r["cpu"] for r in rs), 2),
        )
        if pids:
            out["server_cpu_us_per"] = round((cpu1 - cpu0) * 1e6 / max(n, 1), 1)
            out["server_cpu"] = round((cpu1 - cpu0) / (w1 - w0), 2)
    elif nfan:
        r0 = [r for r in rs if r["idx"] == 0][0]
        secs = (max(max(r["last"] or [0]) for r in rs if r["n"]) - r0["t0"]) / 1e9
        n = sum(sum(r["counts"]) for r in rs)
        if not n:
            out["error"] = "nothing was delivered: %s" % (
                out.get("conn_error") or "no receipt within --max-seconds"
            )
            return out
        lat, lmean = [], []
        for k in range(a.msgs):
            if sum(r["counts"][k] for r in rs) == a.conns:
                lat.append(max(r["last"][k] for r in rs if r["n"]) - r0["sent_at"][k])
                lmean.append(sum(r["mean"][k] for r in rs) / a.conns - r0["sent_at"][k])
        out.update(
            deliveries=n,
            complete=len(lat),
            seconds=round(secs, 3),
            per_s=round(n / secs, 1),
            last_ms=dist_ms(lat),
            mean_ms=dist_ms(lmean),
            window=a.window,
            bytes_per=round(sum(r["rx"] for r in rs) / max(n, 1), 1),
            client_cpu=round(max(r["cpu"] for r in rs), 2),
        )
        if pids:
            out["server_cpu_us_per"] = round((cpu1 - cpu0) * 1e6 / max(n, 1), 2)
            out["server_cpu"] = round((cpu1 - cpu0) / (w1 - w0), 2)
    elif a.cmd == "idle":
        out["lost"] = sum(r["lost"] for r in rs)
        if pids:
            out.update(
                rss_before_kib=mem0[0],
                rss_after_kib=mem2[0],
                pss_before_kib=mem0[1],
                pss_after_kib=mem2[1],
                rss_per_conn_kib=round((mem2[0] - mem0[0]) / a.conns, 2),
                pss_per_conn_kib=round((mem2[1] - mem0[1]) / a.conns, 2),
                rss_per_conn_at_join_kib=round((mem1[0] - mem0[0]) / a.conns, 2),
                samples=samples,
                server_cpu_idle=round((cpu1 - cpu0) / max(w1 - w0, 1e-9), 3),
            )
    return out


def show(a):
    tgt = Target(a)
    loop = Loop()
    c = Conn(0)
    err = open_all(loop, [c], tgt, a, prepare_live)
    if err:
        print("ERROR", err)
        return
    print("html bytes:", c.html_bytes, " join reply bytes:", c.join_bytes)
    print("<-", (c.extra or b"")[:3000].decode())
    loop.on_msg = lambda c, m, t: print("<-", m[:3000].decode())
    make_live_event(loop, a)(c)
    loop.run(lambda: False, _now() + int(1e9))


def main(argv=None):
    com = argparse.ArgumentParser(add_help=False)
    g = com.add_argument
    g("--url", default="http://127.0.0.1:4000")
    g("--socket", default="/socket")
    g("--live-socket", default="/live")
    g("--pid")
    g("--children", action="store_true")
    g("--procs", type=int, default=1)
    g("--cpu")
    g("--sources", type=int, default=1)
    g("--conns", type=int, default=100)
    g("--msgs", type=int, default=100)
    g("--warm", type=int, default=5)
    g("--window", type=int, default=1)
    g("--rate", type=float, default=0)
    g("--size", type=int, default=64)
    g("--topic", default="bench:{i}")
    g("--join", default="{}")
    g("--event", default=None)
    g("--type", default="click")
    g("--value", default="{}")
    g("--meta", default="{}", help='form events: the meta object, e.g. {"_target":"user[name]"}')
    g("--path", default=None)
    g("--hold", type=float, default=0)
    g("--settle", type=float, default=0.3)
    g("--inflight", type=int, default=64)
    g("--connect-seconds", type=float, default=120)
    g("--max-seconds", type=float, default=60)
    g("--json")
    g("--label")
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest="cmd", required=True)
    for name in ("echo", "fanout", "idle", "live", "livefan", "show"):
        sub.add_parser(name, parents=[com])
    a = ap.parse_args(argv)
    if a.cmd == "fanout" and a.topic == "bench:{i}":
        a.topic = "bench:fan"
    if a.event is None:
        a.event = {"echo": "echo", "fanout": "shout", "live": "inc", "livefan": "send"}.get(a.cmd, "inc")
    if a.cmd in ("live", "livefan", "show") and not a.path:
        ap.error("--path is needed")
    if a.cmd == "idle" and not a.hold:
        a.hold = 30
    if not (
        0 < a.conns <= 200000
        and 0 < a.msgs <= 10_000_000
        and 0 < a.procs <= 64
        and a.max_seconds <= 600
        and a.hold <= 600
    ):
        ap.error("out of bounds")
    if a.cpu:
        os.sched_setaffinity(0, {int(x) for x in a.cpu.split(",")})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if a.conns / a.procs > hard - 200:
        ap.error(
            "RLIMIT_NOFILE %d is too small for %d connections in %d processes" % (hard, a.conns, a.procs)
        )
    if a.cmd == "show":
        return show(a)
    out = run(a)
    line = json.dumps(out)
    if a.json and a.json != "-":
        with open(a.json, "a") as f:
            f.write(line + "\n")
    print(line)
    return 1 if out.get("error") else 0


if __name__ == "__main__":
    sys.exit(main())
