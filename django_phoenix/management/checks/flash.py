"""W019: what the flash asks of MIDDLEWARE."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings as django_settings
from django.core.checks import CheckMessage

from django_phoenix.management.checks.messages import warning

MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
FLASH = "django_phoenix.middleware.FlashMiddleware"


def check_flash_middleware() -> Iterator[CheckMessage]:
    """W019 ours stands where Django's messages are not at hand yet."""
    names = list(django_settings.MIDDLEWARE)
    if FLASH in names and MESSAGES not in names[: names.index(FLASH)]:
        yield warning(
            19,
            "FlashMiddleware stands in MIDDLEWARE without MessageMiddleware above it, so it does nothing.",
            f'Put "{FLASH}" below "{MESSAGES}".',
        )
