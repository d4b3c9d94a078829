"""Which Pythons this machine has, and which of them should run the fast tests with which Django."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROMISED = ("3.11", "3.12", "3.13")
OLDEST_DJANGO, MIDDLE_DJANGO, NEWEST_DJANGO = "5.2", "6.0", "6.1"
LOOKED_FOR = tuple(f"3.{minor}" for minor in range(11, 20))

# A shim or a Python without venv fails here; only what can make an environment counts.
PROBE = """
import ensurepip, sys, venv
print('%d.%d' % sys.version_info[:2], sys.executable, sys.version_info.releaselevel)
"""


@dataclass(frozen=True)
class Pairing:
    """One run of the fast tests: a series of Python, its executable (None: not found), a series of Django."""

    python: str
    executable: str | None
    django: str

    def __str__(self) -> str:
        return f"Python {self.python} with Django {self.django}"


def series(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def candidates(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Executables on PATH and below pyenv's versions, whether or not they work."""
    on_path = [shutil.which(f"python{version}", path=environ.get("PATH")) for version in LOOKED_FOR]
    pyenv = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = sorted(pyenv.glob("versions/3.1[1-9]*/bin/python3"), reverse=True)
    return [sys.executable, *filter(None, on_path), *map(str, installed)]


def probe(executable: str) -> tuple[str, str] | None:
    """(series, real path) of a finished release of Python, or None."""
    try:
        done = subprocess.run(
            [executable, "-c", PROBE], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    answer = done.stdout.split()
    return (answer[0], answer[1]) if done.returncode == 0 and answer[2:] == ["final"] else None


def find_pythons() -> dict[str, str]:
    """Series -> executable, the first found of each."""
    found: dict[str, str] = {}
    for answer in map(probe, candidates()):
        if answer:
            found.setdefault(*answer)
    return found


def pair_up(found: Mapping[str, str]) -> list[Pairing]:
    """3.11 with Django 5.2, the newest with 6.1, every other one with 6.0.

    Django 6 needs Python 3.12. When there is only one of those, it runs twice: with 6.1 and with 6.0.
    What was promised but is not here is in the list too, without an executable.
    """
    known = sorted({*found, *PROMISED}, key=series)
    modern = [version for version in known if series(version) >= (3, 12)]
    present = [version for version in modern if version in found]
    newest = present[-1] if present else modern[-1]
    pairs = [Pairing("3.11", found.get("3.11"), OLDEST_DJANGO)]
    pairs += [Pairing(version, found.get(version), MIDDLE_DJANGO) for version in modern if version != newest]
    if len(present) == 1:
        pairs.append(Pairing(newest, found[newest], MIDDLE_DJANGO))
    return [*pairs, Pairing(newest, found.get(newest), NEWEST_DJANGO)]
