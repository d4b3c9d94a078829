"""How templates name classes: ``"app_label.ClassName"``, as models are named, or a dotted path."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.signals import setting_changed
from django.utils.module_loading import import_string, module_has_submodule

from django_phoenix.exceptions import LiveViewError


def find_class(tag: str, name: str, modules: tuple[str, ...]) -> Any:
    """What a tag names. Raises LiveViewError if there is no such thing."""
    try:
        return locate(name, modules)
    except ImportError as error:
        raise LiveViewError(
            f"{{% {tag} {name!r} … %}}: there is no such class ({error}). Give its dotted path, or "
            f"'app_label.ClassName' if it stands in one of the app's modules {', '.join(modules)}."
        ) from error


@cache
def locate(name: str, modules: tuple[str, ...]) -> Any:
    """What has this name in one of these modules of an app, or by its dotted path. Raises ImportError."""
    label, _, class_name = name.partition(".")
    if label in apps.app_configs and "." not in class_name:
        app = apps.app_configs[label]
        for module in modules:
            if module_has_submodule(app.module, module):
                found = getattr(import_module(f"{app.name}.{module}"), class_name, None)
                if found is not None:
                    return found
    return import_string(name)


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "INSTALLED_APPS":
        locate.cache_clear()


setting_changed.connect(_forget)
