"""What can be wrong with an upload: a code for programs, a text for people."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from django_phoenix.exceptions import UploadFailed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadError:
    """``str(error)`` is for people; ``code`` for programs; ``reason`` is what a writer or function has said.

    Codes: ``too_large``, ``not_accepted``, ``too_many_files``, ``external_client_failure``,
    ``external_metadata_failure``, ``writer_failure``, and those of your validator.
    """

    code: str
    message: str | Promise
    reason: Any = field(default=None, compare=False)
    limit: int | None = None

    def __str__(self) -> str:
        if self.code == "too_many_files" and self.limit is not None:
            text = ngettext("Choose one file only.", "Choose at most %(limit)d files.", self.limit)
            return text % {"limit": self.limit}
        if self.code == "too_large" and self.limit is not None:
            return str(self.message) % {"limit": filesizeformat(self.limit)}
        return str(self.message)

    def of(self, *, limit: int | None = None, reason: Any = None) -> UploadError:
        """The same with its particulars."""
        return replace(self, limit=limit, reason=reason)

    @property
    def on_the_wire(self) -> Any:
        """What the client is told."""
        return self.reason if self.code == "external_metadata_failure" else self.code


TOO_LARGE = UploadError("too_large", gettext_lazy("This file is larger than %(limit)s."))
NOT_ACCEPTED = UploadError("not_accepted", gettext_lazy("Files of this type are not accepted."))
TOO_MANY_FILES = UploadError("too_many_files", gettext_lazy("Too many files."))
EXTERNAL_CLIENT_FAILURE = UploadError("external_client_failure", gettext_lazy("The upload has failed."))
EXTERNAL_METADATA_FAILURE = UploadError("external_metadata_failure", gettext_lazy("The upload has failed."))
WRITER_FAILURE = UploadError("writer_failure", gettext_lazy("The file could not be stored."))


def of_writer(who: str, error: Exception) -> UploadError:
    """What an entry shows when its writer has raised this; it is logged. UploadFailed is no fault."""
    if isinstance(error, UploadFailed):
        logger.info("%s: its writer has given up: %r", who, error.reason)
        return WRITER_FAILURE.of(reason=error.reason)
    logger.error("%s: its writer has failed.", who, exc_info=error)
    return WRITER_FAILURE.of(reason=error)


def from_validator(found: Any) -> UploadError | None:
    """What a validator has returned or raised. Raises TypeError for anything else than a text or nothing."""
    if found is None:
        return None
    if isinstance(found, ValidationError):
        code = getattr(found, "code", None) or "invalid"
        return UploadError(str(code), " ".join(found.messages))
    if isinstance(found, UploadError):
        return found
    if isinstance(found, str | Promise):
        return UploadError("invalid", found)
    raise TypeError(
        "the validator of an upload should return None or a text that tells what is wrong, or raise "
        f"ValidationError; it returned {type(found).__name__}"
    )
