"""Permission helpers, and the exceptions that they and others raise."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import decorators as auth_decorators
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import Http404

from django_phoenix import tokens
from django_phoenix.channel import Channel, event
from django_phoenix.decorators import login_required, permission_required, user_passes_test
from django_phoenix.socket import Socket
from django_phoenix.transport.blueprint import blueprint_of
from tests.support.peer import Peer, Refused, error, ok, settle

LOGIN = "login required"
DENIED = "permission denied"


class Guarded(Channel):
    async def join(self, payload):
        return None

    @event
    @login_required
    async def member(self, x: int):
        return {"x": x}

    @login_required
    @event("member-sync")
    def member_sync(self, x: int):
        return {"x": x}

    @event
    @permission_required("auth.view_group")
    async def view(self):
        return {}

    @event
    @permission_required(["auth.view_group", "auth.add_group"])
    def add(self):
        return {}

    @event
    @user_passes_test(lambda user: user.username == "ada")
    async def ada(self):
        return {}


class Members(Channel):
    @login_required
    def join(self, payload):
        return {"here": True}


class Viewers(Channel):
    @permission_required("auth.view_group")
    async def join(self, payload, *, number: int):
        return {"number": number}


class Rest(Channel):
    @login_required
    async def handle_in(self, event, payload):
        return {"event": event}


class Raising(Channel):
    async def join(self, payload):
        raising(payload.get("error"))

    @event
    async def go(self, error: str):
        raising(error)

    @event
    def go_sync(self, error: str):
        raising(error)

    async def handle_in(self, event, payload):
        raising(event)

    def refusal(self, error):
        if isinstance(error, LookupError):
            return {"reason": "sold out", "item": str(error)}
        if isinstance(error, ArithmeticError):
            raise RuntimeError("in refusal")
        return super().refusal(error)


def raising(name):
    match name:
        case "denied":
            raise PermissionDenied("a secret detail")
        case "not found":
            raise Http404("a secret detail")
        case "invalid":
            raise ValidationError("Too late.")
        case "invalid form":
            raise ValidationError({"title": ["Too long.", "Too dull."]})
        case "token":
            tokens.verify("room", "forged")
        case "stale token":
            tokens.verify("room", tokens.sign("room", 1), max_age=-1)
        case "own":
            raise LookupError("tea")
        case "bug":
            raise RuntimeError("a secret detail")
        case "in refusal":
            raise ArithmeticError


class GuardedSocket(Socket):
    channels = {
        "guarded": Guarded,
        "members": Members,
        "viewers:<int:number>": Viewers,
        "rest": Rest,
        "raising": Raising,
    }
    who = AnonymousUser()

    def connect(self, params):
        self.user = type(self).who


APP = GuardedSocket.as_asgi()


@pytest.fixture
async def ada(transactional_db):
    return await User.objects.acreate_user("ada")


async def asked(user, event, payload=None, topic="guarded"):
    """The reply's payload to an event of ``user``."""
    GuardedSocket.who = user
    async with Peer(APP) as peer:
        await peer.join(topic)
        await peer.push("1", "2", topic, event, payload)
        return (await peer.next())[4]


@pytest.mark.parametrize("name", ["member", "member-sync", "view", "add"])
async def test_nobody_is_told_to_log_in(name):
    reply = await asked(AnonymousUser(), name, {"x": 1})
    assert reply == {"status": "error", "response": {"reason": LOGIN}}


async def test_where_there_are_no_users_nobody_is_logged_in():
    assert (await asked(None, "member", {"x": 1}))["response"] == {"reason": LOGIN}
    assert (await asked(None, "view"))["response"] == {"reason": LOGIN}


@pytest.mark.parametrize("name", ["member", "member-sync"])
async def test_a_guarded_event_keeps_its_name_and_its_parameters(ada, name):
    assert await asked(ada, name, {"x": "1"}) == {"status": "ok", "response": {"x": 1}}


async def test_a_permission_is_asked_for_each_time(ada):
    GuardedSocket.who = ada
    view = await Permission.objects.aget(codename="view_group")
    async with Peer(APP) as peer:
        await peer.join("guarded")
        for ref, allowed in [("2", False), ("3", True), ("4", False)]:
            await (ada.user_permissions.aadd(view) if allowed else ada.user_permissions.aremove(view))
            await peer.push("1", ref, "guarded", "view")
            assert await peer.next() == (ok(ref, "guarded") if allowed else error(ref, "guarded", DENIED))


async def test_all_of_several_permissions_are_needed(ada):
    await ada.user_permissions.aadd(await Permission.objects.aget(codename="view_group"))
    assert (await asked(ada, "add"))["response"] == {"reason": DENIED}
    await ada.user_permissions.aadd(await Permission.objects.aget(codename="add_group"))
    assert (await asked(ada, "add"))["status"] == "ok"


async def test_whoever_is_deleted_or_not_active_any_more_may_nothing(ada):
    ada.is_superuser = True
    await ada.asave()
    assert (await asked(ada, "view"))["status"] == "ok"
    assert (await asked(ada, "ada"))["status"] == "ok"
    await User.objects.filter(pk=ada.pk).aupdate(is_active=False)
    assert (await asked(ada, "view"))["response"] == {"reason": DENIED}
    assert (await asked(ada, "ada"))["response"] == {"reason": DENIED}
    # As with a backend that lets them in.
    assert (await asked(await User.objects.aget(pk=ada.pk), "ada"))["status"] == "ok"
    await User.objects.filter(pk=ada.pk).adelete()
    assert (await asked(ada, "view"))["response"] == {"reason": DENIED}
    assert (await asked(ada, "ada"))["response"] == {"reason": DENIED}


async def test_a_test_of_ones_own(ada):
    assert (await asked(ada, "ada"))["status"] == "ok"
    assert (await asked(await User.objects.acreate_user("eve"), "ada"))["response"] == {"reason": DENIED}


async def test_a_join_may_be_guarded(ada):
    GuardedSocket.who = AnonymousUser()
    async with Peer(APP) as peer:
        await peer.push("1", "1", "members", "phx_join")
        assert await peer.next() == error("1", "members", LOGIN)
        assert not peer.connection.topics
    GuardedSocket.who = ada
    async with Peer(APP) as peer:
        assert (await peer.join("members"))["response"] == {"here": True}
        await peer.push("2", "2", "viewers:7", "phx_join")
        assert await peer.next() == error("2", "viewers:7", DENIED, join_ref="2")
        await ada.user_permissions.aadd(await Permission.objects.aget(codename="view_group"))
        assert (await peer.join("viewers:7", ref="3"))["response"] == {"number": 7}


async def test_handle_in_may_be_guarded(ada):
    assert (await asked(AnonymousUser(), "x", topic="rest"))["response"] == {"reason": LOGIN}
    assert (await asked(ada, "x", topic="rest"))["response"] == {"event": "x"}


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_connection_may_be_guarded(ada, kind, caplog):
    class Door(Socket):
        who = AnonymousUser()

        def __init__(self, scope):
            super().__init__(scope)
            self.__dict__["user"] = type(self).who

        user = property(lambda self: self.__dict__["user"], lambda self, value: None)

    if kind == "sync":

        @login_required
        def connect(self, params):
            pass
    else:

        @login_required
        async def connect(self, params):
            pass

    Door.connect = connect
    with pytest.raises(Refused) as refused:
        await Peer(Door.as_asgi()).open()
    assert (refused.value.status, refused.value.body) == (403, b"")
    assert "Door: a connection was refused, PermissionDenied: nobody is logged in" in caplog.text
    Door.who = ada
    async with Peer(Door.as_asgi()) as peer:
        await peer.push(None, "1", "phoenix", "heartbeat")
        assert await peer.next() == ok("1", "phoenix", join_ref=None)


async def test_a_connection_with_a_bad_token_is_403():
    class TokenSocket(Socket):
        def connect(self, params):
            self.assigns.user_id = tokens.verify("user socket", params.get("token"))

    for query in ["vsn=2.0.0", "vsn=2.0.0&token=forged", "vsn=2.0.0&token[a]=1"]:
        with pytest.raises(Refused) as refused:
            await Peer(TokenSocket.as_asgi(), query=query).open()
        assert refused.value.status == 403
    async with Peer(TokenSocket.as_asgi(), query=f"vsn=2.0.0&token={tokens.sign('user socket', 7)}") as peer:
        assert peer.connection.socket.assigns.user_id == 7


REFUSALS = {
    "denied": {"reason": LOGIN},
    "not found": {"reason": "not found"},
    "invalid": {"reason": "invalid params", "errors": {"__all__": ["Too late."]}},
    "invalid form": {"reason": "invalid params", "errors": {"title": ["Too long.", "Too dull."]}},
    "token": {"reason": "invalid token"},
    "stale token": {"reason": "token expired"},
    "own": {"reason": "sold out", "item": "tea"},
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_django_s_own_exceptions_mean_is_an_error_reply_and_no_crash(name, caplog):
    GuardedSocket.who = AnonymousUser()
    async with Peer(APP) as peer:
        await peer.push("1", "1", "raising", "phx_join", {"error": name})
        assert (await peer.next())[4] == {"status": "error", "response": REFUSALS[name]}
        await peer.join("raising", ref="2")
        for ref, event, payload in [
            ("3", "go", {"error": name}),
            ("4", "go_sync", {"error": name}),
            ("5", name, {}),
        ]:
            await peer.push("2", ref, "raising", event, payload)
            assert (await peer.next())[4] == {"status": "error", "response": REFUSALS[name]}
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["bug", "in refusal"])
@pytest.mark.parametrize("event", ["go", "go_sync", None])
async def test_other_exceptions_are_crashes(name, event, caplog):
    async with Peer(APP) as peer:
        await peer.push("1", "1", "raising", "phx_join", {"error": name})
        assert await peer.next() == error("1", "raising", "join crashed")
        await peer.join("raising", ref="2")
        await peer.push("2", "3", "raising", event or name, {"error": name})
        assert await peer.next() == ["2", "2", "raising", "phx_error", {"reason": "channel_crash"}]
        await settle()
    assert ("in refusal" in caplog.text) is (name == "in refusal")


def test_a_decorator_wants_a_method():
    with pytest.raises(TypeError, match="decorates a method such as join"):
        login_required(Guarded)
    with pytest.raises(TypeError, match="decorates a method such as join"):
        permission_required("auth.view_group")("join")


async def test_the_query_of_a_permission_is_made_off_the_loop(ada):
    """Else Django would raise SynchronousOnlyOperation."""
    GuardedSocket.who = await sync_to_async(User.objects.get)(pk=ada.pk)
    assert (await asked(GuardedSocket.who, "view"))["response"] == {"reason": DENIED}


async def no_method(self, payload):
    """Stands for any."""


@pytest.mark.parametrize("name", ["join", "handle_in", "go"])
def test_the_decorators_of_views_are_refused(name):
    for_views = auth_decorators.login_required(no_method)
    wrong = type("Wrong", (Channel,), {name: event(for_views) if name == "go" else for_views})
    with pytest.raises(ImproperlyConfigured, match=r"Wrong\..* Import .* from django_phoenix\.decorators"):
        blueprint_of(wrong)


def test_the_decorators_of_views_are_refused_around_connect():
    wrong = type("Wrong", (Socket,), {"connect": auth_decorators.login_required(no_method)})
    with pytest.raises(ImproperlyConfigured, match=r"Import .* from django_phoenix\.decorators"):
        wrong.as_asgi()
