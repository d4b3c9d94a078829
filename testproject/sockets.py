"""The one socket of the site: rooms, whiteboards, and the benchmark's topics when asked for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings

from django_phoenix.channel import Channel
from django_phoenix.socket import Socket
from testproject.board.channels import BoardChannel, HandsChannel
from testproject.chat.channels import RoomChannel


def topics() -> dict[str, type[Channel]]:
    """Topic pattern → channel class."""
    table: dict[str, type[Channel]] = {
        "room:<slug:room>": RoomChannel,
        "board:<slug:board>": BoardChannel,
        "hands:<slug:board>": HandsChannel,
    }
    if settings.BENCH:
        from testproject.bench.channels import BenchChannel, CrowdChannel

        table |= {"bench:*": BenchChannel, "here:*": CrowdChannel}
    return table


class UserSocket(Socket):
    """Open to everyone; `self.user` is Django's user, or anonymous."""

    channels: ClassVar[dict[str, type[Channel]]] = topics()
