"""An S3-like storage for tests: takes forms whose policy is signed, and nothing else."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser

from tests.support.feature_site.presigned import REGION, SECRET, signature

PIECE = 65536


class S3Server(ThreadingHTTPServer):
    """``objects`` by bucket and key; ``aborted`` counts forms that broke off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.aborted = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        # Nothing is read of a large form before it is set.
        self.gate = threading.Event()
        self.gate.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: S3Server

    def do_OPTIONS(self) -> None:
        self._answer(204)

    def do_POST(self) -> None:
        self.server.begun.release()
        size = int(self.headers["content-length"])
        body = bytearray()
        while len(body) < size:
            self.server.gate.wait(20)
            piece = self.rfile.read1(min(PIECE, size - len(body)))
            if not piece:
                self.server.aborted.release()
                return
            body += piece
        problem = self._take(bytes(body))
        if problem:
            self.server.refused.append(problem)
        self._answer(403 if problem else 204)

    def _take(self, body: bytes) -> str:
        """Why it is refused; empty: it is kept."""
        meta = {"CONTENT_TYPE": self.headers["content-type"], "CONTENT_LENGTH": len(body)}
        handler = MemoryFileUploadHandler()
        handler.activated = True
        fields, files = MultiPartParser(meta, BytesIO(body), [handler]).parse()
        bucket, content = self.path.strip("/"), files["file"].read()
        day = fields["x-amz-credential"].split("/")[1]
        if signature(SECRET, day, REGION, fields["policy"]) != fields["x-amz-signature"]:
            return "SignatureDoesNotMatch"
        policy = json.loads(b64decode(fields["policy"]))
        expires = datetime.fromisoformat(policy["expiration"])
        if expires < datetime.now(expires.tzinfo):
            return "expired"
        given = {**fields.dict(), "bucket": bucket}
        for condition in policy["conditions"]:
            if not _meets(condition, given, len(content)):
                return f"AccessDenied {condition}"
        self.server.objects[f"{bucket}/{fields['key']}"] = content
        return ""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("access-control-allow-origin", "*")
        self.send_header("access-control-allow-headers", "*")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _meets(condition: Any, given: dict[str, Any], size: int) -> bool:
    if isinstance(condition, list):
        return bool(condition[1] <= size <= condition[2])
    return all(given.get(name) == value for name, value in condition.items())


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Runs in a thread of its own."""
    with S3Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.gate.set()
            server.shutdown()
