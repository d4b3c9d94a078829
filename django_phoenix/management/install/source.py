"""A text file of the site, edited by positions so that everything else in it stays as it was written."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NEWLINE = re.compile(r"\r\n|\n|\r")


class Unreadable(Exception):
    """A file whose bytes cannot be read and written back without a change."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``text`` in the place of ``source.text[start:end]``; ``start == end`` inserts."""

    start: int
    end: int
    text: str


class Source:
    """One file: its text with the newlines it has, and how to turn text into its bytes again."""

    def __init__(self, path: Path, data: bytes, encoding: str) -> None:
        self.path = path
        self.data = data
        self.encoding = encoding
        try:
            self.text = data.decode(encoding)
            faithful = self.text.encode(encoding) == data
        except (UnicodeError, LookupError) as error:
            raise Unreadable(f"{path} is not valid {encoding}: {error}") from error
        if not faithful:
            raise Unreadable(f"{path} cannot be written back as {encoding} byte for byte")
        self.newline = "\r\n" if "\r\n" in self.text else "\n"

    @classmethod
    def read(cls, path: Path) -> Source:
        """A template or other text: UTF-8, with or without a byte order mark."""
        data = path.read_bytes()
        return cls(path, data, "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of each line."""
        return [0, *(match.end() for match in NEWLINE.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """Number of the line that holds ``offset``, counted from 1."""
        return sum(start <= offset for start in self.line_starts)

    def line_start(self, offset: int) -> int:
        """Offset of the first character of the line that holds ``offset``."""
        return self.line_starts[self.line_of(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Offset behind the last character of that line, before its newline."""
        match = NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def indent_at(self, offset: int) -> str | None:
        """The white space before ``offset`` in its line, or None if something else stands there too."""
        before = self.text[self.line_start(offset) : offset]
        return before if not before.strip() else None

    def lines_after(self, offset: int, lines: list[str]) -> Edit:
        """Insert whole lines below the line that holds ``offset``."""
        end = self.line_end(offset)
        return Edit(end, end, "".join(self.newline + line for line in lines))

    def apply(self, edits: list[Edit]) -> str:
        """The text with all edits made; they must not overlap, and equal places keep their order."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: edit.start)[::-1]:
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text


class PythonSource(Source):
    """A Python file: the same, with its syntax tree and the way from tree positions to offsets."""

    @classmethod
    def read(cls, path: Path) -> PythonSource:
        """Read by the rules of PEP 263; SyntaxError if it does not parse or names an unknown encoding."""
        data = path.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        source = cls(path, data, encoding)
        source.tree  # noqa: B018  (parsing now tells now)
        return source

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def offset(self, line: int, column: int) -> int:
        """Offset of a tree position: lines from 1, columns in UTF-8 bytes as ``ast`` counts them."""
        start = self.line_starts[line - 1]
        rest = self.text[start : self.line_end(start)]
        return start + len(rest.encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Offsets of a node's first character and of the character behind its last one."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def code(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.text[start:end]


def assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    """The value if the statement is ``name = value`` or ``name: type = value``."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
            return value
    return None
