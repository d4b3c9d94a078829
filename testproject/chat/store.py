"""The chat's part of the database."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from testproject.chat.models import Attachment, Message
from testproject.chat.uploads import Upload

REMEMBERED = 50
MOST_FILES = 40


def latest(room: str) -> list[dict[str, Any]]:
    """What was last said in a room, oldest first."""
    messages = list(Message.objects.filter(room=room).order_by("-pk")[:REMEMBERED])
    files = Attachment.objects.filter(message__in=messages).defer("data")
    by_message = {attachment.message_id: attachment for attachment in files}
    return [message.as_payload(by_message.get(message.pk)) for message in reversed(messages)]


@transaction.atomic
def keep(
    room: str, uid: str, author: str, name: str, body: str, upload: Upload | None
) -> tuple[dict[str, Any], bool]:
    """The message as the pages get it, and whether it is new: one that comes twice is not."""
    message, is_new = Message.objects.get_or_create(
        room=room, uid=uid, defaults={"author": author, "name": name, "body": body}
    )
    attachment = attach(upload, message) if upload and is_new else None
    return message.as_payload(attachment), is_new


def attach(upload: Upload, message: Message) -> Attachment:
    """Files are large: the messages with a room's oldest ones go."""
    attachment = Attachment.objects.create(
        message=message,
        name=upload.name,
        kind=upload.kind,
        size=upload.size,
        width=upload.width,
        height=upload.height,
        data=bytes(upload.data),
    )
    with_file = Message.objects.filter(room=message.room, attachment__isnull=False).order_by("-pk")
    Message.objects.filter(pk__in=list(with_file.values_list("pk", flat=True)[MOST_FILES:])).delete()
    return attachment
