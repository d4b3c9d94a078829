"""What a client is told when a callback raises one of the exceptions that a Django view may raise, too."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404

from django_phoenix.exceptions import InvalidToken, StaleToken

INVALID = "invalid params"


def answer_to(error: BaseException, user: Any) -> dict[str, Any] | None:
    """The error reply's response; None for what is a crash."""
    match error:
        case PermissionDenied():
            return {"reason": "permission denied" if is_logged_in(user) else "login required"}
        case Http404():
            return {"reason": "not found"}
        case ValidationError():
            return {"reason": INVALID, "errors": _messages(error)}
        case StaleToken():
            return {"reason": "token expired"}
        case InvalidToken():
            return {"reason": "invalid token"}
    return None


def is_logged_in(user: Any) -> bool:
    """``user`` may be None, where django.contrib.auth is not installed."""
    return user is not None and user.is_authenticated


def _messages(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {NON_FIELD_ERRORS: list(error.messages)}
