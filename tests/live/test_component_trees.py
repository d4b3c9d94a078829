"""Which cids are sent again: those that lead a client to what is new."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from django_phoenix.live.component_trees import settle_news
from django_phoenix.rendering.rendered import ComponentRef
from django_phoenix.rendering.resent import Resent


def rendered(cid, diff, *, complete=False):
    render = SimpleNamespace(
        diff=diff, resent="Resent" in repr(list(map(type, diff.values()))), is_complete=complete
    )
    return SimpleNamespace(ref=ComponentRef(cid)), render


def again(cid):
    return {"0": Resent(cid)}


# Component 1 shows 2, which shows 3.
CASES = {
    "nothing is new": (again(1), [again(2), again(3), {}], {}, [{}, {}, {}]),
    "only the innermost": (again(1), [again(2), again(3), {"1": "x"}], {}, [{}, {}, {"1": "x"}]),
    "the outermost and the innermost": (
        again(1),
        [{**again(2), "1": "x"}, again(3), {"1": "x"}],
        {},
        [{"0": 2, "1": "x"}, {"0": 3}, {"1": "x"}],
    ),
    "the one between": (again(1), [again(2), {**again(3), "1": "x"}, {}], {}, [{}, {"1": "x"}, {}]),
    "the view and the innermost": (
        {**again(1), "1": "x"},
        [again(2), again(3), {"1": "x"}],
        {"0": 1, "1": "x"},
        [{"0": 2}, {"0": 3}, {"1": "x"}],
    ),
    "the view alone": ({**again(1), "1": "x"}, [again(2), again(3), {}], {"1": "x"}, [{}, {}, {}]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_client_is_led_to_what_is_new_and_to_nothing_else(name):
    """LV-35"""
    view, diffs, view_after, after = CASES[name]
    page = SimpleNamespace(diff=dict(view), resent=True, is_complete=False)
    components = [rendered(cid, dict(diff)) for cid, diff in enumerate(diffs, 1)]
    settle_news(page, components)
    assert page.diff == view_after
    assert [render.diff for _, render in components] == after


def test_in_a_component_that_is_sent_whole_the_client_is_led_further():
    whole = rendered(1, {"s": ["", ""], "0": ComponentRef(2)}, complete=True)
    components = [whole, rendered(2, again(3)), rendered(3, {"0": "x"})]
    settle_news(None, components)
    assert [render.diff for _, render in components[1:]] == [{"0": 3}, {"0": "x"}]
