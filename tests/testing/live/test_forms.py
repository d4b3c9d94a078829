"""Forms are filled in and sent as a browser does it."""

from __future__ import annotations

import pytest

from django_phoenix.testing.live import live
from tests.testing.live.site import PickLive

pytestmark = pytest.mark.usefixtures("site")

WHOLE = {
    "name": "Ada",
    "colour": "g",
    "size": "l",
    "tags": ["b"],
    "many": ["x", "y"],
    "agree": True,
    "note": "hi",
    "user": {"mail": "a@b"},
}


@pytest.fixture
def page(client):
    return live(client, "/pick/")


def last():
    return PickLive.seen[-1]


def test_a_change_sends_all_fields_and_tells_which_was_changed(page):
    page.form("#pick", {"name": "Ada"}).change()
    event, data = last()
    assert event == "validate"
    assert data["_target"] == ["name"]
    assert data["name"] == "Ada"
    assert data["colour"] == "r"
    assert data["step"] == "1"
    assert data["outside"] == "o"
    assert "off" not in data
    assert "agree" not in data


def test_fields_that_were_not_used_are_told_so(page):
    page.form("#pick", {"name": "Ada"}).change()
    data = last()[1]
    assert "_unused_name" not in data
    assert "_unused_colour" in data
    assert "_unused_secret" not in data
    assert data["user"] == {"_unused_mail": "", "mail": ""}
    page.form("#pick").submit()
    assert "_unused_colour" not in last()[1]


def test_a_submit_sends_what_was_typed_before_and_the_button(page):
    page.form("#pick", {"name": "Ada"}).change()
    page.form("#pick", {key: value for key, value in WHOLE.items() if key != "name"}).submit(
        button="[value=keep]"
    )
    event, data = last()
    assert event == "save"
    assert data["act"] == "keep"
    assert {key: data[key] for key in ("name", "colour", "size", "note", "agree", "user")} == {
        **{"name": "Ada", "colour": "g", "size": "l", "note": "hi", "agree": "on"},
        "user": {"mail": "a@b"},
    }
    assert data.getlist("tags") == ["b"]
    assert data.getlist("many") == ["x", "y"]


def test_a_single_field_is_changed_by_hand(page):
    page.element("#id_name").change("Bo")
    assert last()[1]["name"] == "Bo"
    page.element("#id_agree").click()
    assert (last()[1]["_target"], last()[1]["agree"]) == (["agree"], "on")
    page.element("#id_agree").click()
    assert "agree" not in last()[1]
    page.element("#id_size_1").click()
    assert last()[1]["size"] == "l"
    page.element("#id_tags_0").click()
    page.element("#id_tags_1").click()
    assert last()[1].getlist("tags") == ["a", "b"]


def test_a_click_on_its_button_submits_a_form(page):
    page.element("button", "Keep").click()
    assert last()[1]["act"] == "keep"


def test_what_a_script_would_add_goes_along(page):
    page.form("#pick").submit({"secret": "other"})
    assert last()[1]["secret"] == "other"


def test_a_form_that_is_none_of_ours_is_sent_by_http(page):
    page.form("#search", {"q": "x y"}).submit()
    assert (page.url, page.text) == ("/plain/?q=x+y", "plain q=x+y")


def test_trigger_action_sends_the_form_by_http(page):
    page.form("#login", {"who": "ada"}).submit()
    page.assert_loaded("/posted/")
    assert page.text == "POST ada"


def test_a_patch_empties_fields_whose_values_the_server_does_not_show(page):
    page.form("#pick", {"note": "typed", "name": "Ada"}).change()
    page.form("#pick", {"outside": "x"}).change()
    assert (last()[1]["note"], last()[1]["name"]) == ("typed", "Ada")
    page.form("#pick", {"name": "Bo"}).change()
    page.render_hook("patch_me")
    page.form("#pick", {"outside": "y"}).change()
    assert (last()[1]["note"], last()[1]["name"]) == ("", "Bo")
    page.render_hook("patch_me")
    page.form("#pick").change()
    assert (last()[1]["note"], last()[1]["name"]) == ("", "")


MISTAKES = {
    "unknown": ({"nmae": "x"}, "has no field 'nmae'. Its fields: name, colour"),
    "option": ({"colour": "blue"}, "'colour' offers 'r', 'g', not 'blue'"),
    "radio": ({"size": "m"}, "'size' offers 's', 'l', not 'm'"),
    "boxes": ({"tags": ["c"]}, "'tags' offers 'a', 'b', not 'c'"),
    "truth": ({"tags": True}, "'tags' are 2 boxes"),
    "two": ({"colour": ["r", "g"]}, "one option is chosen"),
    "hidden": ({"secret": "x"}, "'secret' is a hidden field"),
    "read-only": ({"fixed": "x"}, "'fixed' is read-only"),
    "disabled": ({"off": "x"}, "'off' is disabled"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_no_user_can_fill_in_is_told(page, mistake):
    data, message = MISTAKES[mistake]
    with pytest.raises(AssertionError) as raised:
        page.form("#pick", data).change()
    assert message in str(raised.value)


def test_buttons_and_bindings_that_are_missing_are_told(page):
    with pytest.raises(AssertionError, match="is disabled"):
        page.form("#pick").submit(button="#drop")
    with pytest.raises(AssertionError, match="0 submit buttons match '#nope'"):
        page.form("#pick").submit(button="#nope")
    with pytest.raises(AssertionError, match="has no phx-change"):
        page.form("#raw", {"q": "x"}).change()
