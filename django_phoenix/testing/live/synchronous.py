"""The face for synchronous tests: ``live``."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.test import AsyncClient, Client

from django_phoenix.testing.crashes import Crashed
from django_phoenix.testing.live.acting import Acting, press_in_window
from django_phoenix.testing.live.facts import ElementFacts, UploadFacts, ViewFacts
from django_phoenix.testing.live.later import crashing, finish
from django_phoenix.testing.live.moves import LOAD, NAVIGATE, PATCH
from django_phoenix.testing.live.opening import NO_DATA, open_tab, tab_for
from django_phoenix.testing.live.query import Query, Text
from django_phoenix.testing.live.recovery import reconnect, rejoin
from django_phoenix.testing.live.uploads import WHOLE, fail_file, send_files
from django_phoenix.testing.peer import TIMEOUT
from django_phoenix.testing.world import world_of_test

__unittest = True

T = TypeVar("T")


def live(
    client: Client,
    url: str,
    *,
    params: Mapping[str, Any] = NO_DATA,
    headers: Mapping[str, str] = NO_DATA,
) -> LivePage:
    """Open a page as a browser does: GET, and the join of its live views. It closes when the test is over.

    ``client``: Django's test client, perhaps logged in. Redirects are followed. ``params`` are those of the
    page's LiveSocket (``connect_params``), ``headers`` go with each request and with the socket.

    Raises what the view raises; AssertionError if there is no live view at ``url``.
    """
    __tracebackhide__ = True
    world = world_of_test()
    tab = tab_for(world, client, params, headers)
    if isinstance(client, AsyncClient):
        raise TypeError(
            "live(…) is for synchronous tests and their Client; for AsyncClient use `await alive(…)`."
        )
    world.run(open_tab(tab, tab.browser.load_now(url)))
    return LivePage(tab, None)


class _Doing:
    _tab: Any
    _world: Any

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        __tracebackhide__ = True
        result: T = self._world.run(self._tab.act(work))
        return result


class LivePage(ViewFacts, _Doing):
    """A page in a browser's tab, or one view of it. Each call returns when the server is idle."""

    def __enter__(self) -> LivePage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def element(self, selector: str, text: Text = None) -> LiveElement:
        """The element that matches, and holds ``text`` (a string or a compiled regular expression)."""
        return LiveElement(self._query(selector, text))

    def form(self, selector: str, data: Mapping[str, Any] | None = None) -> LiveForm:
        """The form that matches, filled in with ``data`` when it is changed or submitted."""
        return LiveForm(self._query(selector), data or {})

    def keydown(self, key: str, value: Mapping[str, Any] = NO_DATA) -> None:
        """A key, with no field in focus: for ``phx-window-keydown``."""
        __tracebackhide__ = True
        self._do(press_in_window(self._tab, "keydown", key, value))

    def keyup(self, key: str, value: Mapping[str, Any] = NO_DATA) -> None:
        """See ``keydown``."""
        __tracebackhide__ = True
        self._do(press_in_window(self._tab, "keyup", key, value))

    def child(self, id: str) -> LivePage:
        """A view in this one, by the id of its element. AssertionError if there is none."""
        __tracebackhide__ = True
        return LivePage(self._tab, self._child(id))

    def file_input(self, selector: str, *files: Any, hold: bool = False) -> LiveUpload:
        """Choose files: paths, ``(name, bytes)`` pairs, Django's file objects, or LiveFiles. ``phx-change``.

        They are sent by ``upload()`` of what this returns, or at a submit; an ``auto_upload`` at once, unless
        ``hold``.
        """
        __tracebackhide__ = True
        query = self._query(selector)
        return LiveUpload(self._tab, self._do(Acting(query).choose(files, hold)))

    def render_hook(self, event: str, payload: Any = None) -> Any:
        """An event as a hook's ``pushEvent`` sends it to the view, without an element; returns the reply."""
        __tracebackhide__ = True
        return self._do(self._tab.hook(self._need(), event, payload))

    def render_async(self, timeout: float = TIMEOUT) -> str:
        """Wait for ``start_async``, ``assign_async``, ``stream_async`` and returns the HTML. AssertionError
        if they take longer than ``timeout`` seconds."""
        __tracebackhide__ = True
        self._do(finish(self._tab, timeout))
        return self.html

    # The browser.

    def patch(self, to: str) -> None:
        """As by a click on a link that patches, to ``"?page=2"`` or the like."""
        __tracebackhide__ = True
        self._do(self._tab.visit(PATCH, to))

    def navigate(self, to: str) -> None:
        """As by a click on a link that navigates."""
        __tracebackhide__ = True
        self._do(self._tab.visit(NAVIGATE, to))

    def load(self, to: str | None = None) -> None:
        """Load a page anew, by default the same."""
        __tracebackhide__ = True
        self._do(self._tab.visit(LOAD, self._tab.url if to is None else to))

    def back(self) -> None:
        """The browser's back button."""
        __tracebackhide__ = True
        self._do(self._tab.back())

    def open_browser(self, show: Callable[[str], Any] = webbrowser.open) -> Path:
        """Show the page as it is now in a real browser, by a file without scripts; returns the file."""
        return self._open_browser(show)

    def assert_snapshot(self, name: str | None = None, selector: str | None = None) -> None:
        """The HTML (of the element that matches) is what it was when the test ran first.

        It is kept in ``__snapshots__/`` beside the test, without tokens and random ids. With
        ``UPDATE_SNAPSHOTS=1`` in the environment it is written anew. ``name`` tells several of a test apart.
        """
        __tracebackhide__ = True
        self._assert_snapshot(name, selector)

    # What goes wrong.

    @contextmanager
    def assert_crash(
        self, expected: type[BaseException] = Exception, match: str | None = None
    ) -> Iterator[Crashed]:
        """In this block a view of the page crashes of such an exception, which is then not raised.

        ``match`` is searched for in its text. ``error`` of what this yields is the exception, afterwards.
        """
        __tracebackhide__ = True
        with crashing(self._tab, expected, match) as crashed:
            yield crashed
            self._world.run(self._world.settle())

    def drop(self) -> None:
        """The line breaks, as in a tunnel; the page stays as it is."""
        __tracebackhide__ = True
        self._do(self._tab.drop())

    def kill(self) -> None:
        """The server's process dies: not even ``terminate`` runs."""
        __tracebackhide__ = True
        self._do(self._tab.kill())

    def reconnect(self) -> None:
        """Connect again and mount the views anew, as the client does by itself; its forms are recovered."""
        __tracebackhide__ = True
        self._do(reconnect(self._tab))

    def rejoin(self) -> None:
        """Mount this view anew, as the client does after a crash; its forms are recovered."""
        __tracebackhide__ = True
        self._do(rejoin(self._tab, self._need()))

    def close(self) -> None:
        """Leave the page; ``terminate`` of its views has run then."""
        if not self._world.closed:
            self._world.run(self._tab.close_socket())


class LiveElement(ElementFacts, _Doing):
    """An element of a page."""

    def __init__(self, query: Query) -> None:
        super().__init__(query)
        self._world = query.tab.world
        self._acting = Acting(query)

    def click(self, value: Mapping[str, Any] = NO_DATA) -> None:
        """A click: ``phx-click`` of it or around it, a link, a submit button, a box. ``value`` goes along."""
        __tracebackhide__ = True
        self._do(self._acting.click(value))

    def click_away(self) -> None:
        """A click elsewhere: its ``phx-click-away``."""
        __tracebackhide__ = True
        self._do(self._acting.click_away())

    def change(self, value: Any) -> None:
        """Type into a field, tick a box, choose an option: ``phx-change`` of it or its form."""
        __tracebackhide__ = True
        self._do(self._acting.change(value))

    def keydown(self, key: str, value: Mapping[str, Any] = NO_DATA) -> None:
        """A key, such as ``"Enter"``. Nothing happens if ``phx-key`` names another."""
        __tracebackhide__ = True
        self._do(self._acting.key("keydown", key, value))

    def keyup(self, key: str, value: Mapping[str, Any] = NO_DATA) -> None:
        """See ``keydown``."""
        __tracebackhide__ = True
        self._do(self._acting.key("keyup", key, value))

    def focus(self) -> None:
        """It gets the focus."""
        __tracebackhide__ = True
        self._do(self._acting.focus("focus"))

    def blur(self) -> None:
        """It loses the focus."""
        __tracebackhide__ = True
        self._do(self._acting.focus("blur"))

    def viewport(self, end: str, *, overran: bool = False) -> None:
        """Its first child (``end="top"``) or last (``"bottom"``) has been scrolled into view."""
        __tracebackhide__ = True
        self._do(self._acting.viewport(end, overran))

    def render_hook(self, event: str, payload: Any = None, *, target: Any = None) -> Any:
        """``pushEvent`` of its hook, or ``pushEventTo`` a ``target``; returns the reply."""
        __tracebackhide__ = True
        return self._do(self._acting.hook(event, payload, target))


class LiveForm(ElementFacts, _Doing):
    """A form and what a user fills in."""

    def __init__(self, query: Query, data: Mapping[str, Any]) -> None:
        super().__init__(query)
        self._world = query.tab.world
        self._acting = Acting(query)
        self._data = data

    def change(self, extra: Mapping[str, Any] = NO_DATA) -> None:
        """Fill in: ``phx-change``. ``extra``: what a script would add, such as values of hidden fields."""
        __tracebackhide__ = True
        self._do(self._acting.change_form(self._data, extra))

    def submit(self, extra: Mapping[str, Any] = NO_DATA, *, button: str | None = None) -> None:
        """Fill in and submit, by Enter or by the button that matches ``button`` within the form.

        ``phx-submit``, or else a plain request, which leads to another page.
        """
        __tracebackhide__ = True
        self._do(self._acting.submit_form(self._data, button, extra))


class LiveUpload(UploadFacts, _Doing):
    """The files that were chosen in one input."""

    def upload(self, name: str | None = None, percent: int = WHOLE) -> None:
        """Send the file of that name, or all, up to ``percent`` of each."""
        __tracebackhide__ = True
        self._do(send_files(self._tab, self.ref, name, percent))

    def fail(self, name: str | None = None, reason: str = "failed") -> None:
        """The browser could not send them: for external uploads."""
        __tracebackhide__ = True
        self._do(fail_file(self._tab, self.ref, name, reason))
