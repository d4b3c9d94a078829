"""The filter `key_by`: by what the entries of a `{% for %}` are known again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import TemplateSyntaxError

from .purity import register_pure_filter

if TYPE_CHECKING:
    from django.template.base import FilterExpression


@register_pure_filter
def key_by(items: Any, path: str = "") -> Any:
    """``{% for row in rows|key_by:"slug" %}``: entries are known by their ``row.slug`` when the list changes.

    ``path`` is looked up in each item as a template does it (``"author.pk"``, ``"0"``); without one, the item
    itself is the key. The last filter of the loop's list; the list is as before.
    """
    return items


def key_path(sequence: FilterExpression) -> tuple[str, ...] | None:
    """The path that a loop's last filter names; None if that is not `key_by`.

    Raises TemplateSyntaxError where the path is a variable: a loop's key is the same for all of its life.
    """
    if not sequence.filters or sequence.filters[-1][0] is not key_by:
        return None
    _, arguments = sequence.filters[-1]
    if not arguments:
        return ()
    ((is_variable, path),) = arguments
    if is_variable or not isinstance(path, str):
        raise TemplateSyntaxError(f'key_by needs its path as a text, such as key_by:"slug", got {path}.')
    return tuple(path.split(".")) if path else ()
