"""What hints of several rules say."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The one among the known names that a misspelt one is probably meant to be."""
    near = get_close_matches(name, list(known), n=1, cutoff=likeness)
    return near[0] if near else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str, prefix: str = "") -> str:
    """The nearest of the known names, or what to do if none is near. ``prefix`` is put before it."""
    near = nearest(name, known)
    return f"Did you mean {prefix + near!r}?" if near else otherwise
