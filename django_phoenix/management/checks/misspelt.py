"""Is something meant to be a callback or an option of ours, and misses its name by a letter or two?

Python does not mind, and nothing would ever call it: a misspelt ``join`` lets everybody in.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from django.core.checks import CheckMessage

from django_phoenix.channel import Channel
from django_phoenix.management.checks.asgi import sockets
from django_phoenix.management.checks.messages import warning
from django_phoenix.params import MARK
from django_phoenix.socket import Socket

OF_CHANNELS = (
    "after_join",
    "handle_in",
    "handle_info",
    "handle_out",
    "history",
    "intercept",
    "join",
    "presence",
    "rate",
    "refusal",
    "subscribes",
    "terminate",
)
OF_SOCKETS = ("channels", "connect", "rate", "refusal_response")
# As difflib measures it.
NEAR = 0.85


def check_names() -> Iterator[CheckMessage]:
    """W014 an attribute of a channel or socket that is nearly one of ours."""
    found = dict.fromkeys(each.socket_class for each in sockets())
    for socket_class in found:
        yield from _nearly(socket_class, Socket, OF_SOCKETS)
    for channel in dict.fromkeys(each for socket_class in found for each in socket_class.channels.values()):
        yield from _nearly(channel, Channel, OF_CHANNELS)


def _nearly(owner: type, ours: type, names: tuple[str, ...]) -> Iterator[CheckMessage]:
    for attribute in sorted(_own(owner, ours)):
        meant = max(names, key=lambda name: _nearness(attribute, name))
        if _nearness(attribute, meant) >= NEAR and getattr(owner, meant) is getattr(ours, meant):
            yield warning(
                14,
                f"{owner.__name__}.{attribute} means nothing to django_phoenix. Is it meant to be {meant!r}?",
                "Rename it; if it is meant to be called so, silence this check.",
                obj=owner,
            )


def _own(owner: type, ours: type) -> set[str]:
    """Attributes that the site has defined, events aside."""
    theirs = owner.__mro__[: owner.__mro__.index(ours)]
    return {
        name
        for base in theirs
        if not base.__module__.startswith("django_phoenix.")
        for name, value in vars(base).items()
        if not (name.startswith("_") or hasattr(ours, name) or hasattr(value, MARK))
    }


def _nearness(name: str, ours: str) -> float:
    """Up to 1.0, which is the same letters."""
    return 1.0 if sorted(name) == sorted(ours) else difflib.SequenceMatcher(None, name, ours).ratio()
