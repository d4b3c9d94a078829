"""core.tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from django_phoenix.component import Rest, Slot, component
from django_phoenix.exceptions import ComponentInputError
from django_phoenix.rendering.tracking import register_immutable


@register_immutable
class Tab(NamedTuple):
    """One tab. `href` leads to it, `label_slot` and `panel` name slots, where those are filled."""

    key: str
    label: str
    label_slot: str
    href: str
    panel: str
    selected: bool


@component("core.tabs", template_file="django_phoenix/core/tabs.html")
def tabs(
    id: str,
    tabs: Mapping[str, Any],
    *,
    selected: str = "",
    event: str = "",
    patch: str = "",
    label: str = "",
    tab: Mapping[str, Slot],
    panel: Mapping[str, Slot],
    body: Slot | None = None,
    rest: Rest,
) -> dict[str, Any]:
    """Tabs, of which one shows its panel. The browser switches them; with `event` or `patch` the view does.

    id: of the element; those of tabs and panels begin with it
    tabs: a mapping from each tab's name to its label
    selected: the name of the tab that is shown; by itself the first
    event: sent when a tab is clicked, with its name as `tab`: the view then gives another `selected`
    patch: or a URL of the same view, to which the name is added: "?tab="
    label: what the tabs are about, for who can't see it
    tab: `tab.<name>` shows a label; its data is `label`
    panel: `panel.<name>` is what a tab shows
    body: the panel that the view shows, whichever tab is selected
    rest: the element's other attributes; `phx-target` is where `event` goes
    """
    selected = selected or next(iter(tabs), "")
    for group, names in (("tab", tab), ("panel", panel), ("selected", [selected] if selected else [])):
        _refuse_unknown(group, names, tabs)
    shown = tuple(
        Tab(
            key=key,
            label=str(text),
            label_slot=f"tab.{key}" if key in tab else "",
            href=f"{patch}{quote(key)}" if patch else "",
            panel=f"panel.{key}" if key in panel else "",
            selected=key == selected,
        )
        for key, text in tabs.items()
    )
    return {
        "tabs": shown,
        "current": next((t for t in shown if t.selected), None),
        "by_view": bool(event or patch),
        "target": rest.get("phx-target"),
        "rest": rest.with_defaults({} if event or patch else {"data-switch": "browser"}),
    }


def _refuse_unknown(group: str, names: Any, tabs: Mapping[str, Any]) -> None:
    for name in names:
        if name not in tabs:
            what = f"selected={name!r}" if group == "selected" else f'the slot "{group}.{name}"'
            known = ", ".join(map(repr, tabs)) or "none"
            raise ComponentInputError("core.tabs", f"{what} means no tab; tabs are {known}.")
