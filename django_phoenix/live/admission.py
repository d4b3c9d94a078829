"""A client joins: what its tokens say, and so which checks follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken
from django_phoenix.live.entering import stale
from django_phoenix.live.nested_admission import admit_child, admit_root
from django_phoenix.live.page_admission import admit_page
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.session import PageToken, StaticToken
from django_phoenix.live.view_token import ViewToken

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel


def admit(channel: LiveChannel, payload: Any) -> Runtime:
    """The runtime of a view that may be mounted. Raises JoinRefused. Needs the database: not on the loop."""
    if not isinstance(payload, dict):
        stale(channel, "the payload is no object")
    token, static = _verify(channel, payload)
    if isinstance(token, PageToken):
        return admit_page(channel, payload, token, static)
    if token.parent is not None:
        return admit_child(channel, payload, token, static)
    return admit_root(channel, payload, token, static)


def _verify(channel: LiveChannel, payload: dict[str, Any]) -> tuple[PageToken | ViewToken, StaticToken]:
    """LV-8, LV-9, LV-10, LV-12"""
    try:
        token = _read(payload.get("session"))
        signed = payload.get("static")
        static = StaticToken(token.id) if signed is None else StaticToken.verify(signed)
    except InvalidToken as error:
        stale(channel, str(error))
    if not channel.topic == f"lv:{token.id}" == f"lv:{static.id}":
        stale(channel, "topic, session token and static token are of different pages")
    return token, static


def _read(token: object) -> PageToken | ViewToken:
    """Raises InvalidToken, or StaleToken, its subclass."""
    content = tokens.verify_own("session", token)
    is_page = isinstance(content, dict) and "kind" not in content
    return PageToken.read(content) if is_page else ViewToken.read(content)
