"""Values to HTML text, exactly as Django's `render_value_in_context` does it; short cuts for common types."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils import numberformat
from django.utils.formats import get_format, localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from .assets import MARK, settle_value
from .tracking import PLAIN

if TYPE_CHECKING:
    from .runtime import Runtime

NUMBERS: set[type] = {int, float, Decimal}
# Of what can change in place: a function that shows it as a tree, or faster than by its text. By exact type.
MAKERS: dict[type, Callable[[Runtime, Any], Any]] = {}
FORMATS = ("DECIMAL_SEPARATOR", "NUMBER_GROUPING", "THOUSAND_SEPARATOR")


class IntegerFormat:
    """Whether integers are shown as they are (no USE_THOUSAND_SEPARATOR), until tests override it."""

    plain: bool | None = None

    @classmethod
    def is_plain(cls) -> bool:
        if cls.plain is None:
            cls.plain = not settings.USE_THOUSAND_SEPARATOR
        return cls.plain

    @classmethod
    def forget(cls, **kwargs: Any) -> None:
        cls.plain = None


setting_changed.connect(IntegerFormat.forget, dispatch_uid="django_phoenix.rendering.text")


def escape(text: str) -> str:
    """`html.escape`, for strings that mostly have nothing to escape."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "'" in text:
        text = text.replace("'", "&#x27;")
    return text


def show(rt: Runtime, value: Any) -> str:
    """The text of a value where autoescape is on."""
    cls = type(value)
    if cls is str:
        return escape(value)
    if cls is SafeString:
        return value if MARK not in value else settle_value(rt, value)
    if (cls is int and (IntegerFormat.plain or IntegerFormat.is_plain())) or cls is bool or cls is NoneType:
        return str(value)
    return _other(rt, value)


def _other(rt: Runtime, value: Any) -> str:
    value = _localized(rt, value)
    cls = type(value)
    if cls is str:
        return escape(value)
    if not issubclass(cls, str):
        value = str(value)
    return conditional_escape(value)


def reveal(rt: Runtime, value: Any) -> Any:
    """The same of a variable without filters; what has a maker may be a tree of texts."""
    # As in `show`, written out: most variables are one of these, and a further call for each of them counts.
    cls = type(value)
    if cls is str:
        return escape(value)
    if cls is SafeString:
        return value if MARK not in value else settle_value(rt, value)
    if (cls is int and (IntegerFormat.plain or IntegerFormat.is_plain())) or cls is bool or cls is NoneType:
        return str(value)
    maker = MAKERS.get(cls)
    return _other(rt, value) if maker is None else maker(rt, value)


def reveal_raw(rt: Runtime, value: Any) -> Any:
    """`reveal` where autoescape is off."""
    maker = MAKERS.get(type(value))
    return show_raw(rt, value) if maker is None else maker(rt, value)


def show_raw(rt: Runtime, value: Any) -> str:
    """The text of a value where autoescape is off."""
    text: str = value if type(value) is str else str(_localized(rt, value))
    return text if MARK not in text else settle_value(rt, text)


def _localized(rt: Runtime, value: Any) -> Any:
    cls = type(value)
    if cls in NUMBERS:
        return _number(rt, value)
    if cls in PLAIN and not isinstance(value, str):
        rt.localized = True
    value = template_localtime(value, use_tz=rt.context.use_tz)
    return localize(value, use_l10n=rt.context.use_l10n)


def _number(rt: Runtime, value: Any) -> Any:
    """`localize` for numbers; the formats are looked up once in a render."""
    rt.localized = True
    use_l10n = rt.context.use_l10n
    if use_l10n is False:
        return str(value)
    if rt.formats is None:
        rt.formats = tuple(get_format(name, use_l10n=True) for name in FORMATS)
    separator, grouping, thousands = rt.formats
    return numberformat.format(value, separator, None, grouping, thousands, use_l10n=True)
