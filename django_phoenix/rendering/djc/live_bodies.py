"""Bodies of `{% live_component %}` may fill several slots, as those of `{% component %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import TemplateSyntaxError

from django_phoenix.rendering.frames import Fill
from django_phoenix.rendering.live_components import LiveComponentNode, compile_bodies_by, place_of

from .bodies import Body, ForeignBody, compile_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_phoenix.rendering.frames import Names
    from django_phoenix.rendering.program import Compiler
    from django_phoenix.rendering.runtime import Runtime
    from django_phoenix.rendering.scope import Scope


class LiveBody:
    """What fills the slots of a live component, which is rendered later than its tag."""

    def __init__(self, body: Body, name: str) -> None:
        self.body = body
        self.name = name
        self.free: Iterable[str] = body.free

    def fills(self, rt: Runtime, names: Names, free: tuple[Any, ...]) -> dict[str, Any]:
        slots = self.body.slots(rt, names, self.name, free)
        return {name: kept(slot) for name, slot in slots.items()}


def kept(slot: Any) -> Any:
    """A fill of our own, or what `{% fill body=… %}` has handed on."""
    content = slot.content_func
    return content.kept() if isinstance(content, Fill) else slot


def live_body(c: Compiler, scope: Scope, node: LiveComponentNode) -> LiveBody | None:
    body = compile_body(c, scope, node)
    if isinstance(body, ForeignBody):
        raise TemplateSyntaxError(
            f"{place_of(node)}: what a {{% live_component %}} fills has to be clear from its body. Around "
            "{% fill %} may stand {% if %}, {% for %}, {% with %} and {% autoescape %}; no other tags."
        )
    if not body.codes:
        return None
    return LiveBody(body, str(node.target))


compile_bodies_by(live_body)
