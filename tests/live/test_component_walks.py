"""Random walks through a page of components in components, watched by the grammar and the official client."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from tests.support.merge import MergeClient
from tests.support.wire_grammar import WireTree

STEPS = 60


class Model:
    """What the page should show."""

    def __init__(self) -> None:
        self.boughs: list[tuple[str, list[int]]] = []
        self.label = "a"
        self.extra = False
        self.clicks: dict[str, int] = {}
        self.closed: set[str] = set()

    def html(self) -> str:
        text = "".join(self._bough(id, twigs) for id, twigs in self.boughs)
        return text + (f"<p>{self._twig('extra')}</p>" if self.extra else "")

    def _bough(self, id: str, twigs: list[int]) -> str:
        if id in self.closed:
            return f'<div data-k="{id}"><em>closed</em></div>'
        even = ["" if t % 2 else "<s>even</s>" for t in twigs]
        inner = "".join(f"<p>{self._twig(str(t))}{s}</p>" for t, s in zip(twigs, even, strict=True))
        return f'<div data-k="{id}"><h3>{self.label}</h3>{inner}</div>'

    def _twig(self, key: str) -> str:
        n = self.clicks.get(key, 0)
        many = ' class="many"' if n > 1 else ""
        marks = "".join(f"<u>{m}{f'<s>{m}</s>' if m else ''}</u>" for m in range(n % 4))
        inner = f"<b>{n}</b>{marks}" if n else ""
        return f'<i data-k="{key}"{many}>{self.label}{inner}</i>'

    def rearrange(self, chance: random.Random) -> None:
        twigs = chance.sample(range(8), chance.randint(0, 8))
        ids = chance.sample("xyz", chance.randint(0, 3))
        cuts = sorted(chance.choices(range(len(twigs) + 1), k=max(0, len(ids) - 1)))
        parts = [twigs[a:b] for a, b in zip([0, *cuts], [*cuts, len(twigs)], strict=False)]
        self.boughs = list(zip(ids, parts, strict=False))
        self.extra = chance.random() < 0.5
        self.label = chance.choice("ab")

    def click(self, key: str) -> None:
        if key in "xyz":
            self.closed ^= {key}
        else:
            self.clicks[key] = self.clicks.get(key, 0) + 1

    def forget(self, key: str) -> None:
        self.closed.discard(key)
        self.clicks.pop(key, None)


class Client:
    """What a browser would do: show, notice what has gone, tell the server."""

    def __init__(self, view: Any, model: Model) -> None:
        self.view = view
        self.model = model
        self.tree = WireTree()
        self.diffs = [view.joined["rendered"]]
        self.tree.merge(copy.deepcopy(self.diffs[0]))
        self.going: set[int] = set()

    async def event(self, name: str, value: Any = None, cid: int | None = None) -> None:
        more = {} if cid is None else {"cid": cid}
        response = await self.view.event(name, value, **more)
        if diff := response.get("diff"):
            self.diffs.append(diff)
            self.tree.merge(copy.deepcopy(diff))
        assert self.tree.html() == self.model.html()
        self.going -= self.shown().keys()  # revived; should they go again, they are named again

    def shown(self) -> dict[int, str]:
        """The cids in the page, and the key of each."""
        found: dict[int, str] = {}

        def walk(value: Any) -> None:
            if type(value) is int:
                found[value] = self.tree.components[value].dynamics[0]
                value = self.tree.components[value]
            for dynamic in getattr(value, "dynamics", ()):
                walk(dynamic)
            for entry in getattr(value, "entries", ()):
                for dynamic in entry:
                    walk(dynamic)

        walk(self.tree.root)
        return found

    async def tell(self) -> None:
        """LV-62, LV-63"""
        gone = set(self.tree.components) - set(self.shown()) - self.going
        if gone:
            assert await self.view.call("cids_will_destroy", {"cids": sorted(gone)}) == {}
            self.going |= gone

    async def forget(self) -> None:
        """LV-64"""
        gone = sorted(self.going)
        self.going.clear()
        response = await self.view.call("cids_destroyed", {"cids": gone})
        assert response["cids"] == gone
        for cid in gone:
            self.model.forget(self.tree.components.pop(cid).dynamics[0])


@pytest.fixture(scope="module")
def client_merge():
    client = MergeClient()
    yield client
    client.close()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_comes_and_goes_the_client_shows_what_the_server_means(browser, client_merge, seed):
    """LV-33…39, LV-41…50, LV-57…64, LV-121"""
    chance = random.Random(seed)
    model = Model()
    client = Client(await browser.open("/forest/"), model)
    for _ in range(STEPS):
        shown = client.shown()
        step = chance.random()
        if step < 0.35 or not shown:
            model.rearrange(chance)
            state = {"boughs": model.boughs, "label": model.label, "extra": model.extra}
            await client.event("set", state)
        elif step < 0.8:
            cid = chance.choice(sorted(shown))
            model.click(shown[cid])
            await client.event("click", cid=cid)
        elif step < 0.9:
            await client.tell()
        else:
            await client.forget()
    assert client_merge(client.diffs[0], client.diffs[1:])[-1] == model.html()
