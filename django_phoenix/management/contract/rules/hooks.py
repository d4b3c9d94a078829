"""T004: elements with a hook."""

from __future__ import annotations

from collections.abc import Iterator

from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.unit import Unit


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
