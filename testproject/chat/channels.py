"""The chat's rooms: one channel class, one topic per room. A page joins them all over one socket."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from django_phoenix.channel import Channel, Reply, event
from django_phoenix.history import History
from django_phoenix.presence import Presence
from testproject import visitors
from testproject.chat import store
from testproject.chat.uploads import Uid, Upload


class RoomPresence(Presence):
    """Who looks at a room: one key for each visitor, one meta for each of their tabs."""


class RoomChannel(Channel):
    presence: ClassVar[type[Presence] | None] = RoomPresence
    history: ClassVar[History | None] = History(size=200, ttl=600)

    async def join(self, payload: dict[str, Any], *, room: str) -> dict[str, Any]:
        self.assigns.room = room
        self.assigns.visitor = visitors.of_socket(self.socket)
        self.assigns.name = self.assigns.visitor.name
        self.assigns.here = False
        self.assigns.upload = None
        welcome = {"you": self.assigns.visitor.key, "now": timezone.now()}
        # Who comes back gets what was missed from the history, without a look at the database.
        return welcome if "phx_offset" in payload else {**welcome, **await self.latest()}

    @event
    async def latest(self) -> dict[str, Any]:
        """What was last said, for newcomers and for those who were away too long."""
        return {"messages": await sync_to_async(store.latest)(self.assigns.room)}

    @event
    async def enter(self, name: str) -> None:
        """Look at this room, or be called otherwise from now on."""
        visitor = self.assigns.visitor
        self.assigns.name = visitors.chosen_name(visitor, name)
        appear = self.update if self.assigns.here else self.track
        appear(visitor.key, {"name": self.assigns.name})
        self.assigns.here = True

    @event
    async def leave(self) -> None:
        """Look elsewhere. The room is still heard."""
        self.untrack(self.assigns.visitor.key)
        self.assigns.here = False

    @event
    async def typing(self, on: bool) -> None:
        if self.assigns.here:
            self.update(self.assigns.visitor.key, {"name": self.assigns.name, "typing": on})

    @event(rate="10/10s")
    async def new_msg(self, uid: Uid, body: Annotated[str, MaxLengthValidator(500)]) -> Reply:
        if not body.strip():
            raise ValidationError("Say something.")
        return await self.say(uid, body)

    # A file: announced, then sent in pieces. The reply to the last piece is that of its message.

    @event(rate="20/m")
    async def upload(self, upload: Upload) -> Reply:
        self.assigns.upload = upload
        return Reply.ok({})

    @event
    async def piece(self, data: Annotated[bytes, MaxLengthValidator(65_536)]) -> Reply:
        upload: Upload | None = self.assigns.upload
        if upload is None:
            raise ValidationError("Announce the file first.")
        upload.add(data)
        if not upload.complete:
            return Reply.ok({"received": len(upload.data)})
        self.assigns.upload = None
        return await self.say(upload.uid, upload.body, upload)

    async def say(self, uid: str, body: str, upload: Upload | None = None) -> Reply:
        message, is_new = await sync_to_async(store.keep)(
            self.assigns.room, uid, self.assigns.visitor.key, self.assigns.name, body.strip(), upload
        )
        if is_new:
            self.broadcast("new_msg", message)
        return Reply.ok({"id": message["id"]})
