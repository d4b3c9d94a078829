"""One site and one client of each kind; every step of the script gets sockets of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clients.kinds import KINDS, InChromium, Kind
from tests.clients.remote import Client
from tests.clients.script import Stage
from tests.clients.site import Site


def marked(kind: Kind) -> object:
    marks = [pytest.mark.browser] if isinstance(kind, InChromium) else []
    return pytest.param(kind, id=str(kind), marks=marks)


@pytest.fixture(scope="module", params=map(marked, KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(kind: Kind) -> AsyncIterator[Site]:
    site = Site(kind.server)
    await site.start()
    yield site
    await site.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(kind: Kind, site: Site) -> AsyncIterator[Client]:
    async with kind.start(site.url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def stage(kind: Kind, site: Site, client: Client) -> AsyncIterator[Stage]:
    stage = Stage(kind, site, client)
    yield stage
    await stage.clear()
    # Shown with a test that has failed.
    print(site.said())
