"""Follows the tutorial as a reader does: writes its files, types its commands, all in one folder."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.run_commands import MARK
from tests.docs.snippets import DOCS, FILES, SETTINGS, Snippet, snippets_of
from tests.support.sites import REPOSITORY

PAGES = [
    DOCS / "introduction/tutorial" / f"{name}.md"
    for name in ("index", "forms", "neighbours", "tests", "server")
]
RUN_COMMANDS = Path(__file__).parent / "run_commands.py"

# What makes or needs a machine, the network or a person. Everything else is run.
BY_HAND = ("mkdir ", "python3 -m venv ", "pip install ", "python manage.py createsuperuser", "sudo ", "for ")
PROGRAMS = {"python": [sys.executable], "django-admin": [sys.executable, "-m", "django"]}
MANAGE = "python manage.py "


@dataclass
class Reader:
    """Somebody at a keyboard, in the folder of the project."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # by command: what it printed last
    _typed: list[str] = field(default_factory=list)  # not run yet

    def follow(self, page: Path) -> None:
        """Raises AssertionError for a command that fails, and for one that is not known to be harmless."""
        for snippet in snippets_of(page):
            if snippet.language == "console":
                for line in snippet.code.splitlines():
                    self._type(snippet, line)
            elif snippet.title:
                self._write(snippet, snippet.title)
        self._run_typed()

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        path = os.pathsep.join([str(REPOSITORY), str(self.root)])
        return {
            "DJANGO_SETTINGS_MODULE": "mysite.settings",
            **kept,
            "PYTHONPATH": path,
            **self.environ,
            **more,
        }

    def _type(self, snippet: Snippet, line: str) -> None:
        assert line.startswith("$ "), f"{snippet}: {line!r}"
        line = line.removeprefix("$ ")
        if line.startswith(BY_HAND):
            return
        if not line.startswith(MANAGE):
            self.said[line] = self._run(line)
        elif line not in self._typed:
            self._typed.append(line)

    def _run_typed(self) -> None:
        """Before the next file is written."""
        if self._typed:
            commands = [line.removeprefix("python ") for line in self._typed]
            (self.root / "typed.json").write_text(json.dumps(commands))
            for part in self._run(f"python {RUN_COMMANDS} typed.json").split(MARK)[1:]:
                command, _, said = part.partition("\n")
                self.said[f"python {command}"] = said
            self._typed.clear()

    def _run(self, line: str) -> str:
        program, *arguments = shlex.split(line)
        done = subprocess.run(
            [*PROGRAMS[program], *arguments],
            cwd=self.root,
            env=self.environment(),
            input="y\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}"
        return done.stdout

    def _write(self, snippet: Snippet, title: str) -> None:
        if title.endswith(".env"):
            self.environ |= dict(line.split("=", 1) for line in snippet.code.splitlines())
        if snippet.language not in FILES:
            return
        self._run_typed()
        path = self.root / title
        path.parent.mkdir(parents=True, exist_ok=True)
        before = f"{path.read_text()}\n" if title == SETTINGS else ""
        path.write_text(before + snippet.code)
