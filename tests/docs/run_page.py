"""Runs in the site of one page: everything is imported, run, parsed, checked, asked for and opened once.

Argument: a JSON file with the page's modules, code and templates. Prints nothing if all is well.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path
from types import ModuleType

import django
from django.core.management import call_command


def main(page: dict[str, list[list[str]]]) -> None:
    warnings.simplefilter("error", DeprecationWarning)
    django.setup()
    modules = []
    for (module,) in page["modules"]:
        modules.append(importlib.import_module(module))
        if module.endswith(".models"):
            call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)
    run_checks()
    for name, code in page["python"]:
        exec(compile(code, name, "exec"), {"__name__": "docs"})
    parse_templates(page["django"])
    get_every_live_page()
    open_views(modules)


def open_views(modules: list[ModuleType]) -> None:
    from tests.docs.open_views import open_views

    open_views(modules)


def run_checks() -> None:
    from django.core.checks import run_checks

    from django_phoenix.management.checks.templates import messages

    problems = [*run_checks(), *messages()]
    assert not problems, problems


def parse_templates(templates: list[list[str]]) -> None:
    from django.template import engines

    for name, source in templates:
        try:
            engines["django"].from_string(source)
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error


def get_every_live_page() -> None:
    from django.test import Client

    from django_phoenix.live.routes import live_routes

    for route in live_routes():
        if "<" not in route.pattern:
            response = Client(headers={"host": "localhost"}).get(f"/{route.pattern}")
            assert response.status_code in (200, 302), (route.pattern, response.status_code)
            assert response.status_code == 302 or b"data-phx-main" in response.content, route.pattern


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
