"""Inputs of Django's forms: byte for byte as Django shows them, and only values in the diffs."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.template import Context, Template
from django.test import override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from django_phoenix.live.forms import decode_form
from django_phoenix.rendering.compiler import RenderState, compile_template
from django_phoenix.rendering.form_fields import Control
from django_phoenix.rendering.stock_widgets import BUILT_IN

COLORS = [("r", "Red"), ("Others", [("a", "A"), ("b", mark_safe("<b>B</b>"))]), ("\ue000", "\ue001 mark")]


class Loud(forms.TextInput):
    """Renders itself."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return mark_safe(f"<loud-input name='{name}' value='{value or ''}'></loud-input>")


class Disobedient(forms.Select):
    def create_option(self, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(*args, **kwargs)
        option["attrs"]["data-last"] = "x"
        return option


class Unhashable(forms.TextInput):
    def get_context(self, name: str, value: Any, attrs: Any) -> Any:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-list"] = [1]
        return context


class AllForm(forms.Form):
    name = forms.CharField(max_length=10, help_text="At most ten.")
    email = forms.EmailField(
        widget=forms.EmailInput(attrs={"placeholder": gettext_lazy("Email"), "class": "x"})
    )
    secret = forms.CharField(widget=forms.PasswordInput)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.DecimalField(localize=True)
    one = forms.IntegerField(
        widget=forms.NumberInput(attrs={"step": 1, "data-true": True, "data-false": False})
    )
    color = forms.ChoiceField(choices=COLORS[:2])
    marks = forms.ChoiceField(choices=COLORS)
    radio = forms.ChoiceField(choices=COLORS[:2], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=COLORS[:2], widget=forms.CheckboxSelectMultiple)
    several = forms.MultipleChoiceField(choices=COLORS[:2])
    maybe = forms.NullBooleanField()
    agree = forms.BooleanField()
    day = forms.DateField()
    moment = forms.SplitDateTimeField()
    parts = forms.DateField(widget=forms.SelectDateWidget(years=[2000]))
    file = forms.FileField()
    hidden = forms.CharField(widget=forms.HiddenInput)
    off = forms.CharField(disabled=True, initial="<off>")
    former = forms.CharField(show_hidden_initial=True, initial="f")
    loud = forms.CharField(widget=Loud)
    disobedient = forms.ChoiceField(choices=COLORS[:1], widget=Disobedient)
    unhashable = forms.CharField(widget=Unhashable)


GIVEN = (
    "name=%22%3C%27%26&email=a%40b.de&secret=s&note=a%0A%3C%2Ftextarea%3E&number=1000.5&one=2&color=a&radio=b&boxes=a"
    "&boxes=b&several=r&maybe=true&agree=on&day=2020-01-02&moment_0=2020-01-02&moment_1=10:00&hidden=h&loud=l"
    "&parts_day=2&parts_month=1&parts_year=2000&disobedient=r&unhashable=u&marks=r&former=g"
)
EACH = Template(
    "".join(f"{{{{ form.{name} }}}}|{{{{ form.{name}.errors }}}}\n" for name in AllForm.base_fields)
    + "{% for field in form %}{{ field }}{% endfor %}{% autoescape off %}{{ form.name }}{% endautoescape %}"
)


def form_of(text: str | None, renderer: Any = None, form_class: Any = AllForm, **options: Any) -> Any:
    data = None
    if text is not None:
        data = decode_form(text)
        data.posted = True  # as Django does: no passwords
    return form_class(data, renderer=renderer, **options)


@pytest.mark.parametrize(
    "options", [{}, {"auto_id": False}, {"prefix": "p"}, {"use_required_attribute": False}]
)
@pytest.mark.parametrize("text", [None, "", GIVEN])
def test_fields_are_shown_as_django_shows_them(text, options):
    for _ in range(2):
        context = {"form": form_of(text, **options)}
        assert compile_template(EACH).html(Context(context)) == EACH.render(Context(context))


def test_fields_are_trees_where_the_site_finds_djangos_templates_itself():
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BUILT_IN]}
    with override_settings(TEMPLATES=[engine]):
        page = Page("{{ form.name }}", form=form_of("name=a", TemplatesSetting()))
        assert page.show(form=form_of("name=b", TemplatesSetting())) == {"0": {"0": ' value="b"'}}


@override_settings(USE_THOUSAND_SEPARATOR=True, LANGUAGE_CODE="de")
def test_localized_fields_too():
    context = {"form": form_of(GIVEN)}
    assert compile_template(EACH).html(Context(context)) == EACH.render(Context(context))


class Page:
    """A template shown again and again."""

    def __init__(self, source: str, **names: Any) -> None:
        self.template = Template(source)
        self.compiled = compile_template(self.template)
        self.state = RenderState()
        self.context = Context(names)
        self.context.template = self.template
        self.show(**names)

    def show(self, **names: Any) -> Any:
        self.context.dicts[-1].update(names)
        render = self.compiled.render(self.context, self.state)
        render.commit()
        return render.diff


@pytest.mark.parametrize(
    ("name", "before", "after", "diff"),
    [
        ("name", "name=a", "name=a", {}),
        ("name", "name=a", "name=%3C", {"0": {"0": ' value="&lt;"'}}),
        ("note", "note=a", "note=b", {"0": {"0": "b"}}),
        ("color", "color=r", "color=b", {"0": {"0": "", "2": " selected"}}),
        ("radio", "radio=r", "radio=b", {"0": {"0": "", "2": " checked"}}),
        ("boxes", "boxes=r&boxes=a", "boxes=a", {"0": {"0": ""}}),
        ("several", "several=r", "several=r&several=a", {"0": {"1": " selected"}}),
        ("hidden", "hidden=a", "hidden=b", {"0": {"0": ' value="b"'}}),
        ("day", "day=2020-01-01", "day=2020-01-02", {"0": {"0": ' value="2020-01-02"'}}),
        ("loud", "loud=a", "loud=b", {"0": "<loud-input name='loud' value='b'></loud-input>"}),
    ],
)
def test_only_what_changed_is_sent(name, before, after, diff):
    page = Page(f"{{{{ form.{name} }}}}", form=form_of(before))
    assert page.show(form=form_of(after)) == diff


def test_a_check_mark_stands_alone():
    page = Page("{{ form.agree }}", form=form_of("name=a", use_required_attribute=False))
    form = form_of("agree=on", use_required_attribute=False)
    errors = {
        "0": {"0": "", "1": " checked", "s": ['<input type="checkbox" name="agree"', ' id="id_agree"', ">"]}
    }
    assert page.show(form=form) == errors
    assert page.show(form=form_of("agree=on", use_required_attribute=False)) == {}


def test_an_error_changes_the_inputs_other_attributes():
    page = Page("{{ form.name }}", form=form_of("name=a"))
    (statics,) = [page.show(form=form_of("name="))["0"]["s"]]
    assert 'aria-invalid="true"' in statics[1]


def test_values_of_one_page_do_not_show_in_another():
    first, second = (
        Page("{{ form.name }}", form=form_of("name=1")),
        Page("{{ form.name }}", form=form_of("name=2")),
    )
    assert first.show(form=form_of("name=3")) == {"0": {"0": ' value="3"'}}
    assert second.show(form=form_of("name=2")) == {}


def test_a_field_may_come_and_go():
    page = Page("{{ thing }}", thing="text")
    shown = page.show(thing=form_of("name=1")["name"])["0"]
    assert shown["0"] == ' value="1"'
    assert page.show(thing="text") == {"0": "text"}
    assert page.show(thing=form_of("name=1")["name"])["0"]["s"]


def test_a_form_that_was_replaced_goes_at_once():
    """It refers to itself: with those of all other views it would wait for the garbage collector."""
    page = Page("{{ form.name }}", form=form_of("name=1"))
    form = form_of("name=2")
    former = weakref.ref(form)
    page.show(form=form)
    gc.disable()
    try:
        del form
        page.show(form=form_of("name=3"))
        assert former() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("errors", [ErrorList(["A text."]), ["A list."], "A text."])
def test_errors_of_a_form_may_be_plain_texts(errors):
    """As those that Django's model formsets note for rows that say the same."""
    form = form_of("name=1")
    form.errors["__all__"] = errors
    page = Page("{{ form.name }}", form=form)
    assert page.show(form=form_of("name=2"))


def test_a_password_is_kept_while_a_live_form_is_filled_in():
    data = decode_form("secret=pw")
    html = compile_template(Template("{{ form.secret }}")).html(Context({"form": AllForm(data)}))
    assert 'value="pw"' in html
    assert not AllForm.base_fields["secret"].widget.render_value


def test_templates_of_the_sites_own_are_used():
    own = "<x-input>{{ widget.value|default:'none'|upper }}</x-input>"
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", {"django/forms/widgets/text.html": own})]
        },
    }
    with override_settings(TEMPLATES=[engine]):
        form = form_of("name=a", TemplatesSetting())
        assert (
            compile_template(Template("{{ form.name }}")).html(Context({"form": form}))
            == "<x-input>A</x-input>"
        )


def test_a_control_has_the_attributes_that_it_was_given():
    template = Template("{{ control }}")
    for name in ("name", "moment"):
        control = Control(form_of("name=a")[name], {"class": "y", "aria-label": "Z"})
        html = compile_template(template).html(Context({"control": control}))
        assert html == template.render(Context({"control": control}))
        assert 'class="y"' in html
        assert "aria-invalid" not in html


EVIL = "<script>x</script>"


@pytest.mark.parametrize("where", ["value", "label", "group", "attribute", "name"])
@pytest.mark.parametrize("widget", [forms.Select, forms.RadioSelect, forms.TextInput, forms.Textarea])
def test_what_one_form_marks_as_safe_is_not_so_in_another(where, widget):
    """Blocks are kept for all forms that show the same."""
    template = Template("{{ form.x }}")
    for text in (mark_safe(EVIL), EVIL):
        put = {"value": "v", "label": "l", "group": "g", "attribute": "a", "name": "n", where: text}
        field = forms.CharField(widget=widget(attrs={"title": put["attribute"]}))
        if widget in (forms.Select, forms.RadioSelect):
            field.widget.choices = [(put["group"], [(put["value"], put["label"])])]

        class Hostile(forms.Form):
            x = field

            def add_prefix(self, field_name: str) -> str:
                return put["name"]  # noqa: B023

        context = Context({"form": Hostile(initial={"x": put["value"]})})
        assert compile_template(template).html(context) == template.render(context)
