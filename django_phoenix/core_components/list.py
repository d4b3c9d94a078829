"""core.list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_phoenix.component import Rest, Slot, component

from .fields import Fields, fields_of


@component("core.list", template_file="django_phoenix/core/list.html")
def list_(
    item: Any,
    fields: Fields,
    *,
    field: Mapping[str, Slot],
    rest: Rest,
) -> dict[str, Any]:
    """One thing's fields: a label and a value each.

    item: the thing: a model instance, a mapping, …
    fields: its fields: names, or a mapping from name to label
    field: `field.<name>` shows a field; its data are `item` and `value`
    rest: the list's other attributes
    """
    return {"fields": fields_of("core.list", "field", fields, field)}
