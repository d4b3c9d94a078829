"""Instances of components, as django-components makes them, and what their templates see."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from django_phoenix.rendering.assets import Dependency
from django_phoenix.rendering.frames import LOOP, Frame, context_of

from .bridge import (
    COMPONENT_KEY,
    INJECT_PREFIX,
    PROCESSED,
    ComponentContext,
    ComponentTreeContext,
    ComponentVars,
    cache_component_css,
    cache_component_css_vars,
    cache_component_js,
    cache_component_js_vars,
    component_context_cache,
    component_instance_cache,
    gen_component_id,
    gen_context_processors_data,
    provide_cache,
    register_provide_reference,
)

if TYPE_CHECKING:
    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.runtime import Runtime

    from .plans import Plan

BUILTINS: dict[str, Any] = {"True": True, "False": False, "None": None}

births = itertools.count(1)


class ComponentFrame(Frame):
    """The frame of an instance."""

    __slots__ = ("_key",)

    def __init__(self, component: Any, outer: Frame | None, *, isolated: bool, outside: Names) -> None:
        super().__init__(
            component.raw_slots,
            outer,
            isolated=isolated,
            name=component.name,
            component=component,
            outside=outside,
        )
        self._key: str | None = None

    def hidden(self) -> Names:
        """The key under which django-components' own tags find the component, which is entered there now."""
        if self._key is None:
            component = self.component
            self._key = key = f"phx_c{next(births)}"
            component_context_cache[key] = ComponentContext(
                component=ref(component),
                component_path=self.path(),
                template_name=self.template_name,
                default_slot=self.default,
                outer_context=component.outer_context,
                tree=ComponentTreeContext({}, {}, {}, WeakKeyDictionary()),
                root_id=key,
            )
            component_instance_cache[key] = component
        return {COMPONENT_KEY: self._key}

    def path(self) -> list[str]:
        frame: Frame | None = self
        names: list[str] = []
        while frame is not None:
            names.insert(0, frame.name)
            frame = frame.outer
        return names

    def leave(self) -> None:
        """The component is written: nobody looks for it any more, but fills that are kept and shown later."""
        if self._key is not None:
            component_context_cache.pop(self._key, None)
            component_instance_cache.pop(self._key, None)
            self._key = None

    def __del__(self) -> None:
        self.leave()


def make(
    rt: Runtime,
    node: Any,
    cls: Any,
    given: tuple[list[Any], dict[str, Any]],
    slots: Any,
    here: Names,
    under: Names,
    known: str | None,
) -> Any:
    """The instance behind a tag that sees the names `here`; its template will see those `under` its own."""
    context = context_of(rt, [under, {}])
    parent = None if rt.frame is None else rt.frame.component
    request = getattr(context, "request", None)
    if request is None and parent is not None:
        request = parent.request
    args, kwargs = given
    component = cls(
        registered_name=node.name,
        outer_context=context if under is here else context_of(rt, [here, {}]),
        registry=node.registry,
        context=context,
        args=args,
        kwargs=kwargs,
        slots=slots,
        deps_strategy="ignore",
        request=request,
        node=node,
        id=f"phx{next(births)}",  # of this instance alone: its finalizer clears by it, maybe late
        parent=parent,
        root=None if parent is None else parent.root,
    )
    component.id = known or lasting_id(rt, cls.class_id)
    return component


def lasting_id(rt: Runtime, class_id: str) -> str:
    """The same at GET and join; outside live views one as django-components makes them."""
    if rt.assets is None:
        return str(gen_component_id())
    if rt.lasting is None or not rt.lasting.texts:
        return rt.assets.new_id()
    return rt.lasting.take(rt.assets, class_id)[0]


def data_of(rt: Runtime, plan: Plan, component: Any) -> tuple[Names, Dependency | None]:
    """The names that the component's template sees of its own, and what its page has to load."""
    processed: Names = {}
    if component.request is not None:
        if not hasattr(component.request, PROCESSED):
            gen_context_processors_data(rt.page, component.request)  # the page's own, if it has some
        processed = component.context_processors_data
    if provide_cache:
        register_provide_reference(component.context, component)
    own, js, css = component._call_data_methods(component.raw_args, component.raw_kwargs)
    plan.data(component, own, js, css)
    for key in processed:
        if key in own:
            raise ValueError(
                f"Variable '{key}' defined in component '{component.name}' conflicts "
                "with the same variable from context processors. Rename the variable in the component."
            )
    needs = needs_of(plan, component, js, css) if plan.asks else None
    variables = ComponentVars(
        args=component.args,
        kwargs=component.kwargs,
        slots=component.slots,
        is_filled=component.is_filled,
    )
    return {**own, **processed, "component_vars": variables}, needs


def needs_of(plan: Plan, component: Any, js: Any, css: Any) -> Dependency:
    """What the page has to load for a component; its code and data are kept where the page can ask for it."""
    cls = plan.cls
    if plan.has_js:
        cache_component_js(cls, force=False)
    if plan.has_css:
        cache_component_css(cls, force=False)
    js_hash = cache_component_js_vars(cls, js) if js else None
    css_hash = cache_component_css_vars(cls, css) if css else None
    return Dependency(cls.class_id, component.id, js_hash or "", css_hash or "")


def attributes_of(needs: Dependency) -> str:
    """By these the component's scripts and styles find its root elements."""
    css = f' data-djc-css-{needs.css}=""' if needs.css else ""
    return f' data-djc-id-{needs.id}=""{css}'


def isolated(names: Names) -> Names:
    """What an isolated component sees of the names around its tag: the innermost loop, what is provided."""
    loop = names.get(LOOP)
    seen = dict(BUILTINS) if loop is None else {**BUILTINS, **loop, LOOP: loop}
    if provide_cache:
        for name, value in names.items():
            if name.startswith(INJECT_PREFIX):
                seen[name] = value
    return seen
