"""``manage.py phx_routes``: sockets, their topics, and live routes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings as site
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from django_phoenix.conf import settings
from django_phoenix.live.routes import LiveRoute, guarding_middleware, live_routes, requires_login
from django_phoenix.live.spec import spec_of
from django_phoenix.management.asgi_tree import FoundSocket, find_sockets

Row = dict[str, Any]


class Command(BaseCommand):
    """Aligned tables, or JSON for other programs."""

    help = "Shows sockets, topic patterns with their channels, and live routes with their guards."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format", choices=["table", "json"], default="table", help="table (default) or json"
        )
        parser.add_argument("--urlconf", help="another URLconf than ROOT_URLCONF")

    def handle(self, *args: Any, **options: Any) -> None:
        sockets = find_sockets(self.application())
        tables = {
            "sockets": [socket_row(found) for found in sockets],
            "topics": [row for found in sockets for row in topic_rows(found)],
            "live": [live_row(route) for route in live_routes(options["urlconf"])],
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(tables, indent=2))
        else:
            for title, rows in tables.items():
                self.write_table(title, rows)

    def application(self) -> object:
        """What ASGI_APPLICATION names; None if it is not set."""
        name = getattr(site, "ASGI_APPLICATION", None)
        if not name:
            self.stderr.write("ASGI_APPLICATION is not set, so there are no sockets to show.")
            return None
        try:
            return import_string(name)
        except ImportError as error:
            raise CommandError(f"ASGI_APPLICATION {name!r} cannot be loaded: {error}") from error

    def write_table(self, title: str, rows: list[Row]) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(TITLES[title]))
        for line in aligned([[shown(value) for value in row.values()] for row in rows]):
            self.stdout.write(f"  {line}")
        if not rows:
            self.stdout.write("  none")
        self.stdout.write("")


TITLES = {
    "sockets": "Sockets (path, class, options)",
    "topics": "Topics (socket, pattern, channel)",
    "live": "Live routes (path, name, view, live session, layout, guards)",
}


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={item!r}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return "-" if value is None else str(value)


def path_of(thing: Any) -> str:
    """Dotted path of a class or function."""
    return f"{thing.__module__}.{thing.__qualname__}" if hasattr(thing, "__qualname__") else repr(thing)


def socket_row(found: FoundSocket) -> Row:
    options = {key: path_of(value) if callable(value) else value for key, value in found.options.items()}
    return {"path": found.path, "class": path_of(found.socket_class), "options": options}


def topic_rows(found: FoundSocket) -> Iterator[Row]:
    for pattern, channel in found.socket_class.channels.items():
        yield {"socket": found.path, "pattern": pattern, "channel": path_of(channel)}


def live_row(route: LiveRoute) -> Row:
    return {
        "path": f"/{route.pattern}",
        "name": route.name,
        "view": path_of(route.view_class),
        "live_session": route.live_session.name,
        "layout": route.view_class.layout or route.live_session.layout or settings.LAYOUT,
        "guards": guards_of(route),
    }


def guards_of(route: LiveRoute) -> list[str]:
    """All that may keep somebody out: our own guards first, then what only a GET meets, in words."""
    of_class = spec_of(route.view_class).guards
    ours = [*route.live_session.on_mount, *of_class, *route.initkwargs.get("on_mount", ())]
    names = [path_of(guard) for guard in dict.fromkeys(ours)]
    if requires_login():
        names.append("LoginRequiredMiddleware")
    return names + [f"GET only: {guard}" for guard in (route.guard, guarding_middleware()) if guard]
