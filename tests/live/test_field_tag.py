"""`{% live_field %}`."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.forms import decode_form
from django_phoenix.rendering.compiler import compile_template
from tests.rendering.harness import Live


class OneForm(forms.Form):
    name = forms.CharField(help_text="<b>help</b>", widget=forms.TextInput(attrs={"class": "own"}))
    agree = forms.BooleanField()
    when = forms.SplitDateTimeField()
    hidden = forms.CharField(widget=forms.HiddenInput)


def shown(tag: str, text: str | None = None, meta: object = None, **names: object) -> str:
    template = Template("{% load phoenix %}" + tag)
    form = OneForm(None if text is None else decode_form(text, meta))
    html = compile_template(template).html(Context({"form": form, **names}))
    assert html == template.render(Context({"form": form, **names}))
    return html


def test_a_field_has_its_label_help_and_errors():
    html = shown("{% live_field form.name %}", "name=")
    assert '<label class="phx-label" for="id_name">Name</label>' in html
    assert '<div class="phx-help" id="id_name_helptext"><b>help</b></div>' in html
    assert '<p class="phx-error">This field is required.</p>' in html
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in html


def test_an_unused_field_is_not_called_invalid():
    html = shown("{% live_field form.name %}", "_unused_name=&name=", {"_target": "agree"})
    assert "required." not in html
    assert "aria-invalid" not in html
    assert 'aria-describedby="id_name_helptext"' in html


def test_other_words_are_attributes_of_the_control():
    html = shown(
        '{% live_field form.name class="wide" phx-debounce=wait autofocus title=no %}', wait=3, no=None
    )
    assert 'class="own wide"' in html
    assert 'phx-debounce="3" autofocus' in html
    assert "title" not in html


def test_label_and_help_may_be_others():
    html = shown("{% live_field form.name label='Who?' help='' %}")
    assert ">Who?</label>" in html
    assert "helptext" not in html


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("agree", '<label class="phx-check" for="id_agree"><input type="checkbox"'),
        ("when", '<legend class="phx-label">When</legend>'),
        ("hidden", '<input type="hidden" name="hidden" id="id_hidden">'),
    ],
)
def test_the_layout_follows_the_widget(field, part):
    assert part in shown(f"{{% live_field form.{field} %}}")


def test_another_template_may_show_it():
    assert shown("{% live_field form.name template='django_phoenix/field_notes.html' %}").startswith("<div")


@pytest.mark.parametrize(
    "tag",
    [
        "live_field",
        "live_field label='x'",
        "live_field form.name a=1 a=2",
        "live_field form.name template=form.x",
    ],
)
def test_a_tag_that_makes_no_sense_is_refused(tag):
    with pytest.raises(TemplateSyntaxError, match="live_field"):
        Template("{% load phoenix %}{% " + tag + " %}")


@pytest.mark.parametrize("value", ["form.nothing", "form", "form.name.label"])
def test_what_is_no_field_is_told_with_what_came(value):
    with pytest.raises(LiveViewError, match=r"such as form\.email"):
        shown(f"{{% live_field {value} %}}")


def test_a_page_where_templates_are_cached_follows_its_fields():
    """As it is with DEBUG off: after a few renders it is found out what an included template reads."""
    sources = {
        "main": "{{ n }}{% live_field form.name template='own.html' %}",
        "own.html": "<p>{{ field.control }}{{ field.errors }}</p>",
    }
    view = Live(sources, {"form": OneForm(), "n": 1})
    for text in ("name=", "name=A", "name=Ad", "name=Ada", "name=", "name=Bob"):
        view.show(form=OneForm(decode_form(text, None)), n=text)
