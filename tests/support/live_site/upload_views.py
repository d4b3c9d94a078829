"""Views with uploads, each a little different, for tests/live/test_uploads.py."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import InMemoryStorage
from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, Params, event
from django_phoenix.uploads import Postpone, UploadFailed, UploadWriter

TEMPLATE = """{% extends "base.html" %}{% load phoenix %}{% block content %}
<form id="f" phx-change="validate" phx-submit="save">{% live_file_input uploads.files class="pick" %}</form>
{% for entry in uploads.files.entries %}<p>{% live_img_preview entry width=50 %}
{{ entry.client_name }}:{{ entry.progress }}
{% for error in entry.errors %}<i>{{ error }}</i>{% endfor %}</p>{% endfor %}
{% for error in uploads.files|upload_errors %}<b>{{ error }}</b>{% endfor %}<u>{{ said }}</u>{% endblock %}"""


class UploadLive(LiveView):
    """``options`` are those of allow_upload."""

    template = TEMPLATE
    options: ClassVar[dict[str, Any]] = {"accept": ".txt,.md", "max_entries": 2}
    # The ones that were mounted on a socket.
    mounted: ClassVar[list[UploadLive]] = []

    class Assigns:
        said: str = ""

    def mount(self, params: Any, session: Any) -> None:
        self.allow_upload("files", **self.options, **self.own_options())
        if self.connected:
            self.mounted.append(self)

    def own_options(self) -> dict[str, Any]:
        return {}

    @event
    def validate(self, params: Params) -> None:
        self.assigns.said = f"{len(self.assigns.uploads.files.entries)} chosen"

    @event
    def save(self) -> None:
        read = self.consume_uploaded_entries(
            "files", lambda file, entry: f"{file.name}={file.read().decode()}"
        )
        self.assigns.said = ", ".join(read)

    @event
    def keep(self) -> None:
        kept = self.consume_uploaded_entries("files", lambda file, entry: Postpone(file.read().decode()))
        self.assigns.said = f"kept {kept}"

    @event
    def save_one(self) -> None:
        entry = self.assigns.uploads.files.entries[0]
        self.assigns.said = self.consume_uploaded_entry(entry, lambda file, entry: file.content_type)

    @event
    def count(self) -> None:
        done, waiting = self.uploaded_entries("files")
        self.assigns.said = f"{len(done)} done, {len(waiting)} waiting"

    @event
    def cancel(self, ref: str) -> None:
        self.cancel_upload("files", ref)

    @event
    def again(self) -> None:
        self.allow_upload("files", **self.options)

    @event
    def disallow(self) -> None:
        self.disallow_upload("files")

    @event
    def crash(self) -> None:
        raise RuntimeError("crashed")


class SingleLive(UploadLive):
    options: ClassVar[dict[str, Any]] = {"max_file_size": 10}


class AutoLive(UploadLive):
    options: ClassVar[dict[str, Any]] = {"accept": [".txt"], "auto_upload": True, "max_file_size": 50_000_000}

    def own_options(self) -> dict[str, Any]:
        return {"progress": self.hear}

    def hear(self, name: str, entry: Any) -> None:
        self.assigns.said = f"{name} {entry.progress}"
        if entry.done and entry.client_name == "away.txt":
            self.push_navigate("/uploads/")


class AsyncLive(UploadLive):
    options: ClassVar[dict[str, Any]] = {"max_entries": 1, "max_entries_mode": "total", "chunk_timeout": 0.1}

    def own_options(self) -> dict[str, Any]:
        return {"validator": self.check}

    async def check(self, entry: Any) -> None:
        if entry.client_name == "bad.txt":
            raise ValidationError("Not that one.", code="bad_name")

    @event
    async def save(self) -> None:
        first = await self.aconsume_uploaded_entries("files", self.read)
        self.assigns.said = ", ".join(first)

    async def read(self, file: Any, entry: Any) -> str:
        return file.read().decode()


class ExternalLive(UploadLive):
    options: ClassVar[dict[str, Any]] = {"max_entries": 3}

    def own_options(self) -> dict[str, Any]:
        return {"external": self.presign}

    async def presign(self, entry: Any) -> dict[str, Any]:
        if entry.client_name == "refused.txt":
            raise UploadFailed({"why": "full"})
        return {"uploader": "S3", "url": f"https://s3.example/{entry.client_name}"}

    @event
    def save(self) -> None:
        self.assigns.said = ", ".join(self.consume_uploaded_entries("files", lambda meta, entry: meta["url"]))


class ExternalAutoLive(ExternalLive):
    options: ClassVar[dict[str, Any]] = {"max_entries": 3, "auto_upload": True, "accept": ".txt"}


class Recorder(UploadWriter):
    """Fails by what the file is called."""

    calls: ClassVar[list[Any]] = []

    def __init__(self, entry: Any) -> None:
        super().__init__(entry)
        self.parts: list[bytes] = []

    def open(self) -> None:
        self.tell("open")

    async def write_chunk(self, data: bytes) -> None:
        self.parts.append(data)
        self.tell("write")

    def close(self, reason: Any) -> None:
        self.calls.append(("close", reason if isinstance(reason, str) else type(reason).__name__))
        if self.entry.client_name == "close.txt" and reason == "done":
            raise UploadFailed("no room")

    def meta(self) -> Any:
        return b"".join(self.parts)

    async def discard(self, consumed: bool) -> None:
        self.calls.append(("discard", consumed))

    def tell(self, what: str) -> None:
        self.calls.append(what)
        if self.entry.client_name == f"{what}.txt":
            raise UploadFailed("no room")
        if self.entry.client_name == f"{what}-bug.txt":
            raise ValueError("a bug")


class WriterLive(UploadLive):
    options: ClassVar[dict[str, Any]] = {"max_entries": 3, "writer": Recorder}

    @event
    def save(self) -> None:
        self.assigns.said = str(self.consume_uploaded_entries("files", lambda data, entry: data.decode()))


class FileForm(forms.Form):
    title = forms.CharField()
    files = forms.FileField()


class FormLive(UploadLive):
    """A Django form with a FileField, and a storage."""

    storage: ClassVar[InMemoryStorage] = InMemoryStorage()
    options: ClassVar[dict[str, Any]] = {}

    @event
    def save(self, params: Params) -> None:
        form = FileForm(params, self.uploaded_files())
        if not form.is_valid():
            self.assigns.said = str(dict(form.errors))
            return
        self.assigns.said = self.storage.save(
            "x/" + form.cleaned_data["files"].name, form.cleaned_data["files"]
        )
        self.consume_uploaded_entries("files")


class Attachments(LiveComponent):
    """Its own upload."""

    template = """{% load phoenix %}<form id="at-{{ id }}" phx-change="validate" phx-target="{{ myself }}">
{% live_file_input uploads.files %}{% for entry in uploads.files.entries %}
{{ entry.client_name }}:{{ entry.progress }}
{% endfor %}{{ said }}</form>"""
    opened: ClassVar[list[Attachments]] = []

    class Assigns:
        said: str = ""

    def mount(self) -> None:
        self.allow_upload("files", progress=self.hear)
        self.opened.append(self)

    def hear(self, name: str, entry: Any) -> None:
        self.assigns.said = f"{self.id} {name} {entry.progress}"

    @event
    def validate(self) -> None:
        self.assigns.said = "chosen"

    @event
    def save(self) -> None:
        (self.assigns.said,) = self.consume_uploaded_entries(
            "files", lambda file, entry: file.read().decode()
        )


class ComponentsLive(LiveView):
    """Two components with an upload each, of one name."""

    template = """{% extends "base.html" %}{% load phoenix %}{% block content %}{% for n in shown %}
{% live_component "tests.support.live_site.upload_views.Attachments" id=n %}{% endfor %}{% endblock %}"""

    class Assigns:
        shown: tuple[int, ...] = (1, 2)

    @event
    def hide(self, n: int) -> None:
        self.assigns.shown = tuple(each for each in self.assigns.shown if each != n)


VIEWS = {
    "components/": ComponentsLive,
    "": UploadLive,
    "single/": SingleLive,
    "auto/": AutoLive,
    "async/": AsyncLive,
    "external/": ExternalLive,
    "external-auto/": ExternalAutoLive,
    "writer/": WriterLive,
    "form/": FormLive,
}

urlpatterns = [path(f"uploads/{name}", view.as_view()) for name, view in VIEWS.items()]
