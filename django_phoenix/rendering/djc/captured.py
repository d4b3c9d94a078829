"""Components with an `on_render` of their own, or whose HTML is looked at afterwards.

Their Python code handles the template's output as a string. It is given one that remembers its tree: handed
on unchanged, it is shown as finely as if nobody had touched it; edited, it is one text. Remembered:
[None, the component's id, what it was given, the components in it, the shape shown].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import SynchronousOnlyOperation
from django.template.base import Template

from django_phoenix.rendering.assets import settled
from django_phoenix.rendering.frames import enter
from django_phoenix.rendering.lasting import TextInTheMaking
from django_phoenix.rendering.rendered import UNCHANGED
from django_phoenix.rendering.runtime import flat
from django_phoenix.rendering.runtime import node as dressed
from django_phoenix.rendering.trees import TreeString, capture, renew, show

from .bridge import set_component_error_message
from .leaf import whole
from .running import CELLS

if TYPE_CHECKING:
    from django.template.context import Context

    from django_phoenix.rendering.runtime import Runtime

    from .instances import ComponentFrame
    from .plans import Plan

Outcome = tuple[str | None, Exception | None]


class LiveTemplate(Template):
    """A component's template whose `render` gives a string with a tree."""

    template: Template
    runtime: Runtime
    frame: ComponentFrame
    failure: Exception | None

    @classmethod
    def of(cls, template: Template, rt: Runtime, frame: ComponentFrame) -> LiveTemplate:
        live = object.__new__(cls)
        live.__dict__.update(template.__dict__)
        live.template, live.runtime, live.frame, live.failure = template, rt, frame, None
        return live

    def render(self, context: Context, *args: Any, **kwargs: Any) -> TreeString:
        """Write the template. What goes wrong in a component inside is told when the result is used."""
        rt = self.runtime
        names = flat(context.dicts)
        autoescape = bool(context.autoescape)
        program = rt.compiled(self.template).program(rt, autoescape, lambda: names)
        outer = rt.names, rt.real, rt.context, rt.frame
        mark = len(rt.fresh)
        enter(rt, names, self.frame, program.dynamic, autoescape)
        if program.dynamic:
            rt.push_state(program)
        try:
            with TextInTheMaking(rt):
                tree = dressed(rt, program.full(rt, []), program.block)
        except Exception as error:
            if isinstance(error, SynchronousOnlyOperation) or not getattr(error, "_components", None):
                raise
            del rt.fresh[mark:]
            self.failure = error
            return EMPTY
        finally:
            if program.dynamic:
                rt.pop_state()
            rt.names, rt.real, rt.context, rt.frame = outer
        return capture(rt, tree, mark)


EMPTY = TreeString("")


class Captured:
    """One component whose output passes through Python code."""

    def __init__(
        self, rt: Runtime, plan: Plan, frame: ComponentFrame, context: Context, template: LiveTemplate | None
    ) -> None:
        self.rt = rt
        self.plan = plan
        self.frame = frame
        self.component = frame.component
        self.context = context
        self.template = template

    def shown(self, memory: Any) -> tuple[Any, Any]:
        text = self.text()
        own_id = self.component.id
        if type(memory) is not list or memory[0] is not None:
            value, shape = show(self.rt, text)
            return value, [None, own_id, None, (), shape]
        value, shape = renew(self.rt, text, memory[CELLS])
        if value is UNCHANGED:
            return UNCHANGED, memory
        return value, [None, own_id, None, (), shape]

    def text(self) -> str:
        html, error = self.rendered()
        html, error = self.afterwards(html, error)
        html, error = self.plan.rendered(self.component, html, error)
        if error is not None:
            raise error
        if html is None:
            return ""
        return html if type(html) is TreeString else settled(self.rt, whole(self.context, html))

    # -- on_render

    def rendered(self) -> Outcome:
        if not self.plan.has_render:
            if self.template is None:
                return None, None
            return self.settled(lambda: self.template and self.template.render(self.context))
        try:
            result: Any = self.component.on_render(self.context, self.template)
        except SynchronousOnlyOperation:
            raise
        except Exception as error:
            return None, error
        if result is None:
            return None, None
        if hasattr(result, "send"):
            return self.driven(result)
        return self.settled(lambda: result)

    def driven(self, steps: Any) -> Outcome:
        """Send the generator what became of each thing that it yields."""
        html: str | None = None
        error: Exception | None = None
        first = True
        while True:
            try:
                yielded = steps.send(None if first else (html, error))
            except StopIteration as end:
                return (html, error) if end.value is None else self.settled(lambda end=end: end.value)
            except SynchronousOnlyOperation:
                raise
            except Exception as new:
                return None, new
            if first or yielded is not None:
                html, error = self.settled(yielded if callable(yielded) else lambda given=yielded: given)
            else:
                return html, error
            if error is not None:
                set_component_error_message(error, [])  # it is told through which components it came
            first = False

    def settled(self, made: Any) -> Outcome:
        """What a yielded or returned value stands for, once all components in it are written."""
        template = self.template
        try:
            value = made()
        except SynchronousOnlyOperation:
            raise
        except Exception as error:
            return None, error
        if template is not None and template.failure is not None:
            failure, template.failure = template.failure, None
            return None, failure
        if value is None:
            return "", None
        if type(value) is TreeString:
            return value, None
        return whole(self.context, str(value)), None

    # -- after it

    def afterwards(self, html: str | None, error: Exception | None) -> Outcome:
        if not self.plan.has_after:
            return html, error
        try:
            instead = self.component.on_render_after(self.context, self.template, html, error)
        except SynchronousOnlyOperation:
            raise
        except Exception as new:
            return None, new
        return (html, error) if instead is None else (instead, None)
