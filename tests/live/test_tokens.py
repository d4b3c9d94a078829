from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken, StaleToken

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_a_token_gives_back_what_it_was_made_of(content):
    assert tokens.verify_own("session", tokens.sign_own("session", content)) == content


@given(JSON)
def test_tokens_are_cookie_safe(content):
    """LV-3: written unescaped into document.cookie."""
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", tokens.sign_own("session", content))


@given(st.text())
def test_anything_else_is_refused_and_never_raises_another_exception(text):
    """LV-8"""
    with pytest.raises(InvalidToken):
        tokens.verify_own("session", text)


@pytest.mark.parametrize("wrong", [None, 1, [], {}, b"x"])
def test_what_is_not_text_is_refused(wrong):
    with pytest.raises(InvalidToken):
        tokens.verify_own("session", wrong)


def test_a_token_of_another_kind_is_refused():
    with pytest.raises(InvalidToken):
        tokens.verify_own("session", tokens.sign_own("static", {}))


def test_a_token_of_another_format_is_refused(monkeypatch):
    """LV-8"""
    token = tokens.sign_own("session", {})
    monkeypatch.setattr(tokens, "FORMAT", tokens.FORMAT + 1)
    with pytest.raises(InvalidToken):
        tokens.verify_own("session", token)


def test_each_changed_character_is_noticed():
    token = tokens.sign_own("session", {"user": "1"})
    for index, character in enumerate(token):
        with pytest.raises(InvalidToken):
            tokens.verify_own(
                "session", token[:index] + ("A" if character != "A" else "B") + token[index + 1 :]
            )


def test_a_token_grows_stale(monkeypatch):
    """LV-8: 14 days."""
    token = tokens.sign_own("session", {})
    in_time = timezone.now() + timedelta(days=14) - timedelta(minutes=1)
    monkeypatch.setattr(signing.time, "time", in_time.timestamp)
    assert tokens.verify_own("session", token) == {}
    monkeypatch.setattr(signing.time, "time", (in_time + timedelta(minutes=2)).timestamp)
    with pytest.raises(StaleToken):
        tokens.verify_own("session", token)


def test_tokens_survive_a_key_rotation():
    with override_settings(SECRET_KEY="old"):
        token = tokens.sign_own("session", {"id": "a"})
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert tokens.verify_own("session", token) == {"id": "a"}
    with override_settings(SECRET_KEY="new"), pytest.raises(InvalidToken):
        tokens.verify_own("session", token)
