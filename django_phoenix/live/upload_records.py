"""The uploads of one view: which of them stands behind a ref, and how their entries go."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django_phoenix.uploads import UploadConfig, UploadEntry

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime


class UploadRecords:
    """Made by the first ``allow_upload`` of a view, or of one of its components."""

    __slots__ = ("_by_ref", "_live", "_names")

    def __init__(self, live: Runtime) -> None:
        self._live = live
        self._by_ref: dict[str, UploadConfig] = {}
        # Whose (a cid, or None for the view) and its name.
        self._names: dict[tuple[int | None, str], UploadConfig] = {}
        if live.channel is not None:
            live.channel.server.on_finish(self.close)

    def find(self, ref: Any) -> UploadConfig | None:
        """The upload whose input has this ref."""
        return self._by_ref.get(ref) if type(ref) is str else None

    def find_by_entry(self, entry_ref: Any) -> UploadConfig | None:
        """The upload that has this entry; the client numbers them through the whole page."""
        return next((config for config in self._by_ref.values() if config.entry(entry_ref)), None)

    def named(self, cid: int | None, name: str) -> UploadConfig | None:
        """What this owner has allowed by that name."""
        return self._names.get((cid, name))

    def add(self, cid: int | None, config: UploadConfig) -> None:
        """It is allowed, in place of an earlier one of its name."""
        former = self._names.get((cid, config.name))
        if former is not None:
            self._by_ref.pop(former.ref, None)
        config._cid = cid
        self._names[cid, config.name] = self._by_ref[config.ref] = config

    def remove(self, config: UploadConfig) -> None:
        """It is not allowed any more, though the page may still show it."""
        config.allowed = False
        self._by_ref.pop(config.ref, None)

    def forget(self, cids: list[int]) -> None:
        """Components have gone, and their files with them."""
        for cid, name in [key for key in self._names if key[0] in cids]:
            config = self._names.pop((cid, name))
            self._by_ref.pop(config.ref, None)
            for entry in tuple(config.entries):
                drop(config, entry, cancelled=True)

    def close(self) -> None:
        """The view has ended, and whatever it has not consumed. On the loop."""
        for config in self._by_ref.values():
            for entry in config.entries:
                if entry._upload is not None:
                    entry._upload.stop("the view has ended")


def new_ref() -> str:
    """An id for an input that nobody has guessed (LV-104)."""
    return f"phx-{secrets.token_urlsafe(12)}"


def drop(
    config: UploadConfig, entry: UploadEntry, *, cancelled: bool = False, consumed: bool = False
) -> None:
    """The entry goes; if it is being uploaded, that ends. In the view's turn, from any thread."""
    if entry in config.entries:
        config.entries.remove(entry)
    entry.cancelled = cancelled or entry.cancelled
    if consumed:
        entry._is_consumed = True
        config._consumed += 1
    if entry._upload is not None:
        entry._upload.stop("consumed" if consumed else "cancelled")


def settle(config: UploadConfig) -> list[UploadEntry]:
    """Take over what uploads have told since the view's last turn. Returns those that have failed by now."""
    failed = []
    for entry in tuple(config.entries):
        failure, entry._failure = entry._failure, None
        if failure is not None:
            entry.failed = True
            entry.errors.append(failure)
            failed.append(entry)
        elif entry._is_over and not entry.failed:
            config.entries.remove(entry)
    return failed
