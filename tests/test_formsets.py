from __future__ import annotations

from datetime import date, datetime

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from django_phoenix.forms import errors_to_show
from django_phoenix.formsets import LiveFormSet, LiveModelFormSet
from django_phoenix.live.forms import decode_form


class LineForm(forms.Form):
    item = forms.CharField()
    count = forms.IntegerField(initial=1)
    urgent = forms.BooleanField(required=False, initial=True)
    size = forms.ChoiceField(choices=[("s", "S"), ("l", "L")], initial="l", required=False)


def sent(*items: str, initial: int = 0, more: str = "", prefix: str = "form") -> str:
    rows = "".join(f"&{prefix}-{n}-item={item}&{prefix}-{n}-count=1" for n, item in enumerate(items))
    return f"{prefix}-TOTAL_FORMS={len(items)}&{prefix}-INITIAL_FORMS={initial}{rows}{more}"


def shown(formset) -> list[str]:
    return [form["item"].value() or "" for form in formset]


class StartForm(forms.Form):
    floor = forms.IntegerField(initial=0)
    start = forms.SplitDateTimeField(initial=datetime(2026, 1, 2, 3, 4))
    day = forms.DateField(initial=date(2026, 1, 2), widget=forms.SelectDateWidget(years=[2026]))
    sizes = forms.MultipleChoiceField(choices=[("s", "S"), ("l", "L")], initial=["s", "l"])


def test_a_new_row_begins_with_the_initial_values_of_all_its_inputs():
    formset = forms.formset_factory(StartForm, formset=LiveFormSet, extra=0)(
        decode_form(sent() + ask("sort", "new"))
    )
    (row,) = formset
    assert not row.has_changed()
    assert row["floor"].value() == "0"


def ask(what: str, *indexes: object, brackets: str = "[]") -> str:
    return "".join(f"&form_{what}{brackets}={index}" for index in indexes)


Lines = forms.formset_factory(LineForm, formset=LiveFormSet, extra=0, max_num=4)
Sortable = forms.formset_factory(LineForm, formset=LiveFormSet, extra=0, can_order=True)
Deletable = forms.formset_factory(LineForm, formset=LiveFormSet, extra=0, can_delete=True)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("", ["a", "b", "c"]),
        (ask("sort", 0, 1, 2), ["a", "b", "c"]),
        (ask("sort", 2, 0, 1), ["c", "a", "b"]),
        (ask("sort", 2), ["c", "a", "b"]),
        (ask("sort", 0, 1, 2, "new"), ["a", "b", "c", ""]),
        (ask("sort", "new", 0, 1, 2), ["", "a", "b", "c"]),
        (ask("sort", "new"), ["", "a", "b", "c"]),
        (ask("sort", 0, 1, 2, "new", "new", "new"), ["a", "b", "c", ""]),
        (ask("drop", 1), ["a", "c"]),
        (ask("drop", 1, brackets=""), ["a", "c"]),
        (ask("drop", ""), ["a", "b", "c"]),
        (ask("drop", 0, 1, 2), []),
        (ask("sort", 2, 1, 0, "new") + ask("drop", 1), ["c", "a", ""]),
        (ask("drop", 9, -1, "x", "1" * 5000), ["a", "b", "c"]),
        (ask("sort", 9, 0, 0, 1, 2), ["a", "b", "c"]),
    ],
)
@pytest.mark.parametrize("decode", [decode_form, QueryDict])
def test_rows_are_those_that_were_asked_for(decode, asked, rows):
    assert shown(Lines(decode(sent("a", "b", "c", more=asked)))) == rows


def test_an_arranged_formset_is_valid_as_any_other():
    formset = Lines(decode_form(sent("a", "b", "c", more=ask("sort", 2, 0, 1) + ask("drop", 0))))
    assert formset.is_valid()
    assert [row["item"] for row in formset.cleaned_data] == ["c", "b"]


@pytest.mark.parametrize(
    ("asked", "rearranged"),
    [("", False), (ask("sort", 1, 0), False), (ask("drop", 0), True), (ask("sort", 0, 1, "new"), True)],
)
def test_it_tells_whether_rows_were_added_or_removed(asked, rearranged):
    assert Lines(decode_form(sent("a", "b", more=asked))).rearranged is rearranged


def test_a_new_row_begins_with_what_its_fields_begin_with():
    formset = Lines(decode_form(sent(more=ask("sort", "new"))))
    (row,) = formset
    values = {field.name: field.value() for field in row}
    assert values == {"item": None, "count": "1", "urgent": True, "size": "l"}


def test_which_inputs_were_used_moves_along():
    text = sent("", "", more="&_unused_form-0-item=" + ask("sort", 1, 0))
    formset = Lines(decode_form(text, {"_target": "form-1-item"}))
    assert [len(errors_to_show(row["item"])) for row in formset] == [1, 0]
    assert formset.data["_target"] == ["form-0-item"]


def test_files_move_along():
    data = decode_form(sent("a", "b", more=ask("drop", 0)))
    files = MultiValueDict({"form-1-doc": [SimpleUploadedFile("b", b"")], "other": ["o"]})
    assert set(Lines(data, files).files) == {"form-0-doc", "other"}


def test_the_order_is_told_where_the_formset_has_one():
    formset = Sortable(decode_form(sent("a", "b", "c", initial=2, more=ask("sort", 2, 1, 0))))
    assert shown(formset) == ["c", "b", "a"]
    assert [form.index for form in formset] == [2, 0, 1]
    assert [form.cleaned_data["item"] for form in formset.ordered_forms] == ["c", "b", "a"]


def test_without_order_new_rows_come_after_those_at_the_beginning():
    assert shown(Lines(decode_form(sent("a", "b", initial=1, more=ask("sort", 1, 0))))) == ["a", "b"]


def test_a_row_from_the_beginning_is_marked_where_it_can_be_deleted():
    formset = Deletable(decode_form(sent("a", "b", "c", initial=2, more=ask("drop", 0, 2))))
    assert shown(formset) == ["b"]
    assert [form["item"].value() for form in formset.dropped_forms] == ["a"]
    assert formset.data["form-INITIAL_FORMS"] == "2"
    assert formset.is_valid()
    assert [form["item"].value() for form in formset.deleted_forms] == ["a"]


def test_a_row_from_the_beginning_just_goes_where_nothing_stands_behind_it():
    formset = Lines(decode_form(sent("a", "b", initial=2, more=ask("drop", 0))))
    assert shown(formset) == ["b"]
    assert formset.data["form-INITIAL_FORMS"] == "1"


@pytest.mark.parametrize(
    "text",
    ["", "form-TOTAL_FORMS=x", "form-TOTAL_FORMS=-1", "form-TOTAL_FORMS=999999999&form-INITIAL_FORMS=0"],
)
def test_a_broken_management_form_is_djangos_to_tell_of(text):
    formset = Lines(decode_form(text + ask("sort", "new")))
    assert not formset.rearranged
    assert not formset.is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize(("can_delete", "left"), [(True, ["two", "three"]), (False, ["one", "two", "three"])])
def test_rows_of_a_database_are_deleted_only_if_they_can_be(can_delete, left):
    one, two = Group.objects.create(name="one"), Group.objects.create(name="two")
    Groups = forms.modelformset_factory(
        Group, fields=["name"], formset=LiveModelFormSet, extra=0, can_delete=can_delete
    )
    text = f"form-TOTAL_FORMS=2&form-INITIAL_FORMS=2&form-0-id={one.pk}&form-0-name=one"
    text += f"&form-1-id={two.pk}&form-1-name=two" + ask("drop", 0) + ask("sort", 0, 1, "new")
    formset = Groups(decode_form(text))
    added = decode_form("&".join(f"{name}={value}" for name, value in formset.data.pairs))
    added.pairs.append(("form-2-name", "three"))
    added["form-2-name"] = "three"
    formset = Groups(added)
    assert formset.is_valid(), formset.errors
    formset.save()
    assert list(Group.objects.order_by("pk").values_list("name", flat=True)) == left


def test_rows_of_numbers_that_nobody_gave_are_passed_over():
    """A client may send any; Python reads no number of so many digits."""
    strange = f"&form-{'9' * 5000}-item=x&form-\u0663-item=y" + ask("sort", 1, 0)
    data = decode_form(sent("a", "b", more=strange))
    assert shown(Lines(data)) == ["b", "a"]
