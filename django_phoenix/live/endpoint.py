"""The ready-made Socket that carries live views; ``phoenix_application`` mounts it at ``/live``."""

from __future__ import annotations

from django_phoenix.live.channel import LiveChannel
from django_phoenix.live.upload_channel import UploadChannel
from django_phoenix.socket import Socket


class LiveSocket(Socket):
    """All views of a page share one, and so do the files that it uploads."""

    channels = {"lv:*": LiveChannel, "lvu:*": UploadChannel}  # noqa: RUF012 (as the base declares it)

    def id(self) -> str | None:
        """``live_socket_id`` of the session: a "disconnect" broadcast to it closes this socket (LV-117)."""
        return self.session.get("live_socket_id") if self.session is not None else None
