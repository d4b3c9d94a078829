"""How often one client may send events: to one event, to one channel, over one connection."""

from __future__ import annotations

import logging
import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from django_phoenix.params import Handler
from django_phoenix.rates import Meter, Rate
from django_phoenix.signals import rate_limited

if TYPE_CHECKING:
    from django_phoenix.channel import Channel

logger = logging.getLogger("django_phoenix.channel")

REASON = "rate limited"

# What the rate of the whole channel is called, beside those of its events.
CHANNEL = 0


class Limiter:
    """Asks several rates at once: none is counted against unless all of them let pass.

    ``rates`` are those of a channel's or view's events by name, and of the whole under CHANNEL. ``shared`` is
    the meter that all channels of a connection have in common, with its rate.
    """

    __slots__ = ("_meters", "_rates", "_refuses", "_shared")

    def __init__(self, rates: Mapping[Hashable, Rate], shared: tuple[Rate, Meter] | None = None) -> None:
        self._rates = rates
        self._shared = shared
        self._meters: dict[Hashable, Meter] = {}
        # It has refused something, and has let nothing pass since.
        self._refuses = False

    def wait(self, channel: Channel, event: str) -> float:
        """Seconds until the client may send the event again, which is told; 0.0: it is let pass."""
        now = channel.server.loop.time()
        asked = self._asked(event)
        wait = max((meter.wait(rate, now) for rate, meter in asked), default=0.0)
        if wait:
            self._tell(channel, event, wait)
        else:
            for rate, meter in asked:
                meter.count(rate, now)
        self._refuses = wait > 0
        return wait

    def _tell(self, channel: Channel, event: str, wait: float) -> None:
        if not self._refuses:
            logger.warning(
                "%s: too many %.100r in too little time; some are turned away.", channel.server, event
            )
        if rate_limited.receivers:
            retry_after = _rounded(wait)
            rate_limited.send_robust(type(channel), channel=channel, event=event, retry_after=retry_after)

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
    """The error reply's response, with the seconds until then."""
    return {"reason": REASON, "retry_after": _rounded(wait)}


def _rounded(wait: float) -> float:
    """A millisecond more rather than less."""
    return math.ceil(wait * 1000) / 1000
