"""JS: commands that the browser carries out by itself, with or without the server (Phoenix.LiveView.JS).

    JS().push("delete", value={"id": 7}).hide(to="#row-7", transition="fade-out")

A JS value never changes: each command gives a new one, and ``+`` joins two. As text it is the JSON that the
client reads, so it stands wherever an event's name may stand:

    <button phx-click="{{ close }}">        an assign, or a component's argument
    self.push_event("run", {"js": close})   for ``liveSocket.execJS(element, js)`` in a listener

Commands survive patches: what they showed, hid or marked stays so when the server renders the element anew.

Arguments that many commands share:

* ``to``: a CSS selector, ``("inner", selector)`` for what is inside the element, ``("closest", selector)``
  for what is around it; without it, the element itself.
* ``transition``: classes for the time of the transition, as one text or as three, ``("ease-out", "opacity-0",
  "opacity-100")``: while it runs, at its start, at its end. ``time``: its length in milliseconds, 200 unless
  given.
* ``blocking=False``: patches from the server need not wait for the transition's end.

Wrong arguments raise TypeError or ValueError where the command is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django_phoenix.wire.encoding import SelfEncoded, dumps

To = str | tuple[str, str] | None
Classes = str | Sequence[str]
Transition = str | tuple[str, str, str] | None

PLACES = ("inner", "closest")
LOCAL = re.compile(r"(?:/(?![/\\])|[?#]|\.)[^\x00-\x1f\\]*\Z")


class JS(SelfEncoded):
    """A list of client commands; see the module."""

    # Each command as JSON. Texts, so that a JS value is equal, hashed and kept as one.
    __slots__ = ("_commands",)

    _commands: tuple[str, ...]

    def __init__(self) -> None:
        object.__setattr__(self, "_commands", ())

    # The server.

    def push(
        self,
        event: str,
        *,
        value: Mapping[str, Any] | None = None,
        target: int | str | None = None,
        loading: str | None = None,
        page_loading: bool | None = None,
    ) -> JS:
        """Send an event to the server, with ``value`` as its parameters; in a form, its fields too.

        ``target``: ``myself`` of a live component, or a selector of one or several. ``loading``: a selector
        of what shows the loading classes too; ``page_loading``: show the page's progress bar.
        """
        return self._with(
            "push",
            event=_text("push", "event", event),
            target=_target(target),
            loading=loading,
            page_loading=page_loading,
            value=_object("push", "value", value),
        )

    def navigate(self, href: str, *, replace: bool = False) -> JS:
        """Go to another live view of the live_session without a page load; as ``{% live_navigate %}``."""
        return self._with("navigate", href=_place("navigate", href), replace=replace or None)

    def patch(self, href: str, *, replace: bool = False) -> JS:
        """Go to another URL of the same view; as ``{% live_patch %}``."""
        return self._with("patch", href=_place("patch", href), replace=replace or None)

    # Showing and hiding.

    def show(
        self,
        *,
        to: To = None,
        transition: Transition = None,
        time: int | None = None,
        display: str | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Show what is hidden, as a block unless ``display`` names another value of CSS."""
        return self._moving("show", to, time, blocking, display=display, transition=_transition(transition))

    def hide(
        self,
        *,
        to: To = None,
        transition: Transition = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Hide what is shown."""
        return self._moving("hide", to, time, blocking, transition=_transition(transition))

    def toggle(
        self,
        *,
        to: To = None,
        in_: Transition = None,
        out: Transition = None,
        time: int | None = None,
        display: str | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Show what is hidden with the transition ``in_``, hide what is shown with ``out``."""
        return self._moving(
            "toggle", to, time, blocking, display=display, ins=_transition(in_), outs=_transition(out)
        )

    # Classes and transitions.

    def add_class(
        self,
        names: Classes,
        *,
        to: To = None,
        transition: Transition = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Add classes: one text with spaces between, or a list."""
        return self._classes("add_class", names, to, transition, time, blocking)

    def remove_class(
        self,
        names: Classes,
        *,
        to: To = None,
        transition: Transition = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Remove classes."""
        return self._classes("remove_class", names, to, transition, time, blocking)

    def toggle_class(
        self,
        names: Classes,
        *,
        to: To = None,
        transition: Transition = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Remove the classes that are there, add those that are not."""
        return self._classes("toggle_class", names, to, transition, time, blocking)

    def transition(
        self, transition: Transition, *, to: To = None, time: int | None = None, blocking: bool | None = None
    ) -> JS:
        """Let a transition run once."""
        if transition is None:
            raise TypeError("JS().transition(…) needs the transition's classes, got None.")
        return self._moving("transition", to, time, blocking, transition=_transition(transition))

    # Attributes.

    def set_attribute(self, name: str, value: Any, *, to: To = None) -> JS:
        """Set an attribute; the value becomes text."""
        pair = [_text("set_attribute", "name", name), _attribute("set_attribute", value)]
        return self._with("set_attr", attr=pair, to=_to(to))

    def remove_attribute(self, name: str, *, to: To = None) -> JS:
        """Remove an attribute."""
        return self._with("remove_attr", attr=_text("remove_attribute", "name", name), to=_to(to))

    def toggle_attribute(self, name: str, value: Any, other: Any = None, *, to: To = None) -> JS:
        """Set an attribute where it is missing; else remove it or, given ``other``, change to and fro."""
        values = [value] if other is None else [value, other]
        texts = [_attribute("toggle_attribute", one) for one in values]
        return self._with("toggle_attr", attr=[_text("toggle_attribute", "name", name), *texts], to=_to(to))

    def ignore_attributes(self, names: str | Sequence[str], *, to: To = None) -> JS:
        """From now on leave these attributes to the browser; ``*`` stands for anything, as in ``data-*``.

        For ``phx-mounted``, such as ``<details phx-mounted="{{ leave_open }}">`` with the attribute ``open``.
        """
        attributes = (
            [names]
            if isinstance(names, str)
            else [_text("ignore_attributes", "names", name) for name in names]
        )
        return self._with("ignore_attrs", attrs=attributes, to=_to(to))

    # Focus.

    def focus(self, *, to: To = None) -> JS:
        """Focus an element."""
        return self._with("focus", to=_to(to))

    def focus_first(self, *, to: To = None) -> JS:
        """Focus the first element inside that can have the focus, interactive ones preferred."""
        return self._with("focus_first", to=_to(to))

    def push_focus(self, *, to: To = None) -> JS:
        """Remember an element, for ``pop_focus``."""
        return self._with("push_focus", to=_to(to))

    def pop_focus(self) -> JS:
        """Focus the element that ``push_focus`` remembered last."""
        return self._with("pop_focus")

    # Anything else.

    def dispatch(
        self,
        event: str,
        *,
        to: To = None,
        detail: Mapping[str, Any] | None = None,
        bubbles: bool | None = None,
        blocking: bool | None = None,
    ) -> JS:
        """Dispatch a DOM event; listeners find ``detail`` and the ``dispatcher`` in ``event.detail``.

        ``blocking=True``: patches from the server wait until a listener calls ``event.detail.done()``.
        """
        if event == "click" and (detail is not None or blocking):
            raise ValueError(
                "JS().dispatch('click', …) takes neither detail nor blocking: the browser makes a MouseEvent "
                "of it, whose detail is a number. Dispatch an event of another name."
            )
        return self._with(
            "dispatch",
            event=_text("dispatch", "event", event),
            to=_to(to),
            detail=_object("dispatch", "detail", detail),
            bubbles=bubbles,
            blocking=blocking,
        )

    def exec(self, attribute: str, *, to: To = None) -> JS:
        """Carry out the commands that an attribute holds, such as ``"data-cancel"``."""
        return self._with("exec", attr=_text("exec", "attribute", attribute), to=_to(to))

    # As a value.

    def __add__(self, other: JS) -> JS:
        return _make(self._commands + other._commands) if isinstance(other, JS) else NotImplemented

    def __str__(self) -> str:
        return f"[{','.join(self._commands)}]"

    def __repr__(self) -> str:
        return f"<JS {self}>"

    def __bool__(self) -> bool:
        return bool(self._commands)

    def __eq__(self, other: object) -> bool:
        return self._commands == other._commands if isinstance(other, JS) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._commands)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A JS value never changes: js = js.{name}(…) gives a new one.")

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self._commands,)

    # How commands are made.

    def _with(self, op: str, **arguments: Any) -> JS:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            command = dumps([op, given])
        except TypeError as error:
            raise TypeError(f"JS().{op}(…): its arguments can't be written as JSON: {error}") from None
        return _make((*self._commands, command))

    def _moving(self, op: str, to: To, time: int | None, blocking: bool | None, **arguments: Any) -> JS:
        return self._with(op, to=_to(to), time=_time(op, time), blocking=blocking, **arguments)

    def _classes(
        self,
        op: str,
        names: Classes,
        to: To,
        transition: Transition,
        time: int | None,
        blocking: bool | None,
    ) -> JS:
        return self._moving(
            op, to, time, blocking, names=_names(op, names), transition=_transition(transition)
        )


def _make(commands: tuple[str, ...]) -> JS:
    js = JS()
    object.__setattr__(js, "_commands", commands)
    return js


def _to(to: To) -> Any:
    if to is None or isinstance(to, str):
        return to
    if isinstance(to, tuple | list) and len(to) == 2 and to[0] in PLACES and isinstance(to[1], str):
        return {to[0]: to[1]}
    raise ValueError(
        f"JS commands: to should be a selector, ('inner', selector) or ('closest', selector), got {to!r:.80}."
    )


def _transition(transition: Transition) -> list[list[str]] | None:
    if transition is None:
        return None
    if isinstance(transition, str):
        return [transition.split(), [], []]
    if (
        isinstance(transition, Sequence)
        and len(transition) == 3
        and all(isinstance(part, str) for part in transition)
    ):
        return [part.split() for part in transition]
    raise ValueError(
        "JS commands: a transition should be classes in one text, or three texts (while it runs, at its "
        f"start, at its end), got {transition!r:.100}."
    )


def _time(op: str, time: int | None) -> int | None:
    if time is None or (isinstance(time, int) and not isinstance(time, bool) and time >= 0):
        return time
    raise ValueError(f"JS().{op}(…): time should be milliseconds as an int, got {time!r:.100}.")


def _names(op: str, names: Classes) -> list[str]:
    found = names.split() if isinstance(names, str) else [_text(op, "names", name) for name in names]
    if not found or any(" " in name or not name for name in found):
        raise ValueError(f"JS().{op}(…) needs names of classes, got {names!r:.100}.")
    return found


def _target(target: Any) -> int | str | None:
    if target is None or (isinstance(target, int | str) and not isinstance(target, bool)):
        return target
    raise TypeError(
        f"JS().push(…): target should be myself of a live component, or a selector, got {target!r:.100}."
    )


def _text(op: str, name: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise TypeError(f"JS().{op}(…): {name} should be a text, got {value!r:.100}.")


def _place(op: str, href: Any) -> str:
    """Within the site: what comes from a visitor must lead nowhere else, and be no code."""
    if LOCAL.match(_text(op, "href", href)):
        return str(href)
    raise ValueError(
        f"JS().{op}(…): href should be a path or a query of this site, such as '/orders/' or '?page=2', "
        f"got {href!r:.100}. The path of a URL's name is what {{% url %}} and reverse() give."
    )


def _object(op: str, name: str, value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"JS().{op}(…): {name} should be a dict, got {value!r:.100}.")


def _attribute(op: str, value: Any) -> str:
    """An attribute's value is text; HTML says true and false in small letters."""
    if value is None:
        raise TypeError(
            f"JS().{op}(…): the value should not be None; remove_attribute(…) takes attributes away."
        )
    return str(value).lower() if isinstance(value, bool) else str(value)
