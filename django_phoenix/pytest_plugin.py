"""The pytest plugin: closes what a test has connected, and offers ``async_db``, ``live``, ``alive``.

pytest loads it in every project of an environment that has this package, so it imports nothing of it by
itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Before the fixtures are undone, so within the test's transaction."""
    problem: BaseException | None = None
    module = sys.modules.get("django_phoenix.testing.end_of_test")
    if module is not None:
        try:
            module.close_all()
        except BaseException as error:
            problem = error
    yield
    if problem is not None:
        raise problem


@pytest.fixture
def async_db(request: pytest.FixtureRequest) -> Iterator[None]:
    """As pytest-django's ``db``, for an async test: its async ORM works inside the test's transaction.

    Without it Django's async ORM works on a thread of its own, which knows nothing of that transaction.
    """
    from django_phoenix.testing.same_thread import in_this_context

    request.getfixturevalue("db")
    with in_this_context():
        yield


@pytest.fixture
def live(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Open a live page with pytest-django's ``client``: ``page = live("/counter/")``."""
    from functools import partial

    from django_phoenix.testing.live import live

    return partial(live, request.getfixturevalue("client"))


@pytest.fixture
def alive(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """As ``live``, in an async test, with ``async_client``: ``page = await alive("/counter/")``."""
    from functools import partial

    from django_phoenix.testing.live import alive

    return partial(alive, request.getfixturevalue("async_client"))
