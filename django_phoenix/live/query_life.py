"""What happens when models have changed that live queries follow, told as steps."""

from __future__ import annotations

from collections.abc import Callable

from django_phoenix.live import component_life, lifecycle
from django_phoenix.live.lifecycle import Outcome
from django_phoenix.live.queries import LiveQueries
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Steps, Where


def news(live: Runtime, queries: LiveQueries, *, at_once: Callable[[], bool]) -> Steps[Outcome]:
    """Look at what has changed, and show it; later, if others wait."""
    owners = yield from queries.looking()
    for owner in owners:
        record = None
        if owner._cid is not None:
            record = None if live.components is None else live.components.find(owner._cid)
            if record is None:
                continue  # it has gone meanwhile
        component_life.show_later(live, record)
    if not owners:
        return Outcome({})
    # Where the database may be asked for what the rows show of others.
    live.render_where = Where.POOL
    if not at_once():
        return Outcome({})
    stale = live.components is not None and live.components.stale
    if stale:
        return (yield from component_life.catching_up(live))
    return (yield from lifecycle.catching_up(live))
