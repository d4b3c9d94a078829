"""AsyncResult: what has become of work that goes on beside a live view (Phoenix.LiveView.AsyncResult).

    {% if org.ok %}{{ org.result.name }}{% elif org.failed %}{{ org.failed }}{% else %}Loading…{% endif %}

``assign_async`` keeps them; with ``start_async`` they can be kept by hand. They are values: the methods give
a new one, which has to be assigned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class AsyncResult:
    """One value that comes later. Once it was ``ok`` it stays so, and ``result`` stays until a newer one."""

    # There has been a result.
    ok: bool = False
    # Work for it goes on: True, the names that wait for it, or a state of your own; else None.
    loading: Any = None
    # Why the last try gave none: an exception, or a reason; else None.
    failed: Any = None
    result: Any = None

    @classmethod
    def begin(cls, state: Any = True) -> AsyncResult:
        """Nothing there yet, and work goes on."""
        return cls(loading=state)

    @classmethod
    def of(cls, value: Any) -> AsyncResult:
        """A value that is there already."""
        return cls(ok=True, result=value)

    def begin_again(self, state: Any = True) -> AsyncResult:
        """Work goes on; what there is stays meanwhile."""
        return replace(self, loading=state, failed=None)

    def succeed(self, value: Any) -> AsyncResult:
        """The work has given this."""
        return AsyncResult(ok=True, result=value)

    def fail(self, reason: Any) -> AsyncResult:
        """The work has given nothing; an earlier result stays."""
        return replace(self, loading=None, failed=reason)
