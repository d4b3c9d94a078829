#!/usr/bin/env python
"""Run Django's commands for the test project, from any directory."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Put the repository's root (not this folder) on the path, then hand over to Django."""
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testproject.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
