"""What is known of a component's class: its template, which hooks it has, whether we can run it ourselves."""

from __future__ import annotations

from typing import Any

from .bridge import Component, OnComponentDataContext, OnComponentInputContext, extensions
from .dependencies import asks_for_something
from .functions import declaration_of

ATTRIBUTE = "_django_phoenix_plan"


class Plan:
    """Kept on the class, until its template is another one (as when files are reloaded)."""

    __slots__ = (
        "asks", "cls", "data_hooks", "declaration", "extensions", "has_css", "has_js", "input_hooks",
        "opaque", "template",
    )  # fmt: skip

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        _ = cls.template  # loads it
        self.template = cls._component_media._template
        self.extensions = list(extensions.extensions)
        self.declaration = declaration_of(cls)
        self.opaque = "" if self.declaration is not None else why_opaque(cls, self.template)
        self.input_hooks = overriding("on_component_input", cls)
        self.data_hooks = overriding("on_component_data", cls)
        self.asks = asks_for_something(cls)
        self.has_js = bool(cls.js)
        self.has_css = bool(cls.css)

    def is_current(self) -> bool:
        media = self.cls._component_media
        return media._template is self.template and extensions.extensions == self.extensions

    def input(self, component: Any, args: Any, kwargs: Any, slots: Any) -> None:
        if not self.input_hooks:
            return
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
            hook(news)

    def data(self, component: Any, own: Any, js: Any, css: Any) -> None:
        if not self.data_hooks:
            return
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


def plan_of(cls: Any) -> Plan:
    plan: Plan | None = cls.__dict__.get(ATTRIBUTE)
    if plan is None or not plan.is_current():
        plan = Plan(cls)
        setattr(cls, ATTRIBUTE, plan)
    return plan


def overriding(hook: str, cls: Any) -> list[Any]:
    """The hooks of this name that extensions have and that may do something for the class."""
    from .bridge import ComponentExtension

    found = []
    for extension in extensions.extensions:
        if getattr(type(extension), hook) is getattr(ComponentExtension, hook):
            continue
        if extension.name == "cache" and not is_cached(cls):
            continue
        found.append(getattr(extension, hook))
    return found


def is_cached(cls: Any) -> bool:
    return bool(getattr(getattr(cls, "Cache", None), "enabled", False))


def why_opaque(cls: Any, template: Any) -> str:
    """Why django-components has to render the class itself; "" if we can."""
    if template is None:
        return "has no template"
    for name in (
        "__init__",
        "render",
        "_call_data_methods",
        "on_render",
        "on_render_before",
        "on_render_after",
    ):
        if getattr(cls, name) is not getattr(Component, name) and (
            getattr(getattr(cls, name), "__func__", None)
            is not getattr(getattr(Component, name), "__func__", 1)
        ):
            return f"overrides {name}"
    if is_cached(cls):
        return "is cached"
    return ""
