"""What goes into ``asgi.py``: ``phoenix_application`` and ``socket``.

application = phoenix_application(
    get_asgi_application(),
    sockets=[socket("socket/", UserSocket), socket("ws/<slug:tenant>/", TenantSocket)],
)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from django_phoenix import pubsub
from django_phoenix.live.session import live_session
from django_phoenix.transport.mount import Mount, MountTable
from django_phoenix.transport.passing import Inner

if TYPE_CHECKING:
    from django_phoenix.colocated.serving import ColocatedFiles
    from django_phoenix.socket import Socket

__all__ = ["PhoenixApplication", "live_session", "phoenix_application", "socket"]


def socket(route: str, socket_class: type[Socket], **options: Any) -> Mount:
    """Mount ``socket_class`` at ``route``, a path as in ``urls.py`` (no leading slash, converters welcome).

    The client is given that path: ``new Socket("/socket")`` for ``socket("socket/", …)``. What the route
    captures comes with the params. Options: see ``Socket.as_asgi``.
    """
    return Mount(route, socket_class, **options)


def phoenix_application(
    asgi_app: Any, *, live: str | None = "live/", sockets: Iterable[Mount] = ()
) -> PhoenixApplication:
    """Put sockets in front of any ASGI application: Django's own, or a site's ``ProtocolTypeRouter``.

    ``live`` is where live views connect (None: there are none). Everything that is not under a mount goes to
    ``asgi_app`` untouched.
    """
    if isinstance(sockets, Mount):
        raise ImproperlyConfigured(f"sockets should be a list: sockets=[{sockets!r}].")
    mounts = list(sockets)
    if live is None:
        return PhoenixApplication(asgi_app, mounts)
    return PhoenixApplication(asgi_app, [_live_mount(live), *mounts], _live_files(live))


def _live_mount(route: str) -> Mount:
    # Sites with channels alone never load the rest.
    from django_phoenix.live.client import mounted_at
    from django_phoenix.live.endpoint import LiveSocket

    mounted_at(route)
    return Mount(route, LiveSocket)


def _live_files(route: str) -> ColocatedFiles:
    from django_phoenix.colocated.serving import ColocatedFiles

    return ColocatedFiles(route)


class PhoenixApplication:
    """The ASGI application. ``mounts`` lists its sockets."""

    def __init__(self, asgi_app: Any, mounts: list[Mount], files: ColocatedFiles | None = None) -> None:
        self.mounts = mounts
        self._files = files
        self._table = MountTable(mounts)
        self.inner = Inner(asgi_app, [mount.route for mount in mounts])
        self._serves = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve what is ours, pass on the rest."""
        if not self._serves:
            # Not when it is made: a management command imports asgi.py too, for the system checks.
            self._serves = True
            pubsub.serving()
        if scope["type"] == "lifespan":
            await self.inner.lifespan(scope, receive, send)
            return
        app = self._table.find(scope) if scope["type"] in ("websocket", "http") else None
        if app is not None:
            await app(scope, receive, send)
        elif self._files is not None and scope["type"] == "http" and self._files.owns(scope):
            await self._files(scope, receive, send)
        else:
            await self.inner(scope, receive, send)
