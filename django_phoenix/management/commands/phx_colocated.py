"""``manage.py phx_colocated``: scripts and styles that stand in templates, as files for a bundler."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from django_phoenix.colocated.bundle import bundle_of
from django_phoenix.colocated.finding import Finder
from django_phoenix.colocated.folder import write

EVERY = 0.5  # seconds between two looks at the templates


class Command(BaseCommand):
    """Writes once, or goes on as templates change."""

    help = "Writes the scripts and styles that stand in templates into a folder, for a bundler."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="where to write; index.js and index.css are to be imported"
        )
        parser.add_argument(
            "--watch", action="store_true", help="write again whenever a template file changes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _ = get_resolver().url_patterns  # which imports the classes of live views
        finder = Finder()
        while True:
            self.write(finder, options["folder"])
            if not options["watch"]:
                return
            time.sleep(EVERY)

    def write(self, finder: Finder, folder: Path) -> None:
        try:
            names = write(bundle_of(finder.find()), folder)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error}") from error
        for name in names:
            self.stdout.write(f"{folder / name}")
