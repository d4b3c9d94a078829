"""The face for async tests: ``alive``. What waits in the synchronous face is awaited here."""

from __future__ import annotations

import webbrowser
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.test import AsyncClient, Client

from django_phoenix.testing.asynchronous import answered
from django_phoenix.testing.crashes import Crashed
from django_phoenix.testing.forgotten import Owed
from django_phoenix.testing.live.acting import Acting, press_in_window
from django_phoenix.testing.live.facts import ElementFacts, UploadFacts, ViewFacts
from django_phoenix.testing.live.later import crashing, finish
from django_phoenix.testing.live.moves import LOAD, NAVIGATE, PATCH
from django_phoenix.testing.live.opening import NO_DATA, open_tab, tab_for
from django_phoenix.testing.live.query import Query, Text
from django_phoenix.testing.live.recovery import reconnect, rejoin
from django_phoenix.testing.live.tab import Tab
from django_phoenix.testing.live.uploads import WHOLE, fail_file, send_files
from django_phoenix.testing.peer import TIMEOUT
from django_phoenix.testing.world import world_here

__unittest = True

T = TypeVar("T")


def alive(
    client: Client | AsyncClient,
    url: str,
    *,
    params: Mapping[str, Any] = NO_DATA,
    headers: Mapping[str, str] = NO_DATA,
) -> Opening:
    """As ``live``: ``page = await alive(client, url)``, or ``async with alive(client, url) as page:``."""
    return Opening(tab_for(world_here(), client, params, headers), url)


class Opening:
    """What ``alive`` gives."""

    def __init__(self, tab: Tab, url: str) -> None:
        self._tab = tab
        self._url = url
        self._page: AsyncLivePage | None = None

    def __await__(self) -> Generator[Any, Any, AsyncLivePage]:
        return self._open().__await__()

    async def _open(self) -> AsyncLivePage:
        __tracebackhide__ = True
        await answered(self._tab.world, self._begin())
        return AsyncLivePage(self._tab, None)

    async def _begin(self) -> None:
        await open_tab(self._tab, await self._tab.browser.load("get", self._url))

    async def __aenter__(self) -> AsyncLivePage:
        self._page = await self._open()
        return self._page

    async def __aexit__(self, *_: object) -> None:
        assert self._page is not None
        await self._page.close()


class _Asking:
    _tab: Tab

    def _ask(self, work: Coroutine[Any, Any, T], what: str) -> Owed[T]:
        world = self._tab.world
        return Owed(work, self._acted, world.errors.forgotten.append, what, depth=3)

    async def _acted(self, work: Coroutine[Any, Any, T]) -> T:
        __tracebackhide__ = True
        result: T = await answered(self._tab.world, self._tab.act(work))
        return result


class AsyncLivePage(ViewFacts, _Asking):
    """As LivePage."""

    def element(self, selector: str, text: Text = None) -> AsyncLiveElement:
        """See LivePage."""
        return AsyncLiveElement(self._query(selector, text))

    def form(self, selector: str, data: Mapping[str, Any] | None = None) -> AsyncLiveForm:
        """See LivePage."""
        return AsyncLiveForm(self._query(selector), data or {})

    def child(self, id: str) -> AsyncLivePage:
        """See LivePage."""
        __tracebackhide__ = True
        return AsyncLivePage(self._tab, self._child(id))

    def file_input(self, selector: str, *files: Any, hold: bool = False) -> Owed[AsyncLiveUpload]:
        """See LivePage."""
        return self._ask(self._choose(self._query(selector), files, hold), f"file_input({selector!r})")

    async def _choose(self, query: Query, files: tuple[Any, ...], hold: bool) -> AsyncLiveUpload:
        return AsyncLiveUpload(self._tab, await Acting(query).choose(files, hold))

    def keydown(self, key: str, value: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LivePage."""
        return self._ask(press_in_window(self._tab, "keydown", key, value), f"keydown({key!r})")

    def keyup(self, key: str, value: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LivePage."""
        return self._ask(press_in_window(self._tab, "keyup", key, value), f"keyup({key!r})")

    def render_hook(self, event: str, payload: Any = None) -> Owed[Any]:
        """See LivePage."""
        return self._ask(self._tab.hook(self._need(), event, payload), f"render_hook({event!r})")

    def render_async(self, timeout: float = TIMEOUT) -> Owed[str]:
        """See LivePage."""
        return self._ask(self._render_async(timeout), "render_async()")

    async def _render_async(self, within: float) -> str:
        await finish(self._tab, within)
        return self.html

    # The browser.

    def patch(self, to: str) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.visit(PATCH, to), f"patch({to!r})")

    def navigate(self, to: str) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.visit(NAVIGATE, to), f"navigate({to!r})")

    def load(self, to: str | None = None) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.visit(LOAD, self._tab.url if to is None else to), f"load({to!r})")

    def back(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.back(), "back()")

    def open_browser(self, show: Callable[[str], Any] = webbrowser.open) -> Path:
        """See LivePage. Nothing to await."""
        return self._open_browser(show)

    def assert_snapshot(self, name: str | None = None, selector: str | None = None) -> None:
        """See LivePage. Nothing to await."""
        __tracebackhide__ = True
        self._assert_snapshot(name, selector)

    # What goes wrong.

    @asynccontextmanager
    async def assert_crash(
        self, expected: type[BaseException] = Exception, match: str | None = None
    ) -> AsyncIterator[Crashed]:
        """See LivePage: ``async with page.assert_crash(ValueError): await page.element("#b").click()``."""
        __tracebackhide__ = True
        with crashing(self._tab, expected, match) as crashed:
            yield crashed
            await answered(self._world, self._world.settle())

    def drop(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.drop(), "drop()")

    def kill(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.kill(), "kill()")

    def reconnect(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(reconnect(self._tab), "reconnect()")

    def rejoin(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(rejoin(self._tab, self._need()), "rejoin()")

    def close(self) -> Owed[None]:
        """See LivePage."""
        return self._ask(self._tab.close_socket(), "close()")


class AsyncLiveElement(ElementFacts, _Asking):
    """As LiveElement."""

    def __init__(self, query: Query) -> None:
        super().__init__(query)
        self._acting = Acting(query)

    def click(self, value: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.click(value), "click()")

    def click_away(self) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.click_away(), "click_away()")

    def change(self, value: Any) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.change(value), "change()")

    def keydown(self, key: str, value: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.key("keydown", key, value), f"keydown({key!r})")

    def keyup(self, key: str, value: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.key("keyup", key, value), f"keyup({key!r})")

    def focus(self) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.focus("focus"), "focus()")

    def blur(self) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.focus("blur"), "blur()")

    def viewport(self, end: str, *, overran: bool = False) -> Owed[None]:
        """See LiveElement."""
        return self._ask(self._acting.viewport(end, overran), f"viewport({end!r})")

    def render_hook(self, event: str, payload: Any = None, *, target: Any = None) -> Owed[Any]:
        """See LiveElement."""
        return self._ask(self._acting.hook(event, payload, target), f"render_hook({event!r})")


class AsyncLiveForm(ElementFacts, _Asking):
    """As LiveForm."""

    def __init__(self, query: Query, data: Mapping[str, Any]) -> None:
        super().__init__(query)
        self._acting = Acting(query)
        self._data = data

    def change(self, extra: Mapping[str, Any] = NO_DATA) -> Owed[None]:
        """See LiveForm."""
        return self._ask(self._acting.change_form(self._data, extra), "change()")

    def submit(self, extra: Mapping[str, Any] = NO_DATA, *, button: str | None = None) -> Owed[None]:
        """See LiveForm."""
        return self._ask(self._acting.submit_form(self._data, button, extra), "submit()")


class AsyncLiveUpload(UploadFacts, _Asking):
    """As LiveUpload."""

    def upload(self, name: str | None = None, percent: int = WHOLE) -> Owed[None]:
        """See LiveUpload."""
        return self._ask(send_files(self._tab, self.ref, name, percent), "upload()")

    def fail(self, name: str | None = None, reason: str = "failed") -> Owed[None]:
        """See LiveUpload."""
        return self._ask(fail_file(self._tab, self.ref, name, reason), "fail()")
