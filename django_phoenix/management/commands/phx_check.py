"""``manage.py phx_check``: reads the templates of live views and components and reports what cannot work."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_phoenix.management.contract.findings import Level
from django_phoenix.management.contract.report import as_annotation, json_of, lines_of, shown_path, summary
from django_phoenix.management.contract.run import Result, check_site
from django_phoenix.management.contract.where import UnknownPlace, Wanted

LEVELS = {"error": Level.ERROR, "warning": Level.WARNING}


class Command(BaseCommand):
    """Text, JSON for editors, or GitHub's annotations. Exit status 1 if something is found."""

    help = (
        "Checks the templates of live views and components against their classes: events, values, names, "
        "URLs, components, HTML. Apps and paths narrow it, and add templates there that no live page shows."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("where", nargs="*", metavar="app or path", help="app label, folder or file")
        parser.add_argument("--format", choices=["text", "json", "github"], default="text")
        parser.add_argument(
            "--fail-level",
            choices=[*LEVELS, "never"],
            default="error",
            help="exit with status 1 from this level on (default: error)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = Wanted(options["where"])
        except UnknownPlace as problem:
            self.stderr.write(self.style.ERROR(str(problem)))
            sys.exit(2)
        result = wanted.of(check_site(wanted.templates()))
        self.write(result, options["format"])
        level = LEVELS.get(options["fail_level"])
        pages = [] if options["where"] else result.unreadable
        if level is not None and (pages or any(report.level >= level for report in result.reports)):
            sys.exit(1)

    def write(self, result: Result, form: str) -> None:
        if form == "json":
            self.stdout.write(json_of(result))
            return
        if form == "github":
            for report in result.reports:
                self.stdout.write(as_annotation(report))
            self.stdout.write(summary(result))
            self.write_unreadable(result)
            return
        paint = {Level.ERROR: self.style.ERROR, Level.WARNING: self.style.WARNING}
        for line in lines_of(result, paint):
            self.stdout.write(line)
        self.write_unreadable(result)

    def write_unreadable(self, result: Result) -> None:
        for path, problem in result.unreadable:
            self.stderr.write(f"{shown_path(path)}: {problem}")
