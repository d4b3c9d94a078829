"""Channels that block: what the isolation tests put beside quick ones."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import time

from django.contrib.auth import get_user_model
from django.db.backends.signals import connection_created
from django.db.models import FloatField, Func, Value
from django.dispatch import receiver

from django_phoenix.channel import Channel, event
from django_phoenix.signals import pool_exhausted
from django_phoenix.socket import Socket


@receiver(connection_created)
def teach_sqlite_to_sleep(connection, **_):
    """``sleep(seconds)`` in SQL, as PostgreSQL has it."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("phx_sleep", 1, _sleep)


def _sleep(seconds):
    time.sleep(seconds)
    return seconds


def users_after(seconds):
    """A query that takes so long (for one user)."""
    sleep = Func(Value(seconds), function="phx_sleep", output_field=FloatField())
    return get_user_model().objects.annotate(slept=sleep)


EXHAUSTED: list[dict] = []


@receiver(pool_exhausted)
def note_exhausted(**arguments):
    EXHAUSTED.append({name: arguments[name] for name in ("waiting", "owners", "wait")})


class IsolationChannel(Channel):
    @event
    def block(self, seconds: float):
        time.sleep(seconds)
        return {}

    @event
    async def slow_query(self, seconds: float):
        user = await users_after(seconds).afirst()
        return {"slept": user.slept}

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
        open_ones = [each for each in gc.get_objects() if isinstance(each, sqlite3.Connection)]
        return {
            "connections": len(open_ones),
            "in_transaction": sum(each.in_transaction for each in open_ones),
            "exhausted": list(EXHAUSTED),
        }


class SlowJoinChannel(Channel):
    async def join(self, payload):
        await asyncio.sleep(payload["seconds"])


class BlockingJoinChannel(Channel):
    def join(self, payload):
        time.sleep(payload["seconds"])


class IsolationSocket(Socket):
    channels = {
        "isolation:*": IsolationChannel,
        "slow_join": SlowJoinChannel,
        "blocking_join": BlockingJoinChannel,
    }
