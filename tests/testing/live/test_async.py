"""The same in async tests."""

from __future__ import annotations

import pytest
from django.test import AsyncClient, Client, TestCase, override_settings

from django_phoenix.testing import aadvance
from django_phoenix.testing.live import alive, live
from tests.live.conftest import SETTINGS
from tests.testing.live.site import PickLive

URLS = SETTINGS | {"ROOT_URLCONF": "tests.testing.live.site"}


@override_settings(**URLS)
class DjangoTests(TestCase):
    async def test_clicks_forms_and_moves(self):
        async with alive(self.async_client, "/") as page:
            await page.element("#inc").click()
            assert page.element("#n").text == "2"
            await page.keyup("k")
            await page.element("#keys").keydown("Enter")
            for act in ("focus", "blur", "click_away"):
                await getattr(page.element("#menu"), act)()
            await page.element("#list").viewport("bottom")
            assert await page.element("#hooked").render_hook("chart", {"span": "day"}) == {"points": [1, 2]}
            assert await page.render_hook("chart", {"span": "day"}) == {"points": [1, 2]}
            await page.patch("?page=2")
            await page.back()
            await page.navigate("/other/")
            await page.load("/pick/")
            await page.form("#pick", {"name": "Ada"}).change()
            await page.form("#pick").submit()
            await page.element("#id_name").change("Bo")
            assert PickLive.seen[-1][1]["name"] == "Bo"
        assert not page.connected

    async def test_trouble_and_time(self):
        page = await alive(self.async_client, "/")
        async with page.assert_crash(ZeroDivisionError):
            await page.render_hook("boom")
        await page.rejoin()
        await page.drop()
        await page.reconnect()
        await page.render_hook("later", {"seconds": 0.01})
        assert "waited" in await page.render_async()
        await page.render_hook("later", {"seconds": 60})
        await aadvance(60)
        assert page.connected

    async def test_a_client_of_synchronous_tests_will_do_too(self):
        page = await alive(Client(), "/")
        await page.element("#inc").click()
        assert page.assigns.n == 2

    async def test_a_forgotten_await_is_told(self):
        page = await alive(self.async_client, "/")
        page.element("#inc").click()
        with pytest.raises(AssertionError, match=r"click\(\) \(test_async.py, line \d+\) was not awaited"):
            await page.element("#inc").click()

    def test_the_wrong_client_is_told(self):
        with pytest.raises(TypeError, match="use `await alive"):
            live(AsyncClient(), "/")


@pytest.fixture
def urls():
    with override_settings(**URLS):
        yield


def test_the_plugins_fixture_opens_pages(urls, db, live):
    assert live("/", headers={"accept-language": "de"}).connected


async def test_the_plugins_async_fixture_opens_pages(urls, async_db, alive):
    page = await alive("/")
    await page.element("#inc").click()
    assert page.element("#n").text == "2"
