"""``send_update``: which live component is meant, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Under it stands, in a message that may come from another process, what to update.
KEY = "phx_send_update"


class Myself(str):
    """A live component's own address in its view: the cid, as ``phx-target`` takes it."""

    __slots__ = ()

    @property
    def cid(self) -> int:
        return int(self)


class UpdateRequest(NamedTuple):
    """``component``: a class, or the dotted name of one, with the ``id`` of its tag; or a Myself."""

    component: Any
    id: Any
    assigns: Mapping[str, Any]

    def __str__(self) -> str:
        if isinstance(self.component, Myself):
            return f"cid {self.component}"
        return f"{dotted_name(self.component)} with the id {self.id!r:.100}"


def address_of(caller: str, component: Any, id: Any) -> tuple[Any, Any]:
    """Checked. Raises TypeError if that is no live component, or an id is missing or one too many."""
    if isinstance(component, Myself):
        if id is not None:
            raise TypeError(f"{caller}.send_update: `myself` says which component; leave out the id.")
        return component, None
    if not getattr(component, "is_live_component", False):
        raise TypeError(
            f"{caller}.send_update takes a LiveComponent class, or a component's `myself`, first; got "
            f"{component!r:.100}."
        )
    if id is None:
        raise TypeError(f"{caller}.send_update({component.__name__}, …): which one? Say id=…, as in its tag.")
    return component, id


def as_message(request: UpdateRequest) -> dict[str, Any]:
    """As what may go to another process."""
    return {KEY: [dotted_name(request.component), request.id, dict(request.assigns)]}


def from_message(message: Any) -> UpdateRequest | None:
    """What ``as_message`` made, else None."""
    if type(message) is dict and len(message) == 1 and KEY in message:
        return UpdateRequest(*message[KEY])
    return None


def dotted_name(component: Any) -> str:
    """Of a class, or of its name."""
    return component if isinstance(component, str) else f"{component.__module__}.{component.__qualname__}"
