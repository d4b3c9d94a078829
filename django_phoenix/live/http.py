"""The answer to a plain GET: the view mounted without a socket, its page rendered once (LiveView.Static)."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import get_script_prefix
from django.utils.cache import patch_cache_control

from django_phoenix.live import reload
from django_phoenix.live.flash_page import accept, delete_cookie, pass_on, take_carried
from django_phoenix.live.lifecycle import mounting, showing
from django_phoenix.live.locale import active_locale, restoring
from django_phoenix.live.navigation import Navigation, Redirect
from django_phoenix.live.page import container, render_document
from django_phoenix.live.request import PageUrl, nonce_of, urlconf_of
from django_phoenix.live.routes import Route, name_of, route_of
from django_phoenix.live.runtime import Runtime, page_params
from django_phoenix.live.session import DEFAULT, PageToken, StaticToken, user_marks
from django_phoenix.live.spec import spec_of
from django_phoenix.live.steps import Steps, drive_sync
from django_phoenix.transport.read_only_session import ReadOnlySession

logger = logging.getLogger(__name__)


class Elsewhere(HttpResponseRedirect):
    """A redirect to wherever ``redirect(external=...)`` may lead."""

    allowed_schemes = ["http", "https", "mailto", "tel"]  # noqa: RUF012 (as Django declares it)


def respond(
    view: Any, request: HttpRequest, act: Callable[[Runtime], Steps[None]] | None = None
) -> HttpResponseBase:
    """Mount the view and answer with its page, or with the redirect that it asked for.

    ``act`` happens after ``mount``: the event of a plain POST.
    """
    refused = reload.answer(request)
    if refused is not None:
        return refused
    carried = take_carried(request)
    route = route_of(request.resolver_match)
    extra = (route.live_session if route else DEFAULT).data_for(request)
    live = _runtime(view, request, route, extra)
    if carried:
        accept(live, carried)
    with restoring(live.locale):
        drive_sync(mounting(live))
        if act is not None and live.navigation is None:
            drive_sync(act(live))
        response = (_page(live, extra) if live.navigation is None else None) or _redirect(live)
        if carried is not None:
            delete_cookie(response)
        return response


def _runtime(view: Any, request: HttpRequest, route: Route | None, extra: dict[str, Any]) -> Runtime:
    return Runtime(
        view,
        spec_of(type(view)),
        id=f"phx-{secrets.token_urlsafe(12)}",
        request=request,
        session=ReadOnlySession.of(getattr(request, "session", None), extra),
        live_session=route.live_session if route else DEFAULT,
        route=route,
        params=page_params(request.META.get("QUERY_STRING", ""), view.kwargs),
        uri=request.build_absolute_uri(),
        locale=active_locale(),
    )


def _page(live: Runtime, extra: dict[str, Any]) -> HttpResponse | None:
    """The page; None if a view in it leads elsewhere."""
    get_token(live.request)  # the socket's CSRF check needs the cookie, whether or not the page has a form
    html = drive_sync(showing(live))
    if live.navigation is not None:
        return None
    _tell_test_client(live)
    session_token = _page_token(live, extra).sign()
    static_token = StaticToken(live.id, live.messages).sign()
    contained = container(live, session_token, static_token, html)
    document = render_document(live, contained)
    if live.navigation is not None:
        return None
    if django_settings.DEBUG:
        _warn_without_script(live, document)
    response = HttpResponse(document)
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


def _tell_test_client(live: Runtime) -> None:
    """For ``assertTemplateUsed`` and ``response.context``: Django tells of what it renders itself."""
    signals = sys.modules.get("django.test.signals")
    if signals is not None:
        template = live.page.template
        signals.template_rendered.send(sender=template, template=template, context=live.context)


def _warn_without_script(live: Runtime, document: str) -> None:
    """Whatever connects a page, ``{% live_head %}`` or the site's own bundle, needs the token in its head."""
    if "csrf-token" not in document:
        logger.warning(
            "%s: its page shows but does not live, for nothing connects it. Put {%% load phoenix %%} and "
            "{%% live_head %%} into the <head> of %s.",
            live.spec.name,
            live.page.root,
        )


def _page_token(live: Runtime, extra: dict[str, Any]) -> PageToken:
    request = live.request
    user, auth = user_marks(getattr(request, "user", None))
    return PageToken(
        id=live.id,
        view=name_of(type(live.view)),
        live_session=live.live_session.name,
        root=live.page.root,
        place=PageUrl(live.uri).place(get_script_prefix()),
        user=user,
        auth=auth,
        session=extra,
        locale=live.locale,
        nonce=nonce_of(request),
        urlconf=urlconf_of(request),
    )


def _redirect(live: Runtime) -> HttpResponse:
    """LV-7"""
    target: Navigation = live.navigation  # type: ignore[assignment]
    response = Elsewhere(target.to)
    if live.flash is not None:
        pass_on(live, response)
    if isinstance(target, Redirect) and target.status is not None:
        response.status_code = target.status
    return response
