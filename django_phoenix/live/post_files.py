"""The files of a plain POST, put among the entries of their uploads as if they had been uploaded live.

A writer of the site's own gets their bytes here, too: whatever it refuses is refused on both ways.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Steps, call
from django_phoenix.live.upload_accept import file_name, type_of
from django_phoenix.live.upload_channel import MEBIBYTE
from django_phoenix.live.upload_entries import putting
from django_phoenix.live.upload_errors import of_writer
from django_phoenix.live.upload_files import FileWriter
from django_phoenix.uploads import UploadConfig, UploadEntry, UploadWriter

logger = logging.getLogger(__name__)


class PostedWriter(UploadWriter):
    """In the place of the writer to a temporary file: Django has written it already."""

    def __init__(self, entry: UploadEntry, file: UploadedFile[Any]) -> None:
        super().__init__(entry)
        self.file = file
        # Of these the client says what it likes.
        file.name = file_name(entry.client_name)
        file.content_type = type_of(entry.client_name, entry.client_type)

    def meta(self) -> UploadedFile[Any]:
        """The file."""
        return self.file

    def discard(self, consumed: bool) -> None:
        """Else the request closes it."""
        if consumed:
            self.file.close()


class PostedUpload:
    """Stands where an entry has the channel that takes its bytes."""

    def __init__(self, entry: UploadEntry, writer: UploadWriter) -> None:
        self.entry = entry
        self.writer = writer

    def discard_now(self) -> None:
        """The writer is told when the event has happened."""

    def stop(self, reason: object) -> None:
        """The same."""


class PostedFiles:
    """Those of one request."""

    def __init__(self, live: Runtime) -> None:
        self._live = live
        self._uploads: list[PostedUpload] = []

    def take(self) -> Steps[bool]:
        """Put them among the entries. False if some of it may not be: the page shows why."""
        assert self._live.uploads is not None
        accepted = True
        files: Any = self._live.request.FILES
        for name in files:
            config = self._live.uploads.named(None, name)
            if config is None or config.is_external:
                continue
            received = {str(number): file for number, file in enumerate(files.getlist(name))}
            yield from putting(config, [_claim(ref, file) for ref, file in received.items()])
            if not config.errors:
                for entry in config.entries:
                    if entry.valid:
                        yield from self._receive(config, entry, received[entry.ref])
            accepted = accepted and _is_accepted(config)
        return accepted

    def give_back(self) -> Steps[None]:
        """The event has happened: what nobody has consumed goes."""
        for upload in self._uploads:
            try:
                yield call(upload.writer.discard, upload.entry._is_consumed)
            except Exception:
                logger.exception(
                    "The upload %r: its writer has failed at the end.", upload.entry.upload_config
                )

    def _receive(self, config: UploadConfig, entry: UploadEntry, file: UploadedFile[Any]) -> Steps[None]:
        """As by its channel: the writer opens, gets all bytes, closes, or fails."""
        entry.preflighted = True
        if config._writer is FileWriter:
            self._take_over(entry, PostedWriter(entry, file))
            return
        writer: UploadWriter | None = None
        try:
            writer = config._writer(entry)
            self._take_over(entry, writer)
            yield call(writer.open)
            for data in file.chunks(MEBIBYTE):
                yield call(writer.write_chunk, data)
            yield call(writer.close, "done")
        except Exception as error:
            _fail(config, entry, error)
            if writer is not None:
                yield call(writer.close, error)

    def _take_over(self, entry: UploadEntry, writer: UploadWriter) -> None:
        upload: Any = PostedUpload(entry, writer)
        entry._upload = upload
        entry.progress = 100
        self._uploads.append(upload)


def _claim(ref: str, file: UploadedFile[Any]) -> dict[str, Any]:
    return {"ref": ref, "name": file.name, "size": file.size, "type": file.content_type}


def _fail(config: UploadConfig, entry: UploadEntry, error: Exception) -> None:
    """The entry shows the reason."""
    entry.errors.append(of_writer(f"The upload {config.name!r}", error))
    entry.valid, entry.failed = False, True


def _is_accepted(config: UploadConfig) -> bool:
    return not config.errors and all(entry.valid for entry in config.entries)
