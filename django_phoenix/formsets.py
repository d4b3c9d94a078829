"""Formsets in live views: inputs of the form itself add, remove and sort its rows (Phoenix: inputs_for).

    LineFormSet = inlineformset_factory(Order, Line, fields=["item"], formset=LiveInlineFormSet, extra=0)

    {{ lines.management_form }}
    {% for form in lines %}
      <input type="hidden" name="lines_sort[]" value="{{ form.index }}">
      {{ form.id }} {% live_field form.item %}
      <label><input type="checkbox" name="lines_drop[]" value="{{ form.index }}" hidden> Remove</label>
    {% endfor %}
    {% for form in lines.dropped_forms %}{{ form.id.as_hidden }}{{ form.DELETE.as_hidden }}{% endfor %}
    <label><input type="checkbox" name="lines_sort[]" value="new" hidden> Add a line</label>

``lines`` is the formset's prefix. The order of ``lines_sort`` is the order of the rows, what is no row's
index stands for a new row; the rows in ``lines_drop`` go. A row of a model formset that is in the database
can go only with ``can_delete``: it is marked, kept out of the loop and deleted by ``save()``. With
``can_order`` its ``ORDER`` says where each row stands; without, new rows come after those in the database.
Submit buttons of these names do the same, also where no script runs: then ``formset.rearranged`` says not to
save yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.forms import BaseFormSet, BaseInlineFormSet, BaseModelFormSet, CheckboxInput, MultiWidget
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from django_phoenix.live.forms import TARGET, UNUSED, params_of
from django_phoenix.params import Params

__all__ = ["Arranging", "LiveFormSet", "LiveInlineFormSet", "LiveModelFormSet"]

NEW = -1

Pair = tuple[str, Any]


class Arranging:
    """Mixed into a formset class, before Django's."""

    # Whether what was sent adds or removes rows.
    rearranged = False

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            mixed: Any = self
            prefix = kwargs.get("prefix") or mixed.get_default_prefix()
            rows = Rows(mixed, prefix, data)
            self.rearranged = rows.are_more_or_fewer
            data, files = rows.data(), rows.files(files)
        mixed_in: Any = super()
        mixed_in.__init__(data, files, *args, **kwargs)

    def __iter__(self) -> Iterator[Any]:
        """The rows to show, in their order."""
        formset: Any = self
        forms = [form for form in formset.forms if not form.is_dropped]
        if formset.is_bound and formset.can_order:
            forms.sort(key=lambda form: _number(formset.data.get(f"{form.prefix}-ORDER")))
        return iter(forms)

    @property
    def dropped_forms(self) -> list[Any]:
        """The rows that ``save()`` deletes."""
        formset: Any = self
        return [form for form in formset.forms if form.is_dropped]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Tell each row its index, and whether it is to go."""
        mixed: Any = super()
        mixed.add_fields(form, index)
        formset: Any = self
        form.index = index
        deletes = formset.is_bound and formset.can_delete and index is not None
        form.is_dropped = bool(deletes and formset.data.get(f"{form.prefix}-DELETE"))


class LiveFormSet(Arranging, BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """``formset_factory(…, formset=LiveFormSet)``"""


class LiveModelFormSet(Arranging, BaseModelFormSet):  # type: ignore[type-arg]
    """``modelformset_factory(…, formset=LiveModelFormSet)``"""


class LiveInlineFormSet(Arranging, BaseInlineFormSet):  # type: ignore[type-arg]
    """``inlineformset_factory(…, formset=LiveInlineFormSet)``"""


class Rows:
    """What was sent for a formset, and how its rows are to be numbered."""

    def __init__(self, formset: Any, prefix: str, data: Any) -> None:
        self.formset = formset
        self.prefix = prefix
        self.given = data
        self.pairs = _pairs(data)
        self.row = re.compile(rf"({UNUSED})?{re.escape(prefix)}-([0-9]{{1,9}})-(.+)", re.DOTALL)
        self.total = _index(data.get(f"{prefix}-TOTAL_FORMS"))
        self.initial = _index(data.get(f"{prefix}-INITIAL_FORMS"))
        # Else Django tells what is wrong.
        self.are_known = 0 <= self.initial <= self.total <= formset.absolute_max
        self.dropped = {index for index in map(_index, self._asked("drop")) if 0 <= index < self.total}
        self.marked: set[int] = set()
        self.order = self._order() if self.are_known else []

    @property
    def are_new(self) -> bool:
        """Whether rows were added, removed or moved, so that they need other numbers."""
        return self.are_known and (bool(self.marked) or self.order != list(range(self.total)))

    @property
    def are_more_or_fewer(self) -> bool:
        """Whether rows were added or removed."""
        return self.are_known and (NEW in self.order or bool(self.dropped))

    def data(self) -> Any:
        """What was sent, as if for the rows as they are to be."""
        if not self.are_new:
            return self.given
        pairs = [*self._others(), *self._counts()]
        numbers = self._numbers()
        for name, value in self.pairs:
            found = self.row.fullmatch(name)
            if found is not None and int(found[2]) in numbers:
                pairs.append((self._name(found, numbers), value))
        return _like(self.given, [*pairs, *self._said(numbers)], self._target(numbers))

    def files(self, files: Any) -> Any:
        """The files, numbered anew."""
        if not files or not self.are_new:
            return files
        numbers = self._numbers()
        moved: MultiValueDict[str, Any] = MultiValueDict()
        for name in files:
            found = self.row.fullmatch(name)
            if found is None or int(found[2]) in numbers:
                moved.setlist(self._name(found, numbers) if found else name, files.getlist(name))
        return moved

    # -- which rows, in which order

    def _order(self) -> list[int]:
        """The rows to be by their former indexes; NEW for those to be added."""
        order: list[int] = []
        for asked in self._asked("sort"):
            index = _index(asked)
            if index == NEW or (index < self.total and index not in order):
                order.append(index)
        order += [index for index in range(self.total) if index not in order]
        order = [index for index in order if self._stays(index)]
        room = max(self.formset.max_num, self.total)
        while len(order) > room and NEW in order:
            order.remove(NEW)
        return order if self.formset.can_order else self._as_numbered(order)

    def _stays(self, index: int) -> bool:
        if index not in self.dropped:
            return True
        if index >= self.initial:
            return False
        if self.formset.can_delete:
            self.marked.add(index)
            return True
        return isinstance(self.formset, BaseModelFormSet)

    def _as_numbered(self, order: list[int]) -> list[int]:
        """Those that the formset began with have to come first."""
        return sorted(order, key=lambda index: index == NEW or index >= self.initial)

    def _numbers(self) -> dict[int, int]:
        """Former index to new one."""
        return {index: number for number, index in enumerate(self._as_numbered(self.order)) if index != NEW}

    # -- what is said of them

    def _others(self) -> list[Pair]:
        own = {f"{self.prefix}{ending}" for ending in ("-TOTAL_FORMS", "-INITIAL_FORMS")}
        own |= {f"{self.prefix}_{what}{ending}" for what in ("sort", "drop") for ending in ("", "[]")}
        return [pair for pair in self.pairs if pair[0] not in own and not self.row.fullmatch(pair[0])]

    def _counts(self) -> list[Pair]:
        initial = sum(index != NEW and index < self.initial for index in self.order)
        counts = {"TOTAL_FORMS": len(self.order), "INITIAL_FORMS": initial}
        return [(f"{self.prefix}-{name}", str(count)) for name, count in counts.items()]

    def _said(self, numbers: dict[int, int]) -> Iterator[Pair]:
        """Of rows that are new, marked for deletion, or in an order."""
        free = (number for number, index in enumerate(self._as_numbered(self.order)) if index == NEW)
        for position, index in enumerate(self.order, start=1):
            number = next(free) if index == NEW else numbers[index]
            row = f"{self.prefix}-{number}"
            if index == NEW:
                for name, text in _defaults(self.formset.form):
                    yield f"{row}-{name}", text
            elif index in self.marked:
                yield f"{row}-DELETE", "on"
            if self.formset.can_order:
                yield f"{row}-ORDER", str(position)

    def _target(self, numbers: dict[int, int]) -> Any:
        """The changed input's name, numbered anew."""
        target = self.given.get(TARGET)
        if isinstance(target, list) and len(target) == 1 and isinstance(target[0], str):
            found = self.row.fullmatch(target[0])
            if found is not None and int(found[2]) in numbers:
                return [self._name(found, numbers)]
        return target

    def _name(self, found: re.Match[str], numbers: dict[int, int]) -> str:
        return f"{found[1] or ''}{self.prefix}-{numbers[int(found[2])]}-{found[3]}"

    # -- reading

    def _asked(self, what: str) -> list[str]:
        names = (f"{self.prefix}_{what}", f"{self.prefix}_{what}[]")
        return [value for name, value in self.pairs if name in names and value != ""]


def _index(text: Any) -> int:
    """NEW for what is no number."""
    return (
        int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else NEW
    )


def _number(text: Any) -> float:
    index = _index(text)
    return float("inf") if index == NEW else index


def _pairs(data: Any) -> list[Pair]:
    if isinstance(data, Params) and data.pairs:
        return list(data.pairs)
    if isinstance(data, MultiValueDict):
        return [(name, value) for name, values in data.lists() for value in values]
    return list(data.items())


def _like(given: Any, pairs: list[Pair], target: Any) -> Any:
    """Data of the same kind."""
    if not isinstance(given, Params):
        query = QueryDict(mutable=True)
        for name, value in pairs:
            query.appendlist(name, value)
        return query
    return params_of(pairs, {} if target is None else {TARGET: target}, posted=given.posted)


def _defaults(form_class: Any) -> Iterator[tuple[str, str]]:
    """What a new row's inputs hold, as they would send it."""
    for name, field in form_class.base_fields.items():
        initial = field.initial() if callable(field.initial) else field.initial
        if initial is None or initial is False or initial == "":
            continue
        if isinstance(field.widget, CheckboxInput):
            yield name, "on"
            continue
        yield from _inputs(name, field.widget, field.prepare_value(initial))


def _inputs(name: str, widget: Any, value: Any) -> Iterator[tuple[str, str]]:
    """The names and values of the inputs that a widget consists of."""
    if isinstance(widget, MultiWidget):
        values: Any = value if isinstance(value, list | tuple) else widget.decompress(value)
        endings: list[str] = vars(widget)["widgets_names"]
        for ending, part, each in zip(endings, widget.widgets, values, strict=False):
            yield from _inputs(name + ending, part, each)
        return
    shown = widget.format_value(value)
    if isinstance(shown, dict):  # SelectDateWidget
        yield from ((f"{name}_{part}", str(each)) for part, each in shown.items())
        return
    texts = shown if isinstance(shown, list | tuple) else [shown]
    yield from ((name, text) for text in texts if isinstance(text, str))
