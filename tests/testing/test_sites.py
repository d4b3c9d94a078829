"""The kit in a site of its own, as ``startproject`` leaves it, with nothing but a line in INSTALLED_APPS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import sites
from tests.support.sites import TemporarySite

APP = {
    "chat/__init__.py": "",
    "chat/models.py": """\
from django.db import models


class Message(models.Model):
    body = models.TextField()
""",
    "chat/channels.py": """\
from django.db import transaction

from chat.models import Message
from django_phoenix.channel import Channel, event
from django_phoenix.socket import Socket


class RoomChannel(Channel):
    def join(self, payload):
        return {"messages": Message.objects.count()}

    @event
    def say(self, body: str):
        with transaction.atomic():
            Message.objects.create(body=body)
            self.broadcast("said", {"body": body})
        return {}

    @event
    async def asay(self, body: str):
        await Message.objects.acreate(body=body)
        self.broadcast("said", {"body": body})
        return {"messages": await Message.objects.acount()}

    @event
    def boom(self):
        raise ZeroDivisionError("bang")

    def terminate(self, reason):
        Message.objects.create(body=f"ended: {reason}")


class UserSocket(Socket):
    channels = {"room:*": RoomChannel}
""",
}
UNITTESTS = """\
import sys

from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase

from chat.channels import UserSocket
from chat.models import Message
from django_phoenix.testing import aconnect, connect


class RoomTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = User.objects.create_user("ada")
        Message.objects.create(body="there")

    def test_a_room(self):
        room = connect(UserSocket, user=self.ada).join("room:1")
        self.assertEqual(room.response, {"messages": 1})
        room.assert_reply(room.push("say", {"body": "hi"}), "ok")
        room.assert_broadcast("said", {"body": "hi"})
        room.assert_reply(room.push("asay", {"body": "ho"}), "ok", {"messages": 3})
        self.assertEqual(Message.objects.count(), 3)
        self.assertNotIn("daphne", sys.modules)

    def test_another(self):
        self.assertEqual(connect(UserSocket).join("room:1").response, {"messages": 1})

    async def test_an_async_one(self):
        room = await (await aconnect(UserSocket, user=self.ada)).join("room:1")
        assert room.response == {"messages": 1}
        await room.assert_reply(await room.push("say", {"body": "hi"}), "ok")
        await room.assert_push("said", {"body": "hi"})
        await room.assert_reply(await room.push("asay", {"body": "ho"}), "ok", {"messages": 3})


class RealTransactions(TransactionTestCase):
    def test_a_room(self):
        room = connect(UserSocket).join("room:1")
        room.push("say", {"body": "hi"})
        room.assert_push("said", {"body": "hi"})

    async def test_an_async_one(self):
        room = await (await aconnect(UserSocket)).join("room:1")
        await room.push("say", {"body": "hi"})
        await room.assert_push("said", {"body": "hi"})
"""
FAILING = """\
from django.test import TestCase

from chat.channels import UserSocket
from django_phoenix.testing import connect


class RoomTests(TestCase):
    def test_a_wrong_expectation(self):
        room = connect(UserSocket).join("room:1")
        room.push("say", {"body": "hi"})
        room.assert_push("said", {"body": "ho"}, timeout=0.01)

    def test_a_bug(self):
        connect(UserSocket).join("room:1").push("boom")
"""
PYTESTS = """\
import pytest
from chat.channels import UserSocket
from chat.models import Message
from django_phoenix.testing import aconnect, connect


@pytest.fixture
def message(db):
    return Message.objects.create(body="there")


def test_a_room(message):
    room = connect(UserSocket).join("room:1")
    assert room.response == {"messages": 1}
    room.assert_reply(room.push("asay", {"body": "hi"}), "ok", {"messages": 2})


async def test_an_async_one(async_db):
    await Message.objects.acreate(body="there")
    room = await (await aconnect(UserSocket)).join("room:1")
    assert room.response == {"messages": 1}
    await room.assert_reply(await room.push("say", {"body": "hi"}), "ok")
    await room.assert_push("said", {"body": "hi"})
    assert await Message.objects.acount() == 2


@pytest.mark.django_db(transaction=True)
async def test_real_transactions():
    room = await (await aconnect(UserSocket)).join("room:1")
    assert room.response == {"messages": 0}
    await room.push("say", {"body": "hi"})
    await room.assert_push("said", {"body": "hi"})


@pytest.mark.django_db
def test_what_is_open_is_closed_before_the_transaction_ends(after):
    connect(UserSocket).join("room:1")


@pytest.fixture
def after(db):
    yield
    assert Message.objects.filter(body="ended: closed").exists()
"""


@pytest.fixture
def site(tmp_path: Path) -> TemporarySite:
    site = sites.fresh(tmp_path)
    site.write(APP)
    site.replace("mysite/settings.py", "INSTALLED_APPS = [", 'INSTALLED_APPS = ["chat", "django_phoenix",')
    made = site.manage("makemigrations", "chat")
    assert made.code == 0, made
    return site


@pytest.mark.slow
def test_djangos_test_command(site: TemporarySite) -> None:
    site.write({"chat/tests.py": UNITTESTS})
    done = site.manage("test")
    assert done.code == 0, done
    assert "Ran 5 tests" in done.err


@pytest.mark.slow
def test_djangos_test_command_in_parallel_and_on_a_file(site: TemporarySite) -> None:
    site.write({"chat/tests.py": UNITTESTS})
    site.replace(
        "mysite/settings.py", "'NAME': BASE_DIR", "'TEST': {'NAME': BASE_DIR / 't.db'}, 'NAME': BASE_DIR"
    )
    done = site.manage("test", "--parallel", "2")
    assert done.code == 0, done


@pytest.mark.slow
def test_what_a_failing_test_shows(site: TemporarySite) -> None:
    site.write({"chat/tests.py": FAILING})
    done = site.manage("test")
    assert done.code == 1
    assert "failures=1, errors=1" in done.err
    assert "      body: expected 'ho', got 'hi'" in done.err
    assert "Raised in RoomChannel.boom, event 'boom' on topic 'room:1'." in done.err
    # The failure names the test's line and none of ours.
    failure = done.err[done.err.index("FAIL: ") : done.err.index("Ran 2 tests")]
    assert failure.count('File "') == 1, failure


@pytest.mark.slow
def test_pytest_finds_the_plugin_by_itself(site: TemporarySite) -> None:
    site.write(
        {
            "chat/test_rooms.py": PYTESTS,
            "chat/tests.py": UNITTESTS,
            "pytest.ini": "[pytest]\nasyncio_mode = auto\npython_files = test_*.py tests.py\n",
        }
    )
    done = site.python("-m", "pytest", "-q", "-p", "no:cacheprovider", settings="mysite.settings")
    assert done.code == 0, done
    assert "9 passed" in done.out


@pytest.mark.slow
def test_a_project_without_django_does_not_notice_the_plugin(tmp_path: Path) -> None:
    site = TemporarySite(tmp_path)
    site.write(
        {
            "test_plain.py": "import sys\n\n\ndef test_plain():\n"
            "    assert not {'django', 'django_phoenix.testing'} & set(sys.modules)\n"
        }
    )
    done = site.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django")
    assert done.code == 0, done
