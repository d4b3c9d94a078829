"""The tests that the installed Django was released with: from its source distribution, kept in .cache."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import django

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "django"


def folder_of_tests() -> Path:
    """Django's folder `tests`, of exactly this version. Raises AssertionError if pip cannot fetch it."""
    version = django.get_version()
    target = CACHE / version
    if not (target / "tests").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            unpack(download(version, Path(folder)), Path(folder) / "unpacked")
            (found,) = (Path(folder) / "unpacked").iterdir()
            if not (target / "tests").is_dir():
                found.rename(target)
    return target / "tests"


def download(version: str, folder: Path) -> Path:
    # Reading the metadata of a source distribution means building it, with what the isolated build brings.
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--no-binary=django"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), f"django=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"pip could not fetch the source of Django {version}:\n{done.stderr}"
    (archive,) = folder.glob("*.tar.gz")
    return archive


def unpack(archive: Path, folder: Path) -> None:
    """Only the tests: they are to run against the Django that is installed."""
    with tarfile.open(archive) as opened:
        wanted = [member for member in opened.getmembers() if member.name.split("/")[1:2] == ["tests"]]
        # What newer Pythons do unasked, and those before 3.11.4 can't.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        opened.extractall(folder, wanted, **safely)
