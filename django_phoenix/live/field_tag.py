"""``{% live_field form.email %}``: a form's field with its label, its help and those errors that are due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.forms import BoundField, CheckboxInput
from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.exceptions import LiveViewError
from django_phoenix.forms import errors_to_show
from django_phoenix.live.tag_arguments import Attributes, Given, parse_attributes, parse_thing
from django_phoenix.rendering.form_fields import Control
from django_phoenix.rendering.structure import register_template_node

TEMPLATE = "django_phoenix/field.html"

# What the field says of itself, and we say anew: not every error is shown.
OURS = ("aria-describedby", "aria-invalid")


class LiveField:
    """What the template of a field sees as ``field``. Made for one rendering."""

    def __init__(self, bound: BoundField, given: dict[str, Any]) -> None:
        self.bound = bound
        self.name = bound.html_name
        label, help = given.pop("label", None), given.pop("help", None)
        self.label = bound.label if label is None else label
        self.help = mark_safe(bound.help_text) if help is None else help
        self.errors = errors_to_show(bound)
        self.required = bound.field.required
        self._given = given

    @property
    def id(self) -> str:
        """The control's."""
        bound = self.bound
        return str(self._given.get("id") or bound.field.widget.attrs.get("id") or bound.auto_id or "")

    @property
    def label_for(self) -> str:
        """The id that the label names; "" for several controls."""
        return str(self.bound.field.widget.id_for_label(self.id) or "")

    @property
    def layout(self) -> str:
        """ "hidden", "group" (several controls under one label), "check" (a box before it), "plain"."""
        widget = self.bound.field.widget
        if widget.is_hidden:
            return "hidden"
        if widget.use_fieldset:
            return "group"
        return "check" if isinstance(widget, CheckboxInput) else "plain"

    @property
    def described(self) -> str:
        """The ids of what describes the control."""
        return " ".join(self._notes())

    @property
    def control(self) -> Control:
        """The control itself."""
        widget = self.bound.field.widget
        own = self.bound.build_widget_attrs({"aria-describedby": " "}, widget)
        attrs = {name: value for name, value in own.items() if name not in OURS}
        attrs.update(self._given)
        if "class" in attrs and "class" in widget.attrs:
            attrs["class"] = f"{widget.attrs['class']} {attrs['class']}"
        if self.layout != "group":
            if self.errors:
                attrs["aria-invalid"] = "true"
            if described := self.described:
                attrs["aria-describedby"] = described
        return Control(self.bound, attrs)

    def _notes(self) -> Iterator[str]:
        if given := self._given.get("aria-describedby"):
            yield str(given)
        if self.help and self.id:
            yield f"{self.id}_helptext"
        if self.errors and self.id:
            yield f"{self.id}_error"


class LiveFieldNode(Node):
    """The tag."""

    child_nodelists = ()
    isolated_context = True  # as the compiler asks an {% include %}

    def __init__(self, target: FilterExpression, attributes: Attributes, template: str) -> None:
        self.template = template
        self.given = Given(attributes)
        self.expressions = [target, *self.given.expressions]

    def render(self, context: Context) -> SafeString:
        names = layer_of(self, *(expression.resolve(context) for expression in self.expressions))
        template = context.template.engine.get_template(self.template)  # type: ignore[union-attr]
        return template.render(context.new(names))


def layer_of(node: LiveFieldNode, target: Any, *values: Any) -> dict[str, Any]:
    """What the field's template sees. Raises LiveViewError for what is no field."""
    if not isinstance(target, BoundField):
        raise LiveViewError(
            f"{{% live_field %}} shows a field of a Django form, such as form.email; "
            f"{node.expressions[0].token} is {target!r:.100}. Is the form assigned, the field's name right?"
        )
    return {"field": LiveField(target, node.given.mapping(values))}


register_template_node(LiveFieldNode, lambda node: node.expressions, lambda node: node.template, layer_of)


def parse_live_field(parser: Parser, token: Token) -> LiveFieldNode:
    """``{% live_field form.email label="E-mail" help="…" class="wide" phx-debounce="300" autofocus %}``

    ``template="…"`` shows it by another template than ``django_phoenix/field.html``; all else are attributes
    of the control.
    """
    tag, *bits = token.split_contents()
    target = parse_thing(parser, tag, bits, "a field first, such as form.email")
    attributes = parse_attributes(parser, tag, bits[1:])
    template = TEMPLATE
    chosen = attributes.pop("template", None)
    if chosen is not None:
        if chosen.is_var or chosen.filters:
            raise TemplateSyntaxError(f"{{% {tag} %}}: template= takes a name in quotes, got {chosen.token}.")
        template = str(chosen.var)
    return LiveFieldNode(target, attributes, template)
