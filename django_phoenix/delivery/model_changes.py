"""Changes of models, told to all processes as soon as they are committed: once for each transaction."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from django_phoenix import pubsub
from django_phoenix.delivery.commit import open_transaction
from django_phoenix.delivery.live_models import checked, is_live, sources, tables_of, topic_of

CHANGED = "changed"
UID = "django_phoenix.live_queries"

# More objects than that in one transaction, and it is told that any of the model may have changed.
MANY = 1000
# So far back among what waits for the commit a batch to add to is looked for.
NEAR = 20

M2M_ACTIONS = ("post_add", "post_remove", "post_clear")

# Primary keys; None: any.
Keys = set[Any] | None


def connect() -> None:
    """Listen to the signals of all live models, their proxies and children, each by itself: a receiver
    for every model would slow all deletions down."""
    sources.forget()
    try:
        if not sources.models:
            return
    except ImproperlyConfigured:
        return  # DJANGO_PHOENIX is no dict: a system check tells
    for model in apps.get_models():
        if is_live(model):
            post_save.connect(_saved, sender=model, dispatch_uid=UID)
            post_delete.connect(_saved, sender=model, dispatch_uid=UID)
        for field in model._meta.local_many_to_many:
            if is_live(model) or is_live(field.related_model):
                m2m_changed.connect(_related, sender=field.remote_field.through, dispatch_uid=UID)


def disconnect() -> None:
    """Listen to none."""
    for model in apps.get_models(include_auto_created=True):
        for signal in (post_save, post_delete, m2m_changed):
            signal.disconnect(sender=model, dispatch_uid=UID)
    sources.forget()


def _saved(instance: Model, **_: Any) -> None:
    add_one(instance)


def _related(action: str, instance: Model, model: type[Model], pk_set: set[Any] | None, **_: Any) -> None:
    if action not in M2M_ACTIONS:
        return
    if is_live(type(instance)):
        add_one(instance)
    if is_live(model):
        add(model, None if pk_set is None else set(pk_set))


def tell(objects: list[Any]) -> None:
    """Objects were saved, created or deleted. Raises TypeError or ImproperlyConfigured."""
    for each in objects:
        if not isinstance(each, Model):
            raise TypeError(f"changed() takes objects of models, got {type(each).__name__}.")
        checked(type(each))
    for each in objects:
        add_one(each)


def tell_all(model: type[Model]) -> None:
    """Any object of the model may have changed. Raises ImproperlyConfigured."""
    add(checked(model), None)


def add_one(instance: Model) -> None:
    """Note a change of one object."""
    for table in tables_of(type(instance)):
        if table in sources.models:
            _note(topic_of(table), {instance._get_pk_val(table._meta)})


def add(model: type[Model], keys: Keys) -> None:
    """Note changes of the objects with these keys."""
    for table in tables_of(model):
        if table in sources.models:
            _note(topic_of(table), keys)


class Batch:
    """What one transaction changes."""

    __slots__ = ("keys",)

    def __init__(self) -> None:
        self.keys: dict[str, Keys] = {}

    def add(self, topic: str, keys: Keys) -> None:
        """Put it to the rest."""
        self.keys[topic] = merged(self.keys.get(topic, set()), keys)

    def tell(self) -> None:
        """It is committed."""
        for topic, keys in self.keys.items():
            pubsub.broadcast(topic, CHANGED, {} if keys is None else {"pks": list(keys)}, on_commit=False)


def merged(keys: Keys, more: Keys) -> Keys:
    """Both; None if those are many."""
    if keys is None or more is None or len(keys) + len(more) > MANY:
        return None
    keys |= more
    return keys


def _note(topic: str, keys: Keys) -> None:
    """Told at once, or together with the rest of its transaction."""
    connection = open_transaction()
    if connection is not None:
        batch = _open_batch(connection)
        if batch is not None:
            batch.add(topic, keys)
            return
    batch = Batch()
    batch.add(topic, keys)
    pubsub.when_committed(batch.tell)


def _open_batch(connection: Any) -> Batch | None:
    """One that waits for the very same block: what is rolled back with a savepoint is not told."""
    # Blocks without a savepoint, which count as None, go down with the one around them.
    block = set(connection.savepoint_ids) - {None}
    for block_of, function, *_ in connection.run_on_commit[: -NEAR - 1 : -1]:
        if isinstance(function, partial) and function.args and block_of - {None} == block:
            batch = getattr(function.args[0], "__self__", None)
            if isinstance(batch, Batch):
                return batch
    return None


def _settings_changed(*, setting: str, **_: Any) -> None:
    if setting == "DJANGO_PHOENIX" and apps.ready:
        disconnect()
        connect()


setting_changed.connect(_settings_changed)
