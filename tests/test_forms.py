"""Which errors of a form it is time to show, and form events as the data of Django forms."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template import Context, Template

from django_phoenix.forms import aclean, errors_to_show, has_async_checks, used_input
from django_phoenix.live.forms import decode_form
from django_phoenix.params import Params, collect_events, event


@pytest.mark.parametrize(
    ("form", "name", "used"),
    [
        ("mail=a", "mail", True),
        ("mail=", "mail", True),
        ("", "mail", False),
        ("_unused_mail=&mail=", "mail", False),
        ("_unused_mail=&mail=x&other=1", "other", True),
        ("user[mail]=a", "user[mail]", True),
        ("user[_unused_mail]=&user[mail]=", "user[mail]", False),
        ("user[mail]=a", "mail", False),
        ("user=a", "user[mail]", False),
        ("user[_unused_mail]=&user[mail]=&user[name]=x", "user", True),
        ("user[_unused_mail]=&user[mail]=", "user", False),
        ("user[a][_unused_b]=&user[a][b]=", "user", False),
        ("user[a][b]=", "user", True),
        ("tags[]=1", "tags[]", True),
        ("_unused_tags[]=&tags[]=1", "tags[]", False),
    ],
)
def test_lv_71_a_field_is_used_when_it_is_there_and_not_marked_as_unused(
    form: str, name: str, used: bool
) -> None:
    assert used_input(decode_form(form), name) is used


class Signup(forms.Form):
    mail = forms.EmailField()
    name = forms.CharField()
    agree = forms.BooleanField()
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    when = forms.SplitDateTimeField()
    born = forms.DateField(widget=forms.SelectDateWidget)


def shown(form: forms.Form) -> set[str]:
    return {field.name for field in form if errors_to_show(field)}


ALL = {"mail", "name", "agree", "tags", "when", "born"}


@pytest.mark.parametrize(
    ("text", "target", "fields"),
    [
        ("mail=x&_unused_name=&name=", "mail", {"mail"}),
        ("mail=x&name=", "name", {"mail", "name"}),
        ("mail=a%40b.de&_unused_name=&name=", "mail", set()),
        ("", "tags", {"tags"}),
        ("_unused_mail=&mail=&_unused_name=&name=", "mail", set()),  # sent again after a reconnect
        ("_unused_when_0=&when_0=&_unused_when_1=&when_1=", "other", set()),
        ("when_0=1&_unused_when_1=&when_1=", "when_0", {"when"}),
        ("when_0=1&_unused_when_1=&when_1=", "other", set()),
        ("when_0=1&when_1=x", "other", {"when"}),
        ("born_year=1&born_month=2&born_day=31", "other", {"born"}),
        ("born_year=1&_unused_born_month=&born_month=&born_day=", "other", set()),
    ],
)
def test_while_a_form_is_filled_in_only_used_fields_show_what_is_wrong(
    text: str, target: str, fields: set[str]
) -> None:
    assert shown(Signup(decode_form(text, {"_target": target}))) == fields


@pytest.mark.parametrize("data", [decode_form("mail="), QueryDict("mail="), {"mail": ""}])
def test_a_form_that_was_submitted_shows_all(data: Any) -> None:
    assert shown(Signup(data)) == ALL


def test_a_form_without_data_shows_nothing() -> None:
    assert shown(Signup()) == set()


def test_a_prefix_is_part_of_the_name() -> None:
    data = decode_form("p-mail=x&_unused_p-name=&p-name=", {"_target": "p-mail"})
    assert shown(Signup(data, prefix="p")) == {"mail"}


def test_templates_have_it_as_a_filter() -> None:
    template = Template("{% load phoenix %}{% for e in form.mail|errors_to_show %}{{ e }}{% endfor %}")
    assert "valid email" in template.render(Context({"form": Signup({"mail": "<x>"})}))


class Taker:
    @event
    def save(self, params: Params) -> None: ...


def bound(text: str) -> Params:
    params: Params = collect_events(Taker)["save"].bind(decode_form(text))["params"]
    return params


def test_params_of_a_form_are_a_django_forms_data() -> None:
    born = "born_year=2000&born_month=1&born_day=2"
    form = Signup(bound(f"tags=a&tags=b&mail=a%40b.de&name=x&agree=on&when_0=2026-01-02&when_1=10:00&{born}"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["tags"] == ["a", "b"]


def test_of_a_name_that_comes_several_times_params_have_the_last_and_getlist_all() -> None:
    params = bound("a=1&a=2&b[]=3&b[]=4&c=5")
    assert params == {"a": "2", "b": ["3", "4"], "c": "5"}
    assert [params.getlist(name) for name in "abcd"] == [["1", "2"], ["3", "4"], ["5"], []]
    assert decode_form("a=1&a=2", {"a": "9"}).getlist("a") == ["9"]


# -- checks that wait for something


class Named(forms.ModelForm):
    class Meta:
        model = Group
        fields = ("name",)

    async def aclean_name(self) -> str:
        if self.cleaned_data["name"] == "taken":
            raise ValidationError("Somebody has that name.")
        return self.cleaned_data["name"].lower()


@pytest.mark.django_db
def test_a_model_form_saves_what_an_async_check_returns() -> None:
    form = Named({"name": "Ada"})
    assert async_to_sync(aclean)(form)
    assert form.save().name == "ada"


@pytest.mark.django_db
def test_what_an_async_check_returns_has_to_be_unique_too() -> None:
    Group.objects.create(name="ada")
    form = Named({"name": "Ada"})
    assert not async_to_sync(aclean)(form)
    assert form.errors == {"name": ["Group with this Name already exists."]}


@pytest.mark.django_db
def test_the_rows_of_a_formset_are_asked_but_for_those_that_go() -> None:
    Names = forms.modelformset_factory(Group, Named, can_delete=True)
    head = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0", "form-0-name": "A", "form-1-name": "B"}
    fine = Names({**head, "form-2-name": "taken", "form-2-DELETE": "on"}, queryset=Group.objects.none())
    assert has_async_checks(fine)
    assert async_to_sync(aclean)(fine)
    assert [group.name for group in fine.save()] == ["a", "b"]
    taken = Names({**head, "form-2-name": "taken"}, queryset=Group.objects.none())
    assert not async_to_sync(aclean)(taken)
    assert taken.errors[2] == {"name": ["Somebody has that name."]}


def test_a_form_without_data_is_not_valid() -> None:
    assert not async_to_sync(aclean)(Named())
