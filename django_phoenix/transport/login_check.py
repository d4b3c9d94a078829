"""Do logins still hold? Asked of the session store and the database, for many at once. Never on the loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import cached_db, db
from django.utils import timezone

from django_phoenix.transport.login import state_digest

# How these engines load is known: all of their sessions can be asked for in one query.
IN_DATABASE = (db.SessionStore.load, cached_db.SessionStore.load)


class Claim(NamedTuple):
    """One connection's login, as it was. ``session_key`` and ``state`` are None where nothing is claimed."""

    session_key: str | None
    user: Any
    state: bytes | None


def still_hold(claims: Collection[Claim]) -> list[bool]:
    """For each claim, whether its session is alive and its user unchanged."""
    living = _living_sessions({claim.session_key for claim in claims if claim.session_key is not None})
    states = _states(claim.user for claim in claims if _is_stored(claim.user))
    return [_holds(claim, living, states) for claim in claims]


def _holds(claim: Claim, living: Collection[str], states: dict[tuple[Any, ...], bytes]) -> bool:
    if claim.session_key is not None and claim.session_key not in living:
        return False
    return claim.state is None or not _is_stored(claim.user) or states.get(_key(claim.user)) == claim.state


def _living_sessions(keys: Collection[str]) -> set[str]:
    """Those in which somebody is logged in."""
    if not keys:
        return set()
    store = import_module(django_settings.SESSION_ENGINE).SessionStore
    if store.load in IN_DATABASE:
        rows = store.get_model_class()._default_manager
        alive = rows.filter(session_key__in=keys, expire_date__gt=timezone.now())
        decode = store().decode
        found = alive.values_list("session_key", "session_data")
        return {key for key, data in found if SESSION_KEY in decode(data)}
    return {key for key in keys if SESSION_KEY in store(key)}


def _states(users: Iterable[Any]) -> dict[tuple[Any, ...], bytes]:
    """What the database says of these users now."""
    groups: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
    for user in users:
        groups[_group(user)].add(user.pk)
    return {
        _key(user): state_digest(user)
        for (model, database), keys in groups.items()
        for user in model._base_manager.using(database).in_bulk(keys).values()
    }


def _is_stored(user: Any) -> bool:
    """Rather than made up by an authentication backend."""
    return not user._state.adding


def _group(user: Any) -> tuple[Any, ...]:
    return user._meta.model, user._state.db


def _key(user: Any) -> tuple[Any, ...]:
    return *_group(user), user.pk
