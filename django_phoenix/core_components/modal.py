"""core.modal."""

from __future__ import annotations

from typing import Any, Literal

from django_phoenix.component import Rest, Slot, component
from django_phoenix.js import JS


@component("core.modal", template_file="django_phoenix/core/modal.html")
def modal(
    id: str,
    *,
    show: bool = False,
    size: Literal["small", "normal", "large"] = "normal",
    on_close: JS | str | None = None,
    closable: bool = True,
    title: Slot | None = None,
    body: Slot,
    actions: Slot | None = None,
    rest: Rest,
) -> dict[str, Any]:
    """A dialog over the page: by its button, by Escape or by a click beside it the visitor closes it.

    Open it from the server by `show`, or in the browser: `{% js dispatch "modal:open" to="#…" %}`; and
    `"modal:close"` closes it.

    id: of the dialog
    show: whether the server wants it open
    size: how wide it may be
    on_close: an event's name, or commands, for when the visitor has closed it
    closable: whether the visitor may close it without one of your buttons
    title: its heading
    body: what it says
    actions: its buttons
    rest: the dialog's other attributes
    """
    names = {"aria-labelledby": f"{id}-title"} if title else {}
    state: dict[str, Any] = {"data-stays": not closable}
    if on_close:
        state["data-on-close"] = on_close if isinstance(on_close, JS) else JS().push(on_close)
    return {"rest": rest.with_defaults({"id": id, "data-size": size, **state, **names})}
