from __future__ import annotations

import pytest
from django.test import override_settings

from tests.live.conftest import SETTINGS


@pytest.fixture(autouse=True)
def live_site():
    """The live site is the site."""
    with override_settings(**SETTINGS):
        yield
