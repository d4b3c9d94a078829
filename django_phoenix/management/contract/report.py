"""Findings for people, for editors, and for GitHub's pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .findings import Level, Report
from .run import Result

WORDS = {Level.ERROR: "error", Level.WARNING: "warning"}
Paint = Callable[[str], str]


def shown_path(path: str) -> str:
    """A path as people write it: below the working directory where it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def as_text(report: Report, paint: Mapping[Level, Paint] | None = None) -> str:
    """Three or four lines: place, id and message; the source with a caret; what to do."""
    place = report.finding.place
    word = WORDS[report.level]
    if paint is not None:
        word = paint[report.level](word)
    head = f"{shown_path(place.source.path)}:{place.line}:{place.column}: {word} {report.rule.id}: "
    number = str(place.line)
    gutter = " " * len(number)
    source, column = _excerpt(place.source.line_text(place.start), place.column - 1)
    width = max(1, min(len(place.text.split("\n", 1)[0]), len(source) - column))
    return "\n".join(
        [
            head + report.finding.message,
            f"  {number} | {source}",
            f"  {gutter} | {_blank(source[:column])}{'^' * width}",
            f"  {gutter} = {report.finding.hint}",
        ]
    )


def _excerpt(line: str, column: int, most: int = 100) -> tuple[str, int]:
    """The part of a long line around a column, and the column in it."""
    line = line.rstrip()
    if len(line) <= most:
        return line, column
    start = max(0, min(column - most // 3, len(line) - most))
    part = line[start : start + most]
    if start:
        part = "…" + part[1:]
    if start + most < len(line):
        part = part[:-1] + "…"
    return part, column - start


def _blank(text: str) -> str:
    """As wide as the text, tabs kept."""
    return "".join("\t" if character == "\t" else " " for character in text)


def as_object(report: Report) -> dict[str, Any]:
    """For JSON."""
    place = report.finding.place
    end_line, end_column = place.source.line_and_column(place.end)
    return {
        "path": shown_path(place.source.path),
        "line": place.line,
        "column": place.column,
        "end_line": end_line,
        "end_column": end_column,
        "level": WORDS[report.level],
        "id": report.id,
        "title": report.rule.title,
        "message": report.finding.message,
        "hint": report.finding.hint,
        "source": place.source.line_text(place.start),
    }


def as_annotation(report: Report) -> str:
    """A workflow command of GitHub: a note beside the line of a pull request."""
    found = as_object(report)
    values = {
        "file": found["path"],
        "line": found["line"],
        "endLine": found["end_line"],
        "col": found["column"],
        "endColumn": found["end_column"],
        "title": found["id"],
    }
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in values.items())
    text = _escaped(f"{found['message']} {found['hint']}")
    return f"::{found['level']} {properties}::{text}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(each):02X}" if each in "%\r\n" + more else each for each in text)


def json_of(result: Result) -> str:
    """Everything as one JSON object."""
    errors, warnings = counts(result)
    return json.dumps(
        {
            "findings": [as_object(report) for report in result.reports],
            "errors": errors,
            "warnings": warnings,
            "templates": result.templates,
            "unreadable": [
                {"path": shown_path(path), "problem": problem} for path, problem in result.unreadable
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def counts(result: Result) -> tuple[int, int]:
    """Errors and warnings."""
    errors = sum(report.level is Level.ERROR for report in result.reports)
    return errors, len(result.reports) - errors


def summary(result: Result) -> str:
    """One line at the end."""
    errors, warnings = counts(result)
    read = _count(result.templates, "template")
    unreadable = f" {len(result.unreadable)} could not be read:" if result.unreadable else ""
    if not result.reports:
        return f"Nothing found in {read}.{unreadable}"
    return f"{_count(errors, 'error')} and {_count(warnings, 'warning')} in {read}.{unreadable}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def lines_of(result: Result, paint: Mapping[Level, Paint] | None = None) -> Iterator[str]:
    """The whole report as text."""
    for report in result.reports:
        yield as_text(report, paint)
        yield ""
    yield summary(result)
