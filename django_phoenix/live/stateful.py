"""What live views and live components have in common: a state, and what they may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest

from django_phoenix.live.async_assigns import Asyncing
from django_phoenix.live.flash import Flash, check_flash
from django_phoenix.live.hooks import Hooked
from django_phoenix.live.navigation import (
    PUSH,
    REPLACE,
    Navigate,
    Patch,
    Redirect,
    external_url,
    local_path,
)
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.tasks import check_task
from django_phoenix.live.timers import NoTimer, Timer
from django_phoenix.live.updates import UpdateRequest, address_of
from django_phoenix.params import MARK
from django_phoenix.transport.read_only_session import ReadOnlySession


class Stateful(Asyncing, Hooked):
    """The methods ask; what they ask for takes hold when the callback returns. None of them blocks."""

    assigns: Any
    request: HttpRequest

    _live: Runtime
    # None: the view itself.
    _cid: int | None = None

    # Assigns that are rendered and not kept, with the values that they have otherwise: {"rows": []}. The page
    # goes on showing what it shows until they are set again.
    temporary_assigns: ClassVar[Mapping[str, Any]] = {}
    # These values, as they were put there after the last rendering.
    _placed: dict[str, Any] | None = None

    # Where we are.

    @property
    def connected(self) -> bool:
        """False during the GET, True on the socket."""
        return self._live.channel is not None

    @property
    def session(self) -> ReadOnlySession:
        """Django's session as it was at GET or join, read-only, under what the live_session adds."""
        return self._live.session

    @property
    def flash(self) -> Mapping[str, Any]:
        """The latest text of each kind that ``put_flash`` was given."""
        return self._open_flash().texts

    # The state.

    def assign(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Set several assigns at once."""
        vars(self.assigns).update({} if values is None else values, **named)

    def assign_new(self, name: str, make: Callable[[], Any]) -> None:
        """Set an assign unless it is there: to what is shared, if there is such a thing, else to ``make()``.

        Shared with a view that stands in another one are that one's assigns; with a view that answers a
        GET, what middleware and guards have put on the request under this name (``request.tenant``). On the
        socket no middleware runs, so there ``make`` is needed.
        """
        state = vars(self.assigns)
        if name not in state:
            shared = {} if self._cid is not None else self._live.shared()
            state[name] = shared[name] if name in shared else make()

    # Asking for something.

    def push_event(
        self, event: str, payload: dict[str, Any] | None = None, *, dispatch: str = "after"
    ) -> None:
        """Dispatch an event in the browser: hooks' ``handleEvent``, and ``phx:<event>`` on the window.

        That happens after the page has been changed by what else the callback did; with
        ``dispatch="before"`` before.
        """
        if payload is not None and not isinstance(payload, dict):
            raise TypeError(
                f"{type(self).__name__}.push_event({event!r}, …): the payload should be a dict, "
                f"got {type(payload).__name__}."
            )
        if dispatch not in ("after", "before"):
            raise ValueError(
                f"{type(self).__name__}.push_event({event!r}, …): dispatch should be 'after' or 'before', "
                f"which is before the page has changed, got {dispatch!r}."
            )
        self._live.push_event(event, payload or {}, before=dispatch == "before")

    def put_flash(self, kind: str, text: Any) -> None:
        """Show a message: ``{{ flash.info }}`` of the template, and among Django's ``{{ messages }}``.

        kind: "info", "success", "warning", "error", or a word of your own; there is one message of each.
        A view that is left at once takes it along: the next page shows it. A component's own template shows
        its messages; if it leads to another URL the page shows them. ``self.view.put_flash`` says it on the
        page.
        """
        check_flash(type(self).__name__, kind, text)
        self._open_flash().put(kind, text)

    def clear_flash(self, kind: str | None = None) -> None:
        """Take back the messages of a kind, or all."""
        self._open_flash().clear(kind)

    def push_patch(self, to: Any, *args: Any, replace: bool = False, **kwargs: Any) -> None:
        """Change the URL without leaving this view: ``handle_params`` runs, the state stays.

        ``to``: a path, a query such as ``"?page=2"``, a URL name with its arguments, or a model instance.
        """
        self._live.navigate(Patch(self._path(to, args, kwargs), REPLACE if replace else PUSH))

    def push_navigate(self, to: Any, *args: Any, replace: bool = False, **kwargs: Any) -> None:
        """Go to another live view of the live_session, over the same socket. ``to`` as in ``push_patch``."""
        self._live.navigate(Navigate(self._path(to, args, kwargs), REPLACE if replace else PUSH))

    def redirect(
        self, to: Any = None, *args: Any, external: str | None = None, status: int = 302, **kwargs: Any
    ) -> None:
        """Load another page: one of this site (``to`` as in ``push_patch``), or ``external="https://…"``."""
        if external is not None:
            self._live.navigate(Redirect(external_url(external), None if self.connected else status))
        else:
            self._live.navigate(Redirect(self._path(to, args, kwargs), status))

    def send_update(self, component: Any, /, id: Any = None, **assigns: Any) -> None:
        """Have a live component of this view updated: its ``update`` (or ``update_many``) gets ``assigns``.

        ``component``: its class, with the ``id`` of its tag; or its ``myself`` alone. It happens after the
        message in hand. Nothing happens at GET, or if there is no such component (any more).
        """
        request = UpdateRequest(*address_of(type(self).__name__, component, id), assigns)
        if self._live.channel is not None:
            self._live.channel.inform(request)

    def send_update_after(self, seconds: float, component: Any, /, id: Any = None, **assigns: Any) -> Timer:
        """``send_update`` after a while; ``cancel()`` the result to call it off."""
        request = UpdateRequest(*address_of(type(self).__name__, component, id), assigns)
        if self._live.channel is None:
            return NoTimer()
        timer: Timer = self._live.channel.send_after(seconds, request)
        return timer

    def start_async(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        """Run ``function(*args, **kwargs)`` beside the view; ``handle_async(name, result)`` gets the outcome.

        A ``def`` runs in a thread, an ``async def`` on the loop. Give it values, not ``self``: the view goes
        on meanwhile. Started again under the same name, only the newer one's result counts. Nothing is
        started at GET. Raises LiveViewError if the class has no ``handle_async``.
        """
        check_task(self, name, function)
        if self._live.channel is not None:
            self._live.channel.start_task((self._cid, name), function, args, kwargs)

    def _open_flash(self) -> Flash:
        return self._live.open_flash()

    def _path(self, to: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        try:
            return local_path(to, args, kwargs, self._live.request.get_full_path())
        except ValueError as error:
            raise ValueError(f"{type(self).__name__}: {error}") from error


def check_event_names(cls: type, base: type) -> None:
    """Raises TypeError for an event handler that takes the place of something of ours."""
    for name, value in vars(cls).items():
        if hasattr(value, MARK) and hasattr(base, name):
            raise TypeError(
                f"{cls.__name__}.{name}: as an event handler it would replace {base.__name__}.{name}. Give "
                f"the method another name; @event({name!r}) keeps the event's."
            )
