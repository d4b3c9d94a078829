"""What other pages show alone, one in the other: components, child and sticky views, portals, uploads."""

from __future__ import annotations

from typing import Any

from django.urls import path

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import LiveView, event
from tests.support.feature_site.models import Note

HERE = "tests.support.feature_site.pages.mixed"


class Editor(LiveComponent):
    """A form with an upload; in a portal a hook of its own, and what a query gives."""

    template = """{% load phoenix %}<section id="editor">
      <output id="kept">{{ text }}|{{ files }}|{{ flash.info }}</output>
      <form id="edit" phx-change="changed" phx-submit="save" phx-target="{{ myself }}">
        <input name="text" value="{{ text }}" aria-label="Text">
        {% live_file_input uploads.doc %}
        <button id="save">Save</button>
      </form>
      {% portal id="editor-portal" target="#overlays" %}
        {% focus_wrap id="box" class="box" %}
          <i id="echo" phx-hook=".Echo" phx-target="{{ myself }}" phx-update="ignore"></i>
          <button id="deep" phx-click="patch" phx-target="{{ myself }}">Patch</button>
          <button id="go" phx-click="go" phx-target="{{ myself }}">Go</button>
        {% endfocus_wrap %}
        <ul id="mixed-notes" phx-update="stream">
          {% for dom_id, note in streams.notes %}<li id="{{ dom_id }}">{{ note }}</li>{% endfor %}
        </ul>
      {% endportal %}
      {% colocated_hook ".Echo" %}
      <script>
        export default {
          async mounted() {
            const [answer] = await this.pushEventTo(this.el, "echo", {})
            this.el.textContent = `heard ${answer.value.reply.said}`
          },
        }
      </script>
      {% endcolocated_hook %}
    </section>"""

    class Assigns:
        text: str = ""
        files: str = ""

    def mount(self) -> None:
        self.allow_upload("doc", accept=[".txt"])
        notes = Note.objects.filter(title__startswith="mixed").order_by("title")
        self.stream("notes", notes, live=True, dom_id=lambda note: f"mixed-{note.pk}")

    @event
    def echo(self) -> dict[str, str]:
        return {"said": "you"}

    @event
    def changed(self, text: str) -> None:
        self.assigns.text = text

    @event
    def save(self, text: str) -> None:
        def take(file: Any, entry: Any) -> str:
            return str(file.read(), "utf-8")

        self.assigns.files = ",".join(self.consume_uploaded_entries("doc", take))
        self.put_flash("info", f"saved {text}")
        Note.objects.create(title=f"mixed {text}")

    @event
    def patch(self) -> None:
        self.push_patch("?step=2")

    @event
    def go(self) -> None:
        self.put_flash("info", "on we go")
        self.push_navigate("/mixed/two/")


class EditorLive(LiveView):
    """A child that shows the component, or not."""

    template = (
        "{% load phoenix %}"
        '<button id="toggle" phx-click="toggle">Toggle</button>'
        f'{{% if is_open %}}{{% live_component "{HERE}.Editor" id="e" %}}{{% endif %}}'
    )

    class Assigns:
        is_open: bool = True

    @event
    def toggle(self) -> None:
        self.assigns.is_open = not self.assigns.is_open


class TickerLive(LiveView):
    """Stays while its page goes."""

    template = '<button id="tick" phx-click="tick">{{ count }}</button>'

    class Assigns:
        count: int = 0

    @event
    def tick(self) -> None:
        self.assigns.count += 1


class MixedLive(LiveView):
    """Its URL is patched twice by one patch of the component in its child."""

    layout = "scripts/overlays.html"
    template = (
        "{% load phoenix %}"
        '<h1>{{ step }}</h1><p id="flash">{{ flash.info }}</p>'
        f'{{% live_render "{HERE}.EditorLive" id="child" %}}'
        f'{{% live_render "{HERE}.TickerLive" id="ticker" sticky=True %}}'
    )

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assigns.step = params.get("step", "1")
        if self.assigns.step == "2":
            self.push_patch("?step=3")


class TwoLive(MixedLive):
    template = MixedLive.template.replace("<h1>", "<h1>Two ")


urlpatterns = [path("", MixedLive.as_view()), path("two/", TwoLive.as_view())]
