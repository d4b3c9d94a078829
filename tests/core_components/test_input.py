"""core.input: every widget of Django with label, help, and the errors of used inputs."""

from __future__ import annotations

import datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import override_settings
from django.utils.safestring import mark_safe

from django_phoenix.exceptions import ComponentInputError
from django_phoenix.live.forms import decode_form

from .live import LIBRARIES, LivePage

VOID = {"input", "br", "option"}


class Page(HTMLParser):
    """Elements as a browser would find them: their attributes, the text inside of those that matter here."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.texts: dict[int, str] = {}
        self._open: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: "" if value is None else value for name, value in attrs}))
        number = len(self.elements) - 1
        self.texts[number] = ""
        if tag not in {"input", "br"}:
            self._open.append(number)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"input", "br"}:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for number in self._open:
            self.texts[number] += data

    def find(self, *tags: str, **attributes: str) -> list[dict[str, Any]]:
        """Attributes of those elements, and their text as "text"."""
        return [
            {**found, "text": " ".join(self.texts[number].split())}
            for number, (tag, found) in enumerate(self.elements)
            if (not tags or tag in tags)
            and all(found.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]

    def one(self, *tags: str, **attributes: str) -> dict[str, Any]:
        (found,) = self.find(*tags, **attributes)
        return found


def page(source: str, /, **values: Any) -> Page:
    return Page(Template(LIBRARIES + source).render(Context(values)))


def drawn(form: forms.Form, given: str = "") -> Page:
    return page("{% component 'core.input' form.it " + given + " / %}", form=form)


CHOICES = [("a", "One"), ("Group", [("b", "Two")])]

# Field, value in the data, name and value of what shows it.
FIELDS: dict[str, tuple[forms.Field, str, dict[str, str]]] = {
    "text": (forms.CharField(max_length=9), "it=x", {"it": "x"}),
    "email": (forms.EmailField(), "it=x", {"it": "x"}),
    "url": (forms.URLField(assume_scheme="https"), "it=x", {"it": "x"}),
    "password": (forms.CharField(widget=forms.PasswordInput), "it=x", {"it": "x"}),
    "number": (forms.IntegerField(min_value=3), "it=1", {"it": "1"}),
    "decimal": (forms.DecimalField(), "it=x", {"it": "x"}),
    "date": (forms.DateField(), "it=x", {"it": "x"}),
    "datetime": (forms.DateTimeField(), "it=x", {"it": "x"}),
    "time": (forms.TimeField(), "it=x", {"it": "x"}),
    "textarea": (forms.CharField(widget=forms.Textarea), "it=%3Cb%3E", {"it": "<b>"}),
    "select": (forms.ChoiceField(choices=CHOICES), "it=b", {"it": "b"}),
    "null boolean": (forms.NullBooleanField(), "it=true", {"it": "true"}),
    "multiple": (forms.MultipleChoiceField(choices=CHOICES), "it=a&it=b", {"it": "a b"}),
    "radio": (forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect), "it=b", {"it": "b"}),
    "boxes": (forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple),
              "it=a&it=b", {"it": "a b"}),
    "box": (forms.BooleanField(), "it=on", {"it": "on"}),
    "file": (forms.FileField(), "", {}),
    "image": (forms.FileField(widget=forms.FileInput), "", {}),
    "split": (forms.SplitDateTimeField(), "it_0=2026-01-02&it_1=x", {"it_0": "2026-01-02", "it_1": "x"}),
    "parts of a date": (forms.DateField(widget=forms.SelectDateWidget(years=[2026])),
                        "it_year=2026&it_month=2&it_day=31",
                        {"it_year": "2026", "it_month": "2", "it_day": "31"}),
}  # fmt: skip
CONTROLS = ("input", "textarea", "select")


def make(field: forms.Field, data: Any = None, **options: Any) -> forms.Form:
    made: forms.Form = type("Made", (forms.Form,), {"it": field})(data, **options)
    return made


def visible(found: Page) -> list[dict[str, Any]]:
    return [control for control in found.find(*CONTROLS) if control.get("type") != "hidden"]


@pytest.mark.parametrize("name", FIELDS)
def test_every_control_has_an_id_a_name_for_all_and_says_that_it_is_required(name: str) -> None:
    field = FIELDS[name][0]
    found = drawn(make(field))
    for control in visible(found):
        assert control["id"]
        labels = found.find("label", for_=control["id"])
        assert labels or control.get("aria-label"), control
        assert all(label["text"] for label in labels)
        assert "aria-invalid" not in control
        wants = field.widget.use_required_attribute(None) and field.required
        assert ("required" in control) == bool(wants), control
        assert control["class"].split()[0] == "phx-input"
    title = found.one("legend") if found.find("fieldset") else found.find("label")[-1]
    assert title["text"] == "It"
    assert len({one["id"] for one in found.find() if "id" in one}) == len(
        [1 for one in found.find() if "id" in one]
    )


@pytest.mark.parametrize("name", FIELDS)
def test_values_come_back(name: str) -> None:
    field, text, values = FIELDS[name]
    found = drawn(make(field, decode_form(text)))
    shown: dict[str, list[str]] = {}
    for control in visible(found):
        if control.get("type") in ("checkbox", "radio"):
            if "checked" in control:
                shown.setdefault(control["name"], []).append(control.get("value", "on"))
        elif control.get("value"):
            shown[control["name"]] = [control["value"]]
    for area in found.find("textarea"):
        shown[area["name"]] = [area["text"]]
    for number, (tag, select) in enumerate(found.elements):
        if tag == "select":
            following = found.elements[number + 1 :]
            ends = next((n for n, (other, _) in enumerate(following) if other in CONTROLS), len(following))
            chosen = [o["value"] for t, o in following[:ends] if t == "option" and "selected" in o]
            shown[select["name"]] = chosen
    assert {key: " ".join(value) for key, value in shown.items() if value} == values


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "null boolean"])
def test_what_is_wrong_is_said_and_belongs_to_the_control(name: str) -> None:
    found = drawn(make(FIELDS[name][0], decode_form("")), "help='How.'")
    notes = {"id_it_helptext", "id_it_error"}
    assert found.one("div", id="id_it_helptext")["text"] == "How."
    assert "required" in found.one("div", id="id_it_error")["text"]
    assert found.one("div", id="id_it_error")["aria-live"] == "polite"
    outer = found.elements[0][1]
    assert "data-invalid" in outer
    holder = outer if found.elements[0][0] == "fieldset" else visible(found)[0]
    assert set(holder["aria-describedby"].split()) == notes
    assert all(control["aria-invalid"] == "true" for control in visible(found))


@pytest.mark.parametrize("name", FIELDS)
def test_unused_inputs_say_nothing_yet(name: str) -> None:
    found = drawn(make(FIELDS[name][0], decode_form("_unused_it=&it=", {"_target": "other"})))
    assert found.one("div", id="id_it_error")["text"] == ""
    assert "data-invalid" not in found.elements[0][1]
    assert not [control for control in visible(found) if "aria-invalid" in control]


@pytest.mark.parametrize("name", FIELDS)
def test_a_live_page_shows_what_django_shows(name: str) -> None:
    field, text, _ = FIELDS[name]
    live = LivePage("{% component 'core.input' form.it / %}")
    for data in (
        None,
        decode_form(text),
        decode_form(""),
        decode_form("it=", {"_target": "it"}),
        decode_form(text),
    ):
        live.show(form=make(field, data))
    assert live.show(form=make(field, decode_form(text))) == {}


def test_only_what_changed_is_sent() -> None:
    live = LivePage("{% component 'core.input' form.it / %}")
    live.show(form=make(forms.CharField(), decode_form("it=a")))
    diff = live.show(form=make(forms.CharField(), decode_form("it=b")))
    assert len(str(diff)) < 60
    assert "b" in str(diff)


def test_hidden_fields_are_only_that() -> None:
    for field in (
        forms.CharField(widget=forms.HiddenInput),
        forms.MultipleChoiceField(choices=CHOICES, widget=forms.MultipleHiddenInput),
        forms.SplitDateTimeField(widget=forms.SplitHiddenDateTimeWidget),
    ):
        found = drawn(make(field, initial={"it": ["a", "b"]}))
        assert found.find("input")
        assert not visible(found)
        assert not found.find("label", "fieldset", "p")


def test_a_box_is_heard_of_when_it_is_not_ticked() -> None:
    found = drawn(make(forms.BooleanField(required=False)))
    assert [one["type"] for one in found.find("input")] == ["hidden", "checkbox"]
    assert found.find("input")[0]["value"] == "false"
    assert make(forms.BooleanField(required=False), decode_form("it=false")).is_valid()
    form = make(forms.BooleanField(required=False), QueryDict("it=false&it=on"))
    assert form.is_valid()
    assert form.cleaned_data["it"] is True


def test_a_password_stays_while_a_live_form_is_filled_in_and_goes_with_a_page() -> None:
    field = forms.CharField(widget=forms.PasswordInput)
    assert visible(drawn(make(field, decode_form("it=x"))))[0]["value"] == "x"
    assert "value" not in visible(drawn(make(field, QueryDict("it=x"))))[0]
    assert field.widget.render_value is False


def test_a_file_that_is_there_can_be_seen_and_removed() -> None:
    file = SimpleNamespace(url="/f?a&b", __str__=lambda self: "f")
    found = drawn(make(forms.FileField(required=False), initial={"it": file}))
    assert found.one("a")["href"] == "/f?a&b"
    assert found.find("input")[0]["name"] == "it-clear"
    assert found.one("label", for_="it-clear_id")["text"] == "Clear"
    assert not drawn(make(forms.FileField(), initial={"it": file})).find("input", name="it-clear")


class Own(forms.TextInput):
    template_name = "own.html"


class Slider(forms.NumberInput):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        return mark_safe(
            f'<x-slider id="{attrs["id"]}" aria-invalid="{attrs.get("aria-invalid", "")}"></x-slider>'
        )


def test_a_widget_of_ones_own_draws_itself_and_is_labelled_here() -> None:
    found = drawn(make(forms.CharField(widget=Slider), decode_form("")))
    assert found.one("x-slider") == {"id": "id_it", "aria-invalid": "true", "text": ""}
    assert found.one("label")["for"] == "id_it"
    assert "required" in found.one("div", id="id_it_error")["text"]


def test_a_widget_with_a_template_of_its_own_is_drawn_by_it() -> None:
    templates = {"own.html": '<own-one name="{{ widget.name }}" id="{{ widget.attrs.id }}"></own-one>'}

    class Renderer(forms.renderers.BaseRenderer):
        def render(self, template_name: str, context: Any, request: Any = None) -> str:
            return Template(templates[template_name]).render(Context(context))

    form = make(forms.CharField(widget=Own), renderer=Renderer())
    assert drawn(form).one("own-one") == {"name": "it", "id": "id_it", "text": ""}


def test_widgets_keep_their_attributes_and_the_tag_adds_to_them() -> None:
    form = make(forms.CharField(widget=forms.TextInput(attrs={"class": "own", "data-x": "<1>"})), prefix="p")
    control = visible(drawn(form, "class='big' placeholder='P' phx-debounce='blur' id='here'"))[0]
    assert control["class"] == "phx-input own big"
    assert (control["data-x"], control["placeholder"], control["phx-debounce"]) == ("<1>", "P", "blur")
    assert (control["id"], control["name"]) == ("here", "p-it")


@pytest.mark.parametrize(
    ("type", "field", "value", "shown"),
    [
        ("date", forms.DateField(), datetime.date(2026, 1, 2), "2026-01-02"),
        ("time", forms.TimeField(), datetime.time(8, 5), "08:05"),
        ("datetime-local", forms.DateTimeField(), datetime.datetime(2026, 1, 2, 8, 5), "2026-01-02T08:05"),
        ("range", forms.IntegerField(min_value=3), 5, "5"),
        ("search", forms.CharField(), "x", "x"),
    ],
)
def test_a_field_may_be_asked_for_by_another_control(type: str, field: Any, value: Any, shown: str) -> None:
    control = visible(drawn(make(field, initial={"it": value}), f"type='{type}'"))[0]
    assert (control["type"], control["value"]) == (type, shown)
    assert control.get("min") == ("3" if type == "range" else None)
    assert "required" in control


def test_a_select_may_be_asked_for_as_radio_buttons() -> None:
    found = drawn(make(forms.ChoiceField(choices=CHOICES), decode_form("it=b")), "type='radio'")
    assert [(one["value"], "checked" in one) for one in visible(found)] == [("a", False), ("b", True)]
    assert found.one("fieldset")


def test_a_fields_label_help_and_errors_may_be_said_otherwise() -> None:
    form = make(forms.CharField(help_text="old <b>help</b>"), decode_form(""))
    assert drawn(form).one("div", id="id_it_helptext")["text"] == "old help"
    found = drawn(form, "label='<L>' label_hidden=True help='<new>' errors=[]")
    assert found.one("label") == {"class": "phx-label phx-visually-hidden", "for": "id_it", "text": "<L>"}
    assert found.one("div", id="id_it_helptext")["text"] == "<new>"


@pytest.mark.parametrize("auto_id", [False, "x-%s", True])
def test_controls_have_ids_whatever_the_form_thinks_of_them(auto_id: Any) -> None:
    control = visible(drawn(make(forms.CharField(), auto_id=auto_id)))[0]
    assert control["id"] == {False: "id_it", "x-%s": "x-it", True: "it"}[auto_id]


# Without a field.


@pytest.mark.parametrize(
    ("given", "control"),
    [
        ("name='n' value='<v>'", {"type": "text", "name": "n", "value": "<v>", "id": "id_n"}),
        ("name='n' value=0", {"value": "0"}),
        ("name='user[n]'", {"name": "user[n]", "id": "id_user_n"}),
        ("name='n' type='number' value=2 min=1", {"type": "number", "value": "2", "min": "1"}),
        ("name='n' type='date' value=day", {"type": "date", "value": "2026-01-02"}),
        ("name='n' type='datetime-local' value=moment", {"value": "2026-01-02T13:05"}),
        ("name='n' type='password' value='x'", {"type": "password", "value": "x"}),
        ("name='n' type='checkbox' checked=True", {"type": "checkbox", "value": "true", "checked": ""}),
        ("name='n' type='checkbox' value=True", {"value": "true", "checked": ""}),
        ("name='n[]' type='checkbox' value='a'", {"value": "a"}),
        ("name='n' type='file' accept='image/*'", {"type": "file", "accept": "image/*"}),
        ("name='n' type='color' disabled=True", {"type": "color", "disabled": ""}),
        ("name='n' aria-describedby='x' help='h'", {"aria-describedby": "x id_n_helptext"}),
        ("name='n' errors=errors", {"aria-invalid": "true", "aria-describedby": "id_n_error"}),
        ("name='n' required=True", {"required": ""}),
    ],
)  # fmt: skip
@override_settings(TIME_ZONE="Asia/Tokyo")
def test_attributes_alone_make_an_input(given: str, control: dict[str, str]) -> None:
    moment = datetime.datetime(2026, 1, 2, 4, 5, tzinfo=datetime.UTC)
    found = page(
        "{% component 'core.input' label='N' " + given + " / %}",
        day=datetime.date(2026, 1, 2), moment=moment, errors=["bad", "worse"],
    )  # fmt: skip
    drawn_control = visible(found)[0]
    assert {name: drawn_control.get(name) for name in control} == control
    assert found.one("label", for_=drawn_control["id"])["text"] == "N"


def test_options_are_values_pairs_or_groups() -> None:
    source = "{% component 'core.input' name='n' type=type options=options value=value multiple=multiple / %}"
    options = ["a", ("b", "B"), ("G", [(3, "C")])]
    for type, multiple, value in (("select", False, 3), ("radio", False, 3), ("checkboxes", False, ["a", 3])):
        found = page(source, type=type, options=options, value=value, multiple=multiple)
        shown = found.find("option") or visible(found)
        chosen = [one["value"] for one in shown if "selected" in one or "checked" in one]
        assert [one["value"] for one in shown] == ["a", "b", "3"]
        assert chosen == (["a", "3"] if type == "checkboxes" else ["3"])
    found = page(source, type="select", options=options, value=["a", "b"], multiple=True)
    assert "multiple" in found.one("select")


def test_an_input_of_nothing_is_refused() -> None:
    for given, text in (
        ("", "needs a field of a form"),
        ("name='n' type='txt'", "'type' should be one of"),
        ("name='n' chekced=True", "unknown attribute 'chekced'"),
        ("form", "'field' should be"),
    ):
        with pytest.raises(ComponentInputError) as caught:
            page("{% component 'core.input' " + given + " / %}", form=make(forms.CharField()))
        assert text in str(caught.value)
