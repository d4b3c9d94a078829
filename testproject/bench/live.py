"""The benchmark's live pages. Each does the least that its workload asks for."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

from django_phoenix.live_view import Broadcast, LiveView, event
from testproject.bench.rows import KeyedRow, Row, rows

CHAT = "bench-chat"
FIELDS = ("name", "email", "phone", "street", "zip", "city", "country", "company", "title", "note")
values = itertools.count(1000)


class CounterLive(LiveView):
    template_name = "bench/counter.html"

    class Assigns:
        count: int = 0

    @event
    async def inc(self) -> None:
        self.assigns.count += 1


class CounterSyncLive(LiveView):
    template_name = "bench/counter.html"

    class Assigns:
        count: int = 0

    @event
    def inc(self) -> None:
        self.assigns.count += 1


class TableLive(LiveView):
    template_name = "bench/table.html"

    class Assigns:
        rows: list[Row]

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.rows = rows(Row)

    @event
    async def touch(self) -> None:
        random.choice(self.assigns.rows).units = next(values)


class TableKeyedLive(LiveView):
    template_name = "bench/table_keyed.html"

    class Assigns:
        rows: list[KeyedRow]

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.rows = rows(KeyedRow)

    @event
    async def touch(self) -> None:
        random.choice(self.assigns.rows).units = next(values)


class Field:
    """One input with its value and what is wrong with it."""

    __slots__ = ("error", "name", "value")

    def __init__(self, name: str) -> None:
        self.name, self.value, self.error = name, "", ""


class FormLive(LiveView):
    template_name = "bench/form.html"

    class Assigns:
        fields: list[Field]

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.fields = [Field(name) for name in FIELDS]

    @event
    async def validate(self, user: dict[str, Any]) -> None:
        for field in self.assigns.fields:
            field.value = user.get(field.name, "")
            field.error = "" if field.value else "can't be blank"


class ChatLive(LiveView):
    template_name = "bench/chat.html"

    class Assigns:
        messages: list[str] = []  # noqa: RUF012 (each view gets its own copy)

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.subscribe(CHAT)

    @event
    async def send(self, text: str) -> None:
        self.broadcast(CHAT, "said", {"text": text})

    async def handle_info(self, message: Broadcast) -> None:
        self.assigns.messages.append(message.payload["text"])


class ChatStreamLive(LiveView):
    """The same, with messages that only the browser keeps."""

    template_name = "bench/chat_stream.html"

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.stream("messages", [])
        self.subscribe(CHAT)

    @event
    async def send(self, text: str) -> None:
        self.broadcast(CHAT, "said", {"id": next(values), "text": text})

    async def handle_info(self, message: Broadcast) -> None:
        self.stream_insert("messages", message.payload)


class UploadLive(LiveView):
    template_name = "bench/upload.html"

    class Assigns:
        size: int = 0

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.allow_upload("files", max_file_size=1_000_000_000)

    @event
    async def validate(self) -> None:
        pass

    @event
    def save(self) -> None:
        (self.assigns.size,) = self.consume_uploaded_entries("files", lambda file, entry: file.size)
