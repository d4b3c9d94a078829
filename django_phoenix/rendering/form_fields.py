"""Inputs of Django's forms as trees: values, check marks and chosen options stand, and travel, alone.

`{{ form.email }}` shows what Django renders, byte for byte. Django renders each kind of input once, with
marks where value and choice stand; what is between them becomes the statics of a block, kept by all that they
depend on. Widgets that render themselves, or by other templates than Django's, are shown as text.

A password's value is shown again while somebody types into a live page: the input would be emptied otherwise.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.signals import setting_changed
from django.forms import BaseForm, BoundField, CheckboxInput, PasswordInput, Widget
from django.forms.renderers import BaseRenderer
from django.forms.utils import ErrorList
from django.utils.safestring import SafeString

from django_phoenix.params import Params

from .lookup import ATTRIBUTES
from .lookup import KINDS as KINDS_OF_LOOKUP
from .rendered import Block
from .stock_widgets import OPTIONS, TEXT_INPUTS, finds_built_in, is_drawn_by_django, template_of
from .text import MAKERS, escape

if TYPE_CHECKING:
    from .rendered import Node
    from .runtime import Runtime

# What of a widget's context is not part of its statics.
INPUT, CHECKBOX, TEXTAREA, CHOICES = "input", "checkbox", "textarea", "choices"
KINDS = {
    **{template_of(name): INPUT for name in TEXT_INPUTS},
    template_of("checkbox"): CHECKBOX,
    template_of("textarea"): TEXTAREA,
    template_of("select"): CHOICES,
    template_of("radio"): CHOICES,
    template_of("checkbox_select"): CHOICES,
}
# All that their templates consist of.
TEMPLATES = (
    *KINDS,
    *OPTIONS,
    *map(template_of, ("attrs", "input_option", "multiple_input")),
    *("django/forms/errors/list/default.html", "django/forms/errors/list/ul.html"),
)

# Characters for private use, which stand for a value and for a mark such as `checked`.
VALUE, MARK = "\ue000", "\ue001"
HOLE = re.compile(f' value="{VALUE}"| {MARK}|{VALUE}')

MOST_BLOCKS = 2000
blocks: dict[Any, Block | None] = {}

_bound: Any = BoundField


# An input taken apart: all that its statics depend on, its dynamics, its context with marks in it.
Anatomy = tuple[Any, list[str], Callable[[], dict[str, Any]]]


class Control:
    """A field's input with attributes of one's own: `{{ control }}`. Instances are made for one rendering."""

    __slots__ = ("attrs", "field")

    def __init__(self, field: BoundField, attrs: dict[str, Any]) -> None:
        self.field = field
        self.attrs = attrs  # in the place of those that the field would add to its widget's

    def __str__(self) -> SafeString:
        field, widget = self.field, self.field.field.widget
        attrs = dict(self.attrs)
        if field.auto_id and "id" not in widget.attrs:
            attrs.setdefault("id", field.auto_id)
        if field.field.localize:
            widget.is_localized = True
        html: SafeString = widget.render(field.html_name, field.value(), attrs, field.form.renderer)
        return html

    __html__ = __str__


def field_shown(rt: Runtime, field: BoundField) -> Any:
    """The tree of a field's input, or its text."""
    note(rt, field.form)
    widget = widget_to_take_apart(field)
    tree = None
    if widget is not None and not field.field.show_hidden_initial:
        tree = tree_of_input(field, widget, widget_attrs(field, widget))
    return str(field) if tree is None else tree


def control_shown(rt: Runtime, control: Control) -> Any:
    """The same with other attributes."""
    field = control.field
    note(rt, field.form)
    widget = widget_to_take_apart(field)
    tree = None if widget is None else tree_of_input(field, widget, dict(control.attrs))
    return str(control) if tree is None else tree


def note(rt: Runtime, form: BaseForm) -> None:
    if rt.forms is None:
        rt.forms = [form]
    elif rt.forms[-1] is not form:
        rt.forms.append(form)


def widget_to_take_apart(field: BoundField) -> Any:
    """The widget, if it is drawn by a template of Django's."""
    form, widget = field.form, field.field.widget
    classes: Any = (type(field), type(widget))
    if not is_stock_field(*classes) or not has_stock(form):
        return None
    if field.field.localize:
        widget.is_localized = True
    if type(form.data) is Params and isinstance(widget, PasswordInput) and not form.data.posted:
        widget = copy.copy(widget)
        widget.render_value = True
    return widget


def tree_of_input(field: BoundField, widget: Any, attrs: dict[str, Any]) -> Node | None:
    kind = KINDS.get(widget.template_name)
    if kind is None:
        return None
    if (id := field.auto_id) and "id" not in widget.attrs:
        attrs.setdefault("id", id)
    context = widget.get_context(field.html_name, field.value(), attrs)["widget"]
    anatomy = READERS[kind](context, widget)
    return None if anatomy is None else tree_of(anatomy, context["template_name"], field.form.renderer)


def errors_shown(rt: Runtime, errors: ErrorList) -> Any:
    """A list of errors, which mostly has none."""
    if not errors.data and errors.template_name in TEMPLATES and has_stock(errors):
        return ""
    return str(errors)


MAKERS[BoundField] = field_shown
MAKERS[ErrorList] = errors_shown
MAKERS[Control] = control_shown
KINDS_OF_LOOKUP[BoundField] = ATTRIBUTES  # it has items, but none by name


def widget_attrs(field: BoundField, widget: Any) -> dict[str, Any]:
    """What `build_widget_attrs` gives, faster where there is nothing to tell beside "required"."""
    plain = field.field
    if type(field) is not BoundField or plain.disabled or field.help_text or field.name in field.form.errors:
        return field.build_widget_attrs({}, widget)
    required = plain.required and field.form.use_required_attribute
    return {"required": True} if required and widget.use_required_attribute(field.initial) else {}


# -- whether it is Django's own


@cache
def is_stock_field(field_class: Any, widget_class: Any) -> bool:
    """Whether a field, and its widget, are shown as Django shows them."""
    own = (field_class.__str__, field_class.as_widget) == (_bound.__str__, _bound.as_widget)
    return own and is_drawn_by_django(widget_class)


def has_stock(rendered: Any) -> bool:
    """Whether a form, or its errors, are rendered by the templates that come with Django."""
    renderer_class: Any = type(rendered.renderer)
    return is_stock(renderer_class)


@cache
def is_stock(renderer_class: Any) -> bool:
    """The same of the class of a form renderer."""
    return finds_built_in(renderer_class, TEMPLATES)


def forget(*, setting: str, **_: Any) -> None:
    """The site's templates may be others now."""
    if setting in ("TEMPLATES", "FORM_RENDERER", "INSTALLED_APPS"):
        is_stock.cache_clear()
        blocks.clear()


setting_changed.connect(forget, dispatch_uid="django_phoenix.rendering.form_fields")


# -- trees


def tree_of(anatomy: Anatomy, template_name: str, renderer: BaseRenderer) -> Node | None:
    """None for what can't be taken apart."""
    key, dynamics, marked = anatomy
    try:
        block = blocks[key]
    except KeyError:
        block = make_block(key, marked(), template_name, renderer)
    except TypeError:  # an attribute that has no hash
        return None
    if block is None or len(block.statics) != len(dynamics) + 1:
        return None
    tree: Node = {str(n): text for n, text in enumerate(dynamics)}
    tree["s"] = block
    return tree


def make_block(key: Any, context: dict[str, Any], template_name: str, renderer: BaseRenderer) -> Block | None:
    html = renderer.render(template_name, {"widget": context})
    if len(blocks) >= MOST_BLOCKS:
        blocks.clear()
    return blocks.setdefault(key, Block(tuple(HOLE.split(html)), root=False, name=template_name))


def key_of(attrs: dict[str, Any]) -> tuple[Any, ...]:
    """Of attributes; 1 and True are not the same."""
    return tuple([(name, value.__class__, value) for name, value in attrs.items()])


def of_name(context: dict[str, Any]) -> tuple[type, Any]:
    """Nor are a text that is to be escaped and the same, marked as safe."""
    name = context["name"]
    return name.__class__, name


def text_of(value: Any) -> str:
    return value if type(value) is SafeString else escape(str(value))


def value_attribute(value: Any) -> str:
    return "" if value is None else f' value="{text_of(value)}"'


# -- one function for each kind of context


def read_input(context: dict[str, Any], widget: Widget) -> Anatomy | None:
    attrs = context["attrs"]
    key = (context["template_name"], context["type"], *of_name(context), key_of(attrs))
    return key, [value_attribute(context["value"])], lambda: {**context, "value": VALUE}


def read_textarea(context: dict[str, Any], widget: Widget) -> Anatomy | None:
    value = context["value"]
    key = (context["template_name"], *of_name(context), key_of(context["attrs"]))
    return key, [text_of(value) if value else ""], lambda: {**context, "value": VALUE}


def read_checkbox(context: dict[str, Any], widget: Widget) -> Anatomy | None:
    attrs = dict(context["attrs"])
    mark = "checked"
    checked = take_mark(attrs, mark)
    if checked is None or type(widget).get_context is not CheckboxInput.get_context:
        return None
    key = (context["template_name"], *of_name(context), key_of(attrs))
    dynamics = [value_attribute(context["value"]), checked]
    return key, dynamics, lambda: {**context, "value": VALUE, "attrs": {**attrs, MARK: True}}


def read_choices(context: dict[str, Any], widget: Any) -> Anatomy | None:
    """A select, radio buttons, checkboxes: a mark for each option."""
    (mark,) = widget.checked_attribute if len(widget.checked_attribute) == 1 else ("",)
    dynamics: list[str] = []
    keys: list[Any] = [context["template_name"], *of_name(context), key_of(context["attrs"])]
    groups: list[Any] = []
    for group, options, index in context["optgroups"]:
        keys.append((group.__class__, group))
        bare: list[dict[str, Any]] = []
        for option in options:
            attrs = dict(option["attrs"])
            chosen = take_mark(attrs, mark)
            if chosen is None or option["template_name"] not in OPTIONS:
                return None
            label, value = option["label"], str(option["value"])
            own = (option["template_name"], *of_name(option), option.get("type"), option.get("wrap_label"))
            keys.append((*own, value.__class__, value, label.__class__, label, key_of(attrs)))
            dynamics.append(chosen)
            bare.append({**option, "attrs": attrs})
        groups.append((group, bare, index))
    return tuple(keys), dynamics, lambda: {**context, "optgroups": list(marked_groups(groups))}


READERS = {INPUT: read_input, TEXTAREA: read_textarea, CHECKBOX: read_checkbox, CHOICES: read_choices}


def marked_groups(groups: list[Any]) -> Iterator[tuple[Any, list[dict[str, Any]], Any]]:
    for group, options, index in groups:
        yield group, [{**each, "attrs": {**each["attrs"], MARK: True}} for each in options], index


def take_mark(attrs: dict[str, Any], mark: str) -> str | None:
    """Take `checked` or `selected` out; it is the last one, or None: it stands where nobody expects it."""
    if mark not in attrs:
        return ""
    if next(reversed(attrs)) != mark or attrs.pop(mark) is not True:
        return None
    return f" {mark}"
