"""Going down in order: no new connections and joins, the open ones closed at a pace, so that they come back
elsewhere; what is being handled is finished and answered first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from django_phoenix import presence, pubsub
from django_phoenix.conf import settings
from django_phoenix.transport.connection import RESTARTING, Connection
from django_phoenix.transport.loop_state import LoopState

logger = logging.getLogger("django_phoenix.socket")

# One slice of connections is closed each so many seconds, and at least so many at a time.
PAUSE = 0.1
SMALLEST_SLICE = 50
# Seconds for the last frames to leave.
LAST_WORDS = 1.0


async def drain(state: LoopState, seconds: float | None = None) -> None:
    """Close all connections of a loop with 1012, spread over ``seconds`` (the setting ``DRAIN_SECONDS``).

    Whoever asks again waits for the same.
    """
    if state.drained is None:
        state.draining = True
        spread = settings.DRAIN_SECONDS if seconds is None else seconds
        state.drained = state.loop.create_task(_drain(state, spread))
    await asyncio.shield(state.drained)


async def _drain(state: LoopState, seconds: float) -> None:
    connections = tuple(state.connections)
    # They are done when their server has let the close out.
    consumers = [connection.task for connection in connections if connection.task is not None]
    if connections:
        logger.info("Closing %s connections.", len(connections))
    for number, some in enumerate(_slices(connections, seconds)):
        if number:
            await asyncio.sleep(PAUSE)
        for connection in some:
            connection.retire(RESTARTING, settings.SHUTDOWN_GRACE)
    await state.all_ended(settings.SHUTDOWN_GRACE)
    if consumers:
        await asyncio.wait(consumers, timeout=LAST_WORDS)
    # Some servers stop the loop as soon as we are done.
    presence.close()
    await pubsub.aflush(LAST_WORDS)


def _slices(connections: Sequence[Connection], seconds: float) -> list[Sequence[Connection]]:
    count = max(1, int(seconds / PAUSE))
    size = max(SMALLEST_SLICE, -(-len(connections) // count))
    return [connections[start : start + size] for start in range(0, len(connections), size)]
