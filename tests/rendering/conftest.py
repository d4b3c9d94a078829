from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.support.merge import MergeClient


@pytest.fixture(scope="session")
def client_merge() -> Iterator[MergeClient]:
    """`client_merge(initial, diffs)`: the HTML that the official client makes of each step."""
    client = MergeClient()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    """What `url` and `static` ask the site for."""
    with override_settings(ROOT_URLCONF="tests.rendering.urls", STATIC_URL="/static/"):
        yield
