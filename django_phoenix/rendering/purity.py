"""Which filters always answer the same for the same values (in one language and time zone).

Everything not named here is called at every render, and its text compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template import defaultfilters
from django.templatetags import l10n, tz

CLOCKWORK = {"random", "timesince", "timeuntil"}

# Their answer depends on the active language, formats or time zone too.
LOCAL = {
    "date", "time", "floatformat", "filesizeformat", "yesno", "localize", "localtime", "timezone",
    "truncatechars", "truncatechars_html", "truncatewords", "truncatewords_html",
}  # fmt: skip


def _named(filters: dict[str, Callable[..., Any]], names: set[str] | None = None) -> set[Callable[..., Any]]:
    return {function for name, function in filters.items() if names is None or name in names}


_built_in: dict[str, Callable[..., Any]] = {
    **defaultfilters.register.filters,
    **l10n.register.filters,
    **tz.register.filters,
}
PURE = _named(_built_in) - _named(_built_in, CLOCKWORK)
LOCALIZED = _named(_built_in, LOCAL)

# They do not turn a text into markup that may be unbalanced.
HARMLESS = PURE - _named(_built_in, {"safe", "safeseq"})


def register_pure_filter(function: Callable[..., Any], *, localized: bool = False) -> Callable[..., Any]:
    """Declare that a filter's answer depends on its arguments alone, so that parts using it may be skipped.

    `localized`: it depends on the active language, number formats or time zone as well.
    """
    PURE.add(function)
    if localized:
        LOCALIZED.add(function)
    return function
