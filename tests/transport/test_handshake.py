from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret

from django_phoenix.exceptions import ConnectRefused
from django_phoenix.socket import Socket
from tests.support.peer import Peer, Refused, settle


class Plain(Socket):
    pass


class Noting(Socket):
    """Remembers the params of its last connect."""

    seen: dict | None = None

    async def connect(self, params):
        type(self).seen = params


async def status_of(app, *args, **kwargs):
    peer = Peer(app, *args, **kwargs)
    try:
        await peer.open()
    except Refused as refused:
        return refused.status if refused.body == b"" else refused.body
    await peer.disconnect()
    return 101


@pytest.mark.parametrize("version", ["2.0.0", "2.0.7"])
async def test_ch_60_vsn_2_0_x_is_spoken(version):
    assert await status_of(Plain.as_asgi(), query=f"vsn={version}") == 101


@pytest.mark.parametrize(
    "query", ["vsn=2.1.0", "vsn=1.1.0", "vsn=x", "vsn=3.0.0", "vsn[]=2.0.0", "vsn[a]=2.0.0", "vsn="]
)
async def test_ch_3_another_vsn_is_refused_with_403(query):
    assert await status_of(Plain.as_asgi(), query=query) == 403


async def test_ch_3_a_missing_vsn_is_1_0_0():
    async with Peer(Plain.as_asgi(), query="") as peer:
        await peer.send_raw('{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}')
        assert await peer.next() == {
            "topic": "phoenix",
            "event": "phx_reply",
            "payload": {"status": "ok", "response": {}},
            "ref": "1",
        }


async def test_ch_2_params_reach_connect():
    async with Peer(Noting.as_asgi(), query="a[b]=c&&_mounts=0&_live_referer=undefined&vsn=2.0.0&"):
        assert Noting.seen == {
            "a": {"b": "c"},
            "_mounts": "0",
            "_live_referer": "undefined",
            "vsn": "2.0.0",
        }


async def test_the_async_orm_of_a_slow_connect_delays_no_other_connect():
    gate = threading.Event()

    class Asking(Socket):
        async def connect(self, params):
            thread = await sync_to_async(threading.current_thread)()
            if "slow" in params:
                await sync_to_async(gate.wait)(10)
            self.assigns.thread = thread.name

    app = Asking.as_asgi()
    slow = Peer(app, query="vsn=2.0.0&slow=1")
    opening = asyncio.create_task(slow.open())
    await settle()
    async with Peer(app) as quick:
        assert not opening.done()
        assert quick.connection.socket.assigns.thread.startswith("phoenix-pool")
    gate.set()
    await opening
    await slow.disconnect()


async def test_a_query_that_is_no_utf_8_is_400(caplog):
    assert await status_of(Noting.as_asgi(), scope={"query_string": b"vsn=2.0.0&x=\xff"}) == 400
    assert "its URL is not UTF-8" in caplog.text
    assert "Traceback" not in caplog.text


async def test_ch_61_captures_of_the_route_are_merged_into_the_params():
    scope = {"url_route": {"args": (), "kwargs": {"tenant": "acme"}}}
    async with Peer(Noting.as_asgi(), query="tenant=evil&vsn=2.0.0", scope=scope):
        assert Noting.seen["tenant"] == "acme"


async def test_ch_4_a_foreign_origin_is_refused_with_403_before_connect():
    Noting.seen = None
    headers = {"origin": "https://evil.example"}
    assert await status_of(Noting.as_asgi(), headers=headers) == 403
    assert Noting.seen is None


async def test_ch_5_each_mount_judges_by_its_own_check_origin():
    headers = {"origin": "https://partner.example"}
    assert await status_of(Plain.as_asgi(), headers=headers) == 403
    assert await status_of(Plain.as_asgi(check_origin=["//partner.example"]), headers=headers) == 101
    assert await status_of(Plain.as_asgi(check_origin=False), headers=headers) == 101


class Refusing(Socket):
    async def connect(self, params):
        raise ConnectRefused


class RefusingInAThread(Socket):
    def connect(self, params):
        raise ConnectRefused("go away")


class Shaping(RefusingInAThread):
    def refusal_response(self, refusal):
        return HttpResponse(str(refusal.reason), status=429, headers={"Retry-After": "60"})


@pytest.mark.parametrize("socket_class", [Refusing, RefusingInAThread])
async def test_ch_6_a_refused_connect_is_403_with_an_empty_body(socket_class):
    assert await status_of(socket_class.as_asgi()) == 403


async def test_ch_6_a_reason_may_shape_the_answer():
    with pytest.raises(Refused) as refused:
        await Peer(Shaping.as_asgi()).open()
    assert refused.value.status == 429
    assert refused.value.body == b"go away"
    assert refused.value.headers["retry-after"] == "60"


async def test_a_server_without_shaped_refusals_is_told_to_close():
    with pytest.raises(Refused) as refused:
        await Peer(Shaping.as_asgi(), scope={"extensions": {}}).open()
    assert refused.value.status == 403


class BadRefusal(Refusing):
    def refusal_response(self, refusal):
        raise RuntimeError("secret detail")


async def test_a_refusal_that_can_t_be_shaped_is_still_a_refusal(caplog):
    assert await status_of(BadRefusal.as_asgi()) == 403
    assert "BadRefusal.refusal_response failed" in caplog.text


class Crashing(Socket):
    async def connect(self, params):
        raise RuntimeError("secret detail")


async def test_a_connect_that_raises_is_500_and_says_nothing(caplog):
    assert await status_of(Crashing.as_asgi()) == 500
    assert "Crashing.connect failed" in caplog.text
    assert "secret detail" in caplog.text


class BadId(Socket):
    def id(self):
        return 5


@pytest.mark.parametrize("answer", [False, True, {}])
async def test_a_connect_that_returns_something_lets_nobody_in(answer, caplog):
    class Sync(Socket):
        def connect(self, params):
            return answer

    class Async(Socket):
        async def connect(self, params):
            return answer

    for socket_class in (Sync, Async):
        assert await status_of(socket_class.as_asgi()) == 500
        assert f"{socket_class.__name__}.connect should return None, it returned" in caplog.text
    assert "raise ConnectRefused" in caplog.text


async def test_an_id_that_is_no_string_is_refused(caplog):
    assert await status_of(BadId.as_asgi()) == 403
    assert "id() should return a string or None, got 5" in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_ch_7_a_request_that_is_no_upgrade_is_400(method):
    sent = []

    async def send(event):
        sent.append(event)

    scope = {"type": "http", "method": method, "path": "/socket/websocket", "headers": []}
    await Plain.as_asgi()(scope, None, send)
    assert sent[0]["status"] == 400
    assert sent[1]["body"] == b""


# Session and user (D13).


class Who(Socket):
    def connect(self, params):
        type(self).met = (self.user, self.session)


SECRET = _get_new_csrf_string()
TOKEN = _mask_cipher_secret(SECRET)


def logged_in(user):
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["colour"] = "red"
    session.save()
    return session.session_key


async def met_by(app=None, *, cookie="", token=TOKEN):
    query = "vsn=2.0.0" + (f"&_csrf_token={token}" if token else "")
    async with Peer(app or Who.as_asgi(), query=query, headers={"cookie": cookie} if cookie else {}):
        return Who.met


async def test_ch_8_no_cookie_at_all_is_no_session_and_nobody():
    user, session = await met_by()
    assert isinstance(user, AnonymousUser)
    assert session is None


async def test_a_page_that_forgets_its_csrf_token_is_told_of_once(caplog):
    class Forgetful(Socket):
        pass

    for headers in ({}, {"cookie": "sessionid=abc"}, {"cookie": "sessionid=abc"}):
        await status_of(Forgetful.as_asgi(), headers=headers)
    assert caplog.text.count("Forgetful: a page with a session connects without _csrf_token") == 1


async def test_ch_8_a_right_token_without_a_session_cookie_is_an_empty_session():
    user, session = await met_by(cookie=f"csrftoken={SECRET}")
    assert isinstance(user, AnonymousUser)
    assert dict(session) == {}


@pytest.mark.django_db(transaction=True)
async def test_the_session_and_its_user_come_with_the_right_token():
    user = await User.objects.acreate_user("ada")
    key = await sync_to_async(logged_in)(user)
    cookie = f"csrftoken={SECRET}; sessionid={key}"
    met, session = await met_by(cookie=cookie)
    assert met == user
    assert session["colour"] == "red"
    for token in (None, "x", _mask_cipher_secret(_get_new_csrf_string()), "é", "a" * 64):
        met, session = await met_by(cookie=cookie, token=token)
        assert met.is_anonymous
        assert session is None
    met, _ = await met_by(cookie=f"csrftoken={SECRET}; sessionid=forged")
    assert met.is_anonymous


@pytest.mark.django_db(transaction=True)
async def test_without_check_csrf_the_session_comes_without_a_token():
    user = await User.objects.acreate_user("ada")
    key = await sync_to_async(logged_in)(user)
    met, _ = await met_by(Who.as_asgi(check_csrf=False), cookie=f"sessionid={key}", token=None)
    assert met == user


@pytest.mark.django_db(transaction=True)
async def test_csrf_use_sessions_keeps_the_secret_in_the_session(settings):
    settings.CSRF_USE_SESSIONS = True
    user = await User.objects.acreate_user("ada")
    key = await sync_to_async(logged_in)(user)
    assert (await met_by(cookie=f"csrftoken={SECRET}; sessionid={key}"))[1] is None

    def keep_secret():
        session = SessionStore(key)
        session["_csrftoken"] = SECRET
        session.save()

    await sync_to_async(keep_secret)()
    assert (await met_by(cookie=f"sessionid={key}"))[0] == user


async def test_the_session_can_only_be_read():
    _, session = await met_by(cookie=f"csrftoken={SECRET}")
    with pytest.raises(TypeError, match="can only be read"):
        session["a"] = 1
    with pytest.raises(TypeError, match="can only be read"):
        del session["a"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"nope": 1}, "no option 'nope'"),
        ({"check_origin": "https://example.com"}, r"Did you mean \['https://example.com'\]"),
        ({"check_origin": False, "check_csrf": False}, "both off"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_the_class_named(options, complaint):
    with pytest.raises(ImproperlyConfigured, match=f"Plain.*{complaint}"):
        Plain.as_asgi(**options)
