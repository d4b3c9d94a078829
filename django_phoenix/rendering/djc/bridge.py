"""Everything private of django-components that we touch, in one place.

Each name is found or the import fails; then components are left to django-components as a whole. Supported
from 0.149.
"""

from __future__ import annotations

from django_components import Component, Slot
from django_components.cache_tag import _assemble_cached_fragment
from django_components.component import ComponentNode, ComponentVars
from django_components.component_render import (
    ComponentContext,
    ComponentTreeContext,
    _component_render_stack,
    component_context_cache,
    component_instance_cache,
)
from django_components.components.dynamic import DynamicComponent
from django_components.context import _COMPONENT_CONTEXT_KEY, _INJECT_CONTEXT_KEY_PREFIX
from django_components.dependencies import (
    cache_component_css,
    cache_component_css_vars,
    cache_component_js,
    cache_component_js_vars,
)
from django_components.extension import (
    ComponentExtension,
    OnComponentDataContext,
    OnComponentInputContext,
    OnComponentRenderedContext,
    OnSlotRenderedContext,
    extensions,
)
from django_components.extensions.defaults import defaults_by_component
from django_components.perfutil.provide import (
    _cache_cleanup,
    active_provides,
    provide_cache,
    register_provide_reference,
    unlink_component_from_provide_on_gc,
)
from django_components.provide import ProvideNode, set_provided_context_var
from django_components.slots import (
    DEFAULT_SLOT_KEY,
    FILL_GEN_CONTEXT_KEY,
    FillNode,
    SlotFallback,
    SlotNode,
    normalize_slot_fills,
    resolve_fills,
)
from django_components.template import prepare_component_template
from django_components.util.context import _REQUEST_ATTR, gen_context_processors_data
from django_components.util.exception import set_component_error_message
from django_components.util.misc import gen_component_id
from django_components.util.template_tag import compile_tag_params_resolver

assemble = _assemble_cached_fragment
clean_provided = _cache_cleanup
unlink_component = unlink_component_from_provide_on_gc
COMPONENT_KEY = _COMPONENT_CONTEXT_KEY
PROCESSED = _REQUEST_ATTR
INJECT_PREFIX = _INJECT_CONTEXT_KEY_PREFIX
render_stack = _component_render_stack

__all__ = [
    "COMPONENT_KEY",
    "DEFAULT_SLOT_KEY",
    "FILL_GEN_CONTEXT_KEY",
    "INJECT_PREFIX",
    "PROCESSED",
    "Component",
    "ComponentContext",
    "ComponentExtension",
    "ComponentNode",
    "ComponentTreeContext",
    "ComponentVars",
    "DynamicComponent",
    "FillNode",
    "OnComponentDataContext",
    "OnComponentInputContext",
    "OnComponentRenderedContext",
    "OnSlotRenderedContext",
    "ProvideNode",
    "Slot",
    "SlotFallback",
    "SlotNode",
    "active_provides",
    "assemble",
    "cache_component_css",
    "cache_component_css_vars",
    "cache_component_js",
    "cache_component_js_vars",
    "clean_provided",
    "compile_tag_params_resolver",
    "component_context_cache",
    "component_instance_cache",
    "defaults_by_component",
    "extensions",
    "gen_component_id",
    "gen_context_processors_data",
    "normalize_slot_fills",
    "prepare_component_template",
    "provide_cache",
    "register_provide_reference",
    "render_stack",
    "resolve_fills",
    "set_component_error_message",
    "set_provided_context_var",
    "unlink_component",
]
