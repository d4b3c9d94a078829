"""Our settings: one optional dict, ``DJANGO_PHOENIX``, read lazily.

``settings.KEY`` gives the site's value or the default below, also under ``override_settings``.
"""

from __future__ import annotations

import difflib
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

DEFAULTS: dict[str, Any] = {
    # Seconds without any frame after which a connection is closed (the client's heartbeat comes every 30).
    "IDLE_TIMEOUT": 60,
    # Largest frame taken from a client, in bytes; a larger one closes the connection with 1009.
    "MAX_FRAME_BYTES": 8_000_000,
    # (messages, seconds): a client sending more than that in that time is closed with 1008. None: no limit.
    "MESSAGE_RATE": (10_000, 10),
    # How often one client may send events to one channel, such as "50/s"; what is more is answered with an
    # error. None: no limit. A Channel's own `rate` wins.
    "EVENT_RATE": None,
    # How often one connection may join, also again; what is more is answered with an error. None: no limit.
    "JOIN_RATE": (200, 10),
    # Topics that one connection may have joined at a time.
    "MAX_CHANNELS": 100,
    # Messages that may wait for one topic, and bytes of them that may wait for one connection.
    "MAILBOX_LIMIT": 1000,
    "MAILBOX_BYTES": 32_000_000,
    # Frames and bytes that may wait for a client that does not read; beyond, it is closed with 1013.
    "OUTBOX_FRAMES": 10_000,
    "OUTBOX_BYTES": 16_000_000,
    # Long-polling sessions that one process keeps at a time; who comes then is sent away for a while.
    "LONGPOLL_SESSIONS": 10_000,
    # Close connections when their user logs out, changes the password or is deactivated, and when their
    # session expires. Can be set per mount.
    "CLOSE_ON_LOGOUT": True,
    # Seconds between looks at the sessions and users of open connections; None: none is taken, and only what
    # Django's signals tell counts.
    "LOGIN_CHECK_SECONDS": 60,
    # Seconds that a channel may take to end (duplicate join, disconnect) before its task is cancelled.
    "SHUTDOWN_GRACE": 5,
    # Seconds over which open connections are closed when the server is asked to stop.
    "DRAIN_SECONDS": 5,
    # Threads for `def` callbacks and the async ORM, as long as calls are short. None: 8, or the size of
    # Django's own database connection pool where that is smaller.
    "POOL_THREADS": None,
    # Threads in all, so also database connections of one process (per alias), when calls block.
    "POOL_MAX_THREADS": 32,
    # Seconds that an idle thread waits before it closes the connections that CONN_MAX_AGE wants closed. None:
    # 1, or 0 with Django's own database connection pool, which wants them back at once.
    "POOL_IDLE_SECONDS": None,
    # Seconds after which a `def` callback or a query is given up: its channel crashes. None: never.
    "HANDLER_TIMEOUT": 60,
    # Seconds that the event loop may be blocked by user code before that is logged. None: it is not watched.
    "LOOP_BLOCK_LIMIT": 0.25,
    # Broadcasts, and bytes of them, that may wait for the channel layer or the event loop; more are lost
    # and told.
    "BROADCAST_BACKLOG": 10_000,
    "BROADCAST_BACKLOG_BYTES": 64_000_000,
    # Topics with a history that a process remembers after their last client has left, and bytes of what they
    # hold; beyond, those that were left longest ago are forgotten before their time.
    "HISTORY_LEFT_TOPICS": 10_000,
    "HISTORY_LEFT_BYTES": 128_000_000,
    # The template around live templates that extend none; None: a plain one of ours. And the block that is
    # live. Both can be set per view and per live_session.
    "LAYOUT": None,
    "LIVE_BLOCK": "content",
    # Where pages connect. None: where phoenix_application(live=...) put it, or live/ if that runs elsewhere.
    "LIVE_PATH": None,
    # Models whose changes live queries follow: "app.Model", or "app" for all of an app.
    "LIVE_MODELS": (),
    # Milliseconds that a page's WebSocket may take to open, and then to answer, before the page turns to
    # long-polling. None: it never does.
    "LONGPOLL_FALLBACK_MS": 2500,
    # Middleware that refuses views in __call__: live pages are then entered by a GET only.
    "GUARD_MIDDLEWARE": (),
    # Middleware with process_view that refuses nobody.
    "TRUSTED_MIDDLEWARE": (),
    # Presence: seconds for which joins and leaves of a busy topic are gathered into one presence_diff.
    "PRESENCE_WINDOW": 0.05,
    # Seconds between two signs of life of a process, and of silence after which its presences leave.
    "PRESENCE_HEARTBEAT": 1.5,
    "PRESENCE_DOWN_AFTER": 15,
}

# Numbers that None switches off.
SWITCHED_OFF_BY_NONE = frozenset(
    {"HANDLER_TIMEOUT", "LOGIN_CHECK_SECONDS", "LONGPOLL_FALLBACK_MS", "LOOP_BLOCK_LIMIT"}
)


class Settings:
    """Attribute access to the merged settings; each value is kept until a test overrides the dict."""

    def __getattr__(self, key: str) -> Any:
        if key not in DEFAULTS:
            raise AttributeError(f"django_phoenix has no setting {key!r}{_suggestion(key)}")
        value = self._site_value(key)
        self.__dict__[key] = value
        return value

    def reset(self) -> None:
        """Forget what was read."""
        self.__dict__.clear()

    def _site_value(self, key: str) -> Any:
        site = getattr(django_settings, "DJANGO_PHOENIX", {})
        if not isinstance(site, dict):
            raise ImproperlyConfigured(f"DJANGO_PHOENIX should be a dict, got {type(site).__name__}.")
        return site.get(key, DEFAULTS[key])


def unknown_keys() -> list[str]:
    """Keys in the site's ``DJANGO_PHOENIX`` that mean nothing, each with a suggestion if one is near."""
    site = getattr(django_settings, "DJANGO_PHOENIX", {})
    return [f"{key}{_suggestion(key)}" for key in site if key not in DEFAULTS]


def _suggestion(key: str) -> str:
    near = difflib.get_close_matches(str(key).upper(), DEFAULTS, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


settings = Settings()


def _reset(*, setting: str, **_: Any) -> None:
    if setting == "DJANGO_PHOENIX":
        settings.reset()


setting_changed.connect(_reset)
