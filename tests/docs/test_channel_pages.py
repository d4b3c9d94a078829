"""What the pages about channels promise, over a real server and real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.snippets import DOCS
from tests.docs.test_first_steps import served
from tests.support.client import PhoenixClient, Reply
from tests.support.sites import TemporarySite

pytestmark = pytest.mark.servers


async def test_the_auction(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("server/channels.md", installed_site, tmp_path) as server:
        async with PhoenixClient(server.ws("/socket")) as ada, PhoenixClient(server.ws("/socket")) as bob:
            hall = await bob.join("hall")
            lot = await ada.join("lot:1", {"name": "Ada"})
            assert lot.response == {"name": "A lamp", "highest": "0"}
            assert await lot.next_event("bids") == {"bids": []}
            other = await bob.join("lot:1", {"name": "Bob"})
            assert await lot.next_event("arrived") == {"name": "Bob"}
            assert await lot.push("bid", {"amount": "12.50"}) == Reply("ok", {"highest": "12.50"})
            assert await other.next_event("bid") == {"name": "Ada", "amount": "12.50"}
            low = await other.push("bid", {"amount": "1"})
            assert low == Reply("error", {"reason": "too low", "highest": "12.50"})
            wrong = await other.push("bid", {"amount": "much"})
            assert wrong.response["errors"] == {"amount": ["should be a decimal number"]}
            assert (await hall.next_event("news"))["topic"] == "lot:1"
            assert await hall.next_event("time") == {"lots": 2}
            assert await hall.push("nonsense") == Reply("error", {"reason": "nothing is called nonsense"})
            await lot.send("sell")
            assert await lot.next_event("sold") == {"to": "Ada", "price": "12.50", "yours": True}
            assert await other.next_event("sold") == {"to": "Ada", "price": "12.50", "yours": False}
            limited = [await lot.push("bid", {"amount": "1"}) for _ in range(6)][-1]
            assert limited.response["reason"] == "rate limited"
            assert await other.push("quit") == Reply("ok", {"bye": "Bob"})
            assert await lot.next_event("gone") == {"name": "Bob"}
            _, refused = await ada.try_join("lot:3")
            assert refused == Reply("error", {"reason": "no such lot"})
            _, unmatched = await ada.try_join("lot:x")
            assert unmatched == Reply("error", {"reason": "unmatched topic"})


async def test_payloads(installed_site: TemporarySite, tmp_path: Path) -> None:
    page = "server/payloads.md"
    with served(page, installed_site, tmp_path) as server:
        async with PhoenixClient(server.ws("/socket")) as client:
            orders = await client.join("orders")
            for event, payload, answer in [
                ("add", {"item": "tea", "count": "2", "x": 1}, {"item": "tea", "count": 2}),
                ("place", {"items": [{"name": "tea", "price": "1.20"}], "deliver_on": ""}, {"total": "1.20"}),
                ("add_item", {"item": {"name": "tea", "price": 1}}, {"name": "tea", "express": False}),
                ("draw", {"tool": "pen", "points": [[1, 2], {"x": 3, "y": 4}]}, {"points": 2}),
                ("search", {"text": "tea"}, {"page": 1}),
                ("anything", {"b": 1, "a": 2}, {"keys": ["a", "b"]}),
            ]:
                assert await orders.push(event, payload) == Reply("ok", answer)
            items = [{"name": "tea", "price": "much"}, {"price": 1}]
            wrong = await orders.push("place", {"items": items, "deliver_on": "soon"})
            told = {
                "items.0.price": ["should be a decimal number"],
                "items.1.name": ["should be a text, got nothing"],
                "deliver_on": ["should be a date such as 2030-01-31 or null"],
            }
            assert wrong.response.pop("detail")  # the site has DEBUG on
            assert wrong == Reply("error", {"reason": "invalid params", "errors": told})
            text = (DOCS / page).read_text()
            assert all(f'"{where}": ["{texts[0]}"]' in text for where, texts in told.items())
            empty = await orders.push("place", {"items": []})
            assert empty.response["errors"] == {"__all__": ["Order something."]}


async def test_permissions_and_tokens(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("server/permissions.md", installed_site, tmp_path) as server:
        site = TemporarySite(tmp_path)
        done = site.manage("migrate", "--verbosity", "0")
        assert done.code == 0, done
        made = site.python(
            "-c",
            "import django; django.setup()\n"
            "from django.contrib.auth.models import User\n"
            "from django_phoenix import tokens\n"
            "print(tokens.sign('user socket', User.objects.create_user('ada').pk))",
            settings="mysite.settings",
        )
        token = made.out.strip().splitlines()[-1]
        for url, params in [("/socket", {}), ("/phone", {}), ("/phone", {"token": "forged"})]:
            with pytest.raises(Exception, match="403"):
                await PhoenixClient(server.ws(url), params).__aenter__()
        async with PhoenixClient(server.ws("/phone"), {"token": token}) as client:
            desk = await client.join("desk:7")
            assert desk.response == {"desk": 7, "user": "ada"}
            assert await desk.push("look") == Reply("ok", {"open": True})
            for event, payload in [("close", {"group": 1}), ("lock", {})]:
                assert await desk.push(event, payload) == Reply("error", {"reason": "permission denied"})


async def test_rates(installed_site: TemporarySite, tmp_path: Path) -> None:
    with served("server/rates.md", installed_site, tmp_path) as server:
        async with PhoenixClient(server.ws("/socket")) as client:
            note = await client.join("note:1")
            replies = [await note.push("save", {"body": "x"}) for _ in range(11)]
            assert [reply.status for reply in replies] == ["ok"] * 10 + ["error"]
            assert replies[-1].response["reason"] == "rate limited"
            assert 0 < replies[-1].response["retry_after"] <= 6
