"""tokens.sign and tokens.verify, as a site uses them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken, StaleToken
from tests.live.test_tokens import JSON


@given(JSON)
def test_a_token_gives_back_what_was_signed_and_fits_into_a_url(data):
    token = tokens.sign("user socket", data)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    assert tokens.verify("user socket", token) == data


@given(st.text() | st.none() | st.integers() | st.binary() | JSON)
def test_anything_else_is_an_invalid_token(whatever):
    with pytest.raises(InvalidToken):
        tokens.verify("user socket", whatever)


def test_a_token_is_good_for_what_it_was_signed_for_only():
    with pytest.raises(InvalidToken, match="The 'room' token does not verify"):
        tokens.verify("room", tokens.sign("user socket", 7))


@pytest.mark.parametrize("kind", ["session", "static", "reload"])
def test_no_salt_of_a_site_makes_a_token_that_the_package_takes_for_its_own(kind):
    for salt in [kind, f"own.1.{kind}", f"django_phoenix.own.1.{kind}"]:
        with pytest.raises(InvalidToken):
            tokens.verify_own(kind, tokens.sign(salt, {}))
        with pytest.raises(InvalidToken):
            tokens.verify(salt, tokens.sign_own(kind, {}))


@pytest.mark.parametrize("max_age", [60, 60.0, timedelta(minutes=1)])
def test_a_token_older_than_max_age_is_stale(monkeypatch, max_age):
    token = tokens.sign("user socket", 7)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 50)
    assert tokens.verify("user socket", token, max_age=max_age) == 7
    monkeypatch.setattr(signing.time, "time", lambda: now + 70)
    with pytest.raises(StaleToken, match="is older than"):
        tokens.verify("user socket", token, max_age=max_age)
    assert tokens.verify("user socket", token, max_age=None) == 7


def test_a_token_is_good_for_a_day_unless_said_otherwise(monkeypatch):
    token = tokens.sign("user socket", 7)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + tokens.DAY - 60)
    assert tokens.verify("user socket", token) == 7
    monkeypatch.setattr(signing.time, "time", lambda: now + tokens.DAY + 60)
    with pytest.raises(StaleToken):
        tokens.verify("user socket", token)


def test_what_is_no_json_can_not_be_signed():
    with pytest.raises(TypeError):
        tokens.sign("user socket", object())
