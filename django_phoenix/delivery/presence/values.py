"""What an application says of a presence, checked: it goes to all clients of a topic and to all processes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from django_phoenix.wire.encoding import dumps

Key = str | int | uuid.UUID

REFS = ("phx_ref", "phx_ref_prev")
# Characters.
LONGEST_KEY, LONGEST_META = 1000, 64_000


def topic_of(who: str, topic: Any) -> str:
    """A topic. Raises TypeError. ``who`` is the class that is spoken to, in all of these."""
    if type(topic) is str and topic and _is_text(topic):
        return topic
    raise TypeError(f"{who}: a topic should be a non-empty string, got {topic!r}.")


def key_of(who: str, key: Any) -> str:
    """A key as clients see it. Raises TypeError, ValueError if it is too long."""
    if isinstance(key, bool) or not isinstance(key, str | int | uuid.UUID) or not _is_text(str(key)):
        raise TypeError(
            f"{who}: a key should be a string, a number or a UUID, such as user.pk, got {key!r:.100}."
        )
    if len(str(key)) > LONGEST_KEY:
        raise ValueError(f"{who}: a key has {LONGEST_KEY} characters at most, {key!r:.100} has more.")
    return str(key)


def body_of(who: str, meta: Any) -> str:
    """A meta's JSON without braces and refs, with a comma in front. Raises as ``key_of``."""
    if not isinstance(meta, Mapping):
        raise TypeError(f"{who}: a meta should be a dict (a JSON object), got {type(meta).__name__}.")
    try:
        text = dumps({name: value for name, value in meta.items() if name not in REFS})
        if "\\ud" in text:
            # Half a character is JSON, and nobody can read it.
            orjson.loads(text)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{who}: the meta is not JSON: {error}") from error
    if len(text) > LONGEST_META:
        raise ValueError(
            f"{who}: a meta has {LONGEST_META} characters of JSON at most, this one has {len(text)}. What "
            "belongs to the key, fetch can add when presences are sent."
        )
    return f",{text[1:-1]}" if len(text) > 2 else ""


def _is_text(text: str) -> bool:
    """Whether it can be sent: no half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
