"""Connections end with the login that they were opened by."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import alogout, authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.utils import timezone

from django_phoenix import pubsub
from django_phoenix.socket import Socket, disconnect, disconnect_user
from django_phoenix.transport import login_watch
from django_phoenix.transport.login_check import Claim, still_hold
from django_phoenix.transport.login_news import CHANGED, ENDED, TOPIC, connect_signals
from django_phoenix.transport.loop_state import current_state
from tests.support.longpoll_peer import PollingPeer
from tests.support.peer import Peer, settle

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = _get_new_csrf_string()
QUERY = f"vsn=2.0.0&_csrf_token={_mask_cipher_secret(SECRET)}"


class Plain(Socket):
    pass


class ByToken(Socket):
    """Its user comes from the params, as with a phone's token."""

    async def connect(self, params):
        self.user = await User.objects.aget(username=params["name"])


APP = Plain.as_asgi()


def request_of(user) -> HttpRequest:
    """A browser's request after its login."""
    request = HttpRequest()
    request.session = SessionStore()
    request.META["SERVER_NAME"], request.META["SERVER_PORT"] = "testserver", "80"
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    request.user = user
    return request


@pytest.fixture
async def ada():
    return await User.objects.acreate_user("ada", password="secret")


@pytest.fixture
async def browser(ada):
    return await sync_to_async(request_of)(ada)


def peer_of(request: HttpRequest, app=APP, key: str | None = None) -> Peer:
    cookie = f"csrftoken={SECRET}; sessionid={key or request.session.session_key}"
    return Peer(app, query=QUERY, headers={"cookie": cookie})


async def is_closed(*peers: Peer) -> bool:
    """All of them, and with 1001."""
    for peer in peers:
        assert await peer.closed() == 1001
    return True


async def are_open(*peers: Peer) -> bool:
    await settle()
    return not any(peer.connection.closed for peer in peers)


# Logout.


async def test_logout_closes_this_browser_s_connections_and_no_others(ada, browser):
    other = await sync_to_async(request_of)(ada)
    async with peer_of(browser) as first, peer_of(browser) as second, peer_of(other) as third:
        await sync_to_async(logout)(browser)
        assert await is_closed(first, second)
        assert await are_open(third)


async def test_a_client_that_polls_is_closed_as_well(browser):
    cookie = f"csrftoken={SECRET}; sessionid={browser.session.session_key}"
    async with PollingPeer(APP, query=QUERY, headers={"cookie": cookie, "host": "testserver"}) as peer:
        assert peer.connection.socket.user.username == "ada"
        await sync_to_async(logout)(browser)
        assert (await peer.get()).status == 410
        assert peer.connection.closed


async def test_logout_in_an_async_view_closes_them_too(browser):
    async with peer_of(browser) as peer:
        await alogout(browser)
        assert await is_closed(peer)


async def test_who_comes_back_before_the_session_is_gone_from_its_store_is_nobody(browser):
    key = browser.session.session_key
    async with peer_of(browser) as peer:
        # The signal comes before the session is flushed.
        await sync_to_async(_signal_logout)(browser)
        assert await is_closed(peer)
    assert await Session.objects.filter(session_key=key).aexists()
    async with peer_of(browser, key=key) as again:
        assert again.connection.socket.user.is_anonymous
        assert dict(again.connection.socket.session) == {}


def _signal_logout(request):
    from django.contrib.auth.signals import user_logged_out

    user_logged_out.send(type(request.user), request=request, user=request.user)


async def test_a_logout_during_the_handshake_closes_it(browser):
    begun, gate = asyncio.Event(), asyncio.Event()

    class Slow(Socket):
        async def connect(self, params):
            begun.set()
            await gate.wait()

    peer = peer_of(browser, Slow.as_asgi())
    opening = asyncio.create_task(peer.open())
    await begun.wait()
    await sync_to_async(logout)(browser)
    gate.set()
    await opening
    assert await is_closed(peer)
    await peer.disconnect()


async def test_who_is_disconnected_during_the_handshake_is_so_though_the_account_is_saved_after_that(ada):
    begun, gate = asyncio.Event(), asyncio.Event()

    class Slow(Socket):
        async def connect(self, params):
            self.user = await User.objects.aget(username="ada")
            begun.set()
            await gate.wait()

    peer = Peer(Slow.as_asgi())
    opening = asyncio.create_task(peer.open())
    await begun.wait()
    await sync_to_async(disconnect_user)(ada)
    ada.first_name = "Ada"
    await ada.asave()
    gate.set()
    await opening
    assert await is_closed(peer)
    await peer.disconnect()


async def test_a_logout_that_is_rolled_back_closes_nothing(browser):
    def roll_back():
        with transaction.atomic():
            logout(browser)
            transaction.set_rollback(True)

    async with peer_of(browser) as peer:
        await sync_to_async(roll_back)()
        assert await are_open(peer)


async def test_with_sessions_in_cookies_a_logout_closes_all_of_the_user_s(ada, browser, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    from django.contrib.sessions.backends.signed_cookies import SessionStore as InCookies

    session = InCookies()
    session.update(browser.session.items())
    session.save()
    request = HttpRequest()
    request.session, request.user = session, ada
    async with peer_of(request) as peer:
        assert peer.connection.socket.user == ada
        await sync_to_async(logout)(request)
        assert await is_closed(peer)


# The user.


async def test_another_password_closes_all_of_the_user_s_connections(ada, browser):
    eve = await User.objects.acreate_user("eve", password="x")
    others = await sync_to_async(request_of)(eve)
    async with peer_of(browser) as first, peer_of(browser) as second, peer_of(others) as third:
        ada.set_password("another")
        await ada.asave()
        assert await is_closed(first, second)
        assert await are_open(third)
    # As Django's own view does, and then the middleware.
    await sync_to_async(update_session_auth_hash)(browser, ada)
    await sync_to_async(browser.session.save)()
    async with peer_of(browser) as peer:
        assert peer.connection.socket.user == ada
        assert await are_open(peer)


@pytest.mark.parametrize("fields", [None, ["is_active"]])
async def test_an_account_that_is_switched_off_is_closed(ada, browser, fields):
    async with peer_of(browser) as peer:
        ada.is_active = False
        await ada.asave(update_fields=fields)
        assert await is_closed(peer)


async def test_a_deleted_account_is_closed(ada, browser):
    async with peer_of(browser) as peer:
        await ada.adelete()
        assert await is_closed(peer)


@pytest.fixture
def proxy():
    class Member(User):
        class Meta:
            proxy = True
            app_label = "auth"

    connect_signals()
    yield Member
    del apps.all_models["auth"]["member"]
    apps.clear_cache()


async def test_a_proxy_of_the_user_model_counts_too(ada, browser, proxy):
    async with peer_of(browser) as peer:
        member = await proxy.objects.aget(pk=ada.pk)
        member.set_password("another")
        await member.asave()
        assert await is_closed(peer)


async def test_other_changes_of_the_user_and_other_logins_close_nothing(ada, browser):
    async with peer_of(browser) as peer:
        ada.first_name = "Ada"
        await ada.asave()
        await sync_to_async(request_of)(ada)
        assert await sync_to_async(authenticate)(username="ada", password="secret") == ada
        assert await are_open(peer)


async def test_a_login_that_only_notes_its_time_is_no_news(ada, browser):
    heard = []

    class Listener:
        def deliver(self, delivery):
            heard.append(delivery.event)

    listener = Listener()
    pubsub.subscribe(TOPIC, listener)
    await sync_to_async(request_of)(ada)
    await User.objects.acreate_user("new")
    await settle()
    assert heard == []
    await ada.asave()
    await settle()
    assert heard == [CHANGED]
    await sync_to_async(logout)(browser)
    await settle()
    assert heard == [CHANGED, ENDED]


async def test_news_hold_neither_keys_nor_hashes_of_passwords(ada, browser):
    frames = []

    class Listener:
        def deliver(self, delivery):
            frames.append(delivery.frame)

    listener = Listener()
    pubsub.subscribe(TOPIC, listener)
    key = browser.session.session_key
    ada.set_password("another")
    await ada.asave()
    await sync_to_async(logout)(browser)
    await settle()
    assert len(frames) == 2
    for secret in (key, ada.password, ada.get_session_auth_hash()):
        assert all(secret not in frame for frame in frames)


async def test_a_user_without_a_session_is_followed_too(ada):
    async with Peer(ByToken.as_asgi(), query="vsn=2.0.0&name=ada") as first:
        await sync_to_async(logout)(await sync_to_async(request_of)(ada))
        assert await are_open(first)
        ada.set_password("another")
        await ada.asave()
        assert await is_closed(first)


# On one's own account.


async def test_disconnect_user_closes_every_connection_of_a_user_once(ada, browser):
    app = Plain.as_asgi(close_on_logout=False)
    by_token = Peer(ByToken.as_asgi(), query="vsn=2.0.0&name=ada")
    async with (
        peer_of(browser) as first,
        peer_of(browser, app) as second,
        by_token as third,
        Peer(APP) as nobody,
    ):
        await sync_to_async(disconnect_user)(ada)
        assert await is_closed(first, second, third)
        assert await are_open(nobody)
    async with peer_of(browser) as again:
        assert await are_open(again)


async def test_disconnect_closes_the_sockets_of_an_id():
    class Named(Socket):
        def id(self):
            return "users:7"

    async with Peer(Named.as_asgi()) as named, Peer(APP) as nameless:
        await sync_to_async(disconnect)("users:7")
        assert await is_closed(named)
        assert await are_open(nameless)


@pytest.mark.parametrize("off", ["mount", "setting"])
async def test_it_can_be_switched_off(ada, browser, settings, off):
    app = APP
    if off == "setting":
        settings.DJANGO_PHOENIX = {"CLOSE_ON_LOGOUT": False}
    else:
        app = Plain.as_asgi(close_on_logout=False)
    async with peer_of(browser, app) as peer:
        ada.set_password("another")
        await ada.asave()
        await sync_to_async(logout)(browser)
        await ada.adelete()
        assert await are_open(peer)


# What sends no news.


@pytest.fixture
def _often(settings):
    settings.DJANGO_PHOENIX = {"LOGIN_CHECK_SECONDS": 0.05}


@pytest.mark.usefixtures("_often")
async def test_an_expired_session_closes_its_connections(ada, browser):
    other = await sync_to_async(request_of)(ada)
    async with peer_of(browser) as peer, peer_of(other) as staying:
        past = timezone.now() - datetime.timedelta(seconds=1)
        await Session.objects.filter(session_key=browser.session.session_key).aupdate(expire_date=past)
        assert await is_closed(peer)
        await asyncio.sleep(0.2)
        assert await are_open(staying)


@pytest.mark.usefixtures("_often")
@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
async def test_an_update_past_the_signals_is_found(ada, browser, change):
    async with peer_of(browser) as peer:
        await User.objects.filter(pk=ada.pk).aupdate(**change)
        assert await is_closed(peer)


@pytest.mark.usefixtures("_often")
async def test_a_deletion_past_the_signals_is_found(ada, browser):
    async with peer_of(browser) as peer:
        await sync_to_async(User.objects.filter(pk=ada.pk)._raw_delete)("default")
        assert await is_closed(peer)


@pytest.mark.usefixtures("_often")
async def test_a_store_that_fails_closes_nobody_and_is_asked_again(browser, monkeypatch, caplog):
    calls = []

    def failing(claims):
        calls.append(len(claims))
        if len(calls) == 1:
            raise OSError("the database is away")
        return [False] * len(claims)

    monkeypatch.setattr(login_watch, "still_hold", failing)
    async with peer_of(browser) as peer:
        assert await is_closed(peer)
    assert calls == [1, 1]
    assert "Logins could not be checked" in caplog.text


@pytest.mark.usefixtures("_often")
async def test_visitors_are_never_asked_for(monkeypatch):
    monkeypatch.setattr(login_watch, "still_hold", None)
    async with Peer(APP) as peer:
        await asyncio.sleep(0.2)
        assert await are_open(peer)
        assert current_state().logins._timer is None


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file", "signed_cookies"])
async def test_every_session_engine_is_understood(ada, settings, engine, tmp_path):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_FILE_PATH = str(tmp_path)

    def check():
        from importlib import import_module

        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = store()
        session["_auth_user_id"] = str(ada.pk)
        session.save()
        key = session.session_key
        assert still_hold([Claim(key, ada, None), Claim("gone", ada, None), Claim(None, ada, None)]) == [
            True,
            False,
            True,
        ]
        # Emptied by hand, as some sites log out.
        session.clear()
        session.save()
        assert still_hold([Claim(session.session_key, ada, None)]) == [False]
        if engine != "signed_cookies":
            store(key).flush()
            assert still_hold([Claim(key, ada, None)]) == [False]

    await sync_to_async(check)()


async def test_many_logins_are_two_queries(ada, browser, django_assert_num_queries):
    from django_phoenix.transport.login import state_digest

    def check():
        claim = Claim(browser.session.session_key, ada, state_digest(ada))
        with django_assert_num_queries(2):
            assert still_hold([claim] * 100) == [True] * 100

    await sync_to_async(check)()


# Nothing is left behind.


async def test_ended_connections_leave_the_index(ada, browser):
    watch = current_state().logins
    peers = [peer_of(browser) for _ in range(3)]
    for peer in peers:
        await peer.open()
    assert len(watch._index) == 2
    for peer in peers:
        await peer.disconnect()
    assert watch._index == {}


async def test_old_news_are_forgotten(monkeypatch):
    watch = current_state().logins
    monkeypatch.setattr(login_watch, "MOST_NEWS", 3)
    for number in range(5):
        watch._remember(bytes([number]), login_watch.News(ENDED, "", float(number)))
    assert list(watch._news) == [(ENDED, b"\x02"), (ENDED, b"\x03"), (ENDED, b"\x04")]
    watch._remember(b"new", login_watch.News(ENDED, "", 1000.0))
    assert list(watch._news) == [(ENDED, b"new")]
