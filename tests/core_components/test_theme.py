"""The theme: contrasts in light and dark, and nothing that a strict Content Security Policy would stop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import django_phoenix

CORE = Path(django_phoenix.__file__).parent / "core_components"
STYLE = (CORE / "static/django_phoenix/core.css").read_text()
SCRIPT = (CORE / "static/django_phoenix/core.js").read_text()
TEMPLATES = sorted((CORE / "templates").rglob("*.html"))

TOKEN = re.compile(r"--phx-([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
GROUNDS = ("surface", "sunk")
TEXTS = ("ink", "ink-soft", "primary", "danger", "success", "warning", "info")
PAIRS = [
    *[(text, ground) for text in TEXTS for ground in GROUNDS],
    *[(text, f"{text}-wash") for text in ("primary", "danger", "success", "warning", "info")],
    *[("ink", f"{kind}-wash") for kind in ("primary", "danger", "success", "warning", "info")],
    ("on-primary", "primary"),
    ("on-danger", "danger"),
]


def tokens(scheme: int) -> dict[str, str]:
    """The colours of the light (0) or dark (1) scheme."""
    return {name: (light, dark)[scheme] for name, light, dark, _ in TOKEN.findall(STYLE) if light}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_can_be_read_and_controls_be_seen(scheme: int) -> None:
    colours = tokens(scheme)
    faint = {
        (text, ground): ratio
        for text, ground in PAIRS
        if (ratio := contrast(colours[text], colours[ground])) < 4.5
    }
    assert faint == {}
    assert [ground for ground in GROUNDS if contrast(colours["edge"], colours[ground]) < 3] == []
    assert [ground for ground in GROUNDS if contrast(colours["focus"], colours[ground]) < 3] == []


def test_browsers_without_light_dark_get_the_light_colours() -> None:
    plain = {name: colour for name, _, _, colour in TOKEN.findall(STYLE) if colour}
    assert plain == tokens(0)


def test_who_wants_less_motion_gets_none() -> None:
    still = STYLE[STYLE.index("prefers-reduced-motion") :]
    moving = re.findall(r"^(\.[^{}]+?) \{[^}]*\b(?:transition|animation):(?! none)", STYLE, re.MULTILINE)
    assert moving
    missing = [each.split(",")[0] for each in moving if each.split(",")[0].split("[")[0] not in still]
    assert missing == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", text)


def test_the_script_asks_for_nothing_that_a_policy_forbids() -> None:
    assert not re.search(r"\beval\b|new Function|innerHTML|cssText|document\.write", SCRIPT)


def test_what_the_client_calls_a_view_without_a_connection_is_not_styled_as_the_error_of_a_field() -> None:
    states = r"(?<![\w.])\.phx-(?:connected|loading|error|client-error|server-error)\b"
    assert re.findall(states, STYLE) == []
