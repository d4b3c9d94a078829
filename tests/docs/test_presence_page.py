"""What the page about presence promises, over a real server and real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.snippets import DOCS, site_of
from tests.docs.test_first_steps import served
from tests.support.client import PhoenixClient, Reply
from tests.support.sites import TemporarySite

pytestmark = pytest.mark.servers
PAGE = "server/presence.md"


async def test_clients_are_told_who_is_there(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served(PAGE, installed_site, tmp_path) as server:
        async with PhoenixClient(server.ws("/socket")) as ada, PhoenixClient(server.ws("/socket")) as bob:
            one = await ada.join("room:lobby", {"name": "Ada", "device": "laptop"})
            state = await one.next_event("presence_state")
            assert [meta["device"] for meta in state["Ada"]["metas"]] == ["laptop"]
            two = await bob.join("room:lobby", {"name": "Bob"})
            assert list(await two.next_event("presence_state")) == ["Ada", "Bob"]
            assert list((await one.next_event("presence_diff"))["joins"]) == ["Bob"]
            assert await two.push("typing", {"on": True}) == Reply("ok", {})
            diff = await one.next_event("presence_diff")
            assert diff["joins"]["Bob"]["metas"][0]["typing"] is True
            assert list(diff["leaves"]) == ["Bob"]
            # Not a word of goodbye.
            bob.ws.transport.abort()
            assert list((await one.next_event("presence_diff"))["leaves"]) == ["Bob"]


def test_its_tests_pass(installed_site: TemporarySite, tmp_path: Path) -> None:
    site, _ = site_of(DOCS / PAGE, installed_site, tmp_path)
    done = site.manage("test", "chat")
    assert done.code == 0, done
    assert "Ran 1 test" in done.err
