"""What runs before the twin's views are mounted."""

from __future__ import annotations

from typing import Any


def greet(view: Any, params: Any, session: Any) -> None:
    view.assigns.greeting = "Hello"


class Tenant:
    """A guard that is a class."""

    @staticmethod
    def on_mount(view: Any, params: Any, session: Any) -> None:
        view.assign(tenant="Castor")
