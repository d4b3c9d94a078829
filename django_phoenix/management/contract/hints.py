"""What hints of several rules say."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], otherwise: str, prefix: str = "") -> str:
    """The nearest of the known names, or what to do if none is near. ``prefix`` is put before it."""
    near = get_close_matches(name, list(known), n=1)
    return f"Did you mean {prefix + near[0]!r}?" if near else otherwise
