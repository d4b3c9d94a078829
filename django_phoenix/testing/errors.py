"""What went wrong on the server during a test, and who may know of it already."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django_phoenix.signals import channel_crashed

# Log lines that a failing assertion repeats.
LAST_LINES = 5
# Who logs what ``fetch`` and ``handle_metas`` raise.
PRESENCE = "django_phoenix.presence"


class Crash:
    """An exception that a callback let out. ``told``: a test has asked for it, or was shown it."""

    def __init__(self, error: BaseException, where: str, topic: str, channel: Any) -> None:
        self.error = error
        self.where = where
        self.topic = topic
        self.channel = channel
        self.told = False


class Errors(logging.Handler):
    """All that the package has logged and all crashes, while it listens."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.crashes: list[Crash] = []
        # What a test has promised to await.
        self.forgotten: list[str] = []
        self._expected: list[Callable[[Crash], bool]] = []

    def listen(self) -> None:
        """Begin."""
        logging.getLogger("django_phoenix").addHandler(self)
        channel_crashed.connect(self._crashed)

    def stop(self) -> None:
        """End."""
        logging.getLogger("django_phoenix").removeHandler(self)
        channel_crashed.disconnect(self._crashed)

    def emit(self, record: logging.LogRecord) -> None:
        """See Handler. The log goes where it went before, apart from crashes: the test raises those."""
        line = record.getMessage()
        if record.name == PRESENCE and record.exc_info and record.exc_info[1] and line not in self.lines:
            # No channel crashes of it, and clients go on; but a test should not pass. Once is enough.
            record.exc_info[1].add_note(line)
            self.crashes.append(Crash(record.exc_info[1], "a presence", "", None))
        self.lines.append(line)
        if not record.exc_info and not logging.getLogger().handlers and logging.lastResort is not None:
            logging.lastResort.handle(record)

    def check(self) -> None:
        """Raise the first crash that nobody knows of, as Django's test client raises a view's exception."""
        while self.forgotten:
            raise AssertionError(self.forgotten.pop(0))
        for crash in self.crashes:
            if not crash.told and not any(concerns(crash) for concerns in self._expected):
                crash.told = True
                raise crash.error

    @contextmanager
    def expecting(self, concerns: Callable[[Crash], bool]) -> Iterator[list[Crash]]:
        """Crashes in this block that are the caller's concern are given to it, and not raised."""
        before = len(self.crashes)
        mine: list[Crash] = []
        self._expected.append(concerns)
        try:
            yield mine
        finally:
            self._expected.remove(concerns)
            mine.extend(crash for crash in self.crashes[before:] if concerns(crash))
            for crash in mine:
                crash.told = True

    def as_text(self) -> str:
        """The last lines, for messages."""
        lines = "".join(f"\n  {line}" for line in self.lines[-LAST_LINES:])
        return f"\nLogged meanwhile:{lines}" if lines else ""

    def _crashed(
        self, *, channel: Any, error: BaseException, label: str, event: str | None, **_: Any
    ) -> None:
        topic = channel.topic
        what = f"event {event!r} on topic {topic!r}" if event else f"topic {topic!r}"
        error.add_note(f"Raised in {label}, {what}.")
        self.crashes.append(Crash(error, label, topic, channel))
