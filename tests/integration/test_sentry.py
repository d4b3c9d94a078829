"""A crash as an error tracker sees it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.servers import ROOT

pytest.importorskip("sentry_sdk")


def test_sentry_sees_a_crash_with_its_traceback_and_where_it_happened() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.sentry_report"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    extra = report.pop("extra")
    assert report == {
        "logger": "django_phoenix.channel",
        "message": "Crashing on topic 'room:1' crashed in Crashing.go.",
        "type": "RuntimeError",
        "function": "go",
    }
    assert {key: value for key, value in extra.items() if key.startswith("phoenix_")} == {
        "phoenix_channel": "Crashing",
        "phoenix_topic": "room:1",
        "phoenix_callback": "Crashing.go",
        "phoenix_event": "go",
        "phoenix_user": None,
    }
