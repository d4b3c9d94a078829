"""``manage.py phx_template``: what a template becomes, and what of it is evaluated when."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template import Template, TemplateDoesNotExist, TemplateSyntaxError
from django.utils.module_loading import import_string

from django_phoenix.conf import settings
from django_phoenix.exceptions import RegionError
from django_phoenix.live.page import load_template, page_of
from django_phoenix.live.routes import live_routes
from django_phoenix.live.session import DEFAULT
from django_phoenix.live_view import LiveView
from django_phoenix.management.template_html import picture
from django_phoenix.management.template_text import Summary, lines
from django_phoenix.rendering.anatomy import anatomy
from django_phoenix.rendering.compiler import CompiledTemplate, compile_region


class Command(BaseCommand):
    """A table for people, JSON for programs, a picture for the browser."""

    help = "Shows the statics and dynamics of a template, what each reads, and what is opaque and why."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", help="a template's name, or a live view: app.module.View")
        parser.add_argument(
            "--format", choices=["text", "json", "html"], default="text", help="text (default), json or html"
        )
        parser.add_argument("--block", help="the block that is live, if not the setting LIVE_BLOCK")

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = find(options["template"], options["block"])
        view = anatomy(compiled.compiled())
        summary = Summary.of(compiled, view)
        if options["format"] == "json":
            found = {**dataclasses.asdict(summary), "root": dataclasses.asdict(view)}
            self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))
        elif options["format"] == "html":
            self.stdout.write(picture(summary, view))
        else:
            for line in lines(summary, view, with_statics=options["verbosity"] > 1):
                self.stdout.write(line)


def find(name: str, block: str | None) -> CompiledTemplate:
    """The live part of a template, or of a view's page. Raises CommandError."""
    try:
        return region(load_template(name), block or settings.LIVE_BLOCK, given=block is not None)
    except TemplateDoesNotExist as error:
        return region_of_view(name, block, error)
    except (TemplateSyntaxError, RegionError) as error:
        raise CommandError(str(error)) from error


def region(template: Template, block: str, *, given: bool) -> CompiledTemplate:
    """A page without the usual block is shown as a whole."""
    try:
        return compile_region(template, block)
    except RegionError:
        if given:
            raise
        return compile_region(template, None)


def region_of_view(name: str, block: str | None, missing: TemplateDoesNotExist) -> CompiledTemplate:
    try:
        view_class = import_string(name)
    except ImportError:
        raise CommandError(
            f"{name!r} is no template of this site ({missing}), and no class that can be imported. Give a "
            "name as in template_name, or a live view as app.module.View."
        ) from missing
    if not (isinstance(view_class, type) and issubclass(view_class, LiveView)):
        raise CommandError(f"{name!r} is {view_class!r:.80}, not a LiveView.")
    options = {} if block is None else {"live_block": block}
    route = next((each for each in live_routes(None) if each.view_class is view_class), None)
    try:
        view = view_class(**(route.initkwargs if route else {}), **options)
        return page_of(view, route.live_session if route else DEFAULT).region
    except Exception as error:  # whatever keeps the page from being made
        raise CommandError(f"{name}: {error}") from error
