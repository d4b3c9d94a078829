"""What has been drawn."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Stroke(models.Model):
    """One line of one hand. `uid` is the drawer's own number for it: what comes twice is kept once."""

    board = models.SlugField()
    uid = models.CharField(max_length=40)
    author = models.CharField(max_length=64)
    tool = models.CharField(max_length=8)
    ink = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()
    points = models.JSONField()

    objects: ClassVar[models.Manager[Stroke]]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["board", "uid"], name="one_stroke_per_uid")
        ]

    def __str__(self) -> str:
        return f"{self.tool} {self.uid} on {self.board}"

    def as_payload(self) -> dict[str, Any]:
        """What travels to the page. `points`: x, y, then the steps dx, dy, dx, dy, …"""
        return {
            "id": self.pk,
            "uid": self.uid,
            "tool": self.tool,
            "ink": self.ink,
            "size": self.size,
            "points": self.points,
        }
