"""The benchmark's live pages. Each does the least that its workload asks for."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

from django import forms

from django_phoenix import generic
from django_phoenix.live_view import Broadcast, LiveView, Params, event
from testproject.bench.rows import KeyedRow, Row, rows

CHAT = "bench-chat"
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


class AddressForm(forms.Form):
    """Ten fields, as of a shop."""

    name = forms.CharField(max_length=80)
    email = forms.EmailField()
    phone = forms.CharField(max_length=40, required=False)
    street = forms.CharField(max_length=80)
    zip = forms.RegexField(r"^[0-9A-Z -]{3,10}$")
    city = forms.CharField(max_length=80)
    country = forms.ChoiceField(choices=[("de", "Germany"), ("fr", "France"), ("at", "Austria")])
    born = forms.DateField(required=False)
    news = forms.BooleanField(required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)


class FormLive(LiveView):
    template_name = "bench/form.html"

    class Assigns:
        form: AddressForm

    async def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        self.assigns.form = AddressForm()

    @event
    async def validate(self, params: Params) -> None:
        self.assigns.form = AddressForm(params)


class FormSyncLive(generic.FormLive):
    """The same by the generic view, in a thread."""

    template_name = "bench/form.html"
    form_class = AddressForm
    success_url = "/"


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
