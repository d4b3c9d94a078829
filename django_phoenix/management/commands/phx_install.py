"""``manage.py phx_install``: puts django_phoenix into an existing site, after showing what it will change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_phoenix.management.install.asgi_file import plan_asgi
from django_phoenix.management.install.changes import Change, Plan, write_all
from django_phoenix.management.install.middleware import plan_middleware
from django_phoenix.management.install.settings_file import plan_settings
from django_phoenix.management.install.site import Site
from django_phoenix.management.install.source import Unreadable
from django_phoenix.management.install.template_file import plan_block, plan_template


def project_root() -> Path:
    """Where manage.py is: only files below it are edited."""
    program = Path(sys.argv[0]).resolve()
    return program.parent if program.name == "manage.py" else Path.cwd()


class Command(BaseCommand):
    """Shows a diff, asks, writes all files or none; running it again finds nothing to do."""

    help = (
        "Adds django_phoenix to this site: INSTALLED_APPS, MIDDLEWARE and ASGI_APPLICATION, asgi.py, and the "
        "head of the base template. Shows a diff first. Run it again at any time: it adds what is missing."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute; the site may be half set up)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show the diff and write nothing")
        parser.add_argument("--yes", action="store_true", help="write without asking")
        parser.add_argument("--settings-file", type=Path, help="the settings file to edit")
        parser.add_argument("--asgi-file", type=Path, help="the file that holds the ASGI application")
        parser.add_argument("--template", help="the base template, by name or path")
        parser.add_argument("--no-template", action="store_true", help="leave the templates alone")
        parser.add_argument("--block", help='the block of the base template that live views fill ("content")')

    def handle(self, *args: Any, **options: Any) -> None:
        root = project_root()
        plan = self.plan(root, options)
        changes = plan.changes()
        for change in changes:
            self.show(change, root)
        for gap in plan.gaps:
            self.stdout.write(self.style.WARNING("By hand: ") + gap.text(root) + "\n")
        if plan.blocked:
            raise CommandError("Nothing was written. Put in the lines above and run phx_install again.")
        if not changes:
            self.stdout.write("Nothing to do: this site is set up." if not plan.gaps else "Nothing to write.")
        elif options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
        elif options["yes"] or self.confirmed(len(changes)):
            self.write(changes, plan)
        else:
            self.stdout.write("Nothing was written.")

    def plan(self, root: Path, options: dict[str, Any]) -> Plan:
        """Everything that is missing, found without changing anything."""
        plan = Plan()
        try:
            site = Site.of_this_process(root, options["settings_file"])
            wanted = {} if options["no_template"] else self.plan_pages(site, plan, options)
            plan_settings(site, plan, wanted)
            plan_middleware(site, plan)
            plan_asgi(site, plan, options["asgi_file"])
        except (OSError, SyntaxError, Unreadable) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        return plan

    def plan_pages(self, site: Site, plan: Plan, options: dict[str, Any]) -> dict[str, str]:
        """Edit the base template; returns the entries of DJANGO_PHOENIX that belong to it."""
        template = plan_template(site, plan, options["template"])
        if template is None:
            return {}
        block = plan_block(site, plan, template, options["block"])
        return {"LAYOUT": template} | ({"LIVE_BLOCK": block} if block else {})

    def show(self, change: Change, root: Path) -> None:
        colours = {"+": self.style.SUCCESS, "-": self.style.ERROR, "@": self.style.HTTP_INFO}
        for line in change.diff(root).splitlines():
            colour = colours.get(line[:1], str)
            self.stdout.write(colour(line))
        self.stdout.write("")

    def confirmed(self, count: int) -> bool:
        files = "this file" if count == 1 else f"these {count} files"
        try:
            answer = input(f"Write {files}? [y/N] ")
        except EOFError:
            hint = "Use --yes to write, --dry-run only to look."
            raise CommandError(f"Nothing was written: nobody to ask. {hint}") from None
        return answer.strip().lower() in {"y", "yes"}

    def write(self, changes: list[Change], plan: Plan) -> None:
        try:
            write_all(changes)
        except OSError as error:
            raise CommandError(f"Nothing was written: {error}") from error
        self.stdout.write(self.style.SUCCESS(f"Wrote {len(changes)} file{'s' * (len(changes) > 1)}."))
        for note in plan.notes:
            self.stdout.write(f"Note: {note}")
        self.stdout.write("Next: manage.py check, then a first live view or channel (docs: introduction/).")
