"""LV-40: `r` only where exactly one root element is certain."""

from __future__ import annotations

import pytest

from django_phoenix.rendering.roots import is_balanced, is_one_root, root_problem

ONE = [
    ("<p>", "</p>"),
    (' \n<input id="n"', ">\n"),
    ("<!-- note --><h1 class='", "'>x</h1>"),
    ("<script>if (a < b) {", "}</script>",),
    ("<svg><path d='", "'/></svg>"),
    ("<br/>",),
]  # fmt: skip
NOT_ONE = [
    ("text<p></p>",),
    ("<p></p>", ""),
    ("<p>", "</p><p></p>"),
    ("<p>", ""),
    ("<i><u></i>",),
    ("<", "></p>"),
    ("<p title='", ""),
    ("<li>a<li>b",),
    ("<p id=bare></p>",),
    ("<!-- a\nb --><p></p>",),
    ("&nbsp;<p></p>",),
    ("",),
]


@pytest.mark.parametrize("statics", ONE)
def test_one_element_is_seen(statics: tuple[str, ...]) -> None:
    assert is_one_root(statics)


@pytest.mark.parametrize("statics", NOT_ONE)
def test_anything_else_is_not_one_element(statics: tuple[str, ...]) -> None:
    assert not is_one_root(statics)
    assert root_problem(statics)


@pytest.mark.parametrize(
    ("statics", "problem"),
    [
        (("<p></p>",), ""),
        (("<p></p>\n<p></p>",), "2 elements side by side"),
        (("\n", "\n"), "around its elements stands {% if %}"),
        (("text",), "no element"),
        (("<p></p>", ""), "beside its element"),
        (("<p>",), "not closed"),
        (("<!-- a\nb --><p></p>",), "comment of several lines"),
    ],
)
def test_why_it_is_not_one_is_told(statics: tuple[str, ...], problem: str) -> None:
    assert problem in root_problem(statics)
    assert bool(root_problem(statics)) is bool(problem)


def test_text_and_several_elements_are_balanced() -> None:
    assert is_balanced(("a<b>", "</b> c <i></i>"))


@pytest.mark.parametrize("statics", [("</div><div>",), ("<p>",), ("><b",), ("<p", "")])
def test_pieces_of_tags_are_not_balanced(statics: tuple[str, ...]) -> None:
    assert not is_balanced(statics)
