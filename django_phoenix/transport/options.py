"""What a mount may say about its socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_phoenix.conf import settings
from django_phoenix.transport.longpoll_options import LongPollOptions
from django_phoenix.transport.origin import SAME, CheckOrigin
from django_phoenix.transport.subprotocol import BESIDE_TOKEN
from django_phoenix.wire.serializer import DIALECTS, PHOENIX


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """See ``Socket.as_asgi``."""

    check_origin: CheckOrigin = True
    check_csrf: bool = True
    timeout: float | None = None
    auth_token: bool = False
    subprotocols: Sequence[str] = ()
    close_on_logout: bool | None = None
    dialect: str = PHOENIX
    longpoll: bool | dict[str, int] = True

    @classmethod
    def read(cls, owner: str, options: dict[str, Any]) -> SocketOptions:
        """Checked options. Raises ImproperlyConfigured naming ``owner``."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise ImproperlyConfigured(f"{owner} has no option {name!r}; known: {', '.join(known)}.")
        made = cls(**options)
        if isinstance(made.check_origin, str) and made.check_origin != SAME:
            raise ImproperlyConfigured(
                f"{owner}: check_origin should be True, False, {SAME!r}, a list or a function, "
                f"got {made.check_origin!r}. Did you mean [{made.check_origin!r}]?"
            )
        if made.dialect not in DIALECTS:
            raise ImproperlyConfigured(
                f"{owner}: dialect should be one of {', '.join(DIALECTS)}, got {made.dialect!r}."
            )
        if made.check_origin is False and not made.check_csrf:
            raise ImproperlyConfigured(
                f"{owner}: check_origin and check_csrf are both off, so any page in the world could act with "
                "your visitors' cookies. Leave one of them on."
            )
        if isinstance(made.subprotocols, str):
            raise ImproperlyConfigured(
                f"{owner}: subprotocols should be a list, got {made.subprotocols!r}. "
                f"Did you mean [{made.subprotocols!r}]?"
            )
        LongPollOptions.read(owner, made.longpoll)
        return made

    @property
    def spoken(self) -> Sequence[str]:
        """The sub-protocols that a client may offer."""
        # The client must be answered one of those that it offers, and beside its token it offers this.
        return (BESIDE_TOKEN, *self.subprotocols) if self.auth_token else self.subprotocols

    @property
    def follows_login(self) -> bool:
        """Whether a connection is closed when its login ends."""
        follows: bool = settings.CLOSE_ON_LOGOUT if self.close_on_logout is None else self.close_on_logout
        return follows

    @property
    def long_polling(self) -> LongPollOptions | None:
        """None: this mount has none."""
        return LongPollOptions.read("longpoll", self.longpoll)

    @property
    def idle_timeout(self) -> float:
        """Seconds of silence before a connection is closed."""
        timeout: float = settings.IDLE_TIMEOUT if self.timeout is None else self.timeout
        return timeout
