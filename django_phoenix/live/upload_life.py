"""What happens to the uploads of a view, told as steps: files chosen, preflight, progress, news."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from django_phoenix.exceptions import UploadFailed
from django_phoenix.live import component_life
from django_phoenix.live.component_records import Record
from django_phoenix.live.lifecycle import Outcome
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Steps, call
from django_phoenix.live.upload_channel import UploadNews, sign
from django_phoenix.live.upload_entries import putting
from django_phoenix.live.upload_errors import EXTERNAL_CLIENT_FAILURE, EXTERNAL_METADATA_FAILURE
from django_phoenix.live.upload_records import settle
from django_phoenix.uploads import UploadConfig, UploadEntry

logger = logging.getLogger(__name__)


class Preflight(NamedTuple):
    """What the client is told of its files, and the rest."""

    response: dict[str, Any]
    outcome: Outcome


def with_files(
    live: Runtime, chosen: Any, record: Record | None, story: Steps[Outcome] | None
) -> Steps[Outcome]:
    """Take over the files of a change event, then let the event happen (LV-95)."""
    if type(chosen) is dict and live.uploads is not None:
        for ref, claims in chosen.items():
            config = live.uploads.find(ref)
            if config is not None:
                yield from putting(config, claims)
                if record_of(live, config) is not record:
                    _show_later(live, config)
    return (yield from (component_life.settling_owner(live, record) if story is None else story))


def shows_view(live: Runtime, ref: Any) -> bool:
    """Whether the upload of this ref is the view's own, and what is told of it has the view rendered."""
    config = None if live.uploads is None else live.uploads.find(ref)
    return config is not None and config._cid is None


def preflight(live: Runtime, payload: dict[str, Any]) -> Steps[Preflight]:
    """The client wants to upload: which files, and where to (LV-96, LV-97)."""
    config = None if live.uploads is None else live.uploads.find(payload.get("ref"))
    if config is None:
        logger.warning("%s: no upload has the ref %.100r.", live.spec.name, payload.get("ref"))
        return Preflight({"ref": payload.get("ref"), "error": []}, Outcome({}))
    claims = payload.get("entries")
    yield from putting(config, claims)
    response = _refusal(config)
    if response is None:
        wanted = {claim.get("ref") for claim in claims if type(claim) is dict} if type(claims) is list else ()
        response = yield from _admitting(live, config, wanted)
    return Preflight(response, (yield from component_life.settling_owner(live, record_of(live, config))))


def progress(live: Runtime, payload: dict[str, Any]) -> Steps[Outcome]:
    """The client tells how far it is, or that it can't go on (LV-102)."""
    ref, entry_ref = payload.get("ref"), payload.get("entry_ref")
    config = None if live.uploads is None else live.uploads.find(ref)
    if config is None and ref is None and live.uploads is not None:
        # Once a file has failed, its input has lost the ref, for the client's other files, too.
        config = live.uploads.find_by_entry(entry_ref)
    entry = None if config is None else config.entry(entry_ref)
    if config is None or entry is None or not _advance(config, entry, payload.get("progress")):
        return Outcome({})
    yield from _telling(config, entry)
    return (yield from component_life.settling_owner(live, record_of(live, config)))


def news(live: Runtime, message: UploadNews, *, at_once: bool) -> Steps[Outcome]:
    """Some file has failed, or will not come any more; unless ``at_once`` it is shown later."""
    config = message.config
    for entry in settle(config):
        yield from _telling(config, entry)
    if at_once or live.navigation is not None:
        return (yield from component_life.settling_owner(live, record_of(live, config)))
    _show_later(live, config)
    return Outcome({})


def record_of(live: Runtime, config: UploadConfig) -> Record | None:
    """The live component that has allowed it; None: the view has, or the component has gone."""
    if config._cid is None or live.components is None:
        return None
    return live.components.find(config._cid)


def _show_later(live: Runtime, config: UploadConfig) -> None:
    """When nothing waits any more."""
    component_life.show_later(live, record_of(live, config))
    live.channel.wants_idle = True


def _refusal(config: UploadConfig) -> dict[str, Any] | None:
    """All or nothing, unless files are uploaded by themselves."""
    if config.auto_upload:
        return None
    errors = [[entry.ref, error.on_the_wire] for entry in config.entries for error in entry.errors]
    errors += [[config.ref, error.on_the_wire] for error in config.errors]
    return {"ref": config.ref, "error": errors} if errors else None


def _admitting(live: Runtime, config: UploadConfig, wanted: Any) -> Steps[dict[str, Any]]:
    entries: dict[str, Any] = {}
    errors: dict[str, list[Any]] = {}
    for entry in config.entries[: config.remaining]:
        if entry.ref not in wanted or entry.preflighted:
            continue
        entry.preflighted = True
        if not entry.valid:
            codes = [error.on_the_wire for error in entry.errors]
            errors[entry.ref] = [{"reason": code} for code in codes] if config.is_external else codes
        elif not config.is_external:
            entries[entry.ref] = sign(live.channel.topic, entry)
        else:
            refused = yield from _asking(config, entry)
            if refused is None:
                entries[entry.ref] = entry.meta
            elif config.auto_upload:
                errors[entry.ref] = [refused]
            else:
                return {"ref": config.ref, "error": [[entry.ref, refused]]}
    told = {
        "max_file_size": config.max_file_size,
        "max_entries": config.max_entries,
        "chunk_size": config.chunk_size,
        "chunk_timeout": round(config.chunk_timeout * 1000),
    }
    return {"ref": config.ref, "config": told, "entries": entries, "errors": errors}


def _asking(config: UploadConfig, entry: UploadEntry) -> Steps[dict[str, Any] | None]:
    """Have the site say where an external file goes (LV-105); what the client is told if it can't."""
    try:
        meta = yield call(config._external, entry)  # type: ignore[arg-type]
    except UploadFailed as failure:
        reason = failure.reason if isinstance(failure.reason, dict) else {"reason": str(failure.reason)}
        entry.errors.append(EXTERNAL_METADATA_FAILURE.of(reason=reason))
        return reason
    if not isinstance(meta, dict) or not isinstance(meta.get("uploader"), str):
        raise TypeError(
            f"The function given as external= to allow_upload({config.name!r}, …) should return a dict with "
            f'"uploader": the name of the uploader in your JavaScript. It returned {meta!r:.200}.'
        )
    entry.meta = meta
    return None


def _advance(config: UploadConfig, entry: UploadEntry, told: Any) -> bool:
    """Whether what the client tells makes sense."""
    if type(told) is int and 0 <= told <= 100:
        upload = entry._upload
        if not config.is_external:
            if upload is None or entry.failed:
                return False
            told = min(told, upload.percent)
        entry.progress = max(entry.progress, told)
        return True
    if type(told) is dict and type(told.get("error")) is str:
        if config.is_external and EXTERNAL_CLIENT_FAILURE not in entry.errors:
            entry.errors.append(EXTERNAL_CLIENT_FAILURE.of(reason=told["error"][:1000]))
        return True
    logger.warning("The upload %r: a progress of %.100r is none.", config.name, told)
    return False


def _telling(config: UploadConfig, entry: UploadEntry) -> Steps[None]:
    if config._progress is not None:
        yield call(config._progress, config.name, entry)
