"""Live views of components: some are there from the start, some come later."""

from __future__ import annotations

from typing import Any

from django_phoenix.live_component import LiveComponent
from django_phoenix.live_component import event as component_event
from django_phoenix.live_view import LiveView, event
from tests.support.components_site import components  # noqa: F401 (registers them)

HEAD = "{% load component_tags phoenix %}"


class Base(LiveView):
    class Assigns:
        shown: bool = False
        value: int = 1
        names: list[str] = []

    def mount(self, params: dict[str, Any], session: Any) -> None:
        self.assigns.shown = "shown" in params
        self.assigns.names = [name for name in params.get("names", "").split(",") if name]

    @event
    def show(self) -> None:
        self.assigns.shown = not self.assigns.shown

    @event
    def more(self) -> None:
        self.assigns.value += 1


BUTTONS = '<button phx-click="show">Show</button><button phx-click="more">More</button>'


class GaugesLive(Base):
    template = f"""{HEAD}{BUTTONS}
{{% for name in names %}}{{% component "gauge" name=name value=value / %}}{{% endfor %}}
{{% if shown %}}
  {{% component "gauge" name="late" unit="m" value=value %}}note {{{{ value }}}}{{% endcomponent %}}
{{% endif %}}
<a {{% live_navigate "other" %}}>Other</a>"""


class OtherLive(Base):
    template = f"""{HEAD}{BUTTONS}{{% component "gauge" name="elsewhere" value=value / %}}"""


class OpaqueLive(Base):
    template = f"""{HEAD}{BUTTONS}
{{% for name in names %}}{{% component "panel" name=name value=value / %}}{{% endfor %}}
{{% if shown %}}{{% component "panel" name="late" unit="m" value=value / %}}{{% endif %}}"""


class Holder(LiveComponent):
    """A live component with a gauge in it, once it is asked to show one."""

    template = f"""{HEAD}<div><button phx-click="open" phx-target="{{{{ myself }}}}">Open</button>
{{% if opened %}}{{% component "gauge" name=id value=1 / %}}{{% endif %}}</div>"""

    class Assigns:
        opened: bool = False

    @component_event
    def open(self) -> None:
        self.assigns.opened = True


class HoldersLive(Base):
    template = f"""{HEAD}{{% component "gauge" name="of the page" value=value / %}}
{{% live_component "{__name__}.Holder" id="one" %}}{{% live_component "{__name__}.Holder" id="two" %}}"""
