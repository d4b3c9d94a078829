from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client, override_settings

from tests.support.live_client import LiveClient
from tests.support.live_site import settings as site
from tests.support.live_site import views

SETTINGS = {"ROOT_URLCONF": site.ROOT_URLCONF, "LOGIN_URL": site.LOGIN_URL, "TEMPLATES": site.TEMPLATES}


@pytest.fixture(autouse=True)
def live_site():
    """The live site is the site."""
    with override_settings(**SETTINGS):
        yield


@pytest.fixture
def mounts():
    """What was mounted, in order: 'CounterLive get', 'CounterLive socket'."""
    views.Counted.mounts.clear()
    return views.Counted.mounts


@pytest.fixture
async def browser(transactional_db):
    """An anonymous visitor."""
    async with LiveClient() as browser:
        yield browser


@pytest.fixture
def ada(transactional_db):
    user = User.objects.create_user("ada", password="pw", first_name="Ada", last_name="Lovelace")
    return user


@pytest.fixture
def groups(transactional_db):
    return [Group.objects.create(name=name) for name in ("one", "two", "three")]


@pytest.fixture
async def ada_browser(ada):
    """Ada, logged in."""
    client = Client()
    await sync_to_async(client.force_login)(ada)
    async with LiveClient(client) as browser:
        yield browser
