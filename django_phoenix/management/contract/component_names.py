"""Which names a component gives its template and, at times, what stands between its tags."""

from __future__ import annotations

from typing import Any

from .component_calls import call_of, part_of
from .component_classes import component_of
from .mappings import keys_returned
from .name_set import NameSet

# In the template of every component of django-components.
ALWAYS = frozenset({"component_vars"})
DATA_METHODS = ("get_template_data", "get_context_data")
# Methods that may put names into the context.
HOOKS = ("on_render_before", "on_render")


def names_inside(node: Any) -> NameSet:
    """The names that a tag of django-components adds for its body."""
    part = part_of(node)
    if part == "fill":
        given = call_of(node.params).kwargs
        names = [given[key] for key in ("data", "fallback", "default") if key in given]
        texts = {name for name in names if isinstance(name, str)}
        return NameSet(texts, open=not all(isinstance(name, str) for name in names))
    if part != "component" or is_isolated(node):
        return NameSet()
    component = component_of(node)
    return NameSet(open=True) if component is None else names_given(component)


def is_isolated(node: Any) -> bool:
    """Whether a component sees nothing of the page around its tag, and its slots nothing of the component."""
    if node.flags.get("only"):
        return True
    behavior = node.registry.settings.context_behavior
    return hasattr(component_of(node), "declaration") or getattr(behavior, "value", behavior) == "isolated"


def names_given(component: type[Any]) -> NameSet:
    """The names that a component's class gives its template."""
    declaration = getattr(component, "declaration", None)
    if declaration is not None:
        return _of_function(declaration)
    written = NameSet(set(ALWAYS))
    for name in DATA_METHODS:
        _add(written, _own(component, name))
    written.open |= any(_own(component, name) is not None for name in HOOKS)
    return written


def _of_function(declaration: Any) -> NameSet:
    parameters = [attribute.parameter for attribute in declaration.attributes.values()]
    parameters += declaration.slots
    if declaration.rest is not None:
        parameters.append(declaration.rest.parameter)
    written = NameSet({*ALWAYS, *(parameter.removesuffix("_") for parameter in parameters)})
    _add(written, declaration.function)
    return written


def _add(written: NameSet, function: Any) -> None:
    if function is not None:
        written.add(keys_returned(function))


def _own(component: type[Any], name: str) -> Any:
    """A method, unless it is django-components' own."""
    for base in component.__mro__:
        if name in vars(base):
            return None if base.__module__.startswith("django_components") else vars(base)[name]
    return None
