"""What an ASGI application is made of, as far as its attributes tell: middleware, routers, mounts."""

from __future__ import annotations

from collections.abc import Iterator

DEPTH = 8
LIMIT = 5_000


def parts(application: object) -> Iterator[object]:
    """The application and everything it holds: wrapped applications, routers, routes and their callbacks."""
    seen: set[int] = set()
    waiting = [(application, 0)]
    while waiting and len(seen) < LIMIT:
        part, depth = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if depth < DEPTH:
            waiting += [(inner, depth + 1) for inner in _inside(part)]


def _inside(part: object) -> Iterator[object]:
    """What one part holds. Plain data and modules end the walk."""
    if isinstance(part, dict):
        values = list(part.values())
    elif isinstance(part, list | tuple | set | frozenset):
        values = list(part)
    else:
        values = list(getattr(part, "__dict__", {}).values()) + _closure(part)
    yield from (value for value in values if _may_hold(value))


def _closure(part: object) -> list[object]:
    cells = getattr(part, "__closure__", None) or ()
    return [cell.cell_contents for cell in cells if cell != type(cell)()]


def _may_hold(value: object) -> bool:
    if isinstance(value, dict | list | tuple | set | frozenset):
        return True
    return (callable(value) and not isinstance(value, type)) or hasattr(value, "callback")
