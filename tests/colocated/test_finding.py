"""What is found over all templates of a site."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django_components import Component, register, registry

from django_phoenix.colocated.finding import Finder
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView
from tests.settings import INSTALLED_APPS, TEMPLATES

STYLE = "{% load phoenix %}{% colocated_css %}{% verbatim %}NAME{% endverbatim %}{% endcolocated_css %}"


class StyledLive(LiveView):
    template = STYLE.replace("NAME", "view")


class StyledComponent(LiveComponent):
    template = STYLE.replace("NAME", "component")


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two folders of templates; what is in the first one hides what is in the second."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        (folder / "shop").mkdir(parents=True)
    with override_settings(TEMPLATES=[{**TEMPLATES[0], "DIRS": [first, second]}]):
        yield first, second


def styles(finder: Finder) -> dict[str, str]:
    """By the template's name."""
    return {piece.place.partition(":")[0]: piece.text for piece in finder.find() if piece.kind == "css"}


def test_files_are_read_and_hide_others_of_their_name(folders: tuple[Path, Path]) -> None:
    first, second = folders
    (first / "shop/card.html").write_text(STYLE.replace("NAME", "first"))
    (second / "shop/card.html").write_text(STYLE.replace("NAME", "second"))
    (second / "shop/mail.txt").write_text(STYLE.replace("NAME", "text"))
    (second / "shop/.card.html").write_bytes(b"\xff colocated_")
    found = styles(Finder())
    assert found["shop/card.html"] == "first"
    assert found["shop/mail.txt"] == "text"


@pytest.mark.parametrize(
    "site",
    [
        {"INSTALLED_APPS": [*INSTALLED_APPS, "tests.colocated"]},
        {"ROOT_URLCONF": "tests.colocated.urls"},
        {"ROOT_URLCONF": __name__},  # a site of one file
        {"ROOT_URLCONF": sys.modules[__name__]},
    ],
)
def test_classes_of_apps_and_beside_the_urlconf_are_read(site: dict[str, Any]) -> None:
    assert f"{__name__}.StyledLive" not in styles(Finder())
    with override_settings(**site):
        found = styles(Finder())
    assert found[f"{__name__}.StyledLive"] == "view"
    assert found[f"{__name__}.StyledComponent"] == "component"


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(folders: tuple[Path, Path]) -> None:
    path = folders[0] / "card.html"
    path.write_text(STYLE.replace("NAME", "before"))
    finder = Finder()
    (before,) = [piece for piece in finder.find() if piece.place.startswith("card.html")]
    (again,) = [piece for piece in finder.find() if piece.place.startswith("card.html")]
    assert again is before
    path.write_text(STYLE.replace("NAME", "after"))
    os.utime(path, (1, 1))
    assert styles(finder)["card.html"] == "after"
    path.unlink()
    assert "card.html" not in styles(finder)


def test_a_template_that_cannot_be_read_is_left_out(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    (folders[0] / "broken.html").write_text(STYLE + "{% nothing %}")
    with caplog.at_level(logging.WARNING, logger="django_phoenix.colocated.finding"):
        assert "broken.html" not in styles(Finder())
    assert "The scripts and styles in broken.html are left out" in caplog.text


def test_a_component_whose_file_is_missing_spoils_no_page(caplog: pytest.LogCaptureFixture) -> None:
    @register("colocated.lost")
    class Lost(Component):
        template_file = "colocated/nowhere.html"

    try:
        with (
            override_settings(ROOT_URLCONF="tests.colocated.urls"),
            caplog.at_level(logging.WARNING, logger="django_phoenix.colocated.finding"),
        ):
            Finder().find()
    finally:
        registry.unregister("colocated.lost")
    assert (
        "in test_a_component_whose_file_is_missing_spoils_no_page.<locals>.Lost are left out" in caplog.text
    )
