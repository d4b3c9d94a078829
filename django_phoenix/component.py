"""Function components: an annotated function and its markup (Phoenix.Component).

    @component("shop.price", template='<b {{ rest|with_class:"price" }}>{{ amount }} {{ currency }}</b>')
    def price(amount: Decimal, currency: Literal["EUR", "USD"] = "EUR", *, rest: Rest) -> None:
        \"\"\"An amount of money.

        amount: how much
        currency: in which one
        \"\"\"

    {% component "shop.price" total class="big" / %}

The parameters are what the component takes: an attribute by its annotation (required unless it has a default;
a ``Literal`` names the values allowed), a slot as ``Slot`` or ``Slot | None = None``, a group of slots
``col.…`` as ``Mapping[str, Slot]``, the global attributes of its element as ``Rest``. A slot called ``body``
takes what stands between the component's tags. Lines ``name: text`` of the docstring document them.

The template sees the arguments, what the function returns (a mapping of further names, or None), and nothing
of the page around it; what fills its slots sees the page, and nothing of the component. So the same arguments
always give the same markup, and a live page skips the component as long as they are equal.

The decorator makes the function a component class of django-components and registers it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Library, Template
from django.template.context_processors import csrf

from django_phoenix.declarations.binding import names_of
from django_phoenix.declarations.declaration import Declaration
from django_phoenix.declarations.reading import read
from django_phoenix.declarations.rest import Rest

try:
    import django_components
    from django_components import (
        AlreadyRegistered,
        Component,
        ComponentRegistry,
        RegistrySettings,
        registry,
    )
except ModuleNotFoundError as error:
    raise ImproperlyConfigured(
        "Function components need django-components: pip install 'django-phoenix[components]', and add "
        '"django_components" to INSTALLED_APPS.'
    ) from error

__all__ = ["FunctionComponent", "Rest", "Slot", "component"]

# What fills a slot; called with data it gives the markup.
Slot: TypeAlias = django_components.Slot[Any]

Function = Callable[..., Mapping[str, Any] | None]

# What inline templates need of tag libraries; a file loads its own.
LOADED = "{% load component_tags phoenix %}"

# Where a component says that it is registered here, its slots are filled with what the page around it sees.
ISOLATED = ComponentRegistry(Library(), RegistrySettings(context_behavior="isolated"))


class FunctionComponent(Component):
    """Base of the classes that ``@component`` makes; what one takes is in its ``declaration``."""

    declaration: ClassVar[Declaration]

    is_function_component: ClassVar[bool] = True

    # Its data are a function of its arguments: a live page may skip it.
    live_pure: ClassVar[bool] = True

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Context) -> dict[str, Any]:
        self.registry = ISOLATED
        return names_of(self.declaration, args, kwargs, slots)

    @property
    def context_processors_data(self) -> dict[str, Any]:
        """Of the context processors the token alone, so that any name is free for an attribute."""
        return {} if self.request is None else csrf(self.request)

    def on_render_before(self, context: Context, template: Template | None) -> None:
        """Take the page's names out of sight; the context is a copy, made for this render."""
        own = context.dicts[-2:]
        passed_on = {
            name: value
            for layer in context.dicts[:-2]
            for name, value in layer.items()
            if name.startswith("_DJC_")
        }
        context.dicts[:] = [context.dicts[0], passed_on, *own]


def component(
    name: str, *, template: str = "", template_file: str = "", pure: bool = True
) -> Callable[[Function], type[FunctionComponent]]:
    """Make a component of a function, and register it as ``name``: ``{% component "name" … %}``.

    ``template`` is its markup (with the tags of django-components and of ``phoenix`` loaded), or
    ``template_file`` the name of a template. ``pure=False`` is for a function that looks at anything but its
    arguments, such as the clock or the database: it is then called at each render.

    Raises TypeError for a signature that declares nothing sensible or a component without template, and
    django-components' AlreadyRegistered for a name that is taken.
    """
    if bool(template) == bool(template_file):
        raise TypeError(
            f"The component {name!r} needs one of template and template_file, got {_count(template)}."
        )

    def make(function: Function) -> type[FunctionComponent]:
        markup = {"template": LOADED + template} if template else {"template_file": template_file}
        made = type(
            function.__name__,
            (FunctionComponent,),
            {
                "__module__": function.__module__,
                "__qualname__": function.__qualname__,
                "__doc__": function.__doc__,
                "declaration": read(name, function, django_components.Slot),
                "live_pure": pure,
                **markup,
            },
        )
        if registry.has(name):  # which older versions of django-components let pass
            raise AlreadyRegistered(
                f"The component {name!r} of {function.__module__} is registered already, by "
                f"{registry.get(name).__module__}. Choose another name, or unregister that one first."
            )
        registry.register(name, made)
        return made

    return make


def _count(template: str) -> str:
    return "both" if template else "neither"
