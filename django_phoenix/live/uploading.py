"""What live views may do about uploads: allow, look at, consume, cancel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.upload_accept import Accept
from django_phoenix.live.upload_options import make_config
from django_phoenix.live.upload_records import UploadRecords, drop
from django_phoenix.uploads import Postpone, UploadConfig, UploadEntry, Uploads, UploadWriter

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

Consumer = Callable[[Any, UploadEntry], Any]


def let_go(file: Any, entry: UploadEntry) -> None:
    """Consumes a file by dropping it."""


class Uploading:
    """Mixed into what can have uploads."""

    assigns: Any
    _live: Runtime
    _cid: int | None

    def allow_upload(
        self,
        name: str,
        *,
        accept: Accept = None,
        max_entries: int = 1,
        max_entries_mode: str = "selected",
        max_file_size: int = 8_000_000,
        chunk_size: int = 64_000,
        chunk_timeout: float = 10,
        auto_upload: bool = False,
        progress: Callable[..., Any] | None = None,
        external: Callable[..., Any] | None = None,
        validator: Callable[..., Any] | None = None,
        writer: Callable[[UploadEntry], UploadWriter] | None = None,
    ) -> None:
        """Let files be uploaded under ``name``: ``{% live_file_input uploads.NAME %}``.

        accept: ``".jpg,image/*"``, or a list of such; None: any file. max_entries: how many at a time;
        with ``max_entries_mode="total"`` those count that were consumed already. max_file_size, chunk_size:
        bytes. chunk_timeout: seconds without a chunk after which a file is given up. auto_upload: begin when
        a file is chosen, not when the form is submitted. Functions, each ``def`` or ``async def``:
        ``progress(name, entry)`` whenever there is some; ``validator(entry)`` returns what is wrong or raises
        ValidationError; ``external(entry)`` returns the dict by which the browser uploads elsewhere, or
        raises UploadFailed. ``writer(entry)`` makes the UploadWriter that takes the bytes.

        Raises ValueError or TypeError for options that make no sense, LiveViewError if there are files under
        this name.
        """
        config = make_config(
            type(self).__name__,
            name,
            accept=accept,
            max_entries=max_entries,
            max_entries_mode=max_entries_mode,
            max_file_size=max_file_size,
            chunk_size=chunk_size,
            chunk_timeout=chunk_timeout,
            auto_upload=auto_upload,
            progress=progress,
            external=external,
            validator=validator,
            writer=writer,
        )
        live = self._live
        if live.uploads is None:
            live.uploads = UploadRecords(live)
        self._check_empty("allow_upload", live.uploads.named(self._cid, name))
        live.uploads.add(self._cid, config)
        shown = vars(self.assigns).get("uploads")
        if not isinstance(shown, Uploads):
            shown = vars(self.assigns)["uploads"] = Uploads()
        shown._configs[name] = config

    def disallow_upload(self, name: str) -> None:
        """The end of ``allow_upload``. Raises LiveViewError if there are files under this name."""
        config = self._upload(name)
        self._check_empty("disallow_upload", config)
        if self._live.uploads is not None:
            self._live.uploads.remove(config)

    def cancel_upload(self, name: str, ref: str) -> None:
        """Take one file back, in whatever state it is: ``ref`` is its ``entry.ref``, which clients send.

        Nothing happens if there is no such file (any more).
        """
        config = self._upload(name)
        entry = config.entry(ref)
        if entry is not None:
            drop(config, entry, cancelled=True)

    def uploaded_entries(self, name: str) -> tuple[list[UploadEntry], list[UploadEntry]]:
        """The files that are complete, and those that are not."""
        entries = self._upload(name).entries
        return [each for each in entries if each.done], [each for each in entries if not each.done]

    def uploaded_files(self) -> MultiValueDict[str, Any]:
        """The complete files by name, for a form: ``MyForm(params, self.uploaded_files())``.

        They stay until they are consumed, which the form does not do.
        """
        files: MultiValueDict[str, Any] = MultiValueDict()
        for name, config in vars(self.assigns).get("uploads", Uploads())._configs.items():
            found = [_meta(config, each) for each in config.entries if each.done and not config.is_external]
            if any(isinstance(file, UploadedFile) for file in found):
                files.setlist(name, [file for file in found if isinstance(file, UploadedFile)])
        return files

    def consume_uploaded_entries(self, name: str, function: Consumer = let_go) -> list[Any]:
        """Call ``function(file, entry)`` for each file and drop the files; what it has returned, as a list.

        ``file`` is a Django UploadedFile, closed and gone afterwards; of an external upload it is the dict
        that the browser was given, of a writer of your own what its ``meta()`` says. To keep a file return
        ``Postpone(value)``. Raises LiveViewError while a file is on its way. Blocks as ``function`` does: in
        an ``async def`` use ``aconsume_uploaded_entries``.
        """
        return [
            self._consumed(config, entry, self._sync(function)(_meta(config, entry), entry))
            for config, entry in self._complete(name)
        ]

    def consume_uploaded_entry(self, entry: UploadEntry, function: Consumer = let_go) -> Any:
        """The same for one file, which has to be complete itself; others need not be."""
        config = self._complete_one(entry)
        return self._consumed(config, entry, self._sync(function)(_meta(config, entry), entry))

    async def aconsume_uploaded_entries(self, name: str, function: Consumer = let_go) -> list[Any]:
        """``consume_uploaded_entries`` for an ``async def``; a function that is no ``async def`` runs in a
        thread."""
        return [
            self._consumed(config, entry, await self._run(function, _meta(config, entry), entry))
            for config, entry in self._complete(name)
        ]

    async def aconsume_uploaded_entry(self, entry: UploadEntry, function: Consumer = let_go) -> Any:
        """``consume_uploaded_entry`` for an ``async def``."""
        config = self._complete_one(entry)
        return self._consumed(config, entry, await self._run(function, _meta(config, entry), entry))

    # How it is done.

    def _upload(self, name: str) -> UploadConfig:
        records = self._live.uploads
        config = None if records is None else records.named(self._cid, name)
        if config is None:
            raise LiveViewError(
                f"{type(self).__name__}: no upload {name!r} is allowed. Call allow_upload first."
            )
        return config

    def _check_empty(self, method: str, config: UploadConfig | None) -> None:
        if config is not None and config.entries:
            raise LiveViewError(
                f"{type(self).__name__}.{method}({config.name!r}): there are files. Consume or cancel them "
                "first."
            )

    def _complete(self, name: str) -> Iterator[tuple[UploadConfig, UploadEntry]]:
        config = self._upload(name)
        waiting = next((entry for entry in config.entries if not entry.done), None)
        if waiting is not None:
            raise self._incomplete(waiting)
        return iter([(config, entry) for entry in config.entries])

    def _complete_one(self, entry: UploadEntry) -> UploadConfig:
        config = self._upload(entry.upload_config)
        if not entry.done:
            raise self._incomplete(entry)
        if entry not in config.entries:
            raise LiveViewError(f"{type(self).__name__}: {entry!r} was consumed or cancelled already.")
        return config

    def _incomplete(self, entry: UploadEntry) -> LiveViewError:
        return LiveViewError(
            f"{type(self).__name__}: {entry!r} is not complete, so it can't be consumed. Ask entry.done, or "
            "cancel it."
        )

    def _consumed(self, config: UploadConfig, entry: UploadEntry, result: Any) -> Any:
        if isinstance(result, Postpone):
            return result.value
        if entry._upload is not None:
            entry._upload.discard_now()
        drop(config, entry, consumed=True)
        return result

    def _sync(self, function: Consumer) -> Consumer:
        if iscoroutinefunction(function):
            raise TypeError(
                f"{type(self).__name__}: a function that is an async def consumes files by "
                "`await self.aconsume_uploaded_entries(…)`."
            )
        return function

    async def _run(self, function: Consumer, file: Any, entry: UploadEntry) -> Any:
        if iscoroutinefunction(function):
            return await function(file, entry)
        channel = self._live.channel
        running: Awaitable[Any] = (
            sync_to_async(function)(file, entry)  # of a plain POST
            if channel is None
            else channel.in_pool(function, file, entry)
        )
        result = await running
        return await result if isawaitable(result) else result


def _meta(config: UploadConfig, entry: UploadEntry) -> Any:
    return entry.meta if entry._upload is None else entry._upload.writer.meta()
