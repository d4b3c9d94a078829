"""Colour Python and template source for the "How it is made" panels. No dependency, no JavaScript."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

STRINGS = {
    tokenize.STRING,
    *(getattr(tokenize, name) for name in dir(tokenize) if name.startswith("FSTRING")),
}

TEMPLATE = re.compile(
    r"(?P<comment>{#.*?#}|<!--.*?-->)"
    r"|(?P<tag>{%\s*\w*)(?P<words>.*?)(?P<end>/?\s*%})"
    r"|(?P<variable>{{.*?}})"
    r"|(?P<phx>(?<=[\s])phx-[\w-]+)"
    r"|(?P<element></?[a-zA-Z][\w-]*)",
    re.DOTALL,
)
TEMPLATE_CLASSES = {"comment": "c", "variable": "n", "phx": "d", "element": "f"}
WORD = re.compile(r"(?P<s>\"[^\"]*\"|'[^']*')|(?P<d>(?<=\s)[\w:.-]+(?==))")


def python(source: str) -> SafeString:
    """Python source as HTML with one `<span class="hl-…">` per coloured token."""
    return coloured(source, python_spans(source))


def template(source: str) -> SafeString:
    """A Django template as HTML with one `<span class="hl-…">` per coloured token."""
    return coloured(source, template_spans(source))


def coloured(source: str, spans: Iterator[tuple[int, int, str]]) -> SafeString:
    """Escape `source`, wrapping each (start, end, class) in a span."""
    parts, done = [], 0
    for start, end, name in spans:
        parts.append(escape(source[done:start]))
        parts.append(f'<span class="hl-{name}">{escape(source[start:end])}</span>')
        done = end
    parts.append(escape(source[done:]))
    return mark_safe("".join(parts))


def template_spans(source: str) -> Iterator[tuple[int, int, str]]:
    for match in TEMPLATE.finditer(source):
        if match["tag"] is None:
            yield match.start(), match.end(), TEMPLATE_CLASSES[str(match.lastgroup)]
            continue
        yield *match.span("tag"), "k"
        for word in WORD.finditer(source, *match.span("words")):
            yield *word.span(), str(word.lastgroup)
        yield *match.span("end"), "k"


def python_spans(source: str) -> Iterator[tuple[int, int, str]]:
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    previous = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = token_class(token, previous)
        if token.string.strip():
            previous = token.string
        if name:
            yield lines[token.start[0] - 1] + token.start[1], lines[token.end[0] - 1] + token.end[1], name


def token_class(token: tokenize.TokenInfo, previous: str) -> str | None:
    if token.type == tokenize.COMMENT:
        return "c"
    if token.type in STRINGS:
        return "s"
    if token.type == tokenize.NUMBER:
        return "n"
    if token.type == tokenize.NAME:
        return name_class(token.string, previous)
    return "d" if token.string == "@" and not previous.isidentifier() else None


def name_class(name: str, previous: str) -> str | None:
    if keyword.iskeyword(name):
        return "k"
    if previous == "@":
        return "d"
    return "f" if previous in {"def", "class"} else None
