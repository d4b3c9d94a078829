"""The scripts behind `make`: what they decide and what they say, without running the long parts."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import environment  # noqa: E402
import ports  # noqa: E402
import pythons  # noqa: E402
import system_packages  # noqa: E402


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def pairs(*found: str) -> list[str]:
    made = pythons.pair_up({version: f"/usr/bin/python{version}" for version in found})
    return [f"{pair.python}/{pair.django}{'' if pair.executable else ' missing'}" for pair in made]


def test_each_python_gets_its_django() -> None:
    assert pairs("3.11", "3.12", "3.13") == ["3.11/5.2", "3.12/6.0", "3.13/6.1"]


def test_a_python_newer_than_promised_is_the_newest() -> None:
    assert pairs("3.11", "3.12", "3.13", "3.14") == ["3.11/5.2", "3.12/6.0", "3.13/6.0", "3.14/6.1"]


def test_a_single_modern_python_runs_with_both_new_djangos() -> None:
    assert pairs("3.11", "3.13") == ["3.11/5.2", "3.12/6.0 missing", "3.13/6.0", "3.13/6.1"]


def test_missing_pythons_keep_their_place_by_name() -> None:
    assert pairs("3.11") == ["3.11/5.2", "3.12/6.0 missing", "3.13/6.1 missing"]


def test_the_running_python_is_found() -> None:
    assert pythons.probe(sys.executable) == (".".join(map(str, sys.version_info[:2])), sys.executable)


def test_a_shim_that_fails_is_no_python(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert pythons.probe(str(shim)) is None
    assert pythons.probe(str(tmp_path / "nowhere")) is None


def test_pyenv_is_searched_beside_the_path(tmp_path: Path) -> None:
    executable = tmp_path / "versions/3.12.9/bin/python3"
    executable.parent.mkdir(parents=True)
    executable.touch()
    assert str(executable) in pythons.candidates({"PATH": "", "PYENV_ROOT": str(tmp_path)})


def test_find_python_says_what_to_do_when_there_is_none(tmp_path: Path) -> None:
    command = ["/bin/bash", str(ROOT / "scripts/find_python")]
    done = subprocess.run(command, env={"PATH": "", "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "sudo apt install python3" in done.stderr


def test_a_free_port_is_free_and_a_busy_one_is_not(busy_port: int) -> None:
    assert not ports.is_free(busy_port)
    free = ports.next_free(busy_port)
    assert free is not None
    assert ports.is_free(free)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_holder_of_a_port_is_named(busy_port: int) -> None:
    holder = ports.holder(busy_port)
    assert holder is not None
    assert f"pid {os.getpid()} (" in holder


def test_the_demo_names_the_holder_and_a_free_port(busy_port: int) -> None:
    command = [sys.executable, "scripts/demo.py", "--port", str(busy_port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"Port {busy_port} is held by pid {os.getpid()}" in done.stderr
    assert "make demo PORT=" in done.stderr


def test_groups_are_unfolded_into_requirements() -> None:
    names = environment.requirements_of(["dev"])
    assert len(names) == len(set(names))
    assert {"pytest", "ruff", "mkdocs"} <= {re.split("[><=]", name)[0] for name in names}


def test_an_environment_without_a_stamp_holds_nothing(tmp_path: Path) -> None:
    assert environment.recorded_groups(environment.Environment(tmp_path)) == set()


def test_without_root_the_exact_command_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "missing_packages", lambda: ["chromium", "redis-server"])
    monkeypatch.setattr(system_packages, "root_prefix", lambda: None)
    monkeypatch.setattr(system_packages.shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    with pytest.raises(environment.SetupError) as caught:
        system_packages.install_missing()
    wanted = "sudo apt-get update && sudo apt-get install --yes --no-install-recommends chromium redis-server"
    assert wanted in str(caught.value)


def test_without_apt_the_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "missing_packages", lambda: ["redis-server"])
    monkeypatch.setattr(system_packages.shutil, "which", lambda name, **_: None)
    with pytest.raises(environment.SetupError, match="need redis-server"):
        system_packages.install_missing()
