"""What takes time, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django_phoenix.testing.crashes import Crashed, check_kind
from django_phoenix.testing.errors import Crash

if TYPE_CHECKING:
    from django_phoenix.testing.live.tab import Tab


def at_work(tab: Tab) -> list[str]:
    """The names of what ``start_async`` and its like have begun, and of which nothing has been heard yet."""
    names: list[str] = []
    for view in tab.views.values():
        channel = None if view.instance is None else view.instance._live.channel
        if view.joined and channel is not None and channel.tasks is not None:
            names += [str(name) for _, name in channel.tasks.running]
    return names


async def finish(tab: Tab, within: float) -> None:
    """Wait for all of them, and until what came of them is shown."""
    await tab.world.wait_for(
        lambda: None if at_work(tab) else True,
        within,
        lambda: f"{tab.url}: {', '.join(at_work(tab))} did not end within {within:g} s.",
    )
    await tab.world.settle()


@contextmanager
def crashing(tab: Tab, expected: type[BaseException], match: str | None) -> Iterator[Crashed]:
    """In this block some view of the page crashes; the caller has to let the server settle within it."""
    crashed = Crashed()

    def concerns(crash: Crash) -> bool:
        return any(view.concerns(crash) for view in tab.views.values())

    with tab.world.errors.expecting(concerns) as crashes:
        yield crashed
    if not crashes:
        raise AssertionError(f"{tab.url}: no view crashed.")
    crashed.error = crashes[0].error
    check_kind(tab.url, crashed.error, expected, match)
