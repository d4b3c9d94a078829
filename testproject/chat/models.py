"""What was said, and the files that came with it."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse


def new_key() -> str:
    """Too long to be guessed: who has the link may see the file."""
    return secrets.token_urlsafe(16)


class Message(models.Model):
    """One line in one room. `uid` is the writer's own number for it: a line that comes twice is kept once."""

    room = models.SlugField(db_index=True)
    uid = models.CharField(max_length=40, default="")
    author = models.CharField(max_length=64, default="")
    name = models.CharField(max_length=40)
    body = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Message]]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["room", "uid"], condition=~models.Q(uid=""), name="one_message_per_uid"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.room}: {self.body}"

    def as_payload(self, attachment: Attachment | None = None) -> dict[str, Any]:
        """What travels to the page."""
        return {
            "id": self.pk,
            "uid": self.uid,
            "author": self.author,
            "name": self.name,
            "body": self.body,
            "at": self.at,
            "file": attachment.as_payload() if attachment else None,
        }


class Attachment(models.Model):
    """A picture or another file, in the database: enough for a demo, and no folder to look after."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE)
    key = models.CharField(max_length=32, unique=True, default=new_key)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    data = models.BinaryField()

    objects: ClassVar[models.Manager[Attachment]]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")

    def as_payload(self) -> dict[str, Any]:
        """What travels to the page: all but the bytes."""
        return {
            "url": reverse("attachment", args=[self.key]),
            "name": self.name,
            "size": self.size,
            "picture": self.is_picture,
            "width": self.width,
            "height": self.height,
        }
