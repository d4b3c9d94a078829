"""What an installation is going to write: shown as a diff, then written all at once or not at all."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django_phoenix.management.install.source import Edit, Source


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it is (None: there is none) and as it shall be."""

    path: Path
    before: bytes | None
    after: bytes
    encoding: str = "utf-8"

    def diff(self, root: Path) -> str:
        """Unified diff, paths relative to ``root`` where the file lies below it."""
        name = shown(self.path, root)
        old = "" if self.before is None else self.before.decode(self.encoding)
        lines = difflib.unified_diff(
            old.splitlines(),
            self.after.decode(self.encoding).splitlines(),
            "/dev/null" if self.before is None else name,
            name,
            lineterm="",
        )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that the installer leaves to a person: where, why, and the lines to put there."""

    path: Path
    line: int | None
    why: str
    lines: tuple[str, ...]
    blocks: bool = True
    """True: the site would not work with the other changes alone, so nothing is written."""

    def text(self, root: Path) -> str:
        place = shown(self.path, root) + (f", line {self.line}" if self.line else "")
        return "\n".join([f"{place}: {self.why}", *(f"    {line}" for line in self.lines)])


@dataclass
class Plan:
    """Everything found out so far: edits by file, new files, gaps, and remarks for the end."""

    edits: dict[Path, list[Edit]] = field(default_factory=dict)
    sources: dict[Path, Source] = field(default_factory=dict)
    created: dict[Path, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def edit(self, source: Source, *edits: Edit) -> None:
        self.sources[source.path] = source
        self.edits.setdefault(source.path, []).extend(edits)

    def gap(self, path: Path, line: int | None, why: str, *lines: str, blocks: bool = True) -> None:
        self.gaps.append(Gap(path, line, why, lines, blocks))

    @property
    def blocked(self) -> bool:
        return any(gap.blocks for gap in self.gaps)

    def changes(self) -> list[Change]:
        """The files to write, edited in memory; each Python file among them has been compiled."""
        changes = [self._edited(path) for path in self.edits]
        changes += [Change(path, None, text.encode()) for path, text in self.created.items()]
        for change in changes:
            if change.path.suffix == ".py":
                compile(change.after, str(change.path), "exec", dont_inherit=True)
        return changes

    def _edited(self, path: Path) -> Change:
        source = self.sources[path]
        text = source.apply(self.edits[path])
        return Change(path, source.data, text.encode(source.encoding), source.encoding)


def shown(path: Path, root: Path) -> str:
    """A path as people of this site would write it."""
    if path == root:
        return "this site"
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def write_all(changes: list[Change]) -> None:
    """
    Write every file, or leave every file as it was.

    Raises OSError (nothing is changed then): a file cannot be written, or is no longer what was read.
    """
    with contextlib.ExitStack() as cleanup:
        prepared = [(change, cleanup.enter_context(_prepared(change))) for change in changes]
        done: list[Change] = []
        try:
            for change, temporary in prepared:
                os.replace(temporary, change.path.resolve())
                done.append(change)
        except OSError:
            for change in reversed(done):
                _restore(change)
            raise


@contextlib.contextmanager
def _prepared(change: Change) -> Iterator[Path]:
    """The new bytes in a file beside the target, with the target's mode; gone afterwards if unused."""
    target = change.path.resolve()
    if (target.read_bytes() if target.exists() else None) != change.before:
        raise OSError(f"{target} has changed since it was read")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"{target} is not writable")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(change.after)
        if change.before is None:
            temporary.chmod(0o644)
        else:
            shutil.copymode(target, temporary)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _restore(change: Change) -> None:
    if change.before is None:
        change.path.unlink()
    else:
        change.path.resolve().write_bytes(change.before)
