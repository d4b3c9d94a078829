"""Runs in a site: commands of its manage.py, one after the other, as one process starts faster than ten.

Argument: a JSON file with the commands. Prints each behind MARK, then what it prints. ``runserver`` means
here that everything is checked and each live page without parameters asked for once.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from tests.docs import run_page

MARK = "\f"
SERVE = "manage.py runserver"


def main(commands: list[str]) -> None:
    for command in commands:
        print(MARK + command, flush=True)
        if command == SERVE:
            run_page.main({"modules": [], "python": [], "django": []})
        else:
            execute_from_command_line(shlex.split(command))
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
