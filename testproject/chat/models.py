"""What was said."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Message(models.Model):
    """One line in one room."""

    room = models.SlugField(db_index=True)
    name = models.CharField(max_length=40)
    body = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Message]]

    def __str__(self) -> str:
        return f"{self.name} in {self.room}: {self.body}"

    def as_payload(self) -> dict[str, Any]:
        """What travels to the page."""
        return {"id": self.pk, "name": self.name, "body": self.body, "at": self.at}
