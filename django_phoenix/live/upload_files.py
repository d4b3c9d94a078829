"""The temporary file behind an upload, and the Django ``UploadedFile`` that it becomes.

It has no name as long as nobody asks for one, where the system can do that: then nothing is left of it, even
if the process is killed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from django_phoenix.live.upload_accept import file_name, type_of
from django_phoenix.uploads import UploadEntry, UploadWriter

PREFIX, SUFFIX = "phoenix-", ".upload"

# Links of open files, on Linux.
OPEN_FILES = "/proc/self/fd"


class LiveUploadedFile(UploadedFile):  # type: ignore[type-arg]  # not subscriptable at run time
    """An uploaded file in a temporary file; closed, and gone, when it has been consumed."""

    def __init__(self, file: IO[bytes], entry: UploadEntry, size: int) -> None:
        content_type = type_of(entry.client_name, entry.client_type)
        super().__init__(file, file_name(entry.client_name), content_type, size)
        self._path: str | None = None if isinstance(file.name, int) else file.name

    def temporary_file_path(self) -> str:
        """Where it is: for programs that want a path, and for storages, which may move the file away.

        A file without a name gets one now.
        """
        if self._path is None:
            folder = settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()
            path = os.path.join(folder, f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")
            # The descriptor says nothing, but makes Python call linkat(), which follows the link.
            os.link(f"{OPEN_FILES}/{self.fileno()}", path, src_dir_fd=self.fileno())
            self._path = path
        return self._path

    def close(self) -> None:
        """Nothing is left of it, but where a storage has moved it to."""
        with contextlib.suppress(FileNotFoundError):
            super().close()
        if self._path is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)


class FileWriter(UploadWriter):
    """The writer of uploads that name none."""

    def __init__(self, entry: UploadEntry) -> None:
        super().__init__(entry)
        self._file: IO[bytes] | None = None
        self._uploaded: LiveUploadedFile | None = None
        self._size = 0

    def write_chunk(self, data: bytes) -> None:
        # No sooner: many uploads are begun and given up.
        if self._file is None:
            self._file = temporary_file()
        self._file.write(data)
        self._size += len(data)

    def close(self, reason: Any) -> None:
        if reason == "done":
            self._file = self._file or temporary_file()
            self._file.flush()
        else:
            self.discard(False)

    def meta(self) -> LiveUploadedFile:
        """The same at every call, from its beginning."""
        assert self._file is not None
        if self._uploaded is None:
            self._uploaded = LiveUploadedFile(self._file, self.entry, self._size)
        if not self._uploaded.closed:
            self._uploaded.seek(0)
        return self._uploaded

    def discard(self, consumed: bool) -> None:
        if self._uploaded is not None:
            self._uploaded.close()
        elif self._file is not None:
            with contextlib.suppress(FileNotFoundError):
                self._file.close()


def temporary_file() -> IO[bytes]:
    """A file to write to and to read from, which is gone once it is closed. Raises OSError."""
    folder = settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()
    nameless = getattr(os, "O_TMPFILE", None)
    if nameless is not None and os.path.isdir(OPEN_FILES):
        with contextlib.suppress(OSError):  # not every file system can
            descriptor = os.open(folder, nameless | os.O_RDWR | os.O_CLOEXEC, 0o600)
            return open(descriptor, "w+b")
    return tempfile.NamedTemporaryFile("w+b", prefix=PREFIX, suffix=SUFFIX, dir=folder)
