"""Files of a form, uploaded live."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest
from django import forms
from django.core.validators import FileExtensionValidator

from django_phoenix.live.upload_input import UploadInput, upload_options
from django_phoenix.live.upload_options import make_config


def config(name: str = "doc") -> object:
    functions = {"accept": None, "progress": None, "external": None, "validator": None, "writer": None}
    limits = {"max_entries": 1, "max_entries_mode": "selected", "max_file_size": 100, "chunk_size": 10}
    return make_config("X", name, **functions, **limits, chunk_timeout=10, auto_upload=False)


@pytest.mark.parametrize(
    ("field", "options"),
    [
        (forms.FileField(), {}),
        (forms.ImageField(), {"accept": "image/*"}),
        (forms.FileField(widget=forms.FileInput(attrs={"accept": ".pdf"})), {"accept": ".pdf"}),
        (forms.FileField(validators=[FileExtensionValidator(["txt", "md"])]), {"accept": [".txt", ".md"]}),
    ],
)
def test_an_upload_takes_what_the_field_takes(field, options):
    assert upload_options(field) == options


class DocForm(forms.Form):
    doc = forms.FileField(required=False)


def test_the_input_is_the_uploads_and_tells_of_the_file_that_is_there():
    upload = config()
    file = SimpleNamespace(url="/media/a.txt?<", name="a.txt")
    form = DocForm(initial={"doc": file})
    form.fields["doc"].widget = UploadInput(upload, form.fields["doc"].widget)
    html = str(form["doc"])
    assert f'data-phx-upload-ref="{upload.ref}"' in html
    assert 'href="/media/a.txt?&lt;"' in html
    assert 'name="doc-clear"' in html
    assert form["doc"].id_for_label == upload.ref


def test_a_copy_of_the_form_keeps_the_upload():
    upload = config()
    assert copy.deepcopy(UploadInput(upload, forms.FileInput())).config is upload
