"""What a browser does over HTTP, by Django's test client: requests, redirects, cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client

from django_phoenix.testing.failure import Failure

REDIRECTS = (301, 302, 303, 307, 308)
# As many as browsers follow.
MOST_REDIRECTS = 20

# By which sites tell a page from what belongs to it.
ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where a request has led to. ``response`` is None for another site, which nobody asks."""

    url: str
    response: Any
    redirected: bool = False


class Browser:
    """A Django test client, sync or async, and the headers that go with each of its requests."""

    def __init__(self, client: Client | AsyncClient, headers: Mapping[str, str]) -> None:
        self.client = client
        defaults = client.defaults
        own = {name.lower(): value for name, value in headers.items()}
        accept = defaults.get("HTTP_ACCEPT", ACCEPT)
        self.headers = {"accept": accept, **own}
        host: Any = (
            own.get("host") or defaults.get("HTTP_HOST") or defaults.get("SERVER_NAME") or "testserver"
        )
        scheme = "https" if defaults.get("wsgi.url_scheme") == "https" else "http"
        self.origin = f"{scheme}://{host}"

    def load_now(self, url: str) -> Loaded:
        """As ``load``, outside of an event loop."""
        assert isinstance(self.client, Client)
        trip = Trip(self, "get", url, None)
        while not trip.is_over:
            trip.came(getattr(self.client, trip.method)(trip.url, **trip.options))
        return trip.loaded()

    async def load(self, method: str, url: str, data: Any = None) -> Loaded:
        """A request, and the redirects that follow from it. Raises what Django's client raises."""
        trip = Trip(self, method, url, data)
        while not trip.is_over:
            send = getattr(self.client, trip.method)
            if isinstance(self.client, AsyncClient):
                trip.came(await send(trip.url, **trip.options))
            else:
                trip.came(await sync_to_async(send)(trip.url, **trip.options))
        return trip.loaded()

    def local(self, url: str) -> str | None:
        """``/path/?query`` of a URL of this site; None for one of another."""
        parts = urlsplit(urljoin(self.origin, url))
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            return None
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path

    def resolve(self, here: str, to: str) -> str:
        """What a link means: ``/path/?query`` where it stays in the site, else a full URL."""
        full = urljoin(self.origin + here, to)
        return self.local(full) or full

    def set_cookie(self, name: str, value: str) -> None:
        """As the page's script does."""
        self.client.cookies[name] = value

    def drop_deleted_cookies(self) -> None:
        """Django's client keeps what a response has deleted, with an empty value."""
        cookies = self.client.cookies
        for name in [name for name, morsel in cookies.items() if morsel["max-age"] == 0]:
            del cookies[name]


class Trip:
    """One request and what follows from it."""

    def __init__(self, browser: Browser, method: str, url: str, data: Any) -> None:
        self._browser = browser
        self.method = method
        self.url = url
        self._data = data
        self._response: Any = None
        self._steps = 0
        local = browser.local(url)
        self.is_over = local is None
        if local is not None:
            self.url = local

    @property
    def options(self) -> dict[str, Any]:
        """For Django's client."""
        options: dict[str, Any] = {"headers": self._browser.headers}
        if self._data is not None:
            options["data"] = self._data
        if self._browser.origin.startswith("https"):
            options["secure"] = True
        return options

    def came(self, response: Any) -> None:
        """An answer."""
        self._browser.drop_deleted_cookies()
        self._response = response
        if response.status_code not in REDIRECTS:
            self.is_over = True
            return
        self._steps += 1
        if self._steps > MOST_REDIRECTS:
            raise Failure(f"{self.url!r} redirects without end; a browser would give up.")
        target = urljoin(self._browser.origin + self.url, response["Location"])
        if response.status_code not in (307, 308):
            self.method, self._data = "get", None
        local = self._browser.local(target)
        self.url, self.is_over = (target, True) if local is None else (local, False)
        if local is None:
            self._response = None

    def loaded(self) -> Loaded:
        """The end of it."""
        return Loaded(self.url, self._response, self._steps > 0)
