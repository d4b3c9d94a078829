"""The ready-made Socket that carries live views; ``phoenix_application`` mounts it at ``/live``."""

from __future__ import annotations

from django_phoenix.live.channel import LiveChannel
from django_phoenix.socket import Socket


class LiveSocket(Socket):
    """All views of a page share one."""

    channels = {"lv:*": LiveChannel}  # noqa: RUF012 (as the base declares it)
