"""LiveComponent: a part of a live view with a state and events of its own (Phoenix.LiveComponent).

    class CardComponent(LiveComponent):
        template = '''
            <li id="card-{{ id }}">
              {{ card.title }} <button phx-click="like" phx-target="{{ myself }}">{{ likes }}</button>
            </li>'''

        class Assigns:
            likes: int = 0

        @event
        def like(self):
            self.assigns.likes += 1

    {% load phoenix %}
    {% for card in cards %}{% live_component "board.CardComponent" id=card.pk card=card %}{% endfor %}

It lives in its view's process: one message at a time, and a crash is the view's. As in a view, callbacks are
``def`` (in a thread) or ``async def`` (on the loop), and what they ask for takes hold when they return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import HttpRequest

from django_phoenix.async_result import AsyncResult
from django_phoenix.live.flash import Flash
from django_phoenix.live.hooks import CONT, HALT, Halt
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.spec import component_spec_of, default
from django_phoenix.live.stateful import Stateful, check_event_names
from django_phoenix.live.tasks import Exit, Ok
from django_phoenix.live.updates import Myself, UpdateRequest, address_of, as_message
from django_phoenix.live.uploading import Uploading
from django_phoenix.params import Params, event
from django_phoenix.presence import Owning, owner_of
from django_phoenix.transport.post import send
from django_phoenix.wire.message import Reply

if TYPE_CHECKING:
    from django_phoenix.live_view import LiveView

__all__ = [
    "CONT", "HALT", "AsyncResult", "Exit", "Halt", "LiveComponent", "Ok", "Params", "Reply", "event",
    "send_update",
]  # fmt: skip

Updates = list[tuple[Any, dict[str, Any]]]


class LiveComponent(Stateful, Uploading):
    """Subclass it, give it a template of one root element, and show it with ``{% live_component %}``."""

    # The template: a file's name, or the source itself. Exactly one element at its root, always the same.
    template_name: ClassVar[str | None] = None
    template: ClassVar[str | None] = None

    is_live_component: ClassVar[bool] = True
    # So that a variable in a template may hold the class.
    do_not_call_in_templates: ClassVar[bool] = True

    # What the tag calls it: with the class, it is which component this is, wherever on the page it stands.
    id: Any
    # What ``phx-target`` takes, and ``send_update``. In the template: ``{{ myself }}``.
    myself: Myself

    # From its first put_flash on.
    _flash: Flash | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        check_event_names(cls, LiveComponent)

    def __init__(self, live: Runtime, id: Any, cid: int) -> None:
        self._live = live
        self._cid = cid
        self.id = id
        self.myself = Myself(cid)
        self.assigns = component_spec_of(type(self)).declaration.fresh()

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__} {self.id!r} of {type(self._live.view).__qualname__}>"

    # Callbacks.

    @default
    def mount(self) -> Any:
        """Set up the state, once, before the first ``update``."""

    @default
    def update(self, **assigns: Any) -> Any:
        """The arguments of the tag, at first and whenever one of them has changed; or those of send_update.

        Name the ones you need: ``def update(self, card=None, **rest)``. A class that defines none has them
        assigned, those alone that have changed.
        """
        self.assign(assigns)

    @classmethod
    @default
    def update_many(cls, updates: Updates) -> Any:
        """In place of ``update``, for all components of the class that are due: one query for all of them.

        ``updates``: pairs of a component and its arguments. Set their assigns; nothing is returned.
        """

    @default
    def handle_event(self, event: str, params: Any) -> Any:
        """An event for this component that no ``@event`` method takes. A returned dict is the reply."""

    @default
    def handle_async(self, name: str, result: Ok | Exit) -> Any:
        """What a function given to ``start_async`` has returned, ``Ok(value)``; or why not, ``Exit(…)``."""

    @default
    def render(self) -> Any:
        """The name of the template to show now, where one component has several; None: its own."""

    # Where we are.

    @property
    def view(self) -> LiveView:
        """The live view that it lives in. It is not rendered for what a component does to it: send_view."""
        return self._live.view

    @property
    def request(self) -> HttpRequest:  # type: ignore[override]
        """The view's: ``self.request.user``."""
        return self._live.request

    # Asking for something.

    def send_view(self, message: Any) -> None:
        """Put ``message`` before the view's ``handle_info``, after the message in hand. Not at GET."""
        if self._live.channel is not None:
            self._live.channel.inform(message)

    def _open_flash(self) -> Flash:
        if self._flash is None:
            self._flash = Flash()
        return self._flash


@owner_of.register(LiveComponent)
def _(component: LiveComponent) -> Owning | None:
    return owner_of(component.view)


def send_update(ref: str, component: type[LiveComponent], /, id: Any, **assigns: Any) -> None:
    """``send_update`` from outside: ``ref`` is the view's ``live_ref``, in whichever process it lives.

    From any thread. Nothing happens if the view has ended or shows no such component. Raises TypeError if
    the view is in another process and ``id`` or the assigns are no JSON.
    """
    address_of("send_update", component, id)
    send(ref, as_message(UpdateRequest(component, id, assigns)))
