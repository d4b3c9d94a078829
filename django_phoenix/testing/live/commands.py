"""What stands in ``phx-click`` and its like: an event's name, or commands of ``JS``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.dom import COMPONENT, attribute, given_values
from django_phoenix.testing.live.query import outline

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

    from django_phoenix.testing.live.mounted import Mounted
    from django_phoenix.testing.live.tab import Tab

Command = tuple[str, dict[str, Any]]

# What the test can see the effect of.
TOLD = frozenset({"push", "navigate", "patch", "exec"})
# Elements with a property ``value`` that is text.
VALUED = frozenset({"button", "input", "select", "textarea", "option", "data", "output", "param"})
FOLDED_EXECS = 20


class FormData:
    """What a form sends: its pairs, and what goes beside them."""

    def __init__(self, pairs: list[tuple[str, str]], meta: dict[str, Any], uploads: Any = None) -> None:
        self.pairs = pairs
        self.meta = meta
        self.uploads = uploads

    def payload(self, event: str, value: dict[str, Any] | None) -> dict[str, Any]:
        """Of the message ``event``; ``value``: what the command itself gives."""
        payload: dict[str, Any] = {"type": "form", "event": event, "value": urlencode(self.pairs)}
        payload["meta"] = {**self.meta, **(value or {})}
        if self.uploads is not None:
            payload["uploads"] = self.uploads
        return payload


def read(binding: str, element: Node, attribute_name: str) -> list[Command]:
    """The commands; a plain name is one that pushes it."""
    if not binding.startswith("["):
        return [("push", {"event": binding})]
    try:
        return [(name, args) for name, args in json.loads(binding)]
    except ValueError as error:
        raise Failure(f"{attribute_name} of {outline(element)} is neither a name nor JS: {error}") from None


async def execute(
    tab: Tab,
    element: Node,
    attribute_name: str,
    kind: str | None,
    value: dict[str, Any],
    form: FormData | None = None,
) -> dict[str, Any] | None:
    """Do what an attribute of the element says. The reply to its last push."""
    binding = attribute(element, attribute_name) or ""
    commands = list(_unfolded(tab, element, read(binding, element, attribute_name)))
    if not any(name in TOLD for name, _ in commands):
        names = ", ".join(name for name, _ in commands) or "none"
        raise Failure(
            f"{attribute_name} of {outline(element)} tells the server nothing: its commands are {names}. "
            "What they do in the browser, a test of the server can't see."
        )
    reply = None
    for name, args in commands:
        if name == "push":
            for view, payload in _pushes(tab, element, kind, args, value, form):
                await view.push("event", payload)
                reply = view.reply
        elif name == "patch":
            await tab.patch(_place(tab, args), replace=bool(args.get("replace")))
        elif name == "navigate":
            await tab.navigate(_place(tab, args), replace=bool(args.get("replace")))
    return reply


def _place(tab: Tab, args: dict[str, Any]) -> str:
    """A query is one of the page as it is."""
    return tab.browser.resolve(tab.url, args["href"])


def _unfolded(tab: Tab, element: Node, commands: list[Command], depth: int = 0) -> list[Command]:
    """With what ``exec`` runs in its place."""
    done: list[Command] = []
    for name, args in commands:
        if name != "exec":
            done.append((name, args))
            continue
        if depth == FOLDED_EXECS:
            raise Failure(f"exec runs in a circle: {args}")
        for other in _found(tab, element, args.get("to")):
            binding = attribute(other, args["attr"])
            if binding is not None:
                done += _unfolded(tab, other, read(binding, other, args["attr"]), depth + 1)
    return done


def _found(tab: Tab, element: Node, to: Any) -> list[Node]:
    if to is None:
        return [element]
    if isinstance(to, str):
        return tab.dom_of(element).find(to)
    if "inner" in to:
        return [each for each in tab.dom_of(element).find(to["inner"], element) if each != element]
    around = tab.dom_of(element).closest(element, to["closest"])
    return [] if around is None else [around]


def _pushes(
    tab: Tab,
    element: Node,
    kind: str | None,
    args: dict[str, Any],
    value: dict[str, Any],
    form: FormData | None,
) -> list[tuple[Mounted, dict[str, Any]]]:
    target = args.get("target", attribute(element, "phx-target"))
    if form is not None:
        payload = form.payload(args["event"], args.get("value"))
    else:
        payload = {"type": kind, "event": args["event"], "value": {**value, **args.get("value", {})}}
    return [
        (view, payload if cid is None else {**payload, "cid": cid})
        for view, cid in targets(tab, element, target)
    ]


def targets(tab: Tab, element: Node, target: Any) -> list[tuple[Mounted, int | None]]:
    """Which views or components ``phx-target`` means. AssertionError if there are none."""
    if target is None:
        return [(owner(tab, element), None)]
    if isinstance(target, int) or target.isdigit():
        return [(owner(tab, element), int(target))]
    found = [(owner(tab, each), component(tab, each)) for each in tab.dom_of(element).find(target)]
    if not found:
        raise Failure(f"{tab.url}: nothing matches the phx-target {target!r} of {outline(element)}.")
    return found


def owner(tab: Tab, element: Node) -> Mounted:
    """The view that an element is of. AssertionError if it has ended."""
    holder = tab.dom_of(element).view(element)
    view = None if holder is None else tab.views.get(holder.id or "")
    if view is None or not view.joined:
        raise Failure(
            f"{tab.url}: the live view of {outline(element)} is not connected (any more). After a crash "
            "rejoin() brings it back as the client does, after a lost connection reconnect()."
        )
    return view


def component(tab: Tab, element: Node) -> int | None:
    """The component that an element is of."""
    for each in tab.dom_of(element).outwards(element):
        cid = attribute(each, COMPONENT)
        if cid is not None:
            return int(cid)
        if attribute(each, "data-phx-session") is not None:
            return None
    return None


def values(element: Node) -> dict[str, Any]:
    """``phx-value-*``, and the element's own value."""
    attributes = element.attributes
    found: dict[str, Any] = given_values(element)
    ticks = attributes.get("type") in ("checkbox", "radio") and element.tag == "input"
    if element.tag in VALUED and (not ticks or "checked" in attributes):
        found["value"] = attributes.get("value") or ("on" if ticks else "")
    elif element.tag == "li":
        found["value"] = 0
    return found
