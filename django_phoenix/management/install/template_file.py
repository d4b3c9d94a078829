"""Edits of the base template: the head of every page gets {% live_head %}."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import Engine, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates

from django_phoenix.management.install.changes import Plan, shown
from django_phoenix.management.install.site import Site, template_dirs
from django_phoenix.management.install.source import Edit, Source

LIBRARY = "django_phoenix.templatetags.phoenix"
COMMENTS = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}|<!--.*?-->", re.DOTALL)
HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
TITLE = re.compile(r"<title>(?P<text>[^<{\"\\]*)</title>", re.IGNORECASE)
BODY = re.compile(r"<body\b", re.IGNORECASE)
EXTENDS = re.compile(r"\{%\s*extends\b")
LOAD = re.compile(r"\{%(\s*)load\s+(?P<names>[^%]*?)(\s*)%\}")
BLOCK = re.compile(r"\{%\s*block\s+(?P<name>[\w-]+)\s*%\}")
LIVE_HEAD = re.compile(r"\{%\s*live_head\b")
NOT_A_BASE = re.compile(r"^(admin/|registration/|\d{3}\.html$)")
BY_HAND = ("{% load phoenix %}", "{% live_head %}  (the last thing before </head>)")


def plan_template(site: Site, plan: Plan, named: str | None = None) -> str | None:
    """Edit the base template; returns the name by which templates extend it, or None if there is none."""
    found = _named(site, plan, named) if named else _search(site, plan)
    if found is None:
        return None
    name, path = found
    source = Source.read(path)
    text = masked(source.text)
    if not LIVE_HEAD.search(text):
        _add_live_head(plan, source, text)
    return name


def masked(text: str) -> str:
    """The text with comments blanked out, every other character at its place."""
    return COMMENTS.sub(lambda match: re.sub(r"[^\r\n]", " ", match.group()), text)


# -- which template


def _named(site: Site, plan: Plan, named: str) -> tuple[str, Path] | None:
    as_path = Path(named).resolve()
    for name, path in _all_templates(site):
        if name == named or path.resolve() == as_path:
            return name, path
    plan.gap(
        site.root,
        None,
        f"no template of this site is called {named!r}. Put into the base template:",
        *BY_HAND,
    )
    return None


def _search(site: Site, plan: Plan) -> tuple[str, Path] | None:
    """The one template with a head of its own, or the one among several that is called base.html."""
    roots = [(name, path) for name, path in _all_templates(site) if _is_root(name, path)]
    bases = [root for root in roots if Path(root[0]).name in {"base.html", "_base.html", "layout.html"}]
    for candidates in ([root for root in roots if root[0] == "base.html"], bases, roots):
        if len(candidates) == 1:
            return candidates[0]
    if roots:
        names = ", ".join(name for name, _ in roots)
        why = f"several templates have a <head> ({names}). Name one with --template, or put into it:"
    else:
        why = "no template with a <head> was found. Put into the template that your pages extend:"
    plan.gap(site.root, None, why, *BY_HAND, blocks=False)
    return None


def _all_templates(site: Site) -> list[tuple[str, Path]]:
    """Name and path of every HTML template that belongs to the site; of equal names the one Django takes."""
    found: dict[str, Path] = {}
    for engine in engines.all():
        if isinstance(engine, DjangoTemplates):
            for directory in template_dirs(engine):
                for path in sorted(directory.rglob("*.html")):
                    if site.owns(path):
                        found.setdefault(path.relative_to(directory).as_posix(), path)
    return list(found.items())


def _is_root(name: str, path: Path) -> bool:
    if NOT_A_BASE.match(name):
        return False
    text = masked(path.read_text(encoding="utf-8", errors="replace"))
    return bool(HEAD_END.search(text)) and not EXTENDS.search(text)


# -- the edit


def _add_live_head(plan: Plan, source: Source, text: str) -> None:
    ends = list(HEAD_END.finditer(text))
    if len(ends) != 1:
        found = f"</head> stands here {len(ends)} times" if ends else "there is no </head> here"
        line = source.line_of(ends[0].start()) if ends else None
        plan.gap(
            source.path,
            line,
            f"{found}, so phx_install cannot tell the place. Put in:",
            *BY_HAND,
            blocks=False,
        )
        return
    head_end = ends[0].start()
    edits = [_tag_edit(source, head_end), *_title_edits(text[:head_end])]
    if not _loads_phoenix(text[:head_end]):
        edits.append(_load_edit(source, text[:head_end]))
    if complaint := syntax_error(source.apply(edits)):
        why = f"with its tags added the template would not parse ({complaint}). Put in:"
        plan.gap(source.path, source.line_of(head_end), why, *BY_HAND, blocks=False)
        return
    plan.edit(source, *edits)


def _tag_edit(source: Source, head_end: int) -> Edit:
    """A line above </head>, indented as the line before it; or the tag alone if </head> shares its line."""
    if source.indent_at(head_end) is None:
        return Edit(head_end, head_end, "{% live_head %}")
    start = source.line_start(head_end)
    before = source.text[:start].rstrip()
    indent = re.match(r"\s*", source.text[source.line_start(len(before)) : start])
    return Edit(start, start, f"{indent.group() if indent else ''}{{% live_head %}}{source.newline}")


def _title_edits(head: str) -> list[Edit]:
    """A title of plain text becomes one that live views can change; one made by tags stays."""
    match = TITLE.search(head)
    if match is None or "{% live_title" in head:
        return []
    text = " ".join(match["text"].split())
    return [Edit(match.start(), match.end(), f'{{% live_title default="{text}" %}}')]


def _loads_phoenix(text: str) -> bool:
    return any("phoenix" in match["names"].split() for match in LOAD.finditer(text))


def _load_edit(source: Source, head: str) -> Edit:
    """Our library joins the last {% load %} above, else it gets a first line of its own."""
    loads = [match for match in LOAD.finditer(head) if " from " not in f" {match['names']} "]
    if loads and not _in_block(head, loads[-1].start()):
        end = loads[-1].end("names")
        return Edit(end, end, " phoenix")
    return Edit(0, 0, "{% load phoenix %}" + source.newline)


def _in_block(head: str, position: int) -> bool:
    """Whether something is opened above, so that a {% load %} there could not be seen below."""
    opened = len(re.findall(r"\{%\s*(?:block|if|for|with)\b", head[:position]))
    closed = len(re.findall(r"\{%\s*end(?:block|if|for|with)\b", head[:position]))
    return opened > closed


def syntax_error(text: str) -> str | None:
    """What Django's parser says to the text, with our library added to those the site has; None if fine."""
    engine = _site_engine()
    try:
        Engine(
            dirs=engine.dirs,
            app_dirs=engine.app_dirs,
            libraries={**engine.libraries, "phoenix": LIBRARY},
            builtins=engine.builtins,
        ).from_string(text)
    except TemplateSyntaxError as error:
        return str(error)
    return None


def _site_engine() -> Engine:
    for backend in engines.all():
        if isinstance(backend, DjangoTemplates):
            return backend.engine
    return Engine()


# -- the live block


def plan_block(site: Site, plan: Plan, template: str, wanted: str | None) -> str | None:
    """
    The block that shall be live, if it is not called as the site already says (LIVE_BLOCK, "content").

    A base template with one block in its body has an obvious one; otherwise a person chooses.
    """
    path = dict(_all_templates(site))[template]
    source = Source.read(path)
    text = masked(source.text)
    body = BODY.search(text)
    blocks = [match["name"] for match in BLOCK.finditer(text, body.start() if body else 0)]
    current = str(site.options.get("LIVE_BLOCK", "content"))
    if wanted or current in blocks:
        return wanted if wanted != current else None
    if len(blocks) == 1:
        plan.notes.append(
            f'{shown(path, site.root)} has no block "{current}"; live views go into its block "{blocks[0]}".'
        )
        return blocks[0]
    line = source.line_of(body.start()) if body else None
    if blocks:
        names = ", ".join(blocks)
        why = f'there is no block "{current}". Choose --block from {names}, or add where live views shall go:'
    else:
        why = "there is no block in the body. Add one where live views shall go:"
    plan.gap(path, line, why, f"{{% block {current} %}}{{% endblock %}}", blocks=False)
    return None
