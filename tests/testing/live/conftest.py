from __future__ import annotations

import pytest
from django.test import override_settings

from tests.live.conftest import SETTINGS


@pytest.fixture
def site(request, db):
    """The kit's own site is the site, or the URLs that a test module names as ``URLS``."""
    urls = getattr(request.module, "URLS", "tests.testing.live.site")
    with override_settings(**SETTINGS | {"ROOT_URLCONF": urls}):
        yield
