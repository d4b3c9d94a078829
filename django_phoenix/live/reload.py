"""An error status from a join: the client loads the page anew, and gets that status then (LV-25, LV-26)."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponseBase

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken

COOKIE = "__phoenix_reload_status__"

# The exceptions for which Django itself answers with a status below 500.
STATUSES: dict[type[Exception], int] = {
    Http404: 404,
    PermissionDenied: 403,
    SuspiciousOperation: 400,
    BadRequest: 400,
}


def refusal(error: Exception) -> dict[str, object] | None:
    """The join's error reply for an exception that has a client error status; None for others."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
    if status is None:
        return None
    return {"reason": "reload", "status": status, "token": tokens.sign_own("reload", status)}


def answer(request: HttpRequest) -> HttpResponseBase | None:
    """The error page that the cookie asks for, once; None without cookie."""
    token = request.COOKIES.get(COOKIE)
    if not token:
        return None
    try:
        raise _error(token)
    except Exception as error:
        response = response_for_exception(request, error)
    response.delete_cookie(COOKIE)
    return response


def _error(token: str) -> Exception:
    try:
        status = tokens.verify_own("reload", token, tokens.MINUTE)
    except InvalidToken as error:
        return error
    kind = next((kind for kind, known in STATUSES.items() if known == status), SuspiciousOperation)
    return kind("The live view refused to be mounted.")
