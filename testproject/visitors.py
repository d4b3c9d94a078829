"""Who a visitor is, without an account: a key for their browser, kept in the session, and a made-up name."""

from __future__ import annotations

import secrets
import zlib
from typing import Any, NamedTuple

from django.http import HttpRequest

from django_phoenix.socket import Socket

KEY = "visitor"
FIRST = (
    "Amber",
    "Brisk",
    "Calm",
    "Dapper",
    "Eager",
    "Fleet",
    "Gentle",
    "Hazel",
    "Jolly",
    "Kind",
    "Lucky",
    "Merry",
)
SECOND = (
    "Badger",
    "Crane",
    "Dormouse",
    "Finch",
    "Heron",
    "Lynx",
    "Marten",
    "Otter",
    "Robin",
    "Swift",
    "Tern",
    "Wren",
)


class Visitor(NamedTuple):
    """One person, in however many tabs. `account`: they have logged in, and the name is theirs."""

    key: str
    name: str
    account: bool = False


def of_request(request: HttpRequest) -> Visitor:
    """The visitor of a page. One who comes for the first time gets a key."""
    if KEY not in request.session:
        request.session[KEY] = new_key()
    return known(request.user, request.session[KEY])


def of_socket(socket: Socket) -> Visitor:
    """The visitor behind a socket: the same as in the pages that its browser opened.

    Where cookies are blocked there is no session; then each connection is a visitor of its own.
    """
    key = (socket.session or {}).get(KEY)
    return known(socket.user, key or new_key())


def known(user: Any, key: str) -> Visitor:
    if user is not None and user.is_authenticated:
        return Visitor(f"user-{user.pk}", user.get_username(), account=True)
    return Visitor(key, made_up_name(key))


def new_key() -> str:
    return secrets.token_urlsafe(9)


def made_up_name(key: str) -> str:
    number = zlib.crc32(key.encode())
    return f"{FIRST[number % len(FIRST)]} {SECOND[number // len(FIRST) % len(SECOND)]}"


def chosen_name(visitor: Visitor, name: str) -> str:
    """What others see: the account's name, else what the visitor typed, else the made-up one."""
    return visitor.name if visitor.account else name.strip()[:40] or visitor.name
