"""A live view follows what another process, which serves nobody, says that it has changed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from tests.live.test_live_queries import List
from tests.support.live_client import LiveClient
from tests.support.live_site import settings as site
from tests.support.pubsub_peer import peer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis


async def test_what_another_process_has_changed_comes_into_the_page(
    redis_server: RedisServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEER_APPS", '["django.contrib.auth", "django.contrib.contenttypes"]')
    layers = redis_server.layers("pubsub", prefix="live-queries")
    with override_settings(
        CHANNEL_LAYERS=layers,
        TEMPLATES=site.TEMPLATES,
        ROOT_URLCONF="tests.support.live_site.queries",
        DJANGO_PHOENIX={"LIVE_MODELS": ["auth.User"]},
    ):
        async with LiveClient() as browser, peer("plain", layers, LIVE_MODELS=["auth.User"]) as other:
            rows = List(await browser.open("/ActiveLive/"))
            await User.objects.abulk_create([User(username="a")])  # of which Django tells nobody
            await other.ask("changed", model="auth.User")
            await rows.news()
            assert rows.text == "a"
