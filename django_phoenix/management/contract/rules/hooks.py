"""T004, T005: elements with a hook. T014: elements whose content is not the server's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django_phoenix.management.contract.elements import Element
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.html import Attribute
from django_phoenix.management.contract.scripts import scripts_of
from django_phoenix.management.contract.unit import Unit
from django_phoenix.rendering.colocated import HookNames


@rule("T004", Level.ERROR, "An element has a hook but no id.")
def hook_without_id(unit: Unit) -> Iterator[Finding]:
    """The client refuses such a hook."""
    for element in unit.elements:
        hook = element.get("phx-hook")
        if hook is not None and element.get("id") is None and not element.mixed:
            yield Finding(
                hook.place,
                f'<{element.tag} phx-hook="{hook.source}"> has no id, so the client does not start the hook.',
                'Give the element an id that is unique in the page: id="…".',
            )


@rule("T005", Level.WARNING, "A hook that no script of the page has.")
def unknown_hook(unit: Unit) -> Iterator[Finding]:
    """Only if every script of the page is a file that we can read, and none of them has the word.

    A name that starts with a dot is looked for in its own template.
    """
    hooks = [
        hook
        for element in unit.elements
        for hook in element.attributes
        if hook.name == "phx-hook" and hook.value and not hook.dynamic
    ]
    scripts = _scripts(unit) if hooks else None
    for hook in hooks:
        name = hook.value or ""
        if name.startswith("."):
            yield from _of_template(hook)
            continue
        if scripts is None or name.startswith("Phoenix.") or _has_word(scripts, name):
            continue
        hint = (
            f"Register it: ((window.DjangoPhoenix ??= {{}}).hooks ??= {{}}).{name} = {{mounted() {{ … }}}}."
        )
        if name.startswith("Phx"):
            hint = (
                "It is one of the core set's: put {% load core_components %}{% core_head %} into the <head>."
            )
        yield Finding(hook.value_place, f"No script of the page has a hook {name!r}.", hint)


def _has_word(scripts: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", scripts) is not None


def _of_template(hook: Attribute) -> Iterator[Finding]:
    source, name = hook.place.source, hook.value or ""
    nodes: Any = source.template.nodelist
    if name[1:] not in {node.renames[0] for node in nodes.get_nodes_by_type(HookNames)}:
        yield Finding(
            hook.value_place,
            f"This template has no {{% colocated_hook {name!r} %}}.",
            f'Write {{% colocated_hook "{name}" %}}…{{% endcolocated_hook %}} into the same template; a '
            "hook that stands elsewhere has a name without a dot.",
        )


def _scripts(unit: Unit) -> str | None:
    """Those of the page, or of all pages that show a component; None if they are not all known."""
    if unit.kind == "page":
        pages = _documents(unit, set())
    else:
        pages = [page for page in unit.site.pages if page.owner in unit.views and not page.around]
    texts = [scripts_of(page) for page in pages]
    known = [text for text in texts if text is not None]
    return "\n".join(known) if texts and len(known) == len(texts) else None


def _documents(page: Unit, seen: set[Unit]) -> list[Unit]:
    """The page itself, or those around a view that tags show."""
    if not page.around:
        return [page]
    seen.add(page)
    return [found for each in page.around if each not in seen for found in _documents(each, seen)]


@rule("T014", Level.ERROR, "phx-update without an id.")
def update_without_id(unit: Unit) -> Iterator[Finding]:
    """Also of the entries of a stream."""
    for element in unit.elements:
        update = element.get("phx-update")
        kind = element.static("phx-update")
        if update is not None and kind in ("ignore", "stream") and _has_no_id(element):
            yield Finding(
                update.place,
                f'<{element.tag} phx-update="{kind}"> has no id, so the client cannot find it again.',
                'Give the element an id that is unique in the page: id="…".',
            )
        around = element.parents[-1] if element.parents else None
        if around is not None and around.static("phx-update") == "stream" and _has_no_id(element):
            yield Finding(
                element.place,
                f"<{element.tag}> stands in a stream and has no id: the client removes it.",
                'Give it the id of its entry: id="{{ dom_id }}".',
            )


def _has_no_id(element: Element) -> bool:
    return element.get("id") is None and not element.mixed
