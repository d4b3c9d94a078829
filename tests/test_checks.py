"""Each system check is triggered once, and is silent on a site that is set up well."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from channels_redis.core import RedisChannelLayer
from django.core.checks import CheckMessage, run_checks
from django_components import Component

from django_phoenix import checks
from django_phoenix.executor import missing_asgiref_names
from django_phoenix.management.checks import components, installation, layers

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs/reference/system_checks.md"

PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"
CORE = "channels_redis.core.RedisChannelLayer"
MEMORY = "channels.layers.InMemoryChannelLayer"


def ids(messages: Iterable[CheckMessage]) -> list[str]:
    return [str(message.id).removeprefix("django_phoenix.") for message in messages]


def layer(backend: str, **config: object) -> dict[str, object]:
    return {"default": {"BACKEND": backend, "CONFIG": config}}


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)


def test_every_message_has_a_hint(settings: Settings) -> None:
    settings.DJANGO_PHOENIX = {"NOPE": 1, "MAX_CHANNELS": "many"}
    settings.CHANNEL_LAYERS = layer(CORE)
    settings.ASGI_APPLICATION = "nowhere.application"
    messages = [message for message in run_checks() if str(message.id).startswith("django_phoenix")]
    assert len(messages) >= 4
    assert all(message.hint for message in messages)


# -- DJANGO_PHOENIX


def test_e001_django_phoenix_is_not_a_dict(settings: Settings) -> None:
    settings.DJANGO_PHOENIX = ["LAYOUT"]
    assert ids(checks.check_settings()) == ["E001"]


def test_e002_unknown_key_suggests_a_near_one(settings: Settings) -> None:
    settings.DJANGO_PHOENIX = {"MAX_CHANNEL": 10}
    (message,) = checks.check_settings()
    assert ids([message]) == ["E002"]
    assert "did you mean 'MAX_CHANNELS'?" in message.msg


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("MAX_CHANNELS", "100"), ("MAX_CHANNELS", -1), ("IDLE_TIMEOUT", True), ("MESSAGE_RATE", "5/s")],
        *[("LIVE_MODELS", "auth.User"), ("LIVE_MODELS", ["nowhere"])],
    ],
)
def test_e003_wrong_type(settings: Settings, key: str, value: object) -> None:
    settings.DJANGO_PHOENIX = {key: value}
    (message,) = checks.check_settings()
    assert ids([message]) == ["E003"]
    assert repr(value).strip("[]") in message.msg


def test_e002_a_key_in_small_letters_is_recognized(settings: Settings) -> None:
    settings.DJANGO_PHOENIX = {"max_channels": 10}
    (message,) = checks.check_settings()
    assert "did you mean 'MAX_CHANNELS'?" in message.msg


@pytest.mark.parametrize(
    ("key", "value"), [("EVENT_RATE", "5 per second"), ("JOIN_RATE", (5,)), ("MESSAGE_RATE", (5, "s"))]
)
def test_e003_a_rate_that_is_none(settings: Settings, key: str, value: object) -> None:
    settings.DJANGO_PHOENIX = {key: value}
    (message,) = checks.check_settings()
    assert ids([message]) == ["E003"]
    assert f"DJANGO_PHOENIX[{key!r}]: A rate should be such as '5/s'" in message.msg


def test_good_settings_are_silent(settings: Settings) -> None:
    settings.DJANGO_PHOENIX = {
        "MAX_CHANNELS": 10,
        "IDLE_TIMEOUT": 45.5,
        "MESSAGE_RATE": [5, 1],
        "JOIN_RATE": "20/10s",
        "POOL_THREADS": 4,
        "HANDLER_TIMEOUT": None,
        "LOGIN_CHECK_SECONDS": None,
    }
    assert ids(checks.check_settings()) == []


# -- the ASGI application


async def plain_application(scope: object, receive: object, send: object) -> None:
    """An ASGI application that knows nothing of us."""


def test_w001_no_asgi_application(settings: Settings) -> None:
    settings.ASGI_APPLICATION = None
    assert ids(checks.check_asgi()) == ["W001"]


@pytest.mark.parametrize("name", ["nowhere.asgi.application", "tests.test_checks.missing", "nodots"])
def test_e004_asgi_application_cannot_be_loaded(settings: Settings, name: str) -> None:
    settings.ASGI_APPLICATION = name
    (message,) = checks.check_asgi()
    assert ids([message]) == ["E004"]
    assert name in message.msg


def test_e004_tells_of_an_attribute_error_in_asgi_py(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asgi_that_fails.py").write_text("application = None.nothing")
    monkeypatch.syspath_prepend(tmp_path)
    settings.ASGI_APPLICATION = "asgi_that_fails.application"
    (message,) = checks.check_asgi()
    assert "AttributeError: 'NoneType' object has no attribute 'nothing'" in message.msg


def test_w002_nothing_of_ours_in_the_asgi_application(settings: Settings) -> None:
    settings.ASGI_APPLICATION = "tests.test_checks.plain_application"
    assert ids(checks.check_asgi()) == ["W002"]


def test_w004_daphne_is_missing(settings: Settings) -> None:
    settings.ASGI_APPLICATION = "tests.asgi.application"
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "daphne"]
    assert ids(checks.check_daphne()) == ["W004"]


# -- CHANNEL_LAYERS


def test_no_layer_is_fine_for_one_process(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {}
    assert ids(checks.check_layers()) == []


@pytest.mark.parametrize(
    "value",
    [
        {"other": {"BACKEND": MEMORY}},
        {"default": MEMORY},
        {"default": {}},
        ["default"],
        layer("channels_redis.core.RedisLayer"),
        layer("nowhere.Layer"),
    ],
)
def test_e005_malformed_or_unknown_layer(settings: Settings, value: object) -> None:
    settings.CHANNEL_LAYERS = value
    assert ids(checks.check_layers()) == ["E005"]


def test_w005_the_core_layer_drops(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_redis_major", lambda: 7)
    settings.CHANNEL_LAYERS = layer(CORE, hosts=["redis://localhost"])
    (message,) = checks.check_layers()
    assert ids([message]) == ["W005"]
    assert PUBSUB in str(message.hint)


@pytest.mark.parametrize(
    "config", [{}, {"hosts": ["redis://localhost"]}, {"hosts": [{"address": "redis://localhost"}]}]
)
def test_w008_redis_py_8_times_out_under_the_core_layer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, config: dict[str, object]
) -> None:
    monkeypatch.setattr(layers, "_redis_major", lambda: 8)
    settings.CHANNEL_LAYERS = layer(CORE, **config)
    assert ids(checks.check_layers()) == ["W005", "W008"]


@pytest.mark.parametrize(
    ("timeout", "expected"), [(5, ["W005", "E006"]), (0.5, ["W005", "E006"]), (6, ["W005"]), (None, ["W005"])]
)
def test_e006_a_timeout_as_short_as_the_layer_s_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, timeout: float | None, expected: list[str]
) -> None:
    monkeypatch.setattr(layers, "_redis_major", lambda: 8)
    host = {"address": "redis://localhost", "socket_timeout": timeout}
    settings.CHANNEL_LAYERS = layer(CORE, hosts=[host])
    assert ids(checks.check_layers()) == expected


def test_a_layer_derived_from_the_core_one_counts_as_it(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = layer(f"{__name__}.OwnLayer", hosts=[{"socket_timeout": None}])
    assert ids(checks.check_layers()) == ["W005"]


class OwnLayer(RedisChannelLayer):  # type: ignore[misc]
    """A site's own."""


def test_the_pubsub_layer_is_silent(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = layer(PUBSUB, hosts=["redis://localhost"])
    assert ids(checks.check_layers()) == []
    assert ids(checks.check_memory_layer()) == []


@pytest.mark.parametrize("value", [{}, layer(MEMORY)])
def test_w006_several_workers_without_a_shared_layer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, value: dict[str, object]
) -> None:
    settings.CHANNEL_LAYERS = value
    assert ids(checks.check_layers()) == []
    assert ids(checks.check_memory_layer()) == ["W006"]
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    (message,) = checks.check_layers()
    assert ids([message]) == ["W006"]
    assert "4 workers" in message.msg


# -- files, threads, asgiref


def test_e007_the_page_script_was_not_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "BUNDLE", tmp_path / "phoenix.js")
    assert ids(checks.check_bundle()) == ["E007"]
    (tmp_path / "phoenix.js").touch()
    assert ids(checks.check_bundle()) == []


@pytest.mark.parametrize(
    ("pool", "threads", "expected"),
    [
        (True, 8, ["W007"]),
        ({"max_size": 4}, 8, ["W007"]),
        ({"min_size": 8}, 8, []),
        ({"max_size": 20}, 8, []),
        (True, None, []),
        (False, 8, []),
    ],
)
def test_w007_fewer_pooled_connections_than_threads(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    pool: object,
    threads: int | None,
    expected: list[str],
) -> None:
    database = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"pool": pool}}
    monkeypatch.setattr("django.conf.settings.DATABASES", {"default": database})
    settings.DJANGO_PHOENIX = {"POOL_THREADS": threads}
    assert ids(checks.check_threads()) == expected


def test_e008_asgiref_lacks_what_we_need(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_asgiref_names() == []
    assert ids(checks.check_asgiref()) == []
    monkeypatch.setattr(installation, "missing_asgiref_names", lambda: ["SyncToAsync.threadlocal"])
    (message,) = checks.check_asgiref()
    assert ids([message]) == ["E008"]
    assert "SyncToAsync.threadlocal" in message.msg


# -- django-components


def component(**attributes: object) -> type:
    return type("Gauge", (Component,), attributes)


def test_w016_components_with_scripts_that_no_url_gives(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "_components", lambda: [component(template="x")])
    assert ids(checks.check_components()) == []
    monkeypatch.setattr(components, "_components", lambda: [component(css="p {}")])
    (message,) = checks.check_components()
    assert ids([message]) == ["W016"]
    assert "Gauge" in message.msg
    settings.ROOT_URLCONF = "django_components.urls"
    assert ids(checks.check_components()) == []


def test_e013_a_component_whose_files_are_not_there() -> None:
    cls = type("Gauge", (Component,), {"__module__": __name__, "js_file": "not_there.js"})
    message = next(each for each in checks.check_components() if ids([each]) == ["E013"])
    assert f"{__name__}.Gauge" in message.msg
    assert "not_there.js" in message.msg
    del cls
    gc.collect()


def test_w017_data_of_components_in_the_memory_of_one_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_data = component(js="…", get_js_data=lambda *arguments: {})
    monkeypatch.setattr(components, "_components", lambda: [component(js="…"), component(get_js_data=None)])
    assert ids(checks.check_component_cache()) == []
    monkeypatch.setattr(components, "_components", lambda: [with_data])
    assert ids(checks.check_component_cache()) == ["W017"]
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    assert ids(checks.check_component_cache()) == []
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    assert ids(checks.check_component_cache()) == ["W017"]
    settings.COMPONENTS = {**settings.COMPONENTS, "cache": "default"}
    assert ids(checks.check_component_cache()) == []


# -- the list in the docs


def sources() -> str:
    folder = Path(installation.__file__).parent
    return "".join(path.read_text() for path in folder.glob("*.py") if path.name != "messages.py")


def given_ids() -> Iterator[str]:
    for letter, number in re.findall(r"\b(error|warning)\(\s*(\d+),", sources()):
        yield f"{letter[0].upper()}{int(number):03}"


def test_the_reference_lists_every_id_and_no_other() -> None:
    documented = set(re.findall(r"^\| ([EW]\d{3}) \|", DOCS.read_text(), re.MULTILINE))
    assert documented == set(given_ids())
