"""Live routes: their mount, their pages, their guards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

from django_phoenix.live.routes import LiveRoute, guarding_middleware, live_routes
from django_phoenix.management.checks.asgi import sockets
from django_phoenix.management.checks.containers import check_containers
from django_phoenix.management.checks.flash import check_flash_middleware
from django_phoenix.management.checks.live_pages import (
    FLASH,
    distinct_routes,
    hidden_blocks,
    page_of_route,
    page_problem,
    stale_names,
)
from django_phoenix.management.checks.messages import error, warning
from django_phoenix.management.checks.unreadable import advice, told


def check_live() -> Iterator[CheckMessage]:
    """W003 no mount, E009 template, E010 region, W012 hidden blocks, W010 stale names, W013 CSRF, W018 tags
    of containers, W019 the middleware of the flash, and W009 and W011 guards of a GET.
    """
    routes = list(distinct_routes())
    if not routes:
        return
    yield from _live_mount()
    yield from _csrf()
    yield from check_flash_middleware()
    yield from _guards(live_routes(), guarding_middleware())
    good = []
    for route in routes:
        problem = page_problem(route)
        if problem:
            yield from _page(route, problem)
        else:
            good.append(route)
            yield from _hidden(route, hidden_blocks(page_of_route(route)))
            yield from _stale(route, stale_names(route))
    yield from check_containers(good)


def _live_mount() -> Iterator[CheckMessage]:
    found = sockets()
    if found and not any("lv:*" in mounted.socket_class.channels for mounted in found):
        yield warning(
            3,
            "There are live routes, but the ASGI application mounts no socket for them.",
            'phoenix_application(…, live="live/") mounts it; live=None leaves it out.',
        )


def _csrf() -> Iterator[CheckMessage]:
    if not any(_sets_csrf_cookie(import_string(path)) for path in django_settings.MIDDLEWARE):
        yield warning(
            13,
            "MIDDLEWARE has no CsrfViewMiddleware, so browsers get no CSRF cookie and no live page connects.",
            'Add "django.middleware.csrf.CsrfViewMiddleware".',
        )


def _sets_csrf_cookie(middleware: object) -> bool:
    return isinstance(middleware, type) and issubclass(middleware, CsrfViewMiddleware)


def _page(route: LiveRoute, problem: tuple[str, Exception]) -> Iterator[CheckMessage]:
    kind, exception = problem
    name = f"{route.view_class.__module__}.{route.view_class.__qualname__}"
    message = f"{name} (/{route.pattern}): {told(exception)}"
    if kind == "template":
        yield error(9, message, advice(exception))
    else:
        yield error(10, message, "docs: Layouts and live regions.")


def _hidden(route: LiveRoute, blocks: dict[str, tuple[str, list[str]]]) -> Iterator[CheckMessage]:
    for block, (template, offered) in blocks.items():
        yield warning(
            12,
            f"{template} (/{route.pattern}) fills a block {block!r}, which no template that it extends has, "
            "so it is never shown.",
            f"They offer: {', '.join(offered) or 'no blocks at all'}.",
        )


def _stale(route: LiveRoute, names: dict[str, str]) -> Iterator[CheckMessage]:
    for name, block in names.items():
        where = f"The block {block!r}" if block else "Text of the layout"
        view = route.view_class.__qualname__
        what = (
            f"what {view} puts into its flash"
            if name in FLASH
            else f"{name!r}, which handlers of {view} assign"
        )
        yield warning(
            10,
            f"{where} reads {what}; it is outside the live region of /{route.pattern} and will go stale.",
            "Move it into the live block, or let live_block name a block that holds both.",
        )


def _guards(routes: Iterable[LiveRoute], middleware: str | None) -> Iterator[CheckMessage]:
    for route in routes:
        if route.guard:
            yield warning(
                9,
                f"/{route.pattern} is guarded by something only a GET meets ({route.guard}), so live "
                "navigation to it is a full page load.",
                "If it shall be live, use LoginRequired or PermissionRequired of django_phoenix.guards, or "
                "an on_mount of your own; those run at GET, at every join and at every live navigation.",
            )
    if middleware:
        yield warning(
            11,
            f"Live navigation is a full page load everywhere, for {middleware}.",
            'If it refuses nobody, add it to DJANGO_PHOENIX["TRUSTED_MIDDLEWARE"].',
        )
