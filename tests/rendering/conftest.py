from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.merge import MergeClient


@pytest.fixture(scope="session")
def client_merge() -> Iterator[MergeClient]:
    """`client_merge(initial, diffs)`: the HTML that the official client makes of each step."""
    client = MergeClient()
    yield client
    client.close()
