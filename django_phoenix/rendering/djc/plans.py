"""What is known of a component's class: its template, which hooks it has, whether we can run it ourselves."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from django.template.base import Template

from django_phoenix.rendering.colocated import settle_names
from django_phoenix.rendering.compiler import CompiledTemplate

from .bridge import (
    Component,
    ComponentExtension,
    DynamicComponent,
    OnComponentDataContext,
    OnComponentInputContext,
    OnComponentRenderedContext,
    defaults_by_component,
    extensions,
    prepare_component_template,
)
from .dependencies import asks_for_something
from .functions import declaration_of
from .root_tags import Unknown, root_tags

if TYPE_CHECKING:
    from collections.abc import Callable

ATTRIBUTE = "_django_phoenix_plan"
OURS = ("render", "_call_data_methods")  # methods instead of which we do something
TEMPLATE_METHODS = ("get_template_name", "get_template")


class Plan:
    """Kept on the class, until its template is another one (as when files are reloaded)."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.has_template = bool(cls.template or cls.template_file)  # which loads it
        loaded = cls._component_media._template if self.has_template else None
        self.template: Template | None = loaded if isinstance(loaded, Template) else None
        self.media = cls._component_media
        self.loaded = self.media._template
        self.extensions = list(extensions.extensions)
        self.is_dynamic = issubclass(cls, DynamicComponent)
        self.declaration = declaration_of(cls)  # of a function component
        self.opaque = "" if self.is_dynamic or self.declaration is not None else why_opaque(cls)
        self.asks_for_template = asks_for_template(cls)
        self.has_before = overrides(cls, "on_render_before")
        self.has_render = overrides(cls, "on_render")
        self.has_after = overrides(cls, "on_render_after")
        self.input_hooks = hooks("on_component_input", cls)
        self.data_hooks = hooks("on_component_data", cls)
        self.rendered_hooks = hooks("on_component_rendered", cls)
        self.slot_hooks = hooks("on_slot_rendered", cls)
        self.is_captured = self.has_render or self.has_after or bool(self.rendered_hooks)
        self.is_hooked = self.is_captured or self.has_before
        self.asks = asks_for_something(cls)
        self.has_js = bool(cls.js)
        self.has_css = bool(cls.css)
        # For a class whose scripts and styles look for its elements.
        self.rooted: CompiledTemplate | None = None
        if marks_roots(cls) and not self.opaque and not self.is_dynamic:
            self.opaque = self.find_roots()
        self.is_pure = bool(getattr(cls, "live_pure", False)) and not self.opaque and not self.is_dynamic

    def is_current(self) -> bool:
        media = self.cls._component_media
        return (
            media is self.media
            and media._template is self.loaded
            and extensions.extensions == self.extensions
        )

    def find_roots(self) -> str:
        """Compile the template so that its root elements take attributes; say why if that cannot be."""
        if self.template is None or self.asks_for_template or self.is_captured:
            return "has scripts or styles that look for its elements, which are not known in advance"
        try:
            roots = root_tags(settle_names(self.template).nodelist)
            self.rooted = CompiledTemplate(self.template, roots=roots)
        except Unknown as error:
            return f"{error}, for which its scripts or styles look"
        return ""

    def template_for(self, component: Any, own: dict[str, Any]) -> AbstractContextManager[Template | None]:
        """The template that the class's own methods choose."""
        return prepare_component_template(component, own)

    def input(self, component: Any, args: Any, kwargs: Any, slots: Any) -> None:
        if self.input_hooks:
            news = OnComponentInputContext(
                component=component,
                component_cls=self.cls,
                component_id=component.id,
                args=args,
                kwargs=kwargs,
                slots=slots,
                context=component.context,
            )
            for hook in self.input_hooks:
                answer = hook(news)
                if answer is not None:
                    raise Answered(answer)

    def data(self, component: Any, own: Any, js: Any, css: Any) -> None:
        if self.data_hooks:
            news = OnComponentDataContext(
                component=component,
                component_cls=self.cls,
                component_id=component.id,
                context_data=own,
                template_data=own,
                js_data=js,
                css_data=css,
            )
            for hook in self.data_hooks:
                hook(news)

    def rendered(
        self, component: Any, html: str | None, error: Exception | None
    ) -> tuple[str | None, Exception | None]:
        if not self.rendered_hooks:
            return html, error
        return extensions.on_component_rendered(  # type: ignore[return-value]
            OnComponentRenderedContext(
                component=component,
                component_cls=self.cls,
                component_id=component.id,
                result=html,
                error=error,
            )
        )


class Answered(Exception):
    """An extension has given the component's HTML: nothing else of it is run."""

    def __init__(self, html: str) -> None:
        self.html = html


def plan_of(cls: Any) -> Plan:
    plan: Plan | None = cls.__dict__.get(ATTRIBUTE)
    if plan is None or not plan.is_current():
        plan = Plan(cls)
        setattr(cls, ATTRIBUTE, plan)
    return plan


def dynamic_target(name: str, kwargs: dict[str, Any]) -> tuple[Plan, dict[str, Any]]:
    """The component that a dynamic one stands for, and the arguments left for it."""
    kwargs = dict(kwargs)
    registry = kwargs.pop("registry", None)
    wanted = kwargs.pop("is", None)
    if not wanted:
        raise TypeError(f"Component '{name}' is missing a required argument 'is'")
    resolve: Any = DynamicComponent._resolve_component
    return plan_of(resolve(None, wanted, registry)), kwargs


def hooks(hook: str, cls: Any) -> list[Callable[[Any], Any]]:
    """The hooks of this name that extensions have and that may do something for the class."""
    return [
        getattr(extension, hook)
        for extension in extensions.extensions
        if getattr(type(extension), hook) is not getattr(ComponentExtension, hook)
        and not is_idle(extension.name, cls)
    ]


def is_idle(extension: str, cls: Any) -> bool:
    """Whether an extension of django-components itself does nothing for components of this class."""
    if extension == "cache":
        return not is_cached(cls)
    if extension == "defaults":
        return not defaults_by_component.get(cls)
    if extension == "debug_highlight":
        config = getattr(cls, "DebugHighlight", None)
        return not (config and (config.highlight_components or config.highlight_slots))
    return False


def marks_roots(cls: Any) -> bool:
    """Whether the class's scripts or styles look for the elements of an instance."""
    return "$onComponent" in (cls.js or "") or bool(cls.css and overrides(cls, "get_css_data"))


def is_cached(cls: Any) -> bool:
    return bool(getattr(getattr(cls, "Cache", None), "enabled", False))


def overrides(cls: Any, method: str) -> bool:
    own, theirs = getattr(cls, method), getattr(Component, method)
    return getattr(own, "__func__", own) is not getattr(theirs, "__func__", theirs)


def asks_for_template(cls: Any) -> bool:
    return any(overrides(cls, method) for method in TEMPLATE_METHODS) or hasattr(cls, "get_template_string")


def why_opaque(cls: Any) -> str:
    """Why django-components has to render the class itself; "" if we can."""
    for method in OURS:
        if overrides(cls, method):
            return f"overrides {method}"
    if is_cached(cls):
        return "is cached"
    return ""
