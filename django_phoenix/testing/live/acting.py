"""What a user does to an element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live.commands import execute, targets, values
from django_phoenix.testing.live.controls import TICKED, form_of, is_disabled, is_submitter
from django_phoenix.testing.live.dom import attribute
from django_phoenix.testing.live.files import LiveFile
from django_phoenix.testing.live.forms import Form
from django_phoenix.testing.live.query import Query, outline
from django_phoenix.testing.live.uploads import WHOLE, Input, send_files

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

    from django_phoenix.testing.live.tab import Tab

VIEWPORT = {"top": "phx-viewport-top", "bottom": "phx-viewport-bottom"}


class Acting:
    """One element, looked up anew for each act."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.tab: Tab = query.tab

    # The mouse.

    async def click(self, value: Mapping[str, Any]) -> None:
        """A click, wherever in the page it is listened to: ``phx-click``, a link, a submit button, a box."""
        element = self._able("clicked")
        dom = self.tab.dom
        bound = dom.nearest(element, None, "phx-click")
        link = dom.nearest(element, "a", "href")
        request = dom.nearest(element, "a", "data-method") or dom.nearest(element, None, "data-to")
        button = next((each for each in dom.outwards(element) if is_submitter(each)), None)
        ticks = element if element.tag == "input" and attribute(element, "type") in TICKED else None
        if not (bound or link or request or button or ticks):
            raise Failure(
                f"{self._name(element)} does nothing when clicked: it has no phx-click, nor has an element "
                "around it, and it is neither a link nor a button that submits a form."
            )
        if bound is not None:
            href = None if link is None else attribute(link, "href")
            await execute(self.tab, bound, "phx-click", "click", {**values(bound), **value})
            if link is not None and (link == bound or href == "#"):
                return
        if request is not None:
            await send_link(self.tab, request)
        elif link is not None:
            await follow_link(self.tab, link)
        elif button is not None:
            await self._press(button)
        elif ticks is not None:
            await self._tick(ticks, needed=bound is None)

    async def _press(self, button: Node) -> None:
        form = form_of(self.tab.dom_of(button), button)
        if form is not None:
            await Form(self.tab, form).submit(button, {})

    async def _tick(self, box: Node, *, needed: bool) -> None:
        form = form_of(self.tab.dom_of(box), box)
        if form is None:
            return
        fields = Form(self.tab, form)
        control = next(each for each in fields.controls if each.element == box)
        several = [
            each for each in fields.controls if each.name == control.name and each.kind == control.kind
        ]
        value: Any = control.own_value
        if control.kind == "checkbox":
            ticked = [each.own_value for each in several if each.holds != (each is control)]
            value = ticked if len(several) > 1 else not control.holds
        fields.fill({control.name: value})
        if needed or attribute(form, "phx-change") is not None:
            await fields.change(control, {})

    async def click_away(self) -> None:
        """A click elsewhere in the page."""
        element = self.query.one()
        self._need(element, "phx-click-away")
        await execute(self.tab, element, "phx-click-away", "click", values(element))

    # The keyboard.

    async def key(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        """``kind``: keydown or keyup. Nothing happens by a key that ``phx-key`` does not name."""
        element = self._able("typed into")
        name = next(
            (each for each in (f"phx-{kind}", f"phx-window-{kind}") if attribute(element, each) is not None),
            None,
        )
        if name is None:
            raise Failure(f"{self._name(element)} has neither phx-{kind} nor phx-window-{kind}.")
        await press_key(self.tab, element, name, kind, key, value)

    async def focus(self, kind: str) -> None:
        """``kind``: focus or blur."""
        element = self._able("focused")
        name = f"phx-{kind}"
        if attribute(element, name) is None and attribute(element, f"phx-window-{kind}") is not None:
            name = f"phx-window-{kind}"
        self._need(element, name)
        await execute(self.tab, element, name, kind, values(element))

    # Scrolling, hooks.

    async def viewport(self, end: str, overran: bool) -> None:
        """The first or last child of a container has come into view."""
        element = self.query.one()
        name = VIEWPORT.get(end)
        if name is None:
            raise Failure(f"{self.tab.url}: viewport() takes 'top' or 'bottom', got {end!r}.")
        self._need(element, name)
        children = list(element.iter(include_text=False))
        value: dict[str, Any] = {}
        if children:
            value["id"] = (children[0] if end == "top" else children[-1]).id
        if overran:
            value["_overran"] = True
        await execute(self.tab, element, name, "js", {**value, **values(element)})

    async def hook(self, event: str, payload: Any, target: Any) -> Any:
        """``pushEvent`` of the element's hook; the reply."""
        element = self.query.one()
        if attribute(element, "phx-hook") is None:
            raise Failure(f"{self._name(element)} has no phx-hook.")
        if not element.id:
            raise Failure(f"{self._name(element)} has a phx-hook, but no id: the client refuses it.")
        if target is None:
            target = attribute(element, "phx-target")
        reply = None
        for view, cid in targets(self.tab, element, target):
            message = {"type": "hook", "event": event, "value": {} if payload is None else payload}
            await view.push("event", message if cid is None else {**message, "cid": cid})
            reply = view.reply
        return reply

    # Fields and forms.

    async def change(self, value: Any) -> None:
        """A field gets another value."""
        element = self._able("changed")
        form = form_of(self.tab.dom, element)
        name = attribute(element, "name")
        if form is None or not name:
            raise Failure(f"{self._name(element)} is no named field of a form.")
        fields = Form(self.tab, form)
        control = fields.fill({name: value})
        await fields.change(control, {})

    async def choose(self, files: Sequence[Any], hold: bool) -> str:
        """Choose files; the upload's ref. An automatic input sends them at once, unless they are held."""
        element = self._able("used")
        field = Input(self.tab, element)
        field.add([LiveFile.of(each) for each in files])
        form = form_of(self.tab.dom, element)
        if form is None:
            raise Failure(f"{self._name(element)} stands in no form: a live upload needs one.")
        fields = Form(self.tab, form)
        await fields.change(next(each for each in fields.controls if each.element == element), {})
        if not hold and field.is_automatic:
            await send_files(self.tab, field.ref, None, WHOLE)
        return field.ref

    async def change_form(self, data: Mapping[str, Any], extra: Mapping[str, Any]) -> None:
        """Fill in the form, and let it tell of the last field."""
        form = self.form()
        await form.change(form.fill(data), extra)

    async def submit_form(
        self, data: Mapping[str, Any], button: str | None, extra: Mapping[str, Any]
    ) -> None:
        """Fill in the form and submit it."""
        form = self.form()
        form.fill(data)
        await form.submit(form.button(button), extra)

    def form(self) -> Form:
        """The element, which has to be a form."""
        element = self.query.one()
        if element.tag != "form":
            raise Failure(f"{self._name(element)} is no form.")
        return Form(self.tab, element)

    # What is there.

    def _able(self, act: str) -> Node:
        element = self.query.one()
        if is_disabled(self.tab.dom, element):
            raise Failure(f"{self._name(element)} can't be {act}: it is disabled.")
        return element

    def _need(self, element: Node, name: str) -> None:
        if attribute(element, name) is None:
            raise Failure(f"{self._name(element)} has no {name}.")

    def _name(self, element: Node) -> str:
        return f"{self.tab.url}: {outline(element)} (by {self.query})"


async def follow_link(tab: Tab, link: Node) -> None:
    """As a click on it does."""
    to = attribute(link, "href") or ""
    kind = attribute(link, "data-phx-link")
    replace = attribute(link, "data-phx-link-state") == "replace"
    here = tab.browser.resolve(tab.url, to)
    if kind == "patch":
        await tab.patch(here, replace=replace)
    elif kind == "redirect":
        await tab.navigate(here, replace=replace)
    elif not to.startswith("#"):
        await tab.load("get", here)


async def send_link(tab: Tab, link: Node) -> None:
    """A link with a method, as our script in the page sends it."""
    to = tab.browser.resolve(tab.url, attribute(link, "data-to") or attribute(link, "href") or "")
    method = (attribute(link, "data-method") or "").lower()
    if method == "get":
        await tab.load("get", to)
        return
    data = {} if method == "post" else {"_method": method}
    await tab.load("post", to, {**data, "csrfmiddlewaretoken": attribute(link, "data-csrf") or tab.page.csrf})


async def press_key(
    tab: Tab, element: Node, name: str, kind: str, key: str, value: Mapping[str, Any]
) -> bool:
    """Whether the element listens to that key."""
    wanted = attribute(element, "phx-key")
    if wanted and wanted.lower() != key.lower():
        return False
    await execute(tab, element, name, kind, {"key": key, **values(element), **value})
    return True


async def press_in_window(tab: Tab, kind: str, key: str, value: Mapping[str, Any]) -> None:
    """A key that no field takes: all that listen to the window hear of it."""
    name = f"phx-window-{kind}"
    listeners = [each for each in tab.dom.find(f"[{name}]") if tab.dom.view(each) is not None]
    if not listeners:
        raise Failure(f"{tab.url}: nothing in the page has {name}.")
    for each in listeners:
        await press_key(tab, each, name, kind, key, value)
