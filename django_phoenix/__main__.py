"""``python -m django_phoenix install``: phx_install for a site that does not list django_phoenix yet."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import django

from django_phoenix.management.commands.phx_install import Command


def settings_of(manage: Path) -> str:
    """The settings module that a manage.py falls back to; ValueError if it names none."""
    for node in ast.walk(ast.parse(manage.read_bytes())):
        match node:
            case ast.Call(
                args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), ast.Constant(value=str(module))]
            ):
                return module
    raise ValueError(f"{manage} names no DJANGO_SETTINGS_MODULE; set it in the environment")


def main(arguments: list[str]) -> None:
    if arguments[:1] != ["install"]:
        sys.exit(
            "usage: python -m django_phoenix install [--dry-run] [--yes]  (in the directory of manage.py)"
        )
    manage = Path("manage.py")
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        if not manage.exists():
            sys.exit("There is no manage.py here. Run this in the directory that holds it.")
        try:
            os.environ["DJANGO_SETTINGS_MODULE"] = settings_of(manage)
        except ValueError as error:
            sys.exit(str(error))
    sys.path.insert(0, os.getcwd())
    django.setup()
    Command().run_from_argv(["python -m django_phoenix", "install", *arguments[1:]])


if __name__ == "__main__":
    main(sys.argv[1:])
