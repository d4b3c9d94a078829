"""The files that a client says were chosen: read with care, checked, put among the entries (LV-95)."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from django.core.exceptions import ValidationError

from django_phoenix.live.steps import Steps, call
from django_phoenix.live.upload_errors import NOT_ACCEPTED, TOO_LARGE, from_validator
from django_phoenix.live.upload_records import drop
from django_phoenix.uploads import UploadConfig, UploadEntry

logger = logging.getLogger(__name__)

# Refs stand in attributes, joined by commas, and in topics.
REF = re.compile(r"[\w-]{1,64}", re.ASCII)
LONGEST_NAME, LONGEST_TYPE, LONGEST_PATH = 255, 255, 1000
# Characters of JSON that a file's `meta` may have: what is kept is not to weigh more than the page.
LONGEST_META = 10_000

# Entries that are kept beyond what is allowed, so that a page can show which ones are too many.
SURPLUS = 100


def putting(config: UploadConfig, claims: Any) -> Steps[None]:
    """Add those that are not known yet; in place of the others where one file is to be chosen."""
    found = [each for each in claims if _is_entry(each)] if type(claims) is list else []
    if type(claims) is not list or len(found) < len(claims):
        logger.warning("The upload %r: what the client says of its files makes no sense.", config.name)
    fresh = [claim for claim in found if config.entry(claim["ref"]) is None]
    if config.max_entries == 1 and len(found) == 1 and fresh:
        for former in tuple(config.entries):
            drop(config, former, cancelled=True)
    for claim in fresh:
        if config.entry(claim["ref"]) is not None:
            continue
        if len(config.entries) >= config.max_entries + SURPLUS:
            logger.warning("The upload %r: too many files by far, some are passed over.", config.name)
            return
        entry = _entry(config, claim)
        yield from _validating(config, entry)
        config.entries.append(entry)


def _validating(config: UploadConfig, entry: UploadEntry) -> Steps[None]:
    size = entry.client_size
    if size is None or size > config.max_file_size:
        entry.errors.append(TOO_LARGE.of(limit=config.max_file_size))
    elif not config._accepts(entry.client_name, entry.client_type):
        entry.errors.append(NOT_ACCEPTED)
    elif config._validator is not None:
        found: Any
        try:
            found = yield call(config._validator, entry)
        except ValidationError as error:
            found = error
        if (wrong := from_validator(found)) is not None:
            entry.errors.append(wrong)
    entry.valid = not entry.errors


def _is_entry(claim: Any) -> bool:
    return type(claim) is dict and type(claim.get("ref")) is str and REF.fullmatch(claim["ref"]) is not None


def _entry(config: UploadConfig, claim: dict[str, Any]) -> UploadEntry:
    size, modified = claim.get("size"), claim.get("last_modified")
    return UploadEntry(
        config,
        claim["ref"],
        name=_text(claim.get("name"), LONGEST_NAME),
        size=size if type(size) is int and size >= 0 else None,
        type=_text(claim.get("type"), LONGEST_TYPE),
        relative_path=_text(claim.get("relative_path"), LONGEST_PATH),
        last_modified=modified if type(modified) is int else None,
        meta=_meta(config, claim.get("meta")),
    )


def _meta(config: UploadConfig, meta: Any) -> Any:
    if meta is not None and len(json.dumps(meta)) > LONGEST_META:
        logger.warning("The upload %r: the meta of a file is too large, and passed over.", config.name)
        return None
    return meta


def _text(value: Any, longest: int) -> str:
    """Its end, which has the extension."""
    return value[-longest:] if type(value) is str else ""
