"""Template names that every page has: the demos, and the one that this page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from testproject.pages.catalogue import BY_NAME, DEMOS


def demos(request: HttpRequest) -> dict[str, Any]:
    """`demos`: all of them; `demo`: this page's, or None."""
    match = request.resolver_match
    return {"demos": DEMOS, "demo": BY_NAME.get(match.url_name or "") if match else None}
