"""What a user does to a page, and what is said where that can't be."""

from __future__ import annotations

import re

import pytest

from django_phoenix.testing.live import DuplicateIdWarning, live

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def page(client):
    return live(client, "/")


def said(page):
    return page.element("#said").text


def test_a_click_sends_the_values_of_the_element_that_listens(page):
    page.element("#inc b").click()
    page.element("#inc").click({"by": "5"})
    assert page.element("#n").text == "7"
    assert page.assigns.n == 7


def test_commands_push_in_their_order(page):
    page.element("#both").click()
    assert page.element("#n").text == "3"
    assert said(page) == "both"


def test_keys_of_fields_and_of_the_window(page):
    page.element("#keys").keydown("Escape")
    assert said(page) == ""
    page.element("#keys").keydown("Enter")
    assert said(page) == "Enter x"
    page.keyup("k")
    assert said(page) == "k -"


def test_focus_click_away_and_viewport(page):
    for act, expected in (("focus", "seen"), ("click_away", "away"), ("blur", "seen")):
        getattr(page.element("#menu"), act)()
        assert said(page) == expected
    page.element("#list").viewport("bottom")
    assert said(page) == "more after two"


def test_a_hook_gets_its_reply_and_pushes_events(page):
    assert page.element("#hooked").render_hook("chart", {"span": "day"}) == {"points": [1, 2]}
    assert page.render_hook("chart", {"span": "week"}) == {"points": [1, 2]}
    assert page.assert_event("drawn", {"span": "week"}) == {"span": "week"}
    assert page.assert_event("drawn") == {"span": "day"}
    page.refute_event("drawn")
    with pytest.raises(AssertionError, match="no event 'drawn' was pushed"):
        page.assert_event("drawn")


MISTAKES = {
    "none": (lambda page: page.element("#nowhere").click(), "no element matches '#nowhere' in"),
    "many": (lambda page: page.element("button").click(), "5 elements match 'button', and one is wanted"),
    "text": (
        lambda page: page.element("button", "save").click(),
        "no element matches 'button' with the text 'save'. 5 match the selector alone",
    ),
    "expression": (
        lambda page: page.element("a", re.compile("^Nope")).click(),
        "no element matches 'a' with the text '^Nope'",
    ),
    "selector": (lambda page: page.element("a:::").click(), "'a:::' is no CSS selector"),
    "disabled": (lambda page: page.element("#off").click(), "can't be clicked: it is disabled"),
    "fieldset": (lambda page: page.element("#in-fieldset").click(), "can't be clicked: it is disabled"),
    "no binding": (lambda page: page.element("#dead").click(), "does nothing when clicked"),
    "browser only": (
        lambda page: page.element("#show").click(),
        "tells the server nothing: its commands are show",
    ),
    "no key": (lambda page: page.element("#inc").keydown("a"), "has neither phx-keydown nor"),
    "no window key": (lambda page: page.keydown("a"), "nothing in the page has phx-window-keydown"),
    "no away": (lambda page: page.element("#inc").click_away(), "has no phx-click-away"),
    "no end": (lambda page: page.element("#list").viewport("end"), "takes 'top' or 'bottom', got 'end'"),
    "no hook": (lambda page: page.element("#inc").render_hook("x"), "has no phx-hook"),
    "no form": (lambda page: page.form("#menu").submit(), "is no form"),
    "no field": (lambda page: page.element("#menu").change("x"), "is no named field of a form"),
    "no child": (lambda page: page.child("x"), "no view 'x' in this page; there are: none"),
    "no page before": (lambda page: page.back(), "there is no page before this one"),
    "no file input": (lambda page: page.file_input("#keys", ("a", b"")), "is no live file input"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told(page, mistake):
    act, message = MISTAKES[mistake]
    with pytest.raises(AssertionError) as raised:
        act(page)
    assert message in str(raised.value)


def test_two_elements_of_one_id_are_warned_of(client):
    page = live(client, "/twins/")
    with pytest.warns(DuplicateIdWarning, match="more than one element has the id 'same'"):
        assert page.element("p").count == 2


def test_what_is_no_test_client_is_told():
    with pytest.raises(TypeError, match="should be Django's test client"):
        live("/", "/")
