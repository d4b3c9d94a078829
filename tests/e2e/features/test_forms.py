"""Forms in the browser: filled in, sent, recovered; and where no script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import joined
from tests.support.features import features_on, midway
from tests.support.held_join import HeldJoin
from tests.support.servers import ServerProcess

pytestmark = [pytest.mark.browser, features_on("uvicorn")]

Open = Callable[[str], Page]


@pytest.fixture
def plain_page(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """A browser that runs no script."""
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def fill_in(page: Page) -> None:
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Note").fill("two\nlines")
    page.get_by_label("Secret").fill("pw")
    page.get_by_label("Day").fill("2020-02-03")
    page.get_by_label("Color").select_option("blue")
    page.get_by_label("Large").check()
    page.get_by_label("Green", exact=True).check()
    page.get_by_label("Agree").check()


def save_early(page: Page, line: HeldJoin) -> None:
    """Press the button while the join is held back; then let it come."""
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#form")).to_have_class("phx-submit-loading")
    line.release()


SAVED = (
    "name=Ada; email=ada@example.org; note=two{}lines; secret=pw; day=2020-02-03; color=blue; size=l; "
    "extras=['green']; agree=True"
)


def test_every_widget_keeps_what_was_put_in_and_tells_only_of_what_was_used(open_page: Open) -> None:
    page = open_page("/forms/widgets/")
    errors = page.locator(".phx-error")
    email = page.get_by_label("Email")
    email.press_sequentially("ada@")
    expect(errors).to_have_text(["Enter a valid email address."])
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    email.press_sequentially("example.org")
    expect(errors).to_have_count(0)
    expect(email).to_have_value("ada@example.org")
    fill_in(page)
    expect(page.get_by_label("Secret")).to_have_value("pw")
    midway(page)
    page.get_by_label("Name").fill("")
    expect(errors).to_have_text(["This field is required."])
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text(SAVED.format("\n"), use_inner_text=False)


def test_what_is_put_in_before_the_page_has_joined_stays_and_is_told(page: Page) -> None:
    line = HeldJoin(page)
    page.goto("/forms/widgets/")
    fill_in(page)
    page.get_by_label("Email").fill("ada@")
    page.get_by_label("Name").focus()
    line.release()
    joined(page)
    expect(page.locator(".phx-error")).to_have_text(["Enter a valid email address."])
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text(SAVED.format("\n"), use_inner_text=False)


def test_a_form_that_is_sent_before_the_page_has_joined_is_sent_when_it_has(page: Page) -> None:
    line = HeldJoin(page)
    page.goto("/forms/widgets/")
    fill_in(page)
    save_early(page, line)
    expect(page.locator("#saved")).to_have_text(SAVED.format("\n"), use_inner_text=False)


def test_a_file_that_is_sent_before_the_page_has_joined_goes_along(page: Page, tmp_path: Path) -> None:
    line = HeldJoin(page)
    page.goto("/forms/file/")
    page.get_by_label("Title").fill("A file")
    file = tmp_path / "a.txt"
    file.write_text("its text")
    page.get_by_label("Doc").set_input_files(file)
    save_early(page, line)
    expect(page.locator("#saved")).to_have_text("A file, a.txt: its text")


def test_what_came_back_with_errors_before_the_script_was_there_stays(page: Page) -> None:
    page.route("**/phoenix.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto("/forms/widgets/")
    fill_in(page)
    page.get_by_label("Email").fill("ada@nowhere")
    page.get_by_label("Name").fill("")
    page.unroute("**/phoenix.js")
    page.locator("#form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Save").click()
    joined(page)
    expect(page.get_by_label("Email")).to_have_value("ada@nowhere")
    expect(page.get_by_label("Note")).to_have_value("two\nlines")
    expect(page.get_by_label("Large")).to_be_checked()
    required = "This field is required."
    expect(page.locator(".phx-error")).to_have_text([required, "Enter a valid email address.", required])


def test_a_model_has_its_pages(open_page: Open) -> None:
    page = open_page("/forms/notes/new/")
    page.get_by_label("Title").fill("First note")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_have_text("“First note” is there.")
    midway(page)
    page.get_by_label("Find").fill("First")
    expect(page).to_have_url("/forms/notes/?q=First")
    page.get_by_role("link", name="First note").click()
    page.get_by_label("Title").fill("Second note")
    expect(page.locator("h1")).to_have_text("First note")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_have_text("Saved.")
    page.get_by_role("link", name="Second note").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.locator(".flash")).to_have_text("“Second note” is gone.")
    expect(page.get_by_role("link", name="Second note")).to_have_count(0)


def test_rows_are_added_and_removed(open_page: Open) -> None:
    page = open_page("/forms/lines/")
    items = page.get_by_label("Item")
    items.first.fill("one")
    page.get_by_label("Add").click()
    expect(items).to_have_count(2)
    midway(page)
    items.nth(1).fill("two")
    page.get_by_role("button", name="One more").click()
    expect(items).to_have_count(3)
    items.nth(2).fill("three")
    page.get_by_role("checkbox", name="Remove").nth(1).click()
    expect(items).to_have_count(2)
    expect(items.nth(0)).to_have_value("one")
    expect(items.nth(1)).to_have_value("three")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("one, three")


def test_a_login_is_checked_live_and_then_sent_by_http(open_page: Open) -> None:
    page = open_page("/forms/log-in/")
    page.get_by_label("User").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errorlist")).to_have_text("That is another password.")
    midway(page)
    page.get_by_label("Password").fill("right")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("POST ada")


def test_async_checks_and_files(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/forms/nick/")
    page.get_by_label("Nick").fill("root")
    expect(page.locator(".phx-error")).to_have_text("Somebody has that name.")
    midway(page)
    expect(page.locator(".phx-error")).to_have_text("Somebody has that name.")
    page.goto("/forms/file/")
    joined(page)
    page.get_by_label("Title").fill("A file")
    midway(page)
    file = tmp_path / "a.txt"
    file.write_text("its text")
    page.get_by_label("Doc").set_input_files(file)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("A file, a.txt: its text")


def test_forms_work_where_no_script_runs(plain_page: Page, tmp_path: Path) -> None:
    page = plain_page
    page.goto("/forms/widgets/")
    fill_in(page)
    page.get_by_label("Email").fill("ada@nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".phx-error")).to_have_text("Enter a valid email address.")
    expect(page.get_by_label("Name")).to_have_value("Ada")
    fill_in(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_contain_text("name=Ada; email=ada@example.org")

    page.goto("/forms/lines/")
    page.get_by_label("Item").fill("one")
    page.get_by_role("button", name="One more").click()
    page.get_by_label("Item").nth(1).fill("two")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("one, two")

    page.goto("/forms/file/")
    page.get_by_label("Title").fill("A file")
    file = tmp_path / "a.txt"
    file.write_text("its text")
    page.get_by_label("Doc").set_input_files(file)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("A file, a.txt: its text")

    page.goto("/forms/nick/")
    page.get_by_label("Nick").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_have_text("Hello, Ada.")
