"""The project's virtual environments: made once, filled by pyproject.toml's groups, stamped, then left alone.

As a command:

    python scripts/environment.py dev      make .venv ready for tests, lint and docs
    python scripts/environment.py client   make .venv ready and bundle the clients anew
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bundle

ROOT = Path(__file__).resolve().parent.parent
MAIN = ROOT / ".venv"
STAMP = ".django_phoenix.json"
PIP_FLAGS = ("--quiet", "--quiet", "--no-input", "--disable-pip-version-check")


class SetupError(Exception):
    """The environment could not be made; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment and what it should hold: dependency groups, and perhaps one series of Django.

    With `floor` it holds the oldest django-components that is supported, else the newest.
    """

    folder: Path
    groups: tuple[str, ...] = ()
    django: str | None = None
    floor: bool = False

    @property
    def wishes(self) -> list[str]:
        """Requirements beside those of the groups."""
        wishes = [f"django~={self.django}.0"] if self.django else []
        return [*wishes, oldest_components()] if self.floor else wishes

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(self, *arguments: str | Path, check: bool = True, **variables: str) -> int:
        """Run this environment's Python in the project's folder; returns the exit status."""
        command = [str(self.python), *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=check).returncode


def say(text: str) -> None:
    print(f"\033[1m==> {text}\033[0m" if sys.stdout.isatty() else f"==> {text}", flush=True)


def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements_of(groups: Iterable[str]) -> list[str]:
    """The requirements of dependency groups, included groups too. (pip reads groups only since 25.1.)"""
    table = pyproject()["dependency-groups"]
    found: dict[str, None] = {}
    for group in groups:
        for entry in table[group]:  # type: ignore[index]
            names = requirements_of([entry["include-group"]]) if isinstance(entry, dict) else [entry]
            found |= dict.fromkeys(names)
    return list(found)


def oldest_components() -> str:
    """The requirement that gives the oldest django-components allowed."""
    (wanted,) = pyproject()["project"]["optional-dependencies"]["components"]  # type: ignore[index]
    return f"{wanted.replace('>=', '~=')}.0"


def fingerprint(python: str) -> str:
    """Changes when the environment has to be filled anew: other requirements, hook or Python."""
    sha = hashlib.sha256(python.encode())
    for name in ("pyproject.toml", "hatch_build.py"):
        sha.update((ROOT / name).read_bytes())
    return sha.hexdigest()


def version_of(python: Path | str) -> str:
    command = [str(python), "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def recorded_groups(environment: Environment) -> set[str]:
    """Groups that the environment already holds in their present form; nothing when it is out of date."""
    stamp = environment.folder / STAMP
    if not (stamp.is_file() and environment.python.exists()):
        return set()
    recorded = json.loads(stamp.read_text(encoding="utf-8"))
    if recorded["fingerprint"] != fingerprint(recorded["python"] + str(environment.wishes)):
        return set()
    return {"package", *recorded["groups"]}


def create(environment: Environment, base: str) -> None:
    if environment.python.exists():
        return
    say(f"Making {environment.folder.name} with Python {version_of(base)}")
    command = [base, "-m", "venv", "--clear", str(environment.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        hint = "On Debian its venv module is a package of its own: sudo apt install python3-venv"
        raise SetupError(f"{base} could not make a virtual environment.\n{done.stdout}{done.stderr}\n{hint}")


def install(environment: Environment, groups: Iterable[str]) -> None:
    wanted = [*requirements_of(groups), *environment.wishes]
    say(f"Installing into {environment.folder.name}: the package{''.join(f', {group}' for group in groups)}")
    try:
        environment.run("-m", "pip", "install", *PIP_FLAGS, "--editable", ".[components]", *wanted)
    except subprocess.CalledProcessError as error:
        raise SetupError(f"pip could not fill {environment.folder.name}; its output is above.") from error


def write_stamp(environment: Environment, groups: Iterable[str]) -> None:
    python = version_of(environment.python)
    facts = {
        "python": python,
        "groups": sorted(groups),
        "fingerprint": fingerprint(python + str(environment.wishes)),
    }
    (environment.folder / STAMP).write_text(json.dumps(facts), encoding="utf-8")


def make_ready(environment: Environment, base: str = sys.executable) -> Environment:
    """Bring `environment` to the state it describes. Takes no time when it is there already.

    Raises SetupError when venv or pip fails.
    """
    held = recorded_groups(environment)
    if not {"package", *environment.groups} <= held:
        create(environment, base)
        groups = sorted({*environment.groups, *held} - {"package"})
        install(environment, groups)
        write_stamp(environment, groups)
    return environment


def make_client(environment: Environment) -> None:
    """The bundled clients, if they are not up to date: the build hook runs again, with Node of its own."""
    if bundle.is_current(ROOT):
        return
    say("Bundling the Phoenix clients")
    try:
        environment.run("-m", "pip", "install", *PIP_FLAGS, "--no-deps", "--editable", ".")
    except subprocess.CalledProcessError as error:
        raise SetupError("The Phoenix clients could not be bundled; the reason is above.") from error


def main() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else "dev"
    try:
        if word == "client":
            (ROOT / bundle.STATIC / bundle.VERSIONS).unlink(missing_ok=True)
        environment = make_ready(Environment(MAIN, ("dev",) if word == "dev" else ()))
        make_client(environment)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
