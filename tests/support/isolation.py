"""Channels that block: what the isolation tests put beside quick ones."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sqlite3

from django.contrib.auth import get_user_model
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, Func, Value
from django.dispatch import receiver

from django_phoenix.channel import Channel, event
from django_phoenix.signals import pool_exhausted
from django_phoenix.socket import Socket
from tests.support.gates import Gatekeeper, gate_of


@receiver(connection_created)
def teach_sqlite_to_wait(connection, **_):
    if connection.vendor == "sqlite":
        connection.connection.create_function("phx_wait", 1, _wait)


def _wait(gate):
    gate_of(gate).wait()
    return True


def users_behind(gate):
    """A query that takes until the gate is open (for one user)."""
    wait = Func(Value(gate), function="phx_wait", output_field=BooleanField())
    return get_user_model().objects.annotate(waited=wait)


def open_connections():
    """Of each to a database whether it is in a transaction."""
    for each in gc.get_objects():
        if type(each) is sqlite3.Connection:
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed, and not collected so far
                yield each.in_transaction


EXHAUSTED: list[dict] = []


@receiver(pool_exhausted)
def note_exhausted(**arguments):
    EXHAUSTED.append({name: arguments[name] for name in ("waiting", "owners", "wait")})


class IsolationChannel(Gatekeeper, Channel):
    @event
    def block(self, gate: str):
        gate_of(gate).wait()
        return {}

    @event
    async def slow_query(self, gate: str):
        user = await users_behind(gate).afirst()
        return {"waited": user.waited}

    @event
    async def echo(self, n: int):
        return {"n": n}

    @event
    def echo_sync(self, n: int):
        return {"n": n}

    @event
    async def query(self, n: int):
        return {"n": n, "users": await get_user_model().objects.acount()}

    @event
    def query_sync(self, n: int):
        return {"n": n, "users": get_user_model().objects.count()}

    @event
    async def report(self):
        in_transaction = list(open_connections())
        return {
            "connections": len(in_transaction),
            "in_transaction": sum(in_transaction),
            "exhausted": list(EXHAUSTED),
        }


class SlowJoinChannel(Channel):
    async def join(self, payload):
        await asyncio.to_thread(gate_of(payload["gate"]).wait)


class BlockingJoinChannel(Channel):
    def join(self, payload):
        gate_of(payload["gate"]).wait()


class IsolationSocket(Socket):
    channels = {
        "isolation:*": IsolationChannel,
        "slow_join": SlowJoinChannel,
        "blocking_join": BlockingJoinChannel,
    }
