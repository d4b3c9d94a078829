"""Live views that stand in a template: which class is meant, there and in the token of its client."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from weakref import WeakValueDictionary

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.class_names import find_class
from django_phoenix.live.routes import class_guard_of, is_live, name_of

# Where "app_label.ClassName" is looked for, in this order.
MODULES = ("live", "live_views", "views")

# What tags have shown in this process: by name, for tokens.
_shown: WeakValueDictionary[str, type[Any]] = WeakValueDictionary()


def find_view(target: Any) -> type[Any]:
    """The class that a tag names. Raises LiveViewError if there is none, or it is no view to be shown so."""
    found = find_class("live_render", str(target), MODULES) if isinstance(target, str) else target
    if not is_live(found):
        raise LiveViewError(
            f"{{% live_render %}} shows subclasses of LiveView; {target!r:.100} is {found!r:.100}."
        )
    name = name_of(found)
    if _shown.get(name) is not found:
        guard = class_guard_of(found)
        if guard is not None:
            raise LiveViewError(
                f"{{% live_render %}} can't show {found.__name__}: {guard}, and only a GET of its own URL "
                "would meet that. Guard it by on_mount (django_phoenix.guards), which runs here too."
            )
        _shown[name] = found
    return found  # type: ignore[no-any-return]


def view_named(name: str) -> type[Any] | None:
    """The class that ``name_of`` named, perhaps in another process or an earlier release of the site.

    None if it is no more, or has a guard by now that only a GET would meet.
    """
    found = _shown.get(name)
    if found is None:
        found = _import(name)
        if found is not None and class_guard_of(found) is not None:
            return None
        if found is not None:
            _shown[name] = found
    return found


def _import(name: str) -> type[Any] | None:
    module, _, path = name.rpartition(".")
    while module:
        try:
            found: Any = import_module(module)
        except ImportError:
            module, _, head = module.rpartition(".")
            path = f"{head}.{path}"
            continue
        for part in path.split("."):
            found = getattr(found, part, None)
        return found if is_live(found) else None
    return None
