"""A form in a page: filled in, changed, submitted, over the socket or by HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urljoin

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.live import uploads
from django_phoenix.testing.live.commands import FormData, component, execute
from django_phoenix.testing.live.controls import Control, controls_of, is_disabled, is_submitter, pairs_of
from django_phoenix.testing.live.dom import attribute, given_values
from django_phoenix.testing.live.filling import fill, flat
from django_phoenix.testing.live.query import outline

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

    from django_phoenix.testing.live.tab import Tab

LAST_KEY = re.compile(r"([^\[\]]+)(\]?(?:\[\])?)$")
NO_UNUSED = "phx-no-unused-field"


# A field: its name, and which of that name.
Key = tuple[str, int]


class Typed(NamedTuple):
    """What a user has put into a field; what the page held there, and how often it had been patched."""

    value: Any
    rendered: Any
    patches: int


class Memory:
    """What the user has done to one form. ``focus``: the field that was filled in last."""

    __slots__ = ("focus", "typed", "used")

    def __init__(self) -> None:
        self.typed: dict[Key, Typed] = {}
        self.used: set[str] = set()
        self.focus: Key | None = None


class Form:
    """A ``form`` element as it is now."""

    def __init__(self, tab: Tab, element: Node) -> None:
        self.tab = tab
        self.element = element
        self.dom = tab.dom_of(element)
        self.controls = controls_of(self.dom, element)
        holder = self.dom.view(element)
        place = element.id or str(self.dom.find("form").index(element))
        view_id = None if holder is None else holder.id
        self.memory: Memory = tab.memories.setdefault((view_id, place), Memory())
        view = tab.views.get(view_id or "")
        # How often the client has patched that part of the page.
        self.patches = 0 if view is None else view.patches[component(tab, element)]
        self._recall()

    def __str__(self) -> str:
        return f"{self.tab.url}: the form {outline(self.element)}".split("\n")[0]

    # Filling in.

    def fill(self, data: Mapping[str, Any]) -> Control | None:
        """As a user does, field after field; the last of them."""
        last = None
        keys = {id(control): key for control, key in self._numbered()}
        for name, value in flat(data).items():
            for control in fill(str(self), self.controls, name, value):
                key = self.memory.focus = keys[id(control)]
                self.memory.typed[key] = Typed(control.typed, control.rendered, self.patches)
                self.memory.used.add(control.name)
                last = control
        return last

    def _numbered(self) -> list[tuple[Control, Key]]:
        seen: dict[str, int] = {}
        numbered = []
        for control in self.controls:
            number = seen[control.name] = seen.get(control.name, -1) + 1
            numbered.append((control, (control.name, number)))
        return numbered

    def _recall(self) -> None:
        """What was typed stays until a patch; then the page's own value is back, but in the focused field."""
        memory = self.memory
        for control, key in self._numbered() if memory.typed else ():
            typed = memory.typed.get(key)
            if typed is None:
                continue
            if control.rendered == typed.rendered and (key == memory.focus or self.patches == typed.patches):
                control.typed = typed.value
                memory.typed[key] = typed._replace(patches=self.patches)
            else:
                del memory.typed[key]

    def button(self, selector: str | None) -> Node | None:
        """The submit button that matches; None without a selector."""
        if selector is None:
            return None
        buttons = [each.element for each in self.controls if is_submitter(each.element)]
        found = [each for each in buttons if self.dom.matches(each, selector)]
        if len(found) != 1:
            known = "".join(f"\n  {outline(each)}" for each in buttons) or " none."
            raise Failure(f"{self}: {len(found)} submit buttons match {selector!r}. All of them:{known}")
        return found[0]

    # Sending.

    async def change(self, control: Control | None, extra: Mapping[str, Any]) -> None:
        """The change of one field. AssertionError if nobody listens."""
        if control is None:
            control = next((each for each in self.controls if each.sends and each.kind != "hidden"), None)
        element = self.element
        controls = self.controls
        if control is not None and attribute(control.element, "phx-change") is not None:
            element = control.element
            controls = [each for each in controls if each.name == control.name]
        elif attribute(element, "phx-change") is None:
            raise Failure(f"{self} has no phx-change.")
        target = control.name if control is not None and control.name else "undefined"
        form = self._data(controls, None, extra, {"_target": target, **given_values(element)})
        form.uploads = uploads.serialized(self.tab, self)
        await execute(self.tab, element, "phx-change", "form", {}, form)

    async def submit(self, submitter: Node | None, extra: Mapping[str, Any]) -> None:
        """As by a click on ``submitter``, or by Enter."""
        if submitter is not None and is_disabled(self.dom, submitter):
            raise Failure(f"{self.tab.url}: {outline(submitter)} is disabled.")
        self.memory.used.update(each.name for each in self.controls)
        if submitter is not None:
            self.memory.focus = None
        if attribute(self.element, "phx-submit") is None:
            await self.send_by_http(submitter, extra)
            return
        if not await uploads.finish(self.tab, self):
            return
        form = self._data(self.controls, submitter, extra, given_values(self.element))
        await execute(self.tab, self.element, "phx-submit", "form", {}, form)

    async def send_by_http(self, submitter: Node | None, extra: Mapping[str, Any]) -> None:
        """As a browser without our client."""
        method = _of(submitter, "formmethod") or attribute(self.element, "method") or "get"
        action = _of(submitter, "formaction") or attribute(self.element, "action") or self.tab.url
        url = urljoin(self.tab.origin + self.tab.url, action)
        pairs = [(name, value) for name, value, _ in pairs_of(self.controls, submitter)]
        pairs += [(name, str(value)) for name, value in flat(extra).items()]
        if method.lower() == "get":
            await self.tab.load("get", f"{url.partition('?')[0]}?{urlencode(pairs)}")
        elif method.lower() == "post":
            await self.tab.load("post", url, _multi(pairs) | uploads.by_name(self.tab, self))
        else:
            raise Failure(f"{self} has neither phx-submit nor a method that a browser knows.")

    def data(self, meta: dict[str, Any]) -> FormData:
        """What a change would send."""
        return self._data(self.controls, None, {}, {**meta, **given_values(self.element)})

    def _data(
        self,
        controls: list[Control],
        submitter: Node | None,
        extra: Mapping[str, Any],
        meta: dict[str, Any],
    ) -> FormData:
        pairs: list[tuple[str, str]] = []
        extras = {name: str(value) for name, value in flat(extra).items()}
        for name, value, control in pairs_of(controls, submitter):
            if name in extras:
                continue
            if not self._is_used(control, submitter):
                pairs.append((LAST_KEY.sub(r"_unused_\1\2", name), ""))
            pairs.append((name, value))
        return FormData([*pairs, *extras.items()], meta)

    def _is_used(self, control: Control, submitter: Node | None) -> bool:
        if control.kind == "hidden" or control.name in self.memory.used or control.element == submitter:
            return True
        return any(attribute(each, NO_UNUSED) is not None for each in (control.element, self.element))


def _of(submitter: Node | None, name: str) -> str | None:
    return None if submitter is None else attribute(submitter, name)


def _multi(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """For Django's client."""
    data: dict[str, Any] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in data.items()}
