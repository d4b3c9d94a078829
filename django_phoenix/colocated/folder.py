"""The collected files in a folder, for sites that bundle their JavaScript themselves."""

from __future__ import annotations

import json
from pathlib import Path

from .bundle import INDEX, PAGE, STYLE, Bundle

RECORD = ".django_phoenix.json"
EMPTY = {INDEX: "export const hooks = {}\nexport default {}\n", STYLE: ""}


def write(bundle: Bundle, folder: Path) -> list[str]:
    """Bring the folder up to date; returns the names of files written or deleted.

    It deletes only what an earlier call has written. Index and style sheet are always there. Raises OSError.
    """
    files = {**EMPTY, **bundle.files}
    files.pop(PAGE, None)
    folder.mkdir(parents=True, exist_ok=True)
    gone = sorted(set(_recorded(folder)) - files.keys())
    changed = [name for name, text in files.items() if not _holds(folder / name, text)]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    for name in changed:
        (folder / name).write_text(files[name], encoding="utf-8")
    if gone or changed:
        (folder / RECORD).write_text(json.dumps(sorted(files)), encoding="utf-8")
    return [*changed, *gone]


def _recorded(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [name for name in names if isinstance(name, str) and Path(name).name == name]


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except OSError:
        return False
