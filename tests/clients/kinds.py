"""Which clients run the script, how each is started, and what it can't do or does not show."""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clients.remote import ADAPTERS, Client, in_chromium, in_process

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import bundle  # noqa: E402  (scripts, no package)
import other_clients  # noqa: E402

OTHER_SERVERS = ("daphne", "hypercorn", "granian")


@dataclass(frozen=True)
class Kind:
    """One client library in one place. ``mount`` and ``topics`` are those that it wants of a server."""

    name: str
    mount: str = "/socket"
    topics: str = "stage"
    # Whether a push's reply can be read, beyond its status.
    shows_replies: bool = True
    # Whether it tells how the server closed the connection.
    shows_closes: bool = True
    # Whether it notices that a session of long-polling has ended, and joins again.
    notices_end: bool = True
    # Whether bytes can be pushed and received.
    binary: bool = True
    server: str = "uvicorn"

    def __str__(self) -> str:
        return self.name

    def code(self, wanted: int) -> int:
        """The close code that stands for ``wanted`` at this server."""
        return {1001: 4001, 1012: 4012}[wanted] if self.server == "daphne" else wanted

    def start(self, site_url: str) -> AbstractAsyncContextManager[Client]:
        """The client, running."""
        raise NotImplementedError


@dataclass(frozen=True)
class InNode(Kind):
    package: str = ""
    adapter: str = "phoenix.mjs"
    options: dict[str, Any] = field(default_factory=dict)

    def start(self, site_url: str) -> AbstractAsyncContextManager[Client]:
        folder = other_clients.javascript()
        words = (ADAPTERS / "node.mjs", folder, self.package, ADAPTERS / self.adapter)
        command = [str(bundle.node()), *map(str, words), json.dumps(self.options)]
        return in_process(*command, env=bundle.node_environment())


@dataclass(frozen=True)
class InChromium(Kind):
    module: str = ""
    adapter: str = "phoenix.mjs"
    options: dict[str, Any] = field(default_factory=dict)

    def start(self, site_url: str) -> AbstractAsyncContextManager[Client]:
        modules = other_clients.javascript() / "node_modules"
        return in_chromium(f"{site_url}/", modules, self.module, self.adapter, self.options)


@dataclass(frozen=True)
class InPython(Kind):
    adapter: str = ""

    def start(self, site_url: str) -> AbstractAsyncContextManager[Client]:
        path = os.pathsep.join([str(other_clients.python()), str(ROOT)])
        return in_process(sys.executable, "-m", self.adapter, env={**os.environ, "PYTHONPATH": path})


POLLED: Any = {"options": {"transport": "LongPoll"}, "binary": False, "shows_closes": False}
REALTIME: Any = {
    "mount": "/realtime/v1",
    "topics": "realtime",
    "shows_replies": False,
    "shows_closes": False,
}
SUPABASE: Any = {**REALTIME, "adapter": "supabase.mjs"}
IN_NODE: Any = {**SUPABASE, "package": "@supabase/realtime-js"}
IN_CHROMIUM: Any = {**SUPABASE, "module": "@supabase/realtime-js/dist/module/index.js"}
IN_PYTHON: Any = {**REALTIME, "binary": False, "adapter": "tests.clients.adapters.realtime_python"}
V1, V2 = {"vsn": "1.0.0"}, {"vsn": "2.0.0"}
# It looks for the class in a `window` that Node has not.
PHOENIX_17: Any = {"package": "phoenix17", "options": {"transport": "WebSocket"}}
PHOENIX_18: Any = {"package": "phoenix18"}
DOCUMENTED: Any = {"adapter": "tests.clients.adapters.documented", "shows_closes": False}

KINDS = [
    InNode("phoenix-1.7-node", **PHOENIX_17),
    InNode("phoenix-1.8-node", **PHOENIX_18),
    InNode("phoenix-1.8-node-longpoll", **PHOENIX_18, **POLLED),
    InChromium("phoenix-1.7-chromium", module="phoenix17/priv/static/phoenix.mjs"),
    InChromium("phoenix-1.8-chromium", module="phoenix18/priv/static/phoenix.mjs"),
    InChromium("phoenix-1.8-chromium-longpoll", module="phoenix18/priv/static/phoenix.mjs", **POLLED),
    # It takes the new session for the old one.
    InChromium(
        "phoenix-1.7-chromium-longpoll",
        module="phoenix17/priv/static/phoenix.mjs",
        **POLLED,
        notices_end=False,
    ),
    InNode("supabase-js-v1-node", **IN_NODE, binary=False, options=V1),
    InNode("supabase-js-v2-node", **IN_NODE, options=V2),
    InChromium("supabase-js-v2-chromium", **IN_CHROMIUM, options=V2),
    InPython("realtime-python", **IN_PYTHON),
    InPython("documented-python", **DOCUMENTED),
    # One of each family on the other servers.
    *(InNode(f"phoenix-1.8-node-{server}", **PHOENIX_18, server=server) for server in OTHER_SERVERS),
    *(
        InNode(f"supabase-js-v2-node-{server}", **IN_NODE, options=V2, server=server)
        for server in OTHER_SERVERS
    ),
    *(InPython(f"realtime-python-{server}", **IN_PYTHON, server=server) for server in OTHER_SERVERS),
]
