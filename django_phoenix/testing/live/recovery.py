"""What the client does by itself when the connection has come back: views joined again, forms recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_phoenix.testing.live.commands import FormData, execute
from django_phoenix.testing.live.dom import attribute, quoted
from django_phoenix.testing.live.forms import Form

if TYPE_CHECKING:
    from django_phoenix.testing.live.mounted import Mounted
    from django_phoenix.testing.live.tab import Tab

RECOVER = "phx-auto-recover"


class Kept:
    """A form as it was before: its id, its event, and what would have been sent."""

    def __init__(self, form: Form, event: str) -> None:
        self.id = form.element.id or ""
        self.event = event
        first = next((each for each in form.controls if each.name and each.kind != "hidden"), None)
        target = first.name if first is not None else "undefined"
        self.data: FormData = form.data({"_target": target})


def forms_of(tab: Tab, view: Mounted) -> list[Kept]:
    """Those of a view that the client would recover."""
    kept = []
    for element in tab.dom.find("form[id][phx-change]"):
        holder = tab.dom.view(element)
        if holder is None or holder.id != view.id or attribute(element, RECOVER) == "ignore":
            continue
        form = Form(tab, element)
        if form.controls:
            kept.append(Kept(form, attribute(element, "phx-change") or ""))
    return kept


async def recover(tab: Tab, kept: list[Kept]) -> None:
    """Tell the new view what was in its predecessor's forms."""
    for each in kept:
        found = tab.dom.find(f"form[id={quoted(each.id)}][phx-change={quoted(each.event)}]")
        if found:
            name = RECOVER if attribute(found[0], RECOVER) else "phx-change"
            await execute(tab, found[0], name, "form", {}, each.data)


async def reconnect(tab: Tab) -> None:
    """Connect and join again, as the client does by itself."""
    if tab.wire.close_code is None:
        await tab.drop()
    kept = everything(tab)
    await tab.connect()
    for view in [each for each in tab.views.values() if each.parent is None]:
        await rejoin(tab, view, kept)


async def rejoin(tab: Tab, view: Mounted, kept: dict[str, list[Kept]] | None = None) -> None:
    """Join a view again, as the client does after a crash; its children are made anew."""
    if kept is None:
        kept = everything(tab)
    for child in list(view.children.values()):
        await child.leave()
        tab.forget(child)
    await tab.join(view)
    await tab.follow()
    for each in [view, *view.children.values()]:
        await recover(tab, kept.get(each.id, []))


def everything(tab: Tab) -> dict[str, list[Kept]]:
    """The forms of all views, by view."""
    return {view.id: forms_of(tab, view) for view in tab.views.values()}
