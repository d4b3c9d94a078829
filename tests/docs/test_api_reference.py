"""Every public name stands in the API reference, with the docstring that it therefore has to have."""

from __future__ import annotations

import inspect
import re
import zlib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import django_phoenix
from django_phoenix.templatetags.phoenix import register
from tests.docs.snippets import DOCS

PACKAGE = Path(django_phoenix.__file__).parent
API = DOCS / "reference/api"
# Facades with folders of their own.
FACADES = {"generic", "testing", "testing.live"}
# Public by their place, but not for users.
MACHINERY = {"apps", "checks", "conf", "executor", "process", "watchdog", "__main__"}
# What such a module has for the rest of the package.
INTERNAL = {
    "channel": {"Assigns", "EVENT_RATE"},
    "component": {"FunctionComponent"},
    "decorators": {"refuse_those_of_views"},
    "exceptions": {"Problem"},
    "middleware": {"is_page"},
    "params": {"F", "Handler", "Signature", "collect_events", "invalid", "no_object", "payload_converter"},
    "presence": {"Key", "Meta", "Owning", "close", "owner_of", "reset", "serving", "settle"},
    "pubsub": {
        *("Delivery", "Messages", "Subscriber", "call_in_turn", "catch_up", "close_hub"),
        *("deliver_on_this_loop", "layer", "reset", "serving", "set_commit_rule", "set_node", "subscribe"),
        *("unsubscribe", "when_committed"),
    },
    "pytest_plugin": {"pytest_runtest_teardown"},
    "rates": {"Meter"},
    "streams": {"Streaming"},
    "tokens": {"DAY", "HOUR", "MINUTE"},
}
# The same for attributes of classes.
INTERNAL_ATTRIBUTES = {
    "Channel": {"handle_idle", "log_name", "server", "takes_any_payload", "wants_idle"},
    "FlashMiddleware": {"process_request", "process_response"},
    "LiveComponent": {"do_not_call_in_templates", "is_live_component"},
    "Socket": {"id_at_handshake", "login", "route", "serializer"},
    "Stream": {"connected", "name", "ref"},
    "UploadConfig": {"active_refs", "done_refs", "error_refs", "preflighted_refs"},
    "UploadEntry": {"upload_ref"},
    "UploadError": {"on_the_wire"},
}
TWINS = {
    *("AsyncClientChannel", "AsyncClientSocket", "AsyncSubscription"),
    *("AsyncLiveElement", "AsyncLiveForm", "AsyncLivePage", "AsyncLiveUpload"),
}
# Shown where they are at home.
ELSEWHERE = {
    "AlreadyTracked": "exceptions",
    "AsyncResult": "async_result",
    "CONT": "live_view",
    "ConnectRefused": "exceptions",
    "Exit": "live_view",
    "HALT": "live_view",
    "Halt": "live_view",
    "InvalidToken": "exceptions",
    "JoinRefused": "exceptions",
    "Broadcast": "channel",
    "NotTracked": "exceptions",
    "Ok": "live_view",
    "Params": "params",
    "PresenceError": "exceptions",
    "Reply": "channel",
    "StaleToken": "exceptions",
    "event": "params",
    "live_session": "live_view",
}


def public_modules() -> set[str]:
    names = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    return (names | FACADES) - MACHINERY


def names_of(module: ModuleType) -> set[str]:
    """Those of ``__all__``, or else what is defined there."""
    short = module.__name__.removeprefix("django_phoenix.")
    listed = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__
    ]
    # Of the test kit the asynchronous faces have the methods of the others.
    public = {name for name in listed if not name.startswith("_") and name not in TWINS}
    return public - INTERNAL.get(short, set())


def own_bases(cls: type[Any]) -> list[type[Any]]:
    return [base for base in cls.__mro__ if base.__module__.startswith("django_phoenix")]


def attributes_of(cls: type[Any]) -> set[str]:
    """Public ones that classes of this package have, but for those that Django's or Python's have too."""
    names = {name for base in own_bases(cls) for name in vars(base) if not name.startswith("_")}
    foreign = {name for base in cls.__mro__ if base not in own_bases(cls) for name in vars(base)}
    return names - foreign - INTERNAL_ATTRIBUTES.get(cls.__name__, set())


def is_shown(name: str, home: str, cls: type[Any], shown: set[str]) -> bool:
    """Whether an attribute stands with its class, or with the base that it comes from."""
    homes = [f"{base.__module__}.{base.__name__}".removeprefix("django_phoenix.") for base in own_bases(cls)]
    return any(f"{where}.{name}" in shown for where in (home, *homes))


@pytest.fixture(scope="module")
def shown(built: Path) -> set[str]:
    """All names of the reference, from the inventory that mkdocstrings makes of it."""
    packed = (built / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(packed).decode().splitlines()
    return {line.split()[0].removeprefix("django_phoenix.") for line in lines}


@pytest.mark.slow
@pytest.mark.parametrize("module", sorted(public_modules()))
def test_every_public_name_is_shown_with_its_docstring(module: str, shown: set[str]) -> None:
    found = import_module(f"django_phoenix.{module}")
    missing: list[str] = []
    for name in names_of(found):
        value, home = getattr(found, name), f"{ELSEWHERE.get(name, module)}.{name}"
        missing += [] if home in shown else [home]
        if inspect.isclass(value) and not issubclass(value, BaseException):
            attributes = attributes_of(value)
            missing += [f"{home}.{each}" for each in attributes if not is_shown(each, home, value, shown)]
    assert sorted(missing) == []


def test_every_public_module_has_its_place() -> None:
    pages = "\n".join(page.read_text() for page in API.glob("*.md"))
    shown = set(re.findall(r"^## `django_phoenix\.([\w.]+)`$", pages, re.MULTILINE))
    assert shown == public_modules()


def test_every_tag_and_filter_has_its_place() -> None:
    page = (API / "template_tags.md").read_text()
    assert set(re.findall(r'heading: "\{% (\w+) %\}"', page)) == set(register.tags)
    assert set(re.findall(r'heading: "\|(\w+)"', page)) == set(register.filters)
