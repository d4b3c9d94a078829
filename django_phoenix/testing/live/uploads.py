"""Files that a user chooses, and what the client does with them (chunks over the socket, or elsewhere)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_phoenix.testing.live.forms import Form
    from django_phoenix.testing.live.tab import Tab


async def finish(tab: Tab, form: Form) -> bool:
    """Upload what is chosen, before a submit. False if that can't be."""
    return True


def by_name(tab: Tab, form: Form) -> dict[str, Any]:
    """The chosen files of a form, for a plain POST."""
    return {}
