"""The grammar refuses what it is there to refuse: each case is one broken rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.wire_grammar import GrammarError, WireTree, has_one_root

ITEM = ["<li>", "</li>"]
LIST: dict[str, Any] = {
    "0": {"k": {"0": {"0": "a"}, "1": {"0": "b"}, "kc": 2}, "s": ITEM},
    "s": ["<ul>", "</ul>"],
}
PLAIN: dict[str, Any] = {"0": "x", "1": {"0": "y", "s": ["<b>", "</b>"]}, "s": ["<p>", " ", "</p>"]}

BROKEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("LV-33", PLAIN, {"0": {"0": "z"}}),
    ("LV-33", PLAIN, {"1": {"k": {"0": {"0": "z"}, "kc": 1}}}),
    ("LV-34", PLAIN, {"1": {"s": ["<b>", "</b>"]}}),
    ("LV-35", PLAIN, {"0": "x"}),
    ("LV-35", PLAIN, {"1": {}}),
    ("LV-35", PLAIN, {"1": {"0": "y"}}),
    ("LV-36", PLAIN, {"0": None}),
    ("LV-36", PLAIN, {"0": 0}),
    ("LV-36", PLAIN, {"0": True}),
    ("LV-36", PLAIN, {"0": 1.5}),
    ("LV-37", PLAIN, {"1": {"0": "z", "s": 0}}),
    ("LV-37", PLAIN, {"1": {"0": "z", "s": 1}, "p": {"0": ["<i>", "</i>"]}}),
    ("LV-37", PLAIN, {"0": "z", "p": {"0": ["<i>", "</i>"]}}),
    ("LV-39", PLAIN, {"1": {"0": "z", "s": 0, "p": {"0": ["<i>", "</i>"]}}}),
    ("LV-40", PLAIN, {"1": {"0": "z", "r": 1}}),
    ("LV-42", PLAIN, {"0": "z", "r": 1}),
    ("LV-43", LIST, {"0": {"k": {"0": {"0": "z"}}}}),
    ("LV-43", LIST, {"0": {"k": {"0": {"0": "z"}, "kc": "2"}}}),
    ("LV-44", LIST, {"0": {"k": {"0": 1, "1": 0, "kc": 2}}}),
    ("LV-44", LIST, {"0": {"k": {"0": {"0": "z"}, "kc": 2, "km": True}}}),
    ("LV-44", LIST, {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": 1}}}),
    ("LV-45", LIST, {"0": {"k": {"0": 2, "kc": 1, "km": True}}}),
    ("LV-45", LIST, {"0": {"k": {"0": 1, "2": 1, "kc": 3, "km": True}}}),
    ("LV-46", LIST, {"0": {"k": {"kc": 3}}}),
    ("LV-34", LIST, {"0": {"k": {"2": {}, "kc": 3}}}),
    ("LV-48", PLAIN, {"0": {"k": {"kc": 0}, "s": ITEM}}),
    ("LV-49", LIST, {"0": {"k": {"kc": 2}}}),
    ("LV-49", LIST, {"0": {"k": {"0": {}, "kc": 2}}}),
    ("LV-53", PLAIN, {"0": {"k": {"kc": 0}, "s": ITEM, "stream": ["0", [], [], False]}}),
    ("LV-54", PLAIN, {"0": {"k": {"0": {"0": "z"}, "kc": 1}, "s": ITEM, "stream": ["0", [], []]}}),
    ("LV-58", PLAIN, {"0": 1}),
    ("LV-41", PLAIN, {"0": 1, "c": {"1": {"s": ["<b></b>"]}}}),
    ("LV-121", LIST, {"0": {"k": {"0": "1", "1": 0, "kc": 2, "km": True}}}),
    ("§7.1", PLAIN, {0: "z"}),  # type: ignore[dict-item]
    ("§7.1", PLAIN, {"x": "z"}),
    ("§7.1", LIST, {"0": {"k": {"2": {"0": "z"}, "kc": 2}}}),
    ("§7.2", PLAIN, {"2": "z"}),
]


@pytest.mark.parametrize(("rule", "initial", "diff"), BROKEN)
def test_a_broken_rule_is_named(rule: str, initial: dict[str, Any], diff: dict[str, Any]) -> None:
    tree = WireTree()
    tree.merge(initial)
    with pytest.raises(GrammarError) as caught:
        tree.merge(diff)
    assert caught.value.rule == rule


def test_a_first_render_without_statics_is_refused() -> None:
    with pytest.raises(GrammarError, match="LV-33"):
        WireTree().merge({"0": "x"})


@pytest.mark.parametrize("html", ["<b>x</b>", " <!-- c --><b><i>x</i></b>\n", "<input>", '<p a="<i>">x</p>'])
def test_one_root_is_seen(html: str) -> None:
    assert has_one_root(html)


@pytest.mark.parametrize(
    "html", ["", "x", "<b></b><b></b>", "<b></b>x", "</b>", "<b>", "<b></b></b>", "x<b></b>"]
)
def test_not_one_root_is_seen(html: str) -> None:
    assert not has_one_root(html)


def test_a_root_flag_on_two_elements_is_refused() -> None:
    tree = WireTree()
    tree.merge({"0": {"0": "x", "s": ["<b>", "</b><i></i>"], "r": 1}, "s": ["", ""]})
    with pytest.raises(GrammarError, match="LV-40"):
        tree.html()
