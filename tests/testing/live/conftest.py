from __future__ import annotations

import pytest
from django.test import override_settings

from tests.live.conftest import SETTINGS


@pytest.fixture
def old_site():
    """The site of the tests of live views is the site."""
    with override_settings(**SETTINGS):
        yield


@pytest.fixture
def site(db):
    """The kit's own site is the site."""
    with override_settings(**SETTINGS | {"ROOT_URLCONF": "tests.testing.live.site"}):
        yield
