"""Django's forms in live views: which of their errors it is time to show (Phoenix.Component.used_input?).

    @event
    def validate(self, params: Params):
        self.assigns.form = ArticleForm(params)

The client says of each input that nobody has filled in yet that it is unused; what is wrong with such a field
is not yet worth telling. ``core.input`` shows ``errors_to_show(field)``; so may a template of your own, by
the filter of that name: ``{% for error in form.email|errors_to_show %}``, after ``{% load phoenix %}``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.forms import BaseForm, BaseFormSet, BoundField, MultiWidget, SelectDateWidget

from django_phoenix.live.forms import TARGET, UNUSED, key_path


def used_input(params: Mapping[str, Any], name: str) -> bool:
    """Whether an input has been used: it is in the form event's parameters, and not marked as unused.

    ``name`` is as in HTML: ``"email"`` or ``"user[email]"``. Of a name that stands for several, as ``"user"``
    does, one that is used will do.
    """
    return _use_of(params, name) is True


def errors_to_show(field: BoundField) -> list[str]:
    """The field's errors, none while its inputs are unused.

    Once the form is submitted, by an event or by a plain POST, all of them. A field that sends nothing, such
    as a group of boxes of which none is ticked, counts as used while it is the one that was changed last.
    (A form that is sent again after a reconnect names its first input as that, used or not.)
    """
    if field.name not in field.form.errors:
        return []
    errors = field.errors
    data = field.form.data
    target = data.get(TARGET)
    if target is not None:
        names = list(_input_names(field))
        is_target = any(_is_target(target, name) and _use_of(data, name) is not False for name in names)
        if not is_target and not all(used_input(data, name) for name in names):
            return []
    return [str(error) for error in errors]


def _use_of(params: Mapping[str, Any], name: str) -> bool | None:
    """Whether an input has been used; None if it has sent nothing."""
    *outer, last = key_path(name) or [name]
    for key in outer:
        inner = params.get(key)
        if not isinstance(inner, Mapping):
            return None
        params = inner
    return _is_used(params, last) if last in params else None


def _is_used(params: Mapping[str, Any], key: str) -> bool:
    if UNUSED + key in params:
        return False
    value = params[key]
    if isinstance(value, Mapping):
        return any(_is_used(value, inner) for inner in value if not str(inner).startswith(UNUSED))
    return True


def _is_target(target: Any, name: str) -> bool:
    return bool(target == key_path(name) or target == name)


def _input_names(field: BoundField) -> Iterator[str]:
    """The names of the inputs that a field consists of."""
    widget: Any = field.field.widget
    name = field.html_name
    if isinstance(widget, MultiWidget):
        endings: list[str] = vars(widget)["widgets_names"]
        yield from (name + ending for ending in endings)
    elif isinstance(widget, SelectDateWidget):
        yield from (part % name for part in (widget.year_field, widget.month_field, widget.day_field))
    else:
        yield name


# -- checks that wait for something


def has_async_checks(form: BaseForm | BaseFormSet) -> bool:  # type: ignore[type-arg]
    """Whether a form, or the rows of a formset, have methods ``async def aclean_<field>(self)``."""
    if isinstance(form, BaseFormSet):
        return any(has_async_checks(row) for row in form.forms)
    return any(hasattr(form, f"aclean_{name}") for name in form.fields)


async def aclean(form: BaseForm | BaseFormSet, known: MutableMapping[Any, Any] | None = None) -> bool:  # type: ignore[type-arg]
    """Validate a form whose fields may have async checks, or a formset of such forms; whether it is valid.

    After all that Django does, for each field without errors ``async def aclean_<field>(self)`` is called,
    all of them at once: as ``clean_<field>`` it reads ``self.cleaned_data``, returns the value to keep, and
    raises ValidationError for what is wrong. ``known`` remembers what they said of a value, so that they are
    not asked again while something else is filled in. Rows that are to be deleted are not asked about.
    """
    await sync_to_async(form.is_valid)()
    if isinstance(form, BaseFormSet):
        may_go: Any = form
        rows = [row for row in form.forms if not (form.can_delete and may_go._should_delete_form(row))]
    else:
        rows = [form]
    await asyncio.gather(*(_acheck(row, known) for row in rows if row.is_bound))
    return form.is_valid()


async def _acheck(form: BaseForm, known: MutableMapping[Any, Any] | None) -> None:
    """Ask the async checks of a form that Django has validated; keep what they say."""
    checks = {
        name: check
        for name in form.fields
        if name in form.cleaned_data and (check := getattr(form, f"aclean_{name}", None)) is not None
    }
    outcomes = await asyncio.gather(*(_outcome(form, *check, known) for check in checks.items()))
    changed = False
    for name, outcome in zip(checks, outcomes, strict=True):
        if isinstance(outcome, ValidationError):
            form.add_error(name, outcome)
        elif outcome != form.cleaned_data[name]:
            form.cleaned_data[name] = outcome
            changed = True
    if changed and form.is_valid():
        # A model form has given its instance, and compared with the database, the values from before.
        await sync_to_async(form._post_clean)()  # type: ignore[attr-defined]


async def _outcome(
    form: BaseForm, name: str, check: Callable[[], Any], known: MutableMapping[Any, Any] | None
) -> Any:
    """What a check returns, or the ValidationError that it raises."""
    data = form[name].data
    key = (form.prefix, name, data)
    if known is None or not isinstance(data, str):
        known = None
    elif key in known:
        return known[key]
    try:
        outcome = await check()
    except ValidationError as error:
        outcome = error
    if known is not None:
        known[key] = outcome
    return outcome
