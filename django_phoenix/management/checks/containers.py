"""W018: what live navigation asks of containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.checks import CheckMessage

from django_phoenix.live.page import container_of
from django_phoenix.live.routes import LiveRoute
from django_phoenix.management.checks.live_pages import page_of_route
from django_phoenix.management.checks.messages import warning


def check_containers(routes: Iterable[LiveRoute]) -> Iterator[CheckMessage]:
    """W018 views that navigate to one another have containers of different tags (LV-122).

    ``routes``: those whose pages can be made.
    """
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for route in routes:
        tag, _ = container_of(route.view_class(**route.initkwargs))
        tags = groups.setdefault((route.live_session.name, page_of_route(route).root), {})
        tags.setdefault(tag.lower(), []).append(route.view_class.__qualname__)
    for (group, root), tags in groups.items():
        if len(tags) > 1:
            told = "; ".join(f"{tag}: {_some(views)}" for tag, views in sorted(tags.items()))
            yield warning(
                18,
                f"Views of the live_session {group!r} in {root} have containers of different tags ({told}). "
                "A live navigation changes the attributes of the container, but not its tag.",
                "Give them the same one: container = … of the views.",
            )


def _some(views: list[str]) -> str:
    distinct = list(dict.fromkeys(views))
    return ", ".join(distinct[:3]) + (" and others" if len(distinct) > 3 else "")
