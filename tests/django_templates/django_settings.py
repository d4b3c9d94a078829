"""Settings for Django's own test suite: those it comes with, and our runner. Its folder is on the path."""

from __future__ import annotations

from test_sqlite import *  # type: ignore[import-not-found]  # noqa: F403

TEST_RUNNER = "tests.django_templates.runner.Runner"
