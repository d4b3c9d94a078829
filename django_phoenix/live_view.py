"""LiveView: a page whose state lives on the server and whose HTML follows it (Phoenix.LiveView).

    class CounterLive(LiveView):
        template_name = "counter.html"

        class Assigns:
            count: int = 0

        @event
        def inc(self, by: int = 1):
            self.assigns.count += by

    urlpatterns = [path("counter/", CounterLive.as_view(), name="counter")]

Every callback is ``def`` (runs in a thread and may block) or ``async def`` (runs on the event loop and must
not). One view handles one message at a time. The methods that ask for something, such as ``push_event``, are
ordinary functions in both kinds and never block; what they ask for takes hold when the callback returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import classonlymethod
from django.views import View

from django_phoenix import pubsub
from django_phoenix.async_result import AsyncResult
from django_phoenix.live import family
from django_phoenix.live.hooks import CONT, HALT, Halt
from django_phoenix.live.http import respond
from django_phoenix.live.post import respond_to_post, takes_posts
from django_phoenix.live.routes import live_root, mark_callback
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.session import live_session
from django_phoenix.live.spec import default, spec_of
from django_phoenix.live.stateful import Stateful, check_event_names
from django_phoenix.live.static_files import has_changed
from django_phoenix.live.tasks import Exit, Ok
from django_phoenix.live.timers import NoTimer, Timer
from django_phoenix.live.uploading import Uploading
from django_phoenix.params import MARK, Params, event
from django_phoenix.presence import Owning, owner_of
from django_phoenix.wire.message import Broadcast, Reply

__all__ = [
    "CONT", "HALT", "AsyncResult", "Broadcast", "Exit", "Halt", "LiveView", "Ok", "Params", "Reply", "event",
    "live_session",
]  # fmt: skip


@live_root
class LiveView(Stateful, Uploading, View):
    """Subclass it, give it a template, and route it as any class-based view: ``path("x/", X.as_view())``."""

    # The template: a file's name, or the source itself.
    template_name: ClassVar[str | None] = None
    template: ClassVar[str | None] = None

    # The page around it: the layout for a template that extends none, and the block that is live.
    # None: what the live_session says, else the settings LAYOUT and LIVE_BLOCK.
    layout: ClassVar[str | None] = None
    live_block: ClassVar[str | None] = None

    # The element that holds the view: a tag, or a tag and its attributes.
    container: str | tuple[str, Mapping[str, Any]] = "div"

    # Guards: functions (view, params, session), or classes with such an ``on_mount`` method. They run before
    # ``mount`` at GET, join and live navigation, may assign and attach_hook(), and refuse by ``redirect()``
    # or an exception.
    on_mount: ClassVar[Sequence[Any]] = ()

    # The event of a plain POST that names none by the key "_event": of a form where no script runs.
    post_event: ClassVar[str | None] = None

    # For one class under several routes: path("new/", X.as_view(live_action="new")).
    live_action: str | None = None

    _live: Runtime
    # Whether handle_params is what fills the view, so that one without a URL of its own needs it, too.
    _loads_by_params: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        check_event_names(cls, LiveView)
        # Django would call a handler named `delete` for an HTTP DELETE: unmounted, past all guards.
        cls.http_method_names = [
            name for name in cls.http_method_names if not hasattr(getattr(cls, name, None), MARK)
        ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.assigns: Any = spec_of(type(self)).declaration.fresh()

    # Callbacks.

    @default
    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> Any:
        """Set up the state: once for the GET, and again for the socket (``self.connected``).

        ``params``: the query, and over it what the URL pattern captured. ``session``: Django's, read-only.
        """

    @default
    def handle_params(self, params: dict[str, Any], uri: str) -> Any:
        """After ``mount`` and whenever the URL has changed by a patch. ``uri`` is the full URL."""

    @default
    def handle_event(self, event: str, params: Any) -> Any:
        """An event that no ``@event`` method takes. A returned dict is the reply to the client's hook."""

    @default
    def handle_info(self, message: Any) -> Any:
        """A Broadcast of a topic from ``subscribe``, or what ``send_after`` was given."""

    @default
    def handle_async(self, name: str, result: Ok | Exit) -> Any:
        """What a function given to ``start_async`` has returned, ``Ok(value)``; or why not, ``Exit(…)``."""

    @default
    def render(self) -> Any:
        """The name of the template to show now, where one view has several; None: the view's own.

        A plain ``def``, called for each rendering. All of them need the same root template.
        """

    @default
    def terminate(self, reason: Any) -> Any:
        """The view has ended: "left", "closed", or the exception it died of."""

    # Where we are.

    @property
    def connect_params(self) -> dict[str, Any]:
        """What the client sent with its join (``_mounts``, ``_track_static``, your own); empty at GET."""
        return self._live.connect_params

    @property
    def live_ref(self) -> str:
        """The view's address: for ``send_update`` from outside. Empty at GET."""
        return "" if self._live.channel is None else self._live.channel.ref

    @property
    def nested(self) -> bool:
        """Whether a ``{% live_render %}`` shows this view, so that no URL leads to it."""
        return self._live.is_nested

    @property
    def static_changed(self) -> bool:
        """Whether the site's static files are others than those that the page was loaded with.

        Known of the tags with ``phx-track-static``, those of ``{% live_head %}`` among them, where a storage
        such as ManifestStaticFilesStorage puts a digest into names. Then a page load is due.
        """
        return has_changed(self._live.connect_params.get("_track_static"))

    # Asking for something; the rest stands in Stateful.

    def send_view(self, message: Any) -> None:
        """Put ``message`` before this view's own ``handle_info``, after the message in hand. Not at GET."""
        if self._live.channel is not None:
            self._live.channel.inform(message)

    def send_parent(self, message: Any) -> None:
        """Put ``message`` before ``handle_info`` of the view that this one stands in, at once. Not at GET.

        Raises LiveViewError if it stands in none: a sticky view does not.
        """
        parent = family.parent_of(self._live, "send_parent")
        if parent.channel is not None:
            parent.channel.inform(message)

    def send_child(self, id: str, message: Any) -> bool:
        """Put ``message`` before ``handle_info`` of a child that has joined; False if there is none."""
        child = family.child_of(self._live, id)
        if child is not None:
            child.inform(message)
        return child is not None

    def link_parent(self) -> None:
        """From now on a crash of this view takes its parent along. Raises as ``send_parent``."""
        family.parent_of(self._live, "link_parent")
        family.family_of(self._live).linked = True

    def subscribe(self, topic: str) -> None:
        """Broadcasts on ``topic`` come to ``handle_info`` from now on. Does nothing at GET."""
        if self._live.channel is not None:
            self._live.channel.subscribe(topic)

    def unsubscribe(self, topic: str) -> None:
        """The end of ``subscribe``."""
        if self._live.channel is not None:
            self._live.channel.unsubscribe(topic)

    def broadcast(
        self, topic: str, event: str, payload: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """Send to every subscriber of ``topic``, this view included. At once; in a transaction, on commit."""
        pubsub.broadcast(topic, event, payload or {}, **options)

    def broadcast_from(
        self, topic: str, event: str, payload: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """Send to every subscriber of ``topic`` but this view."""
        if self._live.channel is None:
            pubsub.broadcast(topic, event, payload or {}, **options)
        else:
            pubsub.broadcast_from(self._live.channel.ref, topic, event, payload or {}, **options)

    def send_after(self, seconds: float, message: Any) -> Timer:
        """Get ``message`` in ``handle_info`` after a while; ``cancel()`` the result to call it off.

        At GET nothing is started.
        """
        if self._live.channel is None:
            return NoTimer()
        timer: Timer = self._live.channel.send_after(seconds, message)
        return timer

    def send_every(self, seconds: float, message: Any) -> Timer:
        """Get ``message`` in ``handle_info`` again and again, until ``cancel()`` or the end of the view.

        The first comes after ``seconds``; none come while one still waits. At GET nothing is started.
        """
        if self._live.channel is None:
            return NoTimer()
        timer: Timer = self._live.channel.send_every(seconds, message)
        return timer

    def localize(self, language: str | None = None, time_zone: str | None = None) -> None:
        """Change the view's language or time zone, from now on."""
        self._live.localize(language, time_zone)

    # Django's side.

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Main entry point for a request-response process."""
        spec_of(
            cls
        )  # a handler whose signature makes no sense is an error of the start, not of the first click
        callback = super().as_view(**initkwargs)
        mark_callback(callback)
        return callback

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Django's entry to a view that is set up; a plain POST becomes an event."""
        if request.method == "POST" and takes_posts(self):
            return respond_to_post(self, request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the GET with the page, complete and without a socket."""
        return respond(self, request)


@owner_of.register(LiveView)
def _(view: LiveView) -> Owning | None:
    channel = view._live.channel
    return None if channel is None else Owning(channel.server)
