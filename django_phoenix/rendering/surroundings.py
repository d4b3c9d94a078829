"""Language, time zone and URLs that a text may depend on, as they are active in the running thread or task.

Django keeps them in `Local`s of asgiref, where looking up what was never set costs an exception; on a socket
mostly nothing is set. So we look at the context variables behind them first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import tzinfo
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.urls import base as urls
from django.urls import get_script_prefix, get_urlconf
from django.utils import timezone, translation
from django.utils.translation import trans_real


def unset_value(module: Any, name: str) -> Callable[[None], Any]:
    """What returns its argument, None, as long as nothing was set in a `Local` of Django; anything else then.

    If a release keeps its `Local`s in other ways, nobody knows, so Django itself is always asked.
    """
    variable = getattr(getattr(getattr(module, name, None), "_storage", None), "_data", None)
    return variable.get if isinstance(variable, ContextVar) else known_by_django


def known_by_django(default: None) -> bool:
    return True


language_set = unset_value(trans_real, "_active")
time_zone_set = unset_value(timezone, "_active")
prefix_set = unset_value(urls, "_prefixes")
urlconf_set = unset_value(urls, "_urlconfs")


def _language_set_anew(default: None) -> Any:
    global language_set
    language_set = unset_value(trans_real, "_active")
    return language_set(default)


def _settings_changed(*, setting: str, **_: Any) -> None:
    global language_set
    if setting in ("LANGUAGES", "LANGUAGE_CODE", "LOCALE_PATHS"):
        # In tests Django makes its `Local` anew then, perhaps after this.
        language_set = _language_set_anew


setting_changed.connect(_settings_changed)


def active_language() -> str | None:
    if language_set(None) is None:
        return str(settings.LANGUAGE_CODE)
    return translation.get_language()


def active_time_zone() -> tzinfo:
    if time_zone_set(None) is None:
        return timezone.get_default_timezone()
    return timezone.get_current_timezone()


def active_locale() -> tuple[Any, ...]:
    return active_language(), active_time_zone()


def active_routing() -> tuple[Any, ...]:
    return (
        None if urlconf_set(None) is None else get_urlconf(),
        "/" if prefix_set(None) is None else get_script_prefix(),
        active_language(),
    )
