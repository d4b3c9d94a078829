"""A page is opened, clicked and followed as a browser would."""

from __future__ import annotations

import pytest

from django_phoenix.testing.live import live

pytestmark = pytest.mark.django_db


def test_a_click_acts_through_the_html(client):
    page = live(client, "/place/a/?page=2")
    assert page.url == "/place/a/?page=2"
    assert "PlaceLive index - 2" in page.html
    assert page.title == "PlaceLive index -"


def test_the_server_is_asked_by_the_component_that_holds_the_button(client):
    page = live(client, "/cards/")
    page.element("#card-2 button").click()
    assert page.element("button").texts == ["0", "1", "0"]
    assert page.element("#card-2 button")["phx-click"] == "like"
