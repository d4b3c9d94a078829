"""Forms: each kind of widget, rows that come and go, logins, files, and a model's pages."""

from __future__ import annotations

import asyncio
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse_lazy
from django.utils.html import format_html

from django_phoenix.formsets import LiveFormSet
from django_phoenix.generic import CreateLive, DeleteLive, FormLive, ListLive, UpdateLive
from tests.support.feature_site.models import Note

FORM = (
    '{% load phoenix %}{% for message in messages %}<p class="flash">{{ message }}</p>{% endfor %}'
    '<form id="form" method="post" phx-change="validate" phx-submit="save"'
    '{% if form.is_multipart %} enctype="multipart/form-data"{% endif %}>{% csrf_token %}'
    "{% for field in form %}{% live_field field %}{% endfor %}"
    '<button phx-disable-with="Saving…">Save</button></form>'
    '<output id="saved">{{ saved|default:"" }}</output>'
)
COLORS = [("red", "Red"), ("green", "Green"), ("blue", "Blue")]


class WidgetsForm(forms.Form):
    name = forms.CharField(max_length=20, help_text="As on your passport.")
    email = forms.EmailField()
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    color = forms.ChoiceField(choices=COLORS)
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect)
    extras = forms.MultipleChoiceField(choices=COLORS, widget=forms.CheckboxSelectMultiple, required=False)
    agree = forms.BooleanField()


class WidgetsLive(FormLive):
    layout = "base.html"
    template = FORM
    form_class = WidgetsForm

    def form_valid(self, form: Any) -> None:
        self.assigns.saved = "; ".join(f"{name}={value}" for name, value in form.cleaned_data.items())


class NickForm(forms.Form):
    nick = forms.CharField()

    async def aclean_nick(self) -> str:
        await asyncio.sleep(0)
        if self.cleaned_data["nick"] == "root":
            raise ValidationError("Somebody has that name.")
        return str(self.cleaned_data["nick"])


class NickLive(FormLive):
    layout = "base.html"
    template = FORM
    form_class = NickForm
    success_url = reverse_lazy("notes")
    success_message = "Hello, %(nick)s."


class LineForm(forms.Form):
    item = forms.CharField()


class LinesLive(FormLive):
    layout = "base.html"
    form_class = forms.formset_factory(LineForm, formset=LiveFormSet, extra=1)
    prefix = "lines"
    template = """{% load phoenix %}
      <form id="form" method="post" phx-change="validate" phx-submit="save">
      {% csrf_token %}{{ form.management_form }}
      {% for row in form %}<div class="row">
        <input type="hidden" name="lines_sort[]" value="{{ row.index }}">{% live_field row.item %}
        <button name="lines_drop[]" value="{{ row.index }}" aria-label="Remove">x</button>
        <label><input type="checkbox" name="lines_drop[]" value="{{ row.index }}">Remove</label>
      </div>{% endfor %}
      <label><input type="checkbox" name="lines_sort[]" value="new">Add</label>
      <button name="lines_sort[]" value="new">One more</button> <button>Save</button>
      </form><output id="saved">{{ saved|default:"" }}</output>"""

    def form_valid(self, form: Any) -> None:
        self.assigns.saved = ", ".join(row["item"] for row in form.cleaned_data)


class LogInForm(forms.Form):
    user = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)

    def clean(self) -> None:
        if self.cleaned_data.get("password") not in (None, "right"):
            raise ValidationError("That is another password.")


class LogInLive(FormLive):
    layout = "base.html"
    form_class = LogInForm
    template = """{% load phoenix %}
      <form id="form" method="post" action="{% url 'forms-logged-in' %}" phx-change="validate"
        phx-submit="save" {% if trigger_action %}phx-trigger-action{% endif %}>{% csrf_token %}
      {{ form.non_field_errors }}{% live_field form.user %}{% live_field form.password %}
      <button>Log in</button></form>"""

    def form_valid(self, form: Any) -> None:
        self.trigger_action()


def logged_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(format_html("<h1>{} {}</h1>", request.method, request.POST.get("user", "")))


class FileForm(forms.Form):
    title = forms.CharField()
    doc = forms.FileField(widget=forms.FileInput(attrs={"accept": ".txt"}))


class FileLive(FormLive):
    layout = "base.html"
    template = FORM
    form_class = FileForm

    def form_valid(self, form: Any) -> None:
        file = form.cleaned_data["doc"]
        self.assigns.saved = f"{form.cleaned_data['title']}, {file.name}: {file.read().decode()}"


class NotesLive(ListLive):
    model = Note
    paginate_by = 3
    layout = "base.html"
    template = """{% load phoenix %}
      {% for message in messages %}<p class="flash">{{ message }}</p>{% endfor %}
      <form id="search" method="get" phx-change="filter">
      <input name="q" value="{{ request.GET.q }}" aria-label="Find"></form><ul>
      {% for note in note_list %}
        <li><a {% live_navigate "forms-note" note.pk %}>{{ note }}</a></li>
      {% endfor %}</ul>
      <nav>{% for link in page_links %}{% if link.url %}<a {% live_patch link.url %}>{{ link.label }}</a>
      {% else %}<b>{{ link.label }}</b>{% endif %}{% endfor %}</nav>
      <a {% live_navigate "forms-new-note" %}>New note</a>"""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(title__contains=self.request.GET.get("q", ""))


class NewNoteLive(CreateLive):
    model = Note
    fields = ("title", "is_open")
    layout = "base.html"
    template = FORM
    success_url = reverse_lazy("notes")
    success_message = "“%(title)s” is there."


class NoteLive(UpdateLive):
    model = Note
    fields = ("title", "is_open")
    layout = "base.html"
    template = "<h1>{{ note }}</h1>" + FORM + '<a {% live_navigate "forms-delete-note" note.pk %}>Delete</a>'
    success_url = reverse_lazy("notes")
    success_message = "Saved."


class DeleteNoteLive(DeleteLive):
    model = Note
    layout = "base.html"
    template = """<form method="post" phx-submit="delete">{% csrf_token %}<p>Delete {{ note }}?</p>
      <button>Yes, delete it</button></form>"""
    success_url = reverse_lazy("notes")
    success_message = "“%(title)s” is gone."


urlpatterns = [
    path("widgets/", WidgetsLive.as_view()),
    path("nick/", NickLive.as_view()),
    path("lines/", LinesLive.as_view()),
    path("log-in/", LogInLive.as_view()),
    path("logged-in/", logged_in, name="forms-logged-in"),
    path("file/", FileLive.as_view()),
    path("notes/", NotesLive.as_view(), name="notes"),
    path("notes/new/", NewNoteLive.as_view(), name="forms-new-note"),
    path("notes/<int:pk>/", NoteLive.as_view(), name="forms-note"),
    path("notes/<int:pk>/delete/", DeleteNoteLive.as_view(), name="forms-delete-note"),
]
