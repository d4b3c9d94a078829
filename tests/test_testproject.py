"""The test project's own machinery, where a browser would show it only roughly."""

from __future__ import annotations

import asyncio
import gc
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from django_phoenix.exceptions import InvalidParams
from django_phoenix.params import collect_events, event
from testproject.board import beat
from testproject.board.payloads import LONGEST, Line
from testproject.chat.uploads import LARGEST, OTHER, Upload
from testproject.visitors import Visitor, chosen_name, made_up_name

ROOT = Path(__file__).resolve().parent.parent
Sent = asyncio.Queue[bytes]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the beats broadcast."""
    frames: Sent = asyncio.Queue()
    monkeypatch.setattr(beat, "broadcast", lambda topic, event, payload: frames.put_nowait(payload))
    return frames


def moves(frame: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(frame):
        hand, length = struct.unpack_from("<IH", frame, at)
        at += 6
        found.append((hand, frame[at : at + length]))
        at += length
    return found


async def test_the_first_move_goes_at_once_and_those_of_a_beat_together(sent: Sent) -> None:
    hands = beat.Beat("hands:1")
    hands.add(7, b"aa")
    assert moves(sent.get_nowait()) == [(7, b"aa")]
    hands.add(8, b"bbbb")
    hands.add(2**32 - 1, b"cc")
    assert sent.empty()
    assert moves(await asyncio.wait_for(sent.get(), 10)) == [(8, b"bbbb"), (2**32 - 1, b"cc")]
    hands.add(7, b"dd")
    assert sent.empty()
    assert moves(await asyncio.wait_for(sent.get(), 10)) == [(7, b"dd")]


async def test_one_board_has_one_beat_for_as_long_as_somebody_is_there(sent: Sent) -> None:
    one = beat.beat_of("hands:2")
    assert beat.beat_of("hands:2") is one
    assert beat.beat_of("hands:3") is not one
    del one
    gc.collect()
    assert "hands:2" not in beat._beats


class Taker:
    """Takes what the chat's channel takes."""

    @event
    def upload(self, upload: Upload) -> None: ...


def upload(**changes: Any) -> Upload:
    payload = {"uid": "1", "name": "a.png", "size": 8, **changes}
    made: Upload = collect_events(Taker)["upload"].bind(payload)["upload"]
    return made


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF....WEBP", "image/webp"),
        (b"<svg onload=alert(1)>", OTHER),
        (b"<html></html>", OTHER),
        (b"RIFF....WAVE", OTHER),
    ],
)
def test_a_files_kind_is_told_by_its_bytes(data: bytes, kind: str) -> None:
    file = upload(size=len(data))
    file.add(data[:5])
    assert not file.complete
    file.add(data[5:])
    assert file.complete
    assert file.kind == kind


def test_a_file_may_not_be_more_than_it_was_said_to_be() -> None:
    file = upload(size=4)
    with pytest.raises(ValidationError):
        file.add(b"12345")


@pytest.mark.parametrize(
    "changes",
    [{"size": 0}, {"size": LARGEST + 1}, {"uid": ""}, {"uid": "x" * 41}, {"width": -1}, {"height": 10**9}],
)
def test_a_file_that_is_not_wanted_is_refused_when_it_is_announced(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        upload(**changes)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\pictures\\a.png", "a.png"), ("", "file"), ("dir/", "file")],
)
def test_a_files_name_is_a_name_and_no_path(name: str, kept: str) -> None:
    assert upload(name=name).name == kept


@pytest.mark.parametrize("points", [[], [1], [1, 2, 3], [0, 0] * (LONGEST + 1), [0, 0, 10**9, 0]])
def test_a_line_has_pairs_of_numbers_neither_too_many_nor_too_far(points: list[int]) -> None:
    with pytest.raises(ValidationError):
        Line("1", "pen", 0, 0, points)
    assert Line("1", "pen", 0, 0, [5, 5, 1, -1]).points == [5, 5, 1, -1]


def test_a_visitor_without_a_name_has_the_same_made_up_one_each_time() -> None:
    assert made_up_name("abc") == made_up_name("abc")
    assert len({made_up_name(str(number)) for number in range(200)}) > 60


def test_an_account_keeps_its_name() -> None:
    assert chosen_name(Visitor("user-1", "ada", account=True), "Joe") == "ada"
    assert chosen_name(Visitor("x", "Calm Otter"), "  Joe ") == "Joe"
    assert chosen_name(Visitor("x", "Calm Otter"), "   ") == "Calm Otter"
    assert len(chosen_name(Visitor("x", "Calm Otter"), "J" * 900)) == 40


def test_the_product_passes_its_own_tests() -> None:
    command = [sys.executable, "testproject/manage.py", "test", "testproject.roost", "--settings"]
    command += ["testproject.settings", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
