"""How often one client may send events: to one event, to one channel, over one connection."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from django_phoenix.params import Handler
from django_phoenix.rates import Meter, Rate

REASON = "rate limited"

# What the rate of the whole channel is called, beside those of its events.
CHANNEL = 0


class Limiter:
    """Asks several rates at once: none is counted against unless all of them let pass.

    ``rates`` are those of a channel's or view's events by name, and of the whole under CHANNEL. ``shared`` is
    the meter that all channels of a connection have in common, with its rate.
    """

    __slots__ = ("_meters", "_rates", "_shared", "refuses")

    def __init__(self, rates: Mapping[Hashable, Rate], shared: tuple[Rate, Meter] | None = None) -> None:
        self._rates = rates
        self._shared = shared
        self._meters: dict[Hashable, Meter] = {}
        # It has refused something, and has let nothing pass since.
        self.refuses = False

    def wait(self, event: str, now: float) -> float:
        """Seconds until the event may come again; 0.0: it is let pass."""
        asked = self._asked(event)
        wait = max((meter.wait(rate, now) for rate, meter in asked), default=0.0)
        self.refuses = wait > 0
        if not wait:
            for rate, meter in asked:
                meter.count(rate, now)
        return wait

    def _asked(self, event: str) -> list[tuple[Rate, Meter]]:
        asked = [] if self._shared is None else [self._shared]
        for name in (CHANNEL, event):
            rate = self._rates.get(name)
            if rate is not None:
                asked.append((rate, self._meters.setdefault(name, Meter())))
        return asked


def rates_of(events: Mapping[str, Handler]) -> dict[Hashable, Rate]:
    """Those that ``@event(rate=…)`` has given."""
    return {name: handler.rate for name, handler in events.items() if handler.rate is not None}


def come_again(wait: float) -> dict[str, Any]:
    """The error reply's response: ``retry_after`` in seconds, a millisecond more rather than less."""
    return {"reason": REASON, "retry_after": math.ceil(wait * 1000) / 1000}
