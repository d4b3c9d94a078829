"""Who is present, as the official client's ``Presence`` class makes it of what the server sends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_phoenix.testing.inbox import Received

Presences = dict[str, Any]


def presences_in(entries: Iterable[Received]) -> Presences:
    """The presences after these messages, key to ``{"metas": […], …}``; empty before any state has come."""
    present: Presences | None = None
    early: list[Presences] = []
    for entry in entries:
        if entry.event == "presence_state":
            present = dict(entry.payload)
            for diff in early:
                _apply(present, diff)
            early.clear()
        elif entry.event == "presence_diff" and present is None:
            early.append(entry.payload)
        elif entry.event == "presence_diff" and present is not None:
            _apply(present, entry.payload)
    return present or {}


def _apply(present: Presences, diff: Presences) -> None:
    for key, joined in diff["joins"].items():
        refs = _refs(joined)
        kept = [meta for meta in present.get(key, {}).get("metas", ()) if meta["phx_ref"] not in refs]
        present[key] = {**joined, "metas": [*kept, *joined["metas"]]}
    for key, left in diff["leaves"].items():
        if key not in present:
            continue
        refs = _refs(left)
        kept = [meta for meta in present[key]["metas"] if meta["phx_ref"] not in refs]
        if kept:
            present[key] = {**present[key], "metas": kept}
        else:
            del present[key]


def _refs(presence: Presences) -> set[str]:
    return {meta["phx_ref"] for meta in presence["metas"]}
