"""Uploads: to a storage elsewhere, and with inputs of all kinds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from django_phoenix.live_view import LiveView, Params, event
from django_phoenix.uploads import UploadFailed
from testproject.pages.middleware import POLICY
from tests.support.feature_site.presigned import presigned_form

# Outside the form, whose buttons are disabled while it is submitted.
ENTRIES = """{% for entry in uploads.files.entries %}<p class="entry">{{ entry.client_name }}
{{ entry.progress }}%
{% for error in entry.errors %}<em>{{ error.code }} {{ error.reason }}</em>{% endfor %}
<button type="button" name="cancel" phx-click="cancel" phx-value-ref="{{ entry.ref }}">Cancel</button></p>
{% endfor %}"""


class S3Live(LiveView):
    """Files go to the storage that the URL names."""

    layout = "uploads/uploaders.html"
    template = (
        "{% load phoenix %}<form phx-change='choose' phx-submit='save'>{% live_file_input uploads.files %}"
        "<button name='by' value='button'>Save</button></form><p id='kept'>{{ kept|join:', ' }}</p>"
        + ENTRIES
        + "<button id='leave' phx-click='leave'>Leave</button>"
    )

    class Assigns:
        kept: list[str] = []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().get(request, *args, **kwargs)
        response["Content-Security-Policy"] = f"{POLICY}; connect-src 'self' {request.GET['at']}"
        return response

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.at = params["at"]
        self.allow_upload("files", max_entries=3, max_file_size=50_000_000, external=self.presign)

    def presign(self, entry: Any) -> dict[str, Any]:
        if entry.client_name == "unwanted.txt":
            raise UploadFailed({"reason": "not that one"})
        secret = {"secret": "wrong"} if entry.client_name == "forged.txt" else {}
        form = presigned_form(self.at, "photos", f"{entry.client_name}", entry.client_size, **secret)
        return {"uploader": "S3", **form}

    @event
    def choose(self) -> None:
        pass

    @event
    def cancel(self, ref: str) -> None:
        self.cancel_upload("files", ref)

    @event
    def save(self) -> None:
        self.assigns.kept += self.consume_uploaded_entries("files", lambda meta, entry: meta["fields"]["key"])

    @event
    def leave(self) -> None:
        self.push_navigate("/uploads/inputs/")


class InputsLive(LiveView):
    """An input that stands outside its form, one that is locked and dressed anew, one for folders."""

    layout = "uploads/uploaders.html"
    template = """{% load phoenix %}
    <form id="f" phx-change="choose" phx-submit="save">
      <input name="title" aria-label="Title"><button>Save</button>
    </form>
    {% live_file_input uploads.picture form="f" required class=look disabled=locked %}
    {% live_file_input uploads.folder form="f" webkitdirectory %}
    <p id="chosen">{% for entry in uploads.folder.entries %}{{ entry.client_relative_path }} {% endfor %}</p>
    <p id="kept">{{ kept|join:", " }}</p>
    <button id="dress" phx-click="dress">Dress</button><button id="lock" phx-click="lock">Lock</button>
    """

    class Assigns:
        look: str = "plain"
        locked: bool = False
        kept: list[str] = []

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.allow_upload("picture")
        self.allow_upload("folder", max_entries=10)

    @event
    def choose(self, params: Params) -> None:
        pass

    @event
    def dress(self) -> None:
        self.assigns.look += " dressed"

    @event
    def lock(self) -> None:
        self.assigns.locked = not self.assigns.locked

    @event
    def save(self, title: str) -> None:
        for name in ("picture", "folder"):
            self.assigns.kept += self.consume_uploaded_entries(
                name, lambda file, entry: f"{title} {entry.client_name} {file.read().decode()}"
            )


urlpatterns = [path("s3/", S3Live.as_view()), path("inputs/", InputsLive.as_view())]
