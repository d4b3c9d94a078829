"""Every exception of the package, one small tree.

PhoenixError
├── ProtocolError          a frame that is not a message; ends the transport
├── NoBinary               bytes for a client that can't be sent any
├── ConnectRefused         raise it in Socket.connect
├── JoinRefused            raise it in Channel.join
├── InvalidParams          a payload that does not fit an event handler's signature
├── ProcessError
│   └── HandlerTimeout     a callback that does not return
├── InvalidToken           a signed token that was forged, cut or made for something else
│   └── StaleToken         it was right once: expired, other user, after logout
├── LiveViewError          a view asked for something it can't have
│   ├── PatchLoop          handle_params asks for a patch again and again
│   ├── RedirectLoop       views lead to one another at each join
│   └── LinkedCrash        a child has crashed that is linked to its parent
├── UploadFailed           raise it in an UploadWriter, or in what gives external uploads their meta
├── TemplateCompileError   a live template that cannot be compiled
│   └── RegionError        its live region cannot be found
├── ComponentInputError    a template gave a component what it does not take
├── BroadcastError         a broadcast that could not be handed to the channel layer
└── PresenceError          an owner that has ended
    ├── AlreadyTracked     a presence that is there already
    └── NotTracked         a presence that is not there
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

# How a Problem shows a value that did not come.
NOTHING = "nothing"


class PhoenixError(Exception):
    """Root of everything that django_phoenix raises on purpose."""


class ProtocolError(PhoenixError):
    """A frame that is not a Phoenix message. The connection is closed with ``close_code``."""

    def __init__(self, message: str, close_code: int = 1002) -> None:
        super().__init__(message)
        self.close_code = close_code


class NoBinary(PhoenixError):
    """Bytes for a client whose protocol version or transport has no binary frames."""

    def __init__(self, topic: str, event: str) -> None:
        super().__init__(f"the client of {event!r} on {topic!r} can't be sent bytes; send it a JSON object")


class ConnectRefused(PhoenixError):
    """Raise it in ``Socket.connect``: the handshake is answered ``status`` and nothing is opened.

    ``reason`` reaches ``Socket.refusal_response``, which may shape the answer; it is not sent by itself.
    """

    def __init__(self, reason: Any = None, status: int = 403) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class JoinRefused(PhoenixError):
    """Raise it in ``Channel.join``: the client gets an error reply with ``response``, a JSON object."""

    def __init__(self, response: dict[str, Any] | None = None) -> None:
        if response is not None and not isinstance(response, dict):
            raise TypeError(f"JoinRefused takes a dict, such as {{'reason': …}}, got {response!r:.100}.")
        super().__init__(response)
        self.response: dict[str, Any] = {} if response is None else response


class Problem(NamedTuple):
    """What is wrong with one part of a payload: ``where`` is like ``"items.2.price"``, "" for all of it."""

    where: str
    text: str
    got: str

    def __str__(self) -> str:
        part = f"parameter {self.where!r}" if self.where else "the payload"
        return f"{part}{' ' if self.text.startswith('should ') else ': '}{self.text}, got {self.got}"


class InvalidParams(PhoenixError):
    """A payload that an event handler's signature does not take.

    ``owner`` names the channel or view class, ``event`` the event; each of ``problems`` is a Problem.
    """

    def __init__(self, owner: str, event: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"{owner}, event {event!r:.100}: {'; '.join(map(str, problems))}.")
        self.owner = owner
        self.event = event
        self.problems = tuple(problems)

    @property
    def errors(self) -> dict[str, list[str]]:
        """For the client: what is wrong, by where, as a Django form has it; ``"__all__"`` is the payload."""
        errors: dict[str, list[str]] = {}
        for where, text, got in self.problems:
            errors.setdefault(where or "__all__", []).append(
                f"{text}, got nothing" if got == NOTHING else text
            )
        return errors


class ProcessError(PhoenixError):
    """Something about a process: a joined topic with its mailbox."""


class HandlerTimeout(ProcessError):
    """A callback or query that ran longer than the setting ``HANDLER_TIMEOUT``; its thread may still run."""

    def __init__(self, label: str, seconds: float) -> None:
        super().__init__(f"{label} has not returned for {seconds:.1f} s (setting HANDLER_TIMEOUT).")
        self.label = label
        self.seconds = seconds


class InvalidToken(PhoenixError):
    """A signed token that does not verify."""


class StaleToken(InvalidToken):
    """A signed token that was valid once: it has expired, or its user is another one by now."""


class LiveViewError(PhoenixError):
    """A live view asked for something it can't have: a second navigation, a patch to another view, …"""


class PatchLoop(LiveViewError):
    """``handle_params`` asked for another patch more often than could be meant."""


class RedirectLoop(LiveViewError):
    """Live views have led to one another, join after join, more often than could be meant."""


class LinkedCrash(LiveViewError):
    """A child view has crashed that asked for its parent to go with it: ``link_parent()``."""


class UploadFailed(PhoenixError):
    """An upload can't go on. ``reason`` stays in the errors of its entry until that is cancelled.

    Raised by the ``external`` function of an upload, its reason is a dict, which the client gets.
    """

    def __init__(self, reason: Any = None) -> None:
        super().__init__(reason)
        self.reason = reason


class TemplateCompileError(PhoenixError):
    """A live template that cannot be compiled; the message names template and line."""


class RegionError(TemplateCompileError):
    """The live region of a template chain cannot be found; names template, root and the blocks offered."""


class ComponentInputError(PhoenixError):
    """A template gave a component what it does not take; ``component`` is the name of the component."""

    def __init__(self, component: str, text: str) -> None:
        super().__init__(f"{component}: {text}")
        self.component = component


class BroadcastError(PhoenixError):
    """A broadcast that could not be handed to the channel layer."""


class PresenceError(PhoenixError):
    """A presence can't be had: its owner has ended."""


class AlreadyTracked(PresenceError):
    """The owner has this key on this topic already: ``update`` changes its meta."""

    def __init__(self, owner: object, key: str, topic: str) -> None:
        super().__init__(f"{owner} tracks {key!r} on {topic!r} already; update(…) changes its meta.")
        self.key = key
        self.topic = topic


class NotTracked(PresenceError):
    """The owner does not have this key on this topic."""

    def __init__(self, owner: object, key: str, topic: str) -> None:
        super().__init__(f"{owner} does not track {key!r} on {topic!r}; track(…) it first.")
        self.key = key
        self.topic = topic
