"""The models whose changes live queries follow: which they are, and the topics that tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from django_phoenix.conf import settings
from django_phoenix.wire.topic import INTERNAL

PREFIX = f"{INTERNAL}model:"


class Sources:
    """What the setting LIVE_MODELS names."""

    def __init__(self) -> None:
        self._models: frozenset[type[Model]] | None = None

    @property
    def models(self) -> frozenset[type[Model]]:
        """Concrete ones."""
        if self._models is None:
            self._models = frozenset(_named(settings.LIVE_MODELS or ()))
        return self._models

    def forget(self) -> None:
        """The setting may be another one now."""
        self._models = None


sources = Sources()


def is_live(model: Any) -> bool:
    """Whether changes of this model, or of the part of it that a model it inherits from keeps, are told."""
    return any(each in sources.models for each in getattr(model, "__mro__", ()))


def topics_of(model: type[Model]) -> dict[str, type[Model]]:
    """What to listen to for the changes of a model; those that it inherits from keep a part of its rows.

    Raises ImproperlyConfigured if LIVE_MODELS does not name it.
    """
    checked(model)
    return {topic_of(each): each for each in tables_of(model)}


def topic_of(model: type[Model]) -> str:
    """By which changes of the model's own table are told."""
    return f"{PREFIX}{model._meta.label_lower}"


def unknown_names(names: Iterable[Any]) -> list[Any]:
    """Those in LIVE_MODELS that are neither an app nor a model."""
    return [name for name in names if not _models_of(name)]


def _named(names: Iterable[Any]) -> Iterable[type[Model]]:
    for name in names:
        for model in _models_of(name):
            yield from tables_of(model)


def _models_of(name: Any) -> list[type[Model]]:
    try:
        if "." in name:
            return [apps.get_model(name)]
        return list(apps.get_app_config(name).get_models())
    except (LookupError, TypeError, ValueError):
        return []


def tables_of(model: type[Model]) -> list[type[Model]]:
    """The model whose table it is, and those that it inherits from and shares its primary key with."""
    found = model._meta.concrete_model or model
    tables = [found]
    while (link := found._meta.pk.remote_field) is not None and link.parent_link:
        found = link.model
        tables.append(found)
    return tables


def checked(model: type[Model]) -> type[Model]:
    """The model, if it is one of them. Raises ImproperlyConfigured."""
    if not is_live(model):
        meta = model._meta
        raise ImproperlyConfigured(
            f"Nobody tells of changes of {meta.label}. Add {meta.label!r}, or its whole app, "
            f'{meta.app_label!r}, to DJANGO_PHOENIX["LIVE_MODELS"].'
        )
    return model
