"""Broadcasts that go wrong on their way, as they may between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from django_phoenix.delivery.envelope import Delivery
from django_phoenix.testing.world import open_node


def drop(topic: str | None = None) -> AbstractContextManager[list[Delivery]]:
    """In this block broadcasts on ``topic`` (None: on any) are lost: ``with drop("room:1"): …``.

    They are counted, logged and signalled (``messages_lost``) as those that a channel layer loses. It gives
    the list of them. Something has to be connected.
    """
    return open_node().dropping(topic)


def reorder(
    topic: str | None = None, order: Callable[[list[Delivery]], Iterable[Delivery]] = reversed
) -> AbstractContextManager[list[Delivery]]:
    """Broadcasts of this block are held back, and delivered in another order at its end.

    ``order`` is given the list of them, each with ``topic``, ``event`` and ``payload``, and returns them in
    the order of your choice. Something has to be connected.
    """
    return open_node().reordering(topic, order)
