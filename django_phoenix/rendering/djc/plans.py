"""What is known of a component's class: its template, which hooks it has, whether we can run it ourselves."""

from __future__ import annotations

from typing import Any

from django_phoenix.rendering.compiler import CompiledTemplate

from .bridge import Component, OnComponentDataContext, OnComponentInputContext, extensions
from .dependencies import asks_for_something
from .functions import declaration_of
from .root_tags import Unknown, root_tags

ATTRIBUTE = "_django_phoenix_plan"


class Plan:
    """Kept on the class, until its template is another one (as when files are reloaded)."""

    __slots__ = (
        "asks", "cls", "data_hooks", "declaration", "extensions", "has_css", "has_js", "input_hooks",
        "opaque", "rooted", "template",
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
        self.rooted = None if self.opaque or not marks_roots(cls) else self.with_root_attributes()
        self.asks = asks_for_something(cls)
        self.has_js = bool(cls.js)
        self.has_css = bool(cls.css)

    def with_root_attributes(self) -> CompiledTemplate | None:
        """The template, compiled so that its root elements take attributes."""
        try:
            return CompiledTemplate(self.template, roots=root_tags(self.template.nodelist))
        except Unknown as error:
            self.opaque = str(error)
            return None

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


def marks_roots(cls: Any) -> bool:
    """Whether the class's scripts or styles look for the elements of an instance."""
    has_css_data = cls.get_css_data is not Component.get_css_data
    return "$onComponent" in (cls.js or "") or bool(cls.css and has_css_data)


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
