"""The answer to a plain POST: a form of a live page where no script runs.

The view is mounted as for a GET, then the event's handler runs with the form, as it would on the socket; the
answer is a redirect if it asked for one, else the page as it is now, its errors shown. Files that were sent
along stand among the entries of their upload, complete.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.csrf import CsrfViewMiddleware

from django_phoenix.exceptions import InvalidParams
from django_phoenix.live.forms import posted_form
from django_phoenix.live.hooks import running
from django_phoenix.live.http import respond
from django_phoenix.live.post_files import PostedFiles
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Steps, call, call_handler
from django_phoenix.params import MARK, Params

logger = logging.getLogger(__name__)

# The key that names the event: of a hidden input, or of the button that was pressed. Not in the query:
# whoever makes a link to the page would say what its form does.
EVENT = "_event"
NO_PARAMS = ("csrfmiddlewaretoken", EVENT)


def takes_posts(view: Any) -> bool:
    """Whether POSTs to a view are ours: it forbids none, and has no ``post`` other than an event."""
    own = getattr(type(view), "post", None)
    return "post" in view.http_method_names if own is None else hasattr(own, MARK)


def respond_to_post(view: Any, request: HttpRequest) -> HttpResponseBase:
    """Let the form's event happen. 405 if no event is named, 400 for one that the view does not take."""
    refused = _csrf_refusal(request)
    if refused is not None:
        return refused
    name = request.POST.get(EVENT) or view.post_event
    if name is None:
        logger.warning(
            "%s got a POST that names no event. Set post_event on the view, or give the form "
            '<input type="hidden" name="%s" value="…">.',
            type(view).__name__,
            EVENT,
        )
        return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])
    if name.startswith("lv:"):
        raise BadRequest(f"{type(view).__name__}: {name!r:.100} is none of a form's events.")
    params = posted_form(request.POST, NO_PARAMS)
    return respond(view, request, lambda live: acting(live, name, params))


def acting(live: Runtime, name: str, params: Params) -> Steps[None]:
    """The event, after ``mount``, as on the socket: hooks see it first, also if nobody takes it.

    Raises BadRequest for an event that nobody takes, or parameters that don't fit: of what anybody can send
    nobody is to be mailed, as of a SuspiciousOperation.
    """
    if live.uploads is None:
        yield from _happening(live, name, params)
        return
    files = PostedFiles(live)
    try:
        if (yield from files.take()):
            yield from _happening(live, name, params)
    finally:
        yield from files.give_back()


def _happening(live: Runtime, name: str, params: Params) -> Steps[None]:
    hooks = live.view._hooks
    if hooks is not None and (yield from running(hooks.handle_event, live.view, name, params)) is not None:
        return
    handler = live.spec.events.get(name)
    if handler is None:
        if not live.spec.has("handle_event"):
            raise BadRequest(f"{live.spec.name} takes no event {name!r:.100}.")
        yield call(live.view.handle_event, name, params)
        return
    try:
        arguments = handler.bind(params)
    except InvalidParams as error:
        raise BadRequest(str(error)) from None
    yield call_handler(handler, live.view, arguments)


# -- cross-site requests


def _csrf_refusal(request: HttpRequest) -> HttpResponseBase | None:
    """Sites without Django's middleware are protected all the same, unless they say ``csrf_exempt``."""
    match = request.resolver_match
    if getattr(request, "csrf_processing_done", False) or match is None:
        return None
    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    refusal: HttpResponseBase | None = middleware.process_view(request, match.func, (), {})
    return refusal
