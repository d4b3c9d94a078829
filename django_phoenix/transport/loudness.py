"""How loudly to log what is a developer's slip on a desk, and anybody's doing in the open."""

from __future__ import annotations

import logging

from django.conf import settings as django_settings


def slip() -> int:
    """A log level: WARNING, which shows by default, with DEBUG; else INFO."""
    return logging.WARNING if django_settings.DEBUG else logging.INFO
