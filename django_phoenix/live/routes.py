"""From a URL to the live view behind it, and whether a guard is in the way that only a GET meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, resolve
from django.utils.module_loading import import_string
from django.views import View

from django_phoenix.conf import settings
from django_phoenix.live.session import LiveSession, live_session_of

ViewClass = TypeVar("ViewClass", bound=type[View])

# What a view class might override to refuse a request before ``mount``.
GUARDING_METHODS = ("dispatch", "setup", "get")

# Classes whose own definitions of these methods guard nothing.
_unguarded: list[type] = [View]


def live_root(view_class: ViewClass) -> ViewClass:
    """Register the class that all live views derive from."""
    _unguarded.append(view_class)
    return view_class


def is_live(view_class: Any) -> bool:
    """Whether a class is a live view."""
    return isinstance(view_class, type) and issubclass(view_class, tuple(_unguarded[1:]))


def mark_callback(callback: Callable[..., Any]) -> None:
    """Remember that this very function came from ``as_view()``; a wrapper copies the attribute only."""
    callback.live_callback = callback  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Route:
    """A URL that leads to a live view."""

    match: ResolverMatch
    callback: Callable[..., Any]
    view_class: type[Any]
    live_session: LiveSession

    @property
    def view_name(self) -> str:
        return name_of(self.view_class)

    @property
    def initkwargs(self) -> dict[str, Any]:
        return self.callback.view_initkwargs  # type: ignore[attr-defined, no-any-return]

    @property
    def guard(self) -> str | None:
        """Why only a GET may decide who enters, or None if our own checks suffice."""
        return guard_of(self.callback) or guarding_middleware()


def name_of(view_class: type) -> str:
    """How tokens name a view class."""
    return f"{view_class.__module__}.{view_class.__qualname__}"


def find_route(path: str, urlconf: Any = None) -> Route | None:
    """The live view at a path (without the script prefix); None if there is none."""
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    return route_of(match)


def route_of(match: ResolverMatch | None) -> Route | None:
    """The live view that a request was resolved to."""
    if match is None:
        return None
    view_class: Any = getattr(match.func, "view_class", None)
    if not is_live(view_class):
        return None
    return Route(match, match.func, view_class, live_session_of(match.func))


def guard_of(callback: Callable[..., Any]) -> str | None:
    """What in or around a callback may refuse a request, in words for a log or check; None: nothing does."""
    if getattr(callback, "live_callback", None) is not callback:
        return f"{callback.__module__}.{callback.__qualname__} wraps as_view()"
    return class_guard_of(getattr(callback, "view_class", None))


def class_guard_of(view_class: Any) -> str | None:
    """The same of what stands in the class itself."""
    for method in GUARDING_METHODS:
        definer = next((klass for klass in view_class.__mro__ if method in vars(klass)), None)
        if definer is not None and definer not in _unguarded:
            return f"{definer.__module__}.{definer.__qualname__} overrides {method}()"
    return None


@cache
def guarding_middleware() -> str | None:
    """A middleware of the site that may refuse views, in words; None if there is none.

    Taken for one: each that has ``process_view`` and is neither Django's nor in the setting
    TRUSTED_MIDDLEWARE, and each in the setting GUARD_MIDDLEWARE.
    """
    for path in django_settings.MIDDLEWARE:
        if path in settings.GUARD_MIDDLEWARE:
            return f"the middleware {path} is in GUARD_MIDDLEWARE"
        if path not in settings.TRUSTED_MIDDLEWARE and _may_guard(path):
            return f"the middleware {path} has process_view()"
    return None


@cache
def requires_login() -> bool:
    """Whether LoginRequiredMiddleware is installed; django.contrib.auth need not be."""
    if not apps.is_installed("django.contrib.auth"):
        return False
    return any(_is_login_required(import_string(path)) for path in django_settings.MIDDLEWARE)


def login_allows(callback: Callable[..., Any], user: Any) -> bool:
    """What LoginRequiredMiddleware would say: anyone if ``login_not_required``, else who has logged in."""
    if not requires_login() or not getattr(callback, "login_required", True):
        return True
    return user is not None and bool(user.is_authenticated)


def _may_guard(path: str) -> bool:
    middleware = import_string(path)
    if not isinstance(middleware, type):
        middleware = _made_by(middleware)
    process_view = getattr(middleware, "process_view", None)
    return process_view is not None and not process_view.__module__.startswith("django.")


def _made_by(factory: Any) -> Any:
    """The middleware that a function makes: the function does not show what methods it will have."""

    get_response = _get_response if getattr(factory, "sync_capable", True) else _aget_response
    try:
        return factory(get_response)
    except MiddlewareNotUsed:
        return None


def _get_response(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


async def _aget_response(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _is_login_required(middleware: Any) -> bool:
    from django.contrib.auth.middleware import LoginRequiredMiddleware  # loads models

    return isinstance(middleware, type) and issubclass(middleware, LoginRequiredMiddleware)


def _forget_middleware(*, setting: str, **_: Any) -> None:
    if setting in ("MIDDLEWARE", "DJANGO_PHOENIX"):
        guarding_middleware.cache_clear()
        requires_login.cache_clear()


setting_changed.connect(_forget_middleware)


# -- for checks and phx_routes


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """One live route of the URLconf."""

    pattern: str
    name: str | None
    view_class: type[Any]
    live_session: LiveSession
    guard: str | None
    initkwargs: dict[str, Any]


def live_routes(urlconf: Any = None) -> Iterator[LiveRoute]:
    """Every live route of the URLconf, in its order."""
    yield from _walk(get_resolver(urlconf).url_patterns, "", ())


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, namespaces: tuple[str, ...]
) -> Iterator[LiveRoute]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, path, inner)
            continue
        view_class: Any = getattr(pattern.callback, "view_class", None)
        if is_live(view_class):
            name = ":".join((*namespaces, pattern.name)) if pattern.name else None
            callback = pattern.callback
            initkwargs = getattr(callback, "view_initkwargs", {})
            yield LiveRoute(path, name, view_class, live_session_of(callback), guard_of(callback), initkwargs)
