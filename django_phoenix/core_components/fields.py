"""What core.list and core.table have in common: the fields of things, their labels, their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist

from django_phoenix.exceptions import ComponentInputError
from django_phoenix.rendering.tracking import register_immutable

Fields = Mapping[str, Any] | Sequence[str]
OPTIONS = {"label", "align", "sortable"}


@register_immutable
class Field(NamedTuple):
    """One field. `slot` names the slot that shows it, if that is filled."""

    key: str
    label: str
    slot: str
    align: str
    sortable: bool


def fields_of(component: str, group: str, declared: Fields, filled: Mapping[str, Any]) -> tuple[Field, ...]:
    """`["name", …]`, `{"name": "Name", …}` or `{"total": {"label": "Total", "align": "end"}}` as fields.

    Raises ComponentInputError for an option that there is not, and for a filled slot without its field.
    """
    items = declared.items() if isinstance(declared, Mapping) else [(name, _label(name)) for name in declared]
    fields = tuple(_field(component, group, str(key), spec, filled) for key, spec in items)
    unknown = sorted(set(filled) - {field.key for field in fields})
    if unknown:
        known = ", ".join(repr(field.key) for field in fields) or "none"
        raise ComponentInputError(
            component,
            f'the slot "{group}.{unknown[0]}" is filled, and no field is called so; fields are {known}.',
        )
    return fields


def value_of(item: Any, path: str) -> Any:
    """What a template shows for ``{{ item.path }}``; "" where there is nothing."""
    for name in path.split("."):
        item = _step(item, name)
        if callable(item) and not getattr(item, "do_not_call_in_templates", False):
            item = "" if getattr(item, "alters_data", False) else item()
    return "" if item is None else item


def key_of(item: Any) -> Any:
    """What a row is known by: its ``pk``, else its ``id``."""
    key = value_of(item, "pk")
    return value_of(item, "id") if key == "" else key


def _step(item: Any, name: str) -> Any:
    try:
        return item[name]
    except (TypeError, KeyError, IndexError, ValueError, AttributeError):
        pass
    try:
        return getattr(item, name)
    except (AttributeError, ObjectDoesNotExist):
        pass
    try:
        return item[int(name)]
    except (TypeError, KeyError, IndexError, ValueError):
        return ""


def _field(component: str, group: str, key: str, spec: Any, filled: Mapping[str, Any]) -> Field:
    options = spec if isinstance(spec, Mapping) else {"label": spec}
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise ComponentInputError(
            component,
            f"field {key!r} has the option {unknown[0]!r}; options are {', '.join(sorted(OPTIONS))}.",
        )
    align = options.get("align", "start")
    if align not in ("start", "center", "end"):
        raise ComponentInputError(
            component, f"field {key!r}: align should be 'start', 'center' or 'end', got {align!r}."
        )
    return Field(
        key=key,
        label=str(options.get("label", _label(key))),
        slot=f"{group}.{key}" if key in filled else "",
        align=align,
        sortable=bool(options.get("sortable", True)),
    )


def _label(name: str) -> str:
    """ "author.full_name" is "Full name"."""
    return name.rpartition(".")[2].replace("_", " ").strip().capitalize()
