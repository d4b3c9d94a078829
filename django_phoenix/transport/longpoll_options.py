"""What a mount may say about long-polling."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.core.exceptions import ImproperlyConfigured

# The client gives a request up after 20 seconds.
LONGEST_WINDOW_MS = 15_000


@dataclass(frozen=True, slots=True)
class LongPollOptions:
    """``window_ms``: how long a poll is held. ``pubsub_timeout_ms``: how long another process may take to
    say that a session is there."""

    window_ms: int = 10_000
    pubsub_timeout_ms: int = 2_000

    @classmethod
    def read(cls, owner: str, given: object) -> LongPollOptions | None:
        """From what the mount says: True, False or a dict. Raises ImproperlyConfigured naming ``owner``."""
        if isinstance(given, bool):
            return cls() if given else None
        known = [field.name for field in fields(cls)]
        if not isinstance(given, dict) or not set(given) <= set(known):
            raise ImproperlyConfigured(
                f"{owner}: longpoll should be True, False or a dict with {' and '.join(known)}, "
                f"got {given!r}."
            )
        made = cls(**given)
        for name in known:
            value = getattr(made, name)
            if type(value) is not int or not 1 <= value <= LONGEST_WINDOW_MS:
                raise ImproperlyConfigured(
                    f"{owner}: longpoll's {name} should be milliseconds from 1 to {LONGEST_WINDOW_MS}, "
                    f"as the client waits 20 seconds for an answer; got {value!r}."
                )
        return made
