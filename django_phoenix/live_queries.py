"""Live queries, the side of those who write: which models tell of their changes, and how.

``DJANGO_PHOENIX = {"LIVE_MODELS": ["chat.Message", "shop"]}`` names models, or all those of an app. Each save
and each deletion of them, and each change of their many-to-many relations, is told to all processes, on
commit, whoever makes it: a live view, an ordinary one, the admin, a task, a shell. Views follow by
``self.stream("messages", Message.objects.filter(…), live=True)``.

Django sends no signal for ``update()``, ``bulk_create()``, ``bulk_update()`` and raw SQL. ``LiveQuerySet``
tells of the first three by itself; ``changed()`` tells of anything.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db.models import Model, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save

from django_phoenix import pubsub
from django_phoenix.conf import settings
from django_phoenix.delivery.commit import open_transaction
from django_phoenix.wire.topic import INTERNAL

__all__ = ["LiveQuerySet", "changed"]

PREFIX = f"{INTERNAL}model:"
CHANGED = "changed"
UID = "django_phoenix.live_queries"

# More objects than that in one transaction, and it is told that any of the model may have changed.
MANY = 1000
# So far back among what waits for the commit a batch to add to is looked for.
NEAR = 20

M2M_ACTIONS = ("post_add", "post_remove", "post_clear")

# Primary keys; None: any.
Keys = set[Any] | None

# Views that gather news for a moment, with the timers that they wait for.
gathering: dict[Any, TimerHandle] = {}


def changed(what: Any) -> None:
    """Tell live queries of changes that Django sends no signal for, as soon as they are committed.

    ``what``: objects that were saved, created or deleted, one or several; a queryset of such objects; or a
    model, any of whose objects may have changed.

    Raises TypeError for anything else, ImproperlyConfigured for a model that LIVE_MODELS does not name.
    """
    if isinstance(what, type) and issubclass(what, Model):
        _tell_all(what)
    elif isinstance(what, Model):
        _tell([what])
    elif isinstance(what, QuerySet):
        keys = set(what.values_list("pk", flat=True)[: MANY + 1])
        _add(_checked(what.model), keys)
    elif isinstance(what, Iterable):
        _tell(list(what))
    else:
        raise TypeError(
            "changed() takes a model, objects of one, or a queryset of those that have changed, got "
            f"{type(what).__name__}."
        )


class LiveQuerySet(QuerySet[Any]):
    """Tells of ``update``, ``bulk_update`` and ``bulk_create``: ``objects = LiveQuerySet.as_manager()``.

    Nothing is told of models that LIVE_MODELS does not name.
    """

    def update(self, **values: Any) -> int:
        """As Django's."""
        count = super().update(**values)
        if count and is_live(self.model):
            _tell_all(self.model)
        return count

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """As Django's."""
        created: list[Any] = super().bulk_create(objs, *args, **options)
        if created and is_live(self.model):
            if any(each.pk is None for each in created):
                _tell_all(self.model)
            else:
                _tell(created)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]


def hurry(loop: AbstractEventLoop) -> bool:
    """Have views of this loop look now that wait for more news. False: none does. For tests."""
    waiting = [(view, timer) for view, timer in gathering.items() if view.loop is loop]
    for view, timer in waiting:
        timer.cancel()
        view.hurry()
    return bool(waiting)


# -- which models


class Sources:
    """The models that tell of their changes."""

    def __init__(self) -> None:
        self._models: frozenset[type[Model]] | None = None

    @property
    def models(self) -> frozenset[type[Model]]:
        """Concrete ones."""
        if self._models is None:
            self._models = frozenset(_named(settings.LIVE_MODELS or ()))
        return self._models

    def connect(self) -> None:
        """Listen to the signals of all of them, their proxies and children, each by itself: a receiver for
        every model would slow all deletions down."""
        self._models = None
        try:
            if not self.models:
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

    def disconnect(self) -> None:
        """Listen to none."""
        for model in apps.get_models(include_auto_created=True):
            for signal in (post_save, post_delete, m2m_changed):
                signal.disconnect(sender=model, dispatch_uid=UID)
        self._models = None


sources = Sources()


def is_live(model: Any) -> bool:
    """Whether changes of this model, or of the part of it that a model it inherits from keeps, are told."""
    return any(each in sources.models for each in getattr(model, "__mro__", ()))


def topics_of(model: type[Model]) -> dict[str, type[Model]]:
    """What to listen to for the changes of a model; those that it inherits from keep a part of its rows.

    Raises ImproperlyConfigured if LIVE_MODELS does not name it.
    """
    _checked(model)
    return {topic_of(each): each for each in _tables(model)}


def topic_of(model: type[Model]) -> str:
    return f"{PREFIX}{model._meta.label_lower}"


def unknown_names(names: Iterable[Any]) -> list[Any]:
    """Those in LIVE_MODELS that are neither an app nor a model."""
    return [name for name in names if not _models_of(name)]


def _named(names: Iterable[Any]) -> Iterable[type[Model]]:
    for name in names:
        for model in _models_of(name):
            yield from _tables(model)


def _models_of(name: Any) -> list[type[Model]]:
    try:
        if "." in name:
            return [apps.get_model(name)]
        return list(apps.get_app_config(name).get_models())
    except (LookupError, TypeError, ValueError):
        return []


def _tables(model: type[Model]) -> list[type[Model]]:
    """The model whose table it is, and those that it inherits from and shares its primary key with."""
    found = model._meta.concrete_model or model
    tables = [found]
    while (link := found._meta.pk.remote_field) is not None and link.parent_link:
        found = link.model
        tables.append(found)
    return tables


def _checked(model: type[Model]) -> type[Model]:
    if not is_live(model):
        meta = model._meta
        raise ImproperlyConfigured(
            f"Nobody tells of changes of {meta.label}. Add {meta.label!r}, or its whole app, "
            f'{meta.app_label!r}, to DJANGO_PHOENIX["LIVE_MODELS"].'
        )
    return model


# -- telling


def _saved(instance: Model, **_: Any) -> None:
    _add_one(instance)


def _related(action: str, instance: Model, model: type[Model], pk_set: set[Any] | None, **_: Any) -> None:
    if action not in M2M_ACTIONS:
        return
    if is_live(type(instance)):
        _add_one(instance)
    if is_live(model):
        _add(model, None if pk_set is None else set(pk_set))


def _tell(objects: list[Any]) -> None:
    for each in objects:
        if not isinstance(each, Model):
            raise TypeError(f"changed() takes objects of models, got {type(each).__name__}.")
        _checked(type(each))
    for each in objects:
        _add_one(each)


def _tell_all(model: type[Model]) -> None:
    _add(_checked(model), None)


def _add_one(instance: Model) -> None:
    for table in _tables(type(instance)):
        if table in sources.models:
            _note(topic_of(table), {instance._get_pk_val(table._meta)})


def _add(model: type[Model], keys: Keys) -> None:
    for table in _tables(model):
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
        sources.disconnect()
        sources.connect()


setting_changed.connect(_settings_changed)
