"""Statics of live components: inline, shared by the entries of a comprehension, or another component's."""

from __future__ import annotations

from django_phoenix.rendering.component_statics import leave_out, renewed, skeleton, write_statics
from django_phoenix.rendering.rendered import Block, ComponentRef
from django_phoenix.rendering.resent import Resent, SameCount, only_resends, settle_resent


def block(*statics: str) -> Block:
    return Block(statics, root=False, name="test:1")


OUTER = block("<div>", "", "</div>")
ROWS = block("<p>", "</p>")
LONG = block("<b>" + "long " * 10, "</b>")


def carriers(tree):
    found = [tree] if "s" in tree else []
    for value in (tree.get("k") or tree).values():
        if type(value) is dict:
            found += carriers(value)
    return found


def test_entries_of_a_comprehension_share_statics_in_a_p_of_its_own():
    """LV-39, LV-37"""
    entries = {str(n): {"0": {"s": LONG, "0": str(n)}} for n in range(3)}
    tree = {"s": OUTER, "0": {"s": ROWS, "k": {**entries, "kc": 3}}, "1": {"s": LONG, "0": "x"}}
    write_statics(tree, carriers(tree))
    assert "p" not in tree
    rows = tree["0"]
    assert rows["p"] == {"0": list(LONG.statics)}
    assert [rows["k"][str(n)]["0"]["s"] for n in range(3)] == [0, 0, 0]
    assert rows["s"] == list(ROWS.statics)
    assert tree["1"]["s"] == list(LONG.statics)


def test_statics_used_once_are_inline():
    tree = {"0": {"k": {"0": [1, {"0": {"s": LONG, "0": "a"}}], "1": 0, "km": True, "kc": 2}}}
    node = tree["0"]["k"]["0"][1]["0"]
    write_statics(tree, [node])
    assert node["s"] == list(LONG.statics)
    assert "p" not in tree["0"]


def test_what_another_component_has_at_the_same_place_is_left_out():
    """LV-60"""
    known = skeleton({"s": OUTER, "0": {"s": ROWS, "k": {"kc": 0}}, "1": {"s": LONG, "0": "x"}})
    entry = {"0": {"s": LONG, "0": "y"}}
    tree = {"s": OUTER, "r": 1, "0": {"s": ROWS, "k": {"0": entry, "kc": 1}}, "1": {"s": ROWS, "0": "z"}}
    leave_out(tree, known)
    assert tree == {"0": {"k": {"0": entry, "kc": 1}}, "1": {"s": ROWS, "0": "z"}}


def test_a_skeleton_follows_diffs():
    known = skeleton({"s": OUTER, "0": {"s": ROWS, "0": {"s": LONG, "0": "x"}}, "1": "text"})
    known = renewed(known, {"0": {"0": "gone"}})
    assert known == (OUTER, {"0": (ROWS, {})})
    known = renewed(known, {"1": {"s": LONG, "0": "x"}, "0": ""})
    assert known == (OUTER, {"1": (LONG, {})})
    assert renewed(known, {"1": {"0": "y"}}) == known
    assert renewed(known, {"s": ROWS, "0": "x"}) == (ROWS, {})


def example():
    return {
        "0": Resent(1),
        "1": {"0": Resent(2), "1": "text"},
        "2": {"0": Resent(2)},
        "3": {"k": {"0": {"0": Resent(2)}, "2": [1, {"0": Resent(2)}], "km": True, "kc": 3}},
        "4": {"k": {"0": {"0": Resent(2)}, "1": {"0": Resent(1)}, "kc": SameCount(4)}},
        "5": {"k": {"0": {"0": Resent(2)}, "kc": SameCount(1)}},
        "6": {"k": {"0": {"0": Resent(2)}, "kc": 1}},
        "7": {"s": OUTER, "0": ComponentRef(2), "1": ""},
    }


def test_a_cid_is_sent_again_only_for_a_component_with_news():
    """LV-35, LV-49"""
    tree = example()
    settle_resent(tree, {1})
    assert tree == {
        "0": 1,
        "1": {"1": "text"},
        "3": {"k": {"2": 1, "km": True, "kc": 3}},
        "4": {"k": {"1": {"0": 1}, "kc": 4}},
        "6": {"k": {"kc": 1}},
        "7": {"s": OUTER, "0": 2, "1": ""},
    }


def test_a_tree_that_only_says_known_cids_is_known_as_such():
    only = [slot for slot, value in example().items() if only_resends({slot: value})]
    assert only == ["0", "2", "4", "5"]
