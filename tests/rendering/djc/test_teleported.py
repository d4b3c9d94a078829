"""Components in portals: their elements are in the page only later."""

from __future__ import annotations

import pytest

from django_phoenix.rendering.djc.teleported import ids_in_portals

A, B, C = (f'<i data-djc-id-c{letter}="">' for letter in "abc")


def portal(inner: str) -> str:
    return f'<template id="p" data-phx-portal="#x"><div>{inner}</div></template>'


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        (A, ""),
        (f"{A}{portal(B)}{C}", "b"),
        (portal(A) + portal(B), "ab"),
        (f"{portal(A + portal(B) + C)}{A}", "abc"),
        (f"<template>{A}{portal(B)}</template>{C}", "b"),
        (portal(f"<template>{A}</template>{B}") + C, "ab"),
        (f'<template data-phx-portal="#x > b">{A}</template>{B}', "a"),
        (f"</template>{portal(A)}{B}", "a"),
    ],
)
def test_what_stands_in_a_portal_is_called_later(document: str, ids: str) -> None:
    assert ids_in_portals(document) == {f"c{letter}" for letter in ids}
