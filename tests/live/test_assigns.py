from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from django_phoenix.live.assigns import Declaration


class Base:
    class Assigns:
        title: str = "base"
        rows: list[int] = []


class Child(Base):
    class Assigns:
        title = "child"
        later: int
        tags: list[str] = field(default_factory=list)

        @property
        def shout(self) -> str:
            return self.title.upper()


def test_vars_of_the_assigns_are_what_the_template_sees():
    assigns = Declaration(Child).fresh()
    assigns.later = 3
    assert vars(assigns) == {"title": "child", "rows": [], "tags": [], "later": 3}


def test_mutable_defaults_are_not_shared_between_views():
    declaration = Declaration(Child)
    one, other = declaration.fresh(), declaration.fresh()
    one.rows.append(1)
    one.tags.append("x")
    assert (other.rows, other.tags) == ([], [])


def test_a_name_without_default_is_missing_until_it_is_set_and_the_error_says_what_to_do():
    assigns = Declaration(Child).fresh()
    with pytest.raises(
        AttributeError, match=r"Child.Assigns has no 'later' .*rows, tags, title.*Set it in mount"
    ):
        _ = assigns.later


def test_annotations_are_collected_over_the_bases():
    assert list(Declaration(Child).annotations) == ["title", "rows", "later", "tags"]


def test_methods_and_properties_of_the_declaration_can_be_used_but_are_no_state():
    assigns = Declaration(Child).fresh()
    assert assigns.shout == "CHILD"
    assert "shout" not in vars(assigns)


def test_a_view_that_declares_nothing_has_an_empty_state():
    assert vars(Declaration(type("Plain", (), {})).fresh()) == {}


def test_a_declaration_may_inherit_from_its_bases_declaration():
    class Derived(Base):
        class Assigns(Base.Assigns):
            more: int = 1

    assert vars(Declaration(Derived).fresh()) == {"title": "base", "rows": [], "more": 1}


def test_a_dataclass_may_be_the_declaration():
    class View:
        @dataclass
        class Assigns:
            count: int = 0
            names: list[str] = field(default_factory=lambda: ["a"])

    assert vars(Declaration(View).fresh()) == {"count": 0, "names": ["a"]}


def test_assigns_that_are_no_class_are_refused_by_name():
    with pytest.raises(TypeError, match=r"Wrong.Assigns should be a nested class, got \{'count': 0\}"):
        Declaration(type("Wrong", (), {"Assigns": {"count": 0}}))
