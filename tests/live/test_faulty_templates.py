"""A template that fails: Django's debug page at GET; on the socket a developer is told where; a new mount."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.support.live_site import settings as site


class Strict(str):
    """A `string_if_invalid` as sites have it that want no missing variables."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        raise LookupError(f"no variable {variable}")


FAULTS = {
    "tag": ("KeyError", "line 3: get_language_info"),
    "recursion": ("RecursionError", "line "),  # wherever the stack ends
    "missing": ("LookupError: no variable nothing.at.all", "line 4: nothing.at.all"),
    "include": ("TemplateDoesNotExist: site/not_there.html", "line 2: include"),
}
each_fault = pytest.mark.parametrize("name", FAULTS)


@pytest.fixture(autouse=True)
def faulty_site(settings: Any) -> None:
    options = site.TEMPLATES[0]["OPTIONS"] | {"string_if_invalid": Strict("strict"), "debug": True}
    settings.TEMPLATES = [{**site.TEMPLATES[0], "OPTIONS": options}]
    settings.ROOT_URLCONF = "tests.live.faulty_urls"


@pytest.mark.django_db
@each_fault
def test_a_get_shows_djangos_debug_page_with_the_line(name: str, settings: Any) -> None:
    settings.DEBUG = True
    response = Client(raise_request_exception=False).get(f"/{name}/?get=1")
    page = response.content.decode()
    assert response.status_code == 500
    error, place = FAULTS[name]
    assert error.partition(":")[0] in page
    assert f"faulty_{name}.html" in page
    assert place.partition(": ")[2] in page


@each_fault
async def test_on_the_socket_the_place_is_named_and_the_view_mounts_again(
    browser: Any, settings: Any, name: str
) -> None:
    """LV-110; what was there stays: no half of a page is sent."""
    page = await browser.get(f"/{name}/")
    settings.DEBUG = True
    view = await browser.join(page)
    ref = await view.send_event("break_it")
    told = await view.pushed("phx_error")
    error, place = FAULTS[name]
    assert told["error"].startswith(error)
    assert any(f"site/faulty_{name}.html" in note and place in note for note in told["notes"])
    assert not [frame for frame in browser.unread if frame[1] == ref or frame[3] == "diff"]
    again = await browser.join(page)
    assert await again.event("inc") == {"diff": {"0": "1"}}


@each_fault
async def test_nothing_of_it_is_told_to_others(browser: Any, name: str) -> None:
    view = await browser.open(f"/{name}/")
    await view.send_event("break_it")
    assert await view.pushed("phx_error") == {"reason": "channel_crash"}
