"""The language, time zone and script prefix that a view lives in.

They were active when the page was rendered (a middleware of the site chose them) and travel in the session
token, for on the socket no middleware runs.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone, translation


@dataclass(frozen=True, slots=True)
class Locale:
    """``None`` and ``"/"`` stand for what is active when nothing was activated."""

    language: str | None = None
    time_zone: str | None = None
    script_prefix: str = "/"

    def activate(self) -> None:
        """Make it the running thread's, or task's."""
        if self.language is not None:
            translation.activate(self.language)
        if self.time_zone is not None:
            timezone.activate(_zone(self.time_zone))
        if self.script_prefix != "/":
            set_script_prefix(self.script_prefix)

    def activate_all(self) -> None:
        """As ``activate``, where something else may have been active before."""
        translation.activate(self.language or settings.LANGUAGE_CODE)
        if self.time_zone is None:
            timezone.deactivate()
        else:
            timezone.activate(_zone(self.time_zone))
        set_script_prefix(self.script_prefix)

    @property
    def is_default(self) -> bool:
        """Nothing to activate."""
        return self == DEFAULT

    def with_language(self, language: str | None) -> Locale:
        return replace(self, language=_unless_default(language))

    def as_token(self) -> list[Any]:
        return [self.language, self.time_zone, self.script_prefix]

    @classmethod
    def from_token(cls, content: list[Any]) -> Locale:
        return cls(*content)


DEFAULT = Locale()


def active_locale() -> Locale:
    """What is active in the running thread, or task."""
    return Locale(_unless_default(_language()), _time_zone(), get_script_prefix())


@contextmanager
def restoring(before: Locale) -> Iterator[None]:
    """What is activated in this block is not that of what the thread does next."""
    try:
        yield
    finally:
        if active_locale() != before:
            before.activate_all()


def _language() -> str | None:
    # None: translation.deactivate_all(); "en-us" has no catalogue and shows the texts as they were written.
    return translation.get_language() or "en-us"


def _unless_default(language: str | None) -> str | None:
    return None if language == settings.LANGUAGE_CODE else language


def _time_zone() -> str | None:
    active = timezone.get_current_timezone()
    if active is timezone.get_default_timezone():
        return None
    if isinstance(active, ZoneInfo):
        return active.key
    if isinstance(active, datetime.timezone):
        return f"{active.utcoffset(None).total_seconds():+.0f}"
    return _known_name(active)


def _known_name(zone: datetime.tzinfo) -> str | None:
    """The name of a time zone of another library, if it is one of ours too."""
    try:
        return ZoneInfo(str(zone)).key
    except (ValueError, OSError, KeyError):
        return None


def _zone(name: str) -> str | datetime.tzinfo:
    """What ``timezone.activate()`` takes; a fixed offset is written as seconds (``+7200``)."""
    if name.startswith(("+", "-")):
        return datetime.timezone(datetime.timedelta(seconds=int(name)))
    return name
