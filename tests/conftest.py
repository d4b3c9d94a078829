"""What holds for all tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from django_phoenix import executor

# A busy machine may be late at any moment, and what fails should fail in the next run, too.
settings.register_profile(
    "steady", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _pool_without_an_end() -> None:
    """One whose threads never put their connections in order: they would while another test runs, which may
    have no database, and log into that test that they can't."""
    executor.set_pool(executor.ThreadPool(idle_seconds=3600))
