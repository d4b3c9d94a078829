"""Edits of the settings: INSTALLED_APPS, ASGI_APPLICATION, and DJANGO_PHOENIX where it is needed."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django_phoenix.management.install.changes import Plan
from django_phoenix.management.install.site import Site, locate
from django_phoenix.management.install.source import Edit, PythonSource, assigned

FIRST = "daphne"
OURS = "django_phoenix"


@dataclass(frozen=True)
class Assignment:
    """A module-level ``name = value`` and the file it stands in."""

    source: PythonSource
    statement: ast.stmt
    value: ast.expr

    @property
    def line(self) -> int:
        return self.statement.lineno


def plan_settings(site: Site, plan: Plan, options: dict[str, str]) -> None:
    """Add what is missing to the settings; ``options`` are wanted entries of DJANGO_PHOENIX."""
    chain = list(settings_chain(site))
    apps_file = _plan_apps(site, plan, chain)
    _plan_asgi_name(site, plan, chain, apps_file)
    _plan_options(site, plan, chain, options)


# -- where a setting is assigned


def settings_chain(site: Site) -> Iterator[tuple[PythonSource, str]]:
    """The settings file and those it star-imports, nearest first, with their module names."""
    seen: set[Path] = set()
    waiting = [(site.settings_file, site.settings_module)]
    while waiting:
        path, module = waiting.pop(0)
        if path in seen or not site.owns(path):
            continue
        seen.add(path)
        source = PythonSource.read(path)
        yield source, module
        waiting[:0] = list(_star_imports(source, module))


def _star_imports(source: PythonSource, module: str) -> Iterator[tuple[Path, str]]:
    package = module if source.path.name == "__init__.py" else module.rpartition(".")[0]
    imports = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    for node in reversed(imports):  # the last one wins
        name = "." * node.level + (node.module or "")
        try:
            absolute = importlib.util.resolve_name(name, package)
        except ImportError:
            continue
        path = locate(absolute)
        if path:
            yield path, absolute


def find(chain: list[tuple[PythonSource, str]], name: str) -> Assignment | None:
    """The assignment of a setting that counts: the last of the nearest file."""
    for source, _ in chain:
        for statement in reversed(source.tree.body):
            value = assigned(statement, name)
            if value is not None:
                return Assignment(source, statement, value)
    return None


# -- INSTALLED_APPS


def _plan_apps(site: Site, plan: Plan, chain: list[tuple[PythonSource, str]]) -> PythonSource:
    """Add our two entries where they are missing; returns the file that holds INSTALLED_APPS."""
    found = find(chain, "INSTALLED_APPS")
    source = found.source if found else chain[0][0]
    wanted = [name for name in (FIRST, OURS) if not _lists(site.installed_apps, name)]
    if found:
        written = _strings(found.source, found.value)
        wanted = [name for name in wanted if not _lists(written, name)]
    if _daphne_is_late(site.installed_apps):
        _late_gap(plan, source, found)
    elif wanted:
        literals = literals_of(found) if found else []
        if literals:
            _edit_apps(plan, source, literals, wanted)
        else:
            _apps_gap(plan, source, found, wanted)
    return source


def _lists(apps: tuple[str, ...] | list[str], name: str) -> bool:
    return any(app == name or app.startswith(f"{name}.") for app in apps)


def _daphne_is_late(apps: tuple[str, ...]) -> bool:
    names = [app.split(".apps.")[0] for app in apps]
    static = "django.contrib.staticfiles"
    return FIRST in names and static in names and names.index(FIRST) > names.index(static)


def _strings(source: PythonSource, value: ast.expr) -> list[str]:
    """Every string that stands in the lists an expression is made of."""
    return [
        element.value
        for literal in literals_of(Assignment(source, ast.Pass(), value))
        for element in literal.elts
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    ]


def literals_of(found: Assignment) -> list[ast.List | ast.Tuple]:
    """The lists that ``[…]``, ``(…)`` or ``A + B + […]`` is made of; [] if any part is something else."""
    parts = _operands(found.value)
    literals: list[ast.List | ast.Tuple] = []
    for part in parts:
        literal = _module_value(found.source, part.id) if isinstance(part, ast.Name) else part
        if not isinstance(literal, ast.List | ast.Tuple):
            return []
        if found.source.text[found.source.span(literal)[0]] not in "[(":
            return []
        literals.append(literal)
    return literals


def _operands(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [*_operands(value.left), *_operands(value.right)]
    return [value]


def _module_value(source: PythonSource, name: str) -> ast.expr | None:
    values = [value for statement in source.tree.body if (value := assigned(statement, name)) is not None]
    return values[-1] if values else None


def _edit_apps(
    plan: Plan, source: PythonSource, literals: list[ast.List | ast.Tuple], wanted: list[str]
) -> None:
    first, last = literals[0], literals[-1]
    if len(wanted) == 2 and first is last and not first.elts:
        plan.edit(source, insert_only(source, first, wanted))
        return
    if FIRST in wanted:
        plan.edit(source, insert_first(source, first, FIRST))
    if OURS in wanted:
        plan.edit(source, insert_last(source, last, OURS))


def quote_of(source: PythonSource, literal: ast.List | ast.Tuple) -> str:
    """The quotation mark that the list uses."""
    for element in literal.elts:
        if isinstance(element, ast.Constant) and isinstance(element.value, str):
            return source.text[source.span(element)[0]]
    return '"'


def insert_only(source: PythonSource, literal: ast.List | ast.Tuple, names: list[str]) -> Edit:
    """Fill an empty list or tuple."""
    start, end = source.span(literal)
    text = ", ".join(f'"{name}"' for name in names)
    comma = "," if isinstance(literal, ast.Tuple) and len(names) == 1 else ""
    return Edit(start + 1, end - 1, text + comma)


def insert_first(source: PythonSource, literal: ast.List | ast.Tuple, name: str) -> Edit:
    """Put a string at the head: on a line of its own if the list has one item a line."""
    if not literal.elts:
        return insert_only(source, literal, [name])
    quote = quote_of(source, literal)
    start = source.span(literal.elts[0])[0]
    indent = source.indent_at(start)
    gap = " " if indent is None else source.newline + indent
    return Edit(start, start, f"{quote}{name}{quote},{gap}")


def insert_last(source: PythonSource, literal: ast.List | ast.Tuple, name: str) -> Edit:
    """Put a string at the end."""
    if not literal.elts:
        return insert_only(source, literal, [name])
    return insert_behind(source, literal, literal.elts[-1], name)


def insert_behind(source: PythonSource, literal: ast.List | ast.Tuple, element: ast.expr, name: str) -> Edit:
    """Put a string behind an item, its comma and its comment."""
    quote = quote_of(source, literal)
    start, end = source.span(element)
    item = f"{quote}{name}{quote}"
    comma = _comma_after(source, end)
    indent = source.indent_at(start)
    closing = source.span(literal)[1] - 1
    if indent is None or source.line_of(end) == source.line_of(closing):
        return Edit(end, comma or end, f", {item}" + ("," if comma else ""))
    line_end = source.line_end(comma or end)
    rest = source.text[end:line_end] if comma else "," + source.text[end:line_end]
    return Edit(end, line_end, f"{rest}{source.newline}{indent}{item},")


def _comma_after(source: PythonSource, end: int) -> int | None:
    """Offset behind the comma that follows ``end``, over white space and comments; None if there is none."""
    position = end
    text = source.text
    while position < len(text):
        if text[position] == ",":
            return position + 1
        if text[position] == "#":
            position = source.line_end(position)
        elif text[position].isspace() or text[position] == "\\":
            position += 1
        else:
            return None
    return None


def _apps_gap(plan: Plan, source: PythonSource, found: Assignment | None, wanted: list[str]) -> None:
    why = (
        f"INSTALLED_APPS is made by `{_short(source.code(found.value))}`, which phx_install cannot edit."
        if found
        else "INSTALLED_APPS is not assigned here nor in a file that this one star-imports."
    )
    lines = [f'"{name}",' for name in wanted]
    if FIRST in wanted:
        lines[0] += "  # before every other app"
    plan.gap(source.path, found.line if found else None, f"{why} Add:", *lines)


def _late_gap(plan: Plan, source: PythonSource, found: Assignment | None) -> None:
    why = (
        'INSTALLED_APPS lists "daphne" behind "django.contrib.staticfiles". Move it to the head of the list:'
    )
    plan.gap(source.path, found.line if found else None, why, '"daphne",')


def _short(code: str, width: int = 60) -> str:
    line = " ".join(code.split())
    return line if len(line) <= width else line[: width - 1] + "…"


# -- ASGI_APPLICATION


def _plan_asgi_name(
    site: Site, plan: Plan, chain: list[tuple[PythonSource, str]], fallback: PythonSource
) -> None:
    if site.asgi_application or find(chain, "ASGI_APPLICATION"):
        return
    neighbour = next(
        (
            found
            for name in ("WSGI_APPLICATION", "ROOT_URLCONF", "INSTALLED_APPS")
            if (found := find(chain, name))
        ),
        None,
    )
    name = site.asgi_name()
    if neighbour is None:
        plan.gap(
            fallback.path,
            None,
            "none of the settings phx_install looks for is here. Add:",
            f'ASGI_APPLICATION = "{name}"',
        )
        return
    source = neighbour.source
    quote = _string_quote(source, neighbour.value)
    lines = [f"ASGI_APPLICATION = {quote}{name}{quote}"]
    if not site.has_channel_layers:
        lines += layer_hint(quote)
    plan.edit(source, source.lines_after(source.span(neighbour.statement)[1], lines))


def layer_hint(quote: str) -> list[str]:
    """A commented-out CHANNEL_LAYERS: one process needs none, several need this one."""
    lines = [
        "",
        "# One server process needs no channel layer. Several share broadcasts through Redis:",
        '# pip install "django-phoenix[redis]"',
        "# CHANNEL_LAYERS = {",
        '#     "default": {',
        '#         "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",',
        '#         "CONFIG": {"hosts": ["redis://localhost:6379/0"]},',
        "#     }",
        "# }",
    ]
    return [line if "pip" in line else line.replace('"', quote) for line in lines]


def _string_quote(source: PythonSource, value: ast.expr) -> str:
    if isinstance(value, ast.List | ast.Tuple):
        return quote_of(source, value)
    first = source.code(value)[0]
    return first if first in "\"'" else '"'


# -- DJANGO_PHOENIX


def _plan_options(
    site: Site, plan: Plan, chain: list[tuple[PythonSource, str]], options: dict[str, str]
) -> None:
    """Write the options if the site has no DJANGO_PHOENIX yet; otherwise say which ones are missing."""
    missing = {key: value for key, value in options.items() if key not in site.options}
    if not missing:
        return
    anchor = find(chain, "INSTALLED_APPS")
    if site.has_options or anchor is None:
        lines = [f'"{key}": "{value}",' for key, value in missing.items()]
        place = find(chain, "DJANGO_PHOENIX")
        path = place.source.path if place else chain[0][0].path
        plan.gap(path, place.line if place else None, "DJANGO_PHOENIX needs:", *lines, blocks=False)
        return
    source = anchor.source
    quote = _string_quote(source, anchor.value)
    pairs = [f"    {quote}{key}{quote}: {quote}{value}{quote}," for key, value in missing.items()]
    lines = ["", "DJANGO_PHOENIX = {", *pairs, "}"]
    plan.edit(source, source.lines_after(source.span(anchor.statement)[1], lines))
