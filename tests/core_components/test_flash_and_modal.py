"""core.flash and core.modal: their markup, in live pages and elsewhere."""

from __future__ import annotations

import html
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import messages
from django.template import Context, Template

from django_phoenix.exceptions import ComponentInputError
from django_phoenix.js import JS
from django_phoenix.live.flash import FlashMessage

from .live import LIBRARIES, LivePage
from .test_input import Page, page


def message(level: int, text: str) -> Any:
    return SimpleNamespace(level=level, level_tag=messages.DEFAULT_TAGS[level], message=text)


def commands(element: dict[str, Any], name: str) -> Any:
    return json.loads(element[name])


FLASH = "{% component 'core.flash' flash=flash messages=messages class='mine' / %}"


def test_each_text_of_the_flash_can_be_closed_here_and_at_the_view() -> None:
    found = page(FLASH, flash={"info": "<Saved>", "error": "Lost", "warning": ""})
    assert found.elements[0][1]["class"] == "phx-flashes mine"
    assert [
        (one["data-kind"], one["role"], one["text"]) for one in found.find("div", class_="phx-flash")
    ] == [
        ("info", "status", "<Saved>"),
        ("error", "alert", "Lost"),
    ]
    button = found.find("button")[0]
    assert commands(button, "phx-click") == [
        ["push", {"event": "lv:clear-flash", "value": {"key": "info"}}],
        ["hide", {"to": "#flash-info"}],
    ]
    assert button["aria-label"] == "Close"


def test_messages_of_django_are_closed_in_the_browser_alone() -> None:
    shown = [message(messages.SUCCESS, "ok"), message(messages.DEBUG, "hm"), message(messages.SUCCESS, "ok")]
    found = page(FLASH, messages=shown)
    notes = found.find("div", class_="phx-flash")
    assert [one["data-kind"] for one in notes] == ["success", "info", "success"]
    assert len({one["id"] for one in notes}) == 3
    assert [commands(one, "phx-click") for one in found.find("button")] == [
        [["hide", {"to": f"#{note['id']}"}]] for note in notes
    ]
    later = page(FLASH, messages=shown[1:2]).find("div", class_="phx-flash")
    assert later[0]["id"] == notes[1]["id"]


def test_a_page_may_have_neither() -> None:
    assert len(page(FLASH).elements) == len(page(FLASH, flash=None, messages=[]).elements) == 1


def test_a_message_that_comes_or_goes_is_all_that_is_sent() -> None:
    live = LivePage(FLASH)
    live.show(flash={"info": "one", "error": "two"}, messages=[])
    assert "two" not in str(live.show(flash={"info": "one", "error": "two", "success": "three"}, messages=[]))
    assert len(str(live.show(flash={"error": "two", "success": "three"}, messages=[]))) < 60
    assert live.show(flash={"error": "two", "success": "three"}, messages=[]) == {}


def modal(given: str = "", body: str = "B", **values: Any) -> Page:
    return page("{% component 'core.modal' id='m' " + given + " %}" + body + "{% endcomponent %}", **values)


def test_a_dialog_is_closed_until_it_is_asked_for() -> None:
    dialog = modal().one("dialog")
    assert {name: value for name, value in dialog.items() if "djc" not in name} == {
        "class": "phx-modal", "id": "m", "data-size": "normal", "phx-hook": "PhxModal", "text": "B",
    }  # fmt: skip
    assert modal().one("form") == {"class": "phx-modal-close", "method": "dialog", "text": ""}
    shown = modal("show=True size='large' class='mine'").one("dialog")
    assert (shown["open"], shown["data-show"], shown["data-size"]) == ("", "", "large")
    assert shown["class"] == "phx-modal mine"


def test_a_title_names_the_dialog_and_actions_end_it() -> None:
    names = ("title", "body", "actions")
    fills = [f"{{% fill '{name}' %}}{name[0].upper()}{{% endfill %}}" for name in names]
    found = modal(body="".join(fills))
    assert found.one("dialog")["aria-labelledby"] == found.one("h2")["id"] == "m-title"
    assert found.one("h2")["text"] == "T"
    assert found.one("div", class_="phx-modal-actions")["text"] == "A"


@pytest.mark.parametrize(
    ("close", "expected"),
    [
        ("left", [["push", {"event": "left"}]]),
        (JS().push("left", target=3), [["push", {"event": "left", "target": 3}]]),
    ],
)
def test_on_close_is_an_event_or_commands(close: Any, expected: Any) -> None:
    assert commands(modal("on_close=close", close=close).one("dialog"), "data-on-close") == expected


def test_a_dialog_that_stays_has_no_other_way_out() -> None:
    found = modal("closable=False")
    assert found.one("dialog")["data-stays"] == ""
    assert not found.find("form")


def test_opening_and_closing_is_a_word_on_the_wire() -> None:
    live = LivePage("{% component 'core.modal' id='m' show=show %}{{ text }}{% endcomponent %}")
    live.show(show=False, text="x")
    assert len(str(live.show(show=True, text="x"))) < 60
    assert len(str(live.show(show=True, text="y"))) < 40
    assert len(str(live.show(show=False, text="y"))) < 30


def test_a_modal_without_id_or_body_is_refused() -> None:
    for source, text in (
        ("{% component 'core.modal' %}B{% endcomponent %}", "attribute 'id' (str) is required"),
        ("{% component 'core.modal' id='m' / %}", "its body is required"),
    ):
        with pytest.raises(ComponentInputError) as caught:
            Template(LIBRARIES + source).render(Context())
        assert text in html.unescape(str(caught.value))


def test_what_a_live_page_lists_is_shown_once_and_closed_at_the_view() -> None:
    put = FlashMessage.put("error", "Lost")
    added = FlashMessage(messages.INFO, "Hello")
    found = page(
        FLASH, flash={"error": "Lost", "info": "Hello", "warning": "Only here"}, messages=(put, added)
    )
    notes = found.find("div", class_="phx-flash")
    assert [(one["data-kind"], one["text"]) for one in notes] == [
        ("warning", "Only here"),
        ("error", "Lost"),
        ("info", "Hello"),
    ]
    keys = [commands(one, "phx-click")[0][1]["value"]["key"] for one in found.find("button")]
    assert keys == ["warning", "error", added.key]
