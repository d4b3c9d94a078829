"""Uploads in live views: what a page allows, the files chosen for it, where their bytes go (UploadConfig).

    class ProfileLive(LiveView):
        def mount(self, params, session):
            self.allow_upload("avatar", accept=".jpg,.png", max_file_size=2_000_000)

        @event
        def save(self):
            self.consume_uploaded_entries("avatar", self.keep)

        def keep(self, file, entry):
            self.request.user.profile.avatar.save(file.name, file)

    <form phx-change="validate" phx-submit="save">{% live_file_input uploads.avatar %}</form>

``self.assigns.uploads.avatar`` is an UploadConfig, each of its ``entries`` a file. Everything that a client
says of a file (``client_name``, ``client_type``, …) is a claim and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django_phoenix.exceptions import UploadFailed
from django_phoenix.live.upload_errors import TOO_MANY_FILES, UploadError

if TYPE_CHECKING:
    from django_phoenix.live.upload_channel import UploadChannel

__all__ = [
    "Postpone",
    "UploadConfig",
    "UploadEntry",
    "UploadError",
    "UploadFailed",
    "UploadWriter",
    "upload_errors",
]

# "total": entries that were consumed count against max_entries, too.
MODES = ("selected", "total")


@dataclass(frozen=True, slots=True)
class Postpone:
    """Return it from the function that consumes a file: the file stays, and can be consumed later."""

    value: Any = None


class UploadEntry:
    """One file that was chosen. ``client_…`` is what the browser says of it."""

    __slots__ = (
        "_failure",
        "_is_consumed",
        "_is_over",
        "_upload",
        "cancelled",
        "client_last_modified",
        "client_meta",
        "client_name",
        "client_relative_path",
        "client_size",
        "client_type",
        "errors",
        "failed",
        "meta",
        "preflighted",
        "progress",
        "ref",
        "upload_config",
        "upload_ref",
        "uuid",
        "valid",
    )

    def __init__(
        self,
        config: UploadConfig,
        ref: str,
        *,
        name: str,
        size: int | None,
        type: str,
        relative_path: str = "",
        last_modified: int | None = None,
        meta: Any = None,
    ) -> None:
        # Which it is among the files of this name: for ``cancel_upload``.
        self.ref = ref
        self.upload_ref = config.ref
        # The name that it was allowed by.
        self.upload_config = config.name
        # Ours: good for names in a storage.
        self.uuid: UUID = uuid4()
        # As the browser has it: to be shown, not for a storage.
        self.client_name = name
        # Bytes; None where the client said nothing of the kind, and the entry is not valid.
        self.client_size = size
        # A MIME type.
        self.client_type = type
        # Within a chosen folder, else empty.
        self.client_relative_path = relative_path
        # Milliseconds since 1970.
        self.client_last_modified = last_modified
        # What ``meta()`` of the file gives, where a script of the page has put such a function there.
        self.client_meta = meta
        # Percent.
        self.progress = 0
        # What is wrong with it.
        self.errors: list[UploadError] = []
        # Whether it may be uploaded.
        self.valid = True
        # Whether the client has asked for its upload.
        self.preflighted = False
        # Whether it was taken back.
        self.cancelled = False
        # It broke off, and stays with its error until it is cancelled.
        self.failed = False
        # Of an external upload: what the function has given the client.
        self.meta: dict[str, Any] | None = None
        # Who takes its bytes; then what that has to tell, which the view hears of when it is its turn.
        self._upload: UploadChannel | None = None
        self._failure: UploadError | None = None
        self._is_over = False
        self._is_consumed = False

    @property
    def id(self) -> str:
        """By this a ``{% for %}`` knows it again."""
        return self.ref

    @property
    def done(self) -> bool:
        """Whether all of it is here; an external one: whether the client says that it is there."""
        return self.progress == 100

    def __repr__(self) -> str:
        return f"<UploadEntry {self.ref} of {self.upload_config!r}: {self.client_name!r}, {self.progress}%>"


class UploadConfig:
    """What one ``allow_upload`` allows, and the files chosen for it. Changed only in the view's turn."""

    __slots__ = (
        "_accepts",
        "_cid",
        "_consumed",
        "_external",
        "_progress",
        "_validator",
        "_writer",
        "accept",
        "allowed",
        "auto_upload",
        "chunk_size",
        "chunk_timeout",
        "entries",
        "max_entries",
        "max_entries_mode",
        "max_file_size",
        "name",
        "ref",
    )

    def __init__(
        self,
        name: str,
        ref: str,
        *,
        accept: tuple[str, ...] | None,
        accepts: Callable[[str, str], bool],
        max_entries: int,
        max_entries_mode: str,
        max_file_size: int,
        chunk_size: int,
        chunk_timeout: float,
        auto_upload: bool,
        external: Callable[..., Any] | None,
        progress: Callable[..., Any] | None,
        validator: Callable[..., Any] | None,
        writer: Callable[[UploadEntry], UploadWriter],
    ) -> None:
        # By which it was allowed.
        self.name = name
        # The id of its input, another one at every allow_upload: for `<label for>` and `phx-drop-target`.
        self.ref = ref
        # None: any file.
        self.accept = accept
        # How many files at a time, or with the mode "total" in all.
        self.max_entries = max_entries
        # "selected" or "total".
        self.max_entries_mode = max_entries_mode
        # Bytes.
        self.max_file_size = max_file_size
        # Bytes.
        self.chunk_size = chunk_size
        # Seconds.
        self.chunk_timeout = chunk_timeout
        # Whether files are sent when they are chosen.
        self.auto_upload = auto_upload
        # False after disallow_upload.
        self.allowed = True
        # In the order in which they were chosen.
        self.entries: list[UploadEntry] = []
        self._accepts = accepts
        # Of the live component that has allowed it; None: the view.
        self._cid: int | None = None
        self._consumed = 0
        self._external = external
        self._progress = progress
        self._validator = validator
        self._writer = writer

    @property
    def errors(self) -> list[UploadError]:
        """What is wrong with the choice as a whole; what is wrong with a file stands in its ``errors``."""
        return [TOO_MANY_FILES.of(limit=self.max_entries)] if len(self.entries) > self.remaining else []

    @property
    def is_external(self) -> bool:
        """Whether files go elsewhere by themselves."""
        return self._external is not None

    @property
    def remaining(self) -> int:
        """How many files it takes, those included that are being uploaded."""
        consumed = self._consumed if self.max_entries_mode == "total" else 0
        return max(self.max_entries - consumed, 0)

    @property
    def active_refs(self) -> str:
        return ",".join(entry.ref for entry in self.entries)

    @property
    def done_refs(self) -> str:
        return ",".join(entry.ref for entry in self.entries if entry.done)

    @property
    def preflighted_refs(self) -> str:
        return ",".join(entry.ref for entry in self.entries if entry.preflighted)

    @property
    def error_refs(self) -> str:
        refs = [entry.ref for entry in self.entries if entry.errors]
        return ",".join([*refs, self.ref] if self.errors else refs)

    def entry(self, ref: Any) -> UploadEntry | None:
        """The entry of this ref, if it is here."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def __repr__(self) -> str:
        return f"<UploadConfig {self.name!r}: {len(self.entries)} entries>"


class Uploads:
    """``assigns.uploads``: what is allowed, by name: ``uploads.avatar``, ``uploads["avatar"]``."""

    def __init__(self) -> None:
        self._configs: dict[str, UploadConfig] = {}

    def __getitem__(self, name: str) -> UploadConfig:
        return self._configs[name]

    def __getattr__(self, name: str) -> UploadConfig:
        try:
            return self.__dict__["_configs"][name]  # type: ignore[no-any-return]
        except KeyError:
            known = ", ".join(map(repr, self.__dict__.get("_configs", ()))) or "none"
            raise AttributeError(f"no upload {name!r} is allowed here (allowed: {known})") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._configs)

    def __contains__(self, name: object) -> bool:
        return name in self._configs

    def __len__(self) -> int:
        return len(self._configs)


class UploadWriter:
    """Takes the bytes of one file in place of the temporary file: ``allow_upload(…, writer=MyWriter)``.

    ``writer`` is called with the entry and gives the writer. Each method is ``def`` (runs in a thread) or
    ``async def`` (on the loop); one is called at a time. UploadFailed(reason) from ``open``, ``write_chunk``
    or ``close`` ends the upload; the entry keeps ``reason`` in its errors until it is cancelled.
    """

    def __init__(self, entry: UploadEntry) -> None:
        self.entry = entry

    def open(self) -> Any:
        """The client begins."""

    def write_chunk(self, data: bytes) -> Any:
        """The next bytes: a mebibyte or a little more, the last ones fewer."""
        raise NotImplementedError

    def close(self, reason: Any) -> Any:
        """No more bytes come. "done": these were all; "cancel"; or the exception that it failed with."""

    def meta(self) -> Any:
        """What the function that consumes the entry gets. A plain ``def``, called after ``close("done")``."""

    def discard(self, consumed: bool) -> Any:
        """The view is through with the file: it was consumed, or else cancelled or given up after the end."""


def upload_errors(config: UploadConfig, entry: UploadEntry | None = None) -> list[UploadError]:
    """The errors of one file, or those of the whole choice."""
    return config.errors if entry is None else entry.errors
