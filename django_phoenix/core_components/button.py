"""core.button."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django_phoenix.component import Rest, Slot, component

from .links import link

ButtonRest = Annotated[
    Rest,
    *("disabled", "form", "formaction", "formmethod", "formnovalidate", "name", "value"),
    *("download", "hreflang", "rel", "target"),
]


@component("core.button", template_file="django_phoenix/core/button.html")
def button(
    kind: Literal["plain", "primary", "quiet", "danger"] = "plain",
    size: Literal["normal", "small", "large"] = "normal",
    *,
    type: Literal["", "button", "submit", "reset"] = "",
    href: str = "",
    patch: str = "",
    navigate: str = "",
    replace: bool = False,
    body: Slot,
    rest: ButtonRest,
) -> dict[str, Any]:
    """A button; with `href`, `patch` or `navigate` a link that looks like one.

    kind: how much it asks for attention
    size: how much room it takes
    type: as HTML has it; by itself "submit", and "button" where there is a `phx-click`
    href: the page that it leads to
    patch: another URL of the same live view
    navigate: another live view, without a page load
    replace: whether `patch` and `navigate` replace the entry in the browser's history
    body: what it says
    rest: the element's other attributes
    """
    target = link("core.button", href=href, patch=patch, navigate=navigate, replace=replace)
    looks = {"data-kind": kind, "data-size": size}
    if target is None:
        type = type or ("button" if "phx-click" in rest else "submit")
        return {"is_link": False, "rest": rest.with_defaults({"type": type, **looks})}
    if "disabled" in rest:
        target = {"role": "link", "aria-disabled": "true"}
        rest = rest.without("disabled", "phx-click")
    return {"is_link": True, "rest": rest.with_defaults({**target, **looks})}
