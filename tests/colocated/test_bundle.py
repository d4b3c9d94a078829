"""The collected scripts and styles as files, and how pages get them."""

from __future__ import annotations

import json
import logging
import subprocess
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.template import Context, Template
from django.test import override_settings

from django_phoenix.colocated.bundle import Bundle, bundle_of, current
from django_phoenix.live.static_files import has_changed
from django_phoenix.rendering.colocated import Colocated
from django_phoenix.routing import phoenix_application
from scripts.bundle import node
from tests.support.peer import WITHIN


def script(text: str, **where: str) -> Colocated:
    return Colocated("js", text, place="shop/card.html:3", **where)


PIECES = [
    script("export default {mounted() {}}", key="hooks", name="shop.card.Phone"),
    script("export default 7", key="elements", name="Gauge"),
    script("export default 8\nexport const other = 1", key="default", name="Gauge"),
    script("globalThis.ran = true"),
    Colocated("css", "b { color: red }", place="shop/card.html:1"),
    Colocated("css", "i { color: red }", place="shop/card.html:2"),
]


def test_scripts_become_modules_and_styles_one_sheet() -> None:
    files = bundle_of(PIECES).files
    assert list(files) == [
        *("shop.card.Phone.js", "Gauge.js", "Gauge~1.js", "shop_card.html_3.js"),
        *("index.js", "page.js", "index.css"),
    ]
    assert files["Gauge.js"] == "export default 7\n"
    assert files["index.css"] == (
        "/* shop/card.html:1 */\nb { color: red }\n\n/* shop/card.html:2 */\ni { color: red }\n"
    )


def test_node_finds_every_export_in_the_index_and_a_page_in_its_registry(tmp_path: Path) -> None:
    for name, text in bundle_of(PIECES).files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    asked = """
        globalThis.DjangoPhoenix = {hooks: {Own: 1}}
        const {default: all, hooks, elements} = await import("./index.js")
        await import("./page.js")
        const {hooks: registered, colocated} = DjangoPhoenix
        const names = [hooks, registered].map(Object.keys)
        console.log(JSON.stringify([all, elements, ran, ...names, colocated]))
    """
    command = [str(node()), "--input-type=module", "-e", asked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    hooks: dict[str, Any] = {"shop.card.Phone": {}}
    assert json.loads(done.stdout) == [
        *({"Gauge": 8}, {"Gauge": 7}, True, ["shop.card.Phone"], ["Own", "shop.card.Phone"]),
        {"default": {"Gauge": 8}, "hooks": hooks, "elements": {"Gauge": 7}},
    ]


def test_the_later_of_two_exports_of_one_name_counts_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="django_phoenix.colocated.bundle"):
        files = bundle_of([PIECES[1], script("export default 9", key="elements", name="Gauge")]).files
    assert "there is another elements 'Gauge'" in caplog.text
    assert '{"Gauge": module1.default}' in files["index.js"]


def test_nothing_makes_nothing() -> None:
    assert bundle_of([]).files == {}


# -- served


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """The site has these files."""
    bundle = bundle_of(PIECES)
    monkeypatch.setattr(current, "bundle", lambda: bundle)
    return bundle


async def ask(path: str, method: str = "GET", **scope: Any) -> tuple[int, dict[bytes, bytes], bytes]:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    application = phoenix_application(inner)
    whole = {"type": "http", "path": path, "method": method, "headers": [], **scope}
    asked = ApplicationCommunicator(application, whole)
    await asked.send_input({"type": "http.request", "body": b""})
    start, body = await asked.receive_output(WITHIN), await asked.receive_output(WITHIN)
    return start["status"], dict(start["headers"]), body["body"]


async def test_files_are_kept_for_ever_under_their_digest(served: Bundle) -> None:
    status, headers, body = await ask(f"/live/colocated/{served.digest}/Gauge.js")
    assert (status, body) == (200, b"export default 7\n")
    assert headers[b"content-type"] == b"text/javascript; charset=utf-8"
    assert b"immutable" in headers[b"cache-control"]
    assert headers[b"x-content-type-options"] == b"nosniff"
    _, headers, _ = await ask(f"/live/colocated/{served.digest}/index.css", "HEAD")
    assert headers[b"content-type"] == b"text/css; charset=utf-8"


async def test_an_older_digest_gets_the_present_file_for_now(served: Bundle) -> None:
    status, headers, _ = await ask("/live/colocated/0123/Gauge.js")
    assert (status, headers[b"cache-control"]) == (200, b"no-store")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/live/colocated/x/nothing.js", "GET", 404),
        ("/live/colocated/x/../../etc/passwd", "GET", 404),
        ("/live/colocated/", "GET", 404),
        ("/live/colocated/x/Gauge.js", "POST", 405),
        ("/shop/colocated/x/Gauge.js", "GET", 418),
        ("/live/colocatedx/Gauge.js", "GET", 418),
    ],
)
async def test_other_requests(served: Bundle, path: str, method: str, status: int) -> None:
    assert (await ask(path, method))[0] == status


async def test_a_site_below_a_prefix_serves_them_there(served: Bundle) -> None:
    assert (await ask("/site/live/colocated/x/Gauge.js", root_path="/site"))[0] == 200
    with override_settings(FORCE_SCRIPT_NAME="/site"):
        assert (await ask("/site/live/colocated/x/Gauge.js"))[0] == 200


def test_pages_load_what_there_is(served: Bundle) -> None:
    class Request:
        csp_nonce = "n1"

    page = Template("{% load phoenix %}{% live_head %}").render(Context({"request": None, "n": Request}))
    base = f"/live/colocated/{served.digest}"
    assert f'<link rel="stylesheet" href="{base}/index.css" phx-track-static>' in page
    assert page.endswith(f'<script type="module" src="{base}/page.js" phx-track-static></script>')


def test_a_view_learns_that_its_page_has_older_code(monkeypatch: pytest.MonkeyPatch) -> None:
    base = "https://shop.example/live/colocated"
    monkeypatch.setattr(type(current), "digest", "0123456789ab")
    assert not has_changed([f"{base}/0123456789ab/page.js", f"{base}/0123456789ab/index.css"])
    assert has_changed([f"{base}/0123456789ab/page.js", f"{base}/ba9876543210/index.css"])
    monkeypatch.setattr(type(current), "digest", "")
    assert not has_changed([f"{base}/0123456789ab/page.js"])
