"""The options of ``allow_upload``, checked where they are written."""

from __future__ import annotations

from typing import Any

from django_phoenix.conf import settings
from django_phoenix.live.upload_accept import acceptor, read_accept
from django_phoenix.live.upload_files import FileWriter
from django_phoenix.live.upload_records import new_ref
from django_phoenix.uploads import MODES, UploadConfig

# What a frame holds beside a chunk.
FRAME_OVERHEAD = 1000


def make_config(
    owner: str,
    name: Any,
    *,
    accept: Any,
    progress: Any,
    external: Any,
    validator: Any,
    writer: Any,
    **options: Any,
) -> UploadConfig:
    """Raises ValueError or TypeError, naming ``owner``."""
    if not isinstance(name, str) or not name or "," in name:
        raise TypeError(
            f"{owner}.allow_upload: the name should be a text such as 'avatar', got {name!r:.100}."
        )
    here = f"{owner}.allow_upload({name!r}, …)"
    for option in ("max_entries", "max_file_size", "chunk_size"):
        if type(options[option]) is not int or options[option] < 1:
            raise ValueError(f"{here}: {option} should be a positive whole number, got {options[option]!r}.")
    timeout = options["chunk_timeout"]
    if type(timeout) not in (int, float) or timeout <= 0:
        raise ValueError(f"{here}: chunk_timeout should be a number of seconds, got {timeout!r}.")
    if options["max_entries_mode"] not in MODES:
        got = options["max_entries_mode"]
        raise ValueError(f"{here}: max_entries_mode should be one of {', '.join(MODES)}, got {got!r}.")
    functions = {"progress": progress, "external": external, "validator": validator, "writer": writer}
    for option, function in functions.items():
        if function is not None and not callable(function):
            raise TypeError(f"{here}: {option} should be a function, got {function!r:.100}.")
    if external is not None and writer is not None:
        raise ValueError(f"{here}: external files go elsewhere, so no writer gets them. Give one of the two.")
    if external is None:
        _check_room(here, options)
    try:
        accepted = read_accept(accept)
    except ValueError as error:
        raise ValueError(f"{here}: {error}.") from None
    return UploadConfig(
        name,
        new_ref(),
        accept=accepted,
        accepts=acceptor(accepted),
        progress=progress,
        external=external,
        validator=validator,
        writer=FileWriter if writer is None else writer,
        **options,
    )


def _check_room(here: str, options: dict[str, Any]) -> None:
    """Each file has a channel of its own, each chunk a frame."""
    if options["chunk_size"] > settings.MAX_FRAME_BYTES - FRAME_OVERHEAD:
        raise ValueError(
            f"{here}: a chunk_size of {options['chunk_size']} bytes is more than a frame may hold "
            f"(DJANGO_PHOENIX['MAX_FRAME_BYTES'] is {settings.MAX_FRAME_BYTES})."
        )
    if options["max_entries"] >= settings.MAX_CHANNELS:
        raise ValueError(
            f"{here}: {options['max_entries']} files at a time need more channels than a connection may have "
            f"(DJANGO_PHOENIX['MAX_CHANNELS'] is {settings.MAX_CHANNELS}). Lower max_entries, or raise that."
        )
