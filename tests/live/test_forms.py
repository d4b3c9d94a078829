from __future__ import annotations

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.live.forms import decode_form, decode_query


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=", {"a": ""}),
        ("a%5Bb%5D=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        ("a[b][c]=1", {"a": {"b": {"c": "1"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        ("user[_unused_mail]=&user[mail]=x", {"user": {"_unused_mail": "", "mail": "x"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[]=1&a[b]=2", {"a": {"b": "2"}}),
        ("[x]=1", {"[x]": "1"}),
        ("a[=1", {"a[": "1"}),
        ("a[b=1", {"a[b": "1"}),
        ("name=%C3%A4+b", {"name": "ä b"}),
        ("name=%FF", {"name": "�"}),
    ],
)
def test_a_form_becomes_nested_dictionaries(text, params):
    """LV-69, LV-71"""
    assert decode_query(text) == params


@pytest.mark.parametrize(
    ("target", "keys"),
    [("user[name]", ["user", "name"]), ("tags[]", ["tags"]), ("a", ["a"]), (["a"], ["a"])],
)
def test_the_changed_input_is_a_list_of_keys(target, keys):
    """LV-70"""
    assert decode_form("a=1", {"_target": target}) == {"a": "1", "_target": keys}


def test_meta_wins():
    """LV-69"""
    assert decode_form("a=1&b=2", {"a": "9"}) == {"a": "9", "b": "2"}


def test_old_clients_put_the_target_into_the_form():
    assert decode_form("a=1&_target=a") == {"a": "1", "_target": ["a"]}


@given(st.text())
def test_no_text_is_an_error(text):
    assert isinstance(decode_query(text), dict)


@override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=2)
def test_too_many_fields_are_refused():
    with pytest.raises(ValueError, match="fields"):
        decode_query("a=1&b=2&c=3")
