"""The garbage of one test."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_garbage() -> Iterator[None]:
    """In here ``gc.collect()`` leaves alone what other tests have left, which would take it seconds."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
