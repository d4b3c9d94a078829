"""The feature site itself: a page joins and answers, under both servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("server", ["daphne", "uvicorn"], indirect=True)
def test_a_page_answers_a_click(open_page: Callable[[str], Page]) -> None:
    page = open_page("/scaffold/")
    page.click("#add")
    expect(page.locator("#add")).to_have_text("1")
