"""The flash: short messages for the visitor, one list with those of django.contrib.messages.

They live as long as the view shows the same page: a client's patch clears them, another page gets those that
nobody has seen yet. On their way to it they are a token, in a message, in the static token of a page, or in
a cookie that the client sets.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zlib import crc32

from django.conf import settings
from django.contrib.messages import constants, utils
from django.contrib.messages.storage.base import Message
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken
from django_phoenix.rendering.settled import CLOSED
from django_phoenix.rendering.tracking import register_immutable

logger = logging.getLogger(__name__)

# The client writes it, for a page that is loaded in full; a minute is what it and the token live for.
COOKIE = "__phoenix_flash__"
LIFETIME = tokens.MINUTE

# Browsers drop larger cookies without a word.
LARGEST_COOKIE = 4000

LEVELS = {name.lower(): level for name, level in constants.DEFAULT_LEVELS.items()}
NAMES = {level: name for name, level in LEVELS.items()}

# How a kind that is no level of Django's is written down among a message's tags.
OTHER_KIND = "flash-"

Packed = list[list[Any]]


@register_immutable
class FlashMessage(Message):
    """One message: what Django's have (``message``, ``tags``, ``level``), and ``kind`` and ``key``.

    kind: "info", "success", "warning", "error" or whatever put_flash() was given.
    key: what ``lv:clear-flash`` may call it: the kind, or of several of one kind a name of its own.
    """

    def __init__(self, level: int, text: Any, extra_tags: str | None = None, key: str | None = None) -> None:
        text = text if isinstance(text, SafeString) else str(text)
        super().__init__(level, text, extra_tags=extra_tags or None)
        self.kind = _kind_of(self.level, extra_tags or "")
        self.key = key or f"{self.kind}-{crc32(f'{extra_tags}{text}'.encode()):08x}"

    @classmethod
    def put(cls, kind: str, text: Any) -> FlashMessage:
        """Of put_flash(): there is one of each kind."""
        level, extra_tags = _level_of(kind)
        return cls(level, text, extra_tags, key=kind)

    def pack(self) -> list[Any]:
        """As JSON."""
        text = str(self.message)
        return [self.level, text, isinstance(self.message, SafeString), self.extra_tags, self.key]

    @classmethod
    def unpack(cls, packed: Any) -> FlashMessage:
        level, text, safe, extra_tags, key = packed
        return cls(level, mark_safe(text) if safe else text, extra_tags, key)


def _level_of(kind: str) -> tuple[int, str | None]:
    level = LEVELS.get(kind)
    if level is None:
        level = next((level for level, tag in utils.get_level_tags().items() if tag == kind), None)
    return (constants.INFO, OTHER_KIND + kind) if level is None else (level, None)


def _kind_of(level: int, extra_tags: str) -> str:
    if extra_tags.startswith(OTHER_KIND):
        return extra_tags.removeprefix(OTHER_KIND)
    return NAMES.get(level) or utils.get_level_tags().get(level) or "info"


@register_immutable
class FlashTexts(Mapping[str, Any]):
    """``flash`` in a template: of each kind the latest text. ``{{ flash.error }}``, ``flash.items``."""

    __slots__ = ("_texts",)

    def __init__(self, messages: Iterable[FlashMessage] = ()) -> None:
        self._texts = {message.kind: message.message for message in messages}

    def __getitem__(self, kind: str) -> Any:
        return self._texts[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        return f"<flash {self._texts!r}>"


CLOSED.add(FlashTexts)
NO_TEXTS = FlashTexts()


class Flash:
    """The messages of one view or live component. ``unshown``: those since the last rendering."""

    __slots__ = ("_layer", "_names", "messages", "texts", "unshown")

    def __init__(self, messages: Iterable[FlashMessage] = ()) -> None:
        self.messages: tuple[FlashMessage, ...] = tuple(messages)
        self.unshown = self.messages
        self.texts = FlashTexts(self.messages)
        # Where templates find it: a layer of their context, and the names there that are ours.
        self._layer: dict[str, Any] | None = None
        self._names: tuple[str, ...] = ()

    # -- what views ask for

    def put(self, kind: str, text: Any) -> None:
        """Show this text, in the place of the one of the same kind."""
        self.add(FlashMessage.put(kind, text))

    def add(self, message: FlashMessage) -> None:
        """Show one more; one of the same key goes."""
        self.unshown = (*_without_key(self.unshown, message.key), message)
        self._set((*_without_key(self.messages, message.key), message))

    def clear(self, key: str | None = None) -> None:
        """Forget the messages of a kind, one message by its key, or all."""
        self.unshown = _without(self.unshown, key)
        self._set(_without(self.messages, key))

    # -- what becomes of them

    def shown(self) -> None:
        """A rendering has been sent."""
        self.unshown = ()

    def keep_unshown(self) -> None:
        """Another URL: what the visitor has seen goes."""
        if self.messages != self.unshown:
            self._set(self.unshown)

    def take_unshown(self) -> tuple[FlashMessage, ...]:
        """What nobody has seen, for another page; nothing is left here."""
        unshown = self.unshown
        self.clear()
        return unshown

    def show_in(self, layer: dict[str, Any], names: tuple[str, ...]) -> None:
        """Stand in the context of templates under these names: "flash", "messages" or both."""
        self._layer, self._names = layer, names
        self._write()

    def _set(self, messages: tuple[FlashMessage, ...]) -> None:
        self.messages = messages
        self.texts = FlashTexts(messages) if messages else NO_TEXTS
        self._write()

    def _write(self) -> None:
        for name in self._names:
            assert self._layer is not None
            self._layer[name] = self.texts if name == "flash" else self.messages


def _without(messages: tuple[FlashMessage, ...], key: str | None) -> tuple[FlashMessage, ...]:
    if key is None:
        return ()
    return tuple(each for each in messages if key not in (each.kind, each.key))


def _without_key(messages: tuple[FlashMessage, ...], key: str) -> Iterator[FlashMessage]:
    return (each for each in messages if each.key != key)


def check_flash(asker: str, kind: object, text: object) -> None:
    """Raises TypeError or ValueError for what is no message."""
    if not isinstance(kind, str):
        raise TypeError(f'{asker}.put_flash(): the kind should be text such as "info", got {kind!r:.100}.')
    if not kind or kind.split() != [kind]:
        raise ValueError(f'{asker}.put_flash(): the kind should be one word ("info"), got {kind!r:.100}.')
    if not isinstance(text, str | Promise):
        raise TypeError(
            f"{asker}.put_flash({kind!r}, …): the message should be text, got {type(text).__name__}."
        )


# -- on the way to another page


def pack(messages: Iterable[FlashMessage]) -> Packed:
    """As JSON."""
    return [message.pack() for message in messages]


def unpack(packed: Any) -> tuple[FlashMessage, ...]:
    """What ``pack`` made. Raises InvalidToken for anything else."""
    try:
        return tuple(map(FlashMessage.unpack, packed))
    except (TypeError, ValueError) as error:
        raise InvalidToken(f"The flash has another shape: {error!r}.") from error


def sign_flash(messages: Iterable[FlashMessage]) -> str:
    """The token of messages that another page is to show within a minute."""
    token = tokens.sign_own("flash", pack(messages))
    if len(token) > LARGEST_COOKIE:
        logger.warning(
            "A flash of %d bytes: where the next page is loaded in full it is lost, for browsers keep no "
            "cookie of that size. Shorten its text.",
            len(token),
        )
    return token


def read_flash(token: object) -> tuple[FlashMessage, ...]:
    """What a token of ``sign_flash`` holds; nothing if it is forged, or older than a minute."""
    try:
        return unpack(tokens.verify_own("flash", token, LIFETIME))
    except InvalidToken as error:
        logger.info("A flash is dropped: %s", error)
        return ()


class Mailing:
    """``request._messages`` on a socket: what ``messages.success(self.request, …)`` adds is in the flash."""

    def __init__(self, live: Any) -> None:
        self._live = live

    @property
    def level(self) -> int:
        return getattr(settings, "MESSAGE_LEVEL", constants.INFO)

    def add(self, level: int, message: Any, extra_tags: str = "") -> None:
        if message and int(level) >= self.level:
            self._live.open_flash().add(FlashMessage(int(level), message, extra_tags))

    def __iter__(self) -> Iterator[FlashMessage]:
        return iter(self._live.messages)

    def __len__(self) -> int:
        return len(self._live.messages)
