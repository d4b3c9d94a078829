from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_phoenix.conf import DEFAULTS, settings, unknown_keys


def test_defaults_are_used_where_the_site_says_nothing():
    assert DEFAULTS["MAX_CHANNELS"] == settings.MAX_CHANNELS


def test_the_site_s_values_win_and_override_settings_is_honoured(settings):
    from django_phoenix.conf import settings as ours

    settings.DJANGO_PHOENIX = {"MAX_CHANNELS": 3}
    assert ours.MAX_CHANNELS == 3
    settings.DJANGO_PHOENIX = {}
    assert DEFAULTS["MAX_CHANNELS"] == ours.MAX_CHANNELS


def test_a_key_that_does_not_exist_suggests_a_near_one():
    with pytest.raises(AttributeError, match=r"no setting 'MAX_CHANNEL' \(did you mean 'MAX_CHANNELS'\?\)"):
        _ = settings.MAX_CHANNEL


def test_unknown_keys_of_the_site_are_found(settings):
    settings.DJANGO_PHOENIX = {"MAX_CHANNEL": 3, "IDLE_TIMEOUT": 60, "ELSE": 1}
    assert unknown_keys() == ["MAX_CHANNEL (did you mean 'MAX_CHANNELS'?)", "ELSE"]


def test_the_setting_has_to_be_a_dict(settings):
    from django_phoenix.conf import settings as ours

    settings.DJANGO_PHOENIX = ["x"]
    with pytest.raises(ImproperlyConfigured, match="should be a dict, got list"):
        _ = ours.MAX_CHANNELS
