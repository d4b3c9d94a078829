"""Pages with a form: validated while it is filled in, saved when submitted (django.views.generic.edit)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured
from django.db.models import ProtectedError, RestrictedError
from django.forms import BaseModelForm, FileField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormMixin, ModelFormMixin

from django_phoenix.forms import aclean, has_async_checks
from django_phoenix.generic.base import GenericLive, ObjectLive
from django_phoenix.live.upload_input import UploadInput, upload_options
from django_phoenix.params import Params, event


class FormLive(FormMixin, GenericLive):  # type: ignore[type-arg]
    """A form: ``<form id="…" method="post" phx-change="validate" phx-submit="save">``.

    ``form_class``, ``initial``, ``prefix``, ``success_url``, ``get_form()``, ``get_form_kwargs()``,
    ``form_valid()``, ``form_invalid()`` are those of Django's FormView, ``success_message`` that of
    SuccessMessageMixin. The template sees ``form``. A form's file fields are uploaded live; options for
    ``allow_upload`` stand in ``uploads``, by field: ``uploads = {"photo": {"max_file_size": 2_000_000}}``.
    """

    post_event = "save"
    # A flash after a save; it may name cleaned data: "%(title)s was saved.".
    success_message: str = ""
    # Options of ``allow_upload`` by file field.
    uploads: Mapping[str, Mapping[str, Any]] = {}

    # What the browser has sent last; None: the form is as it came.
    form_data: Params | None = None

    # What async checks have found so far.
    _checked: dict[Any, Any] | None = None
    _shown_for: Any = None

    @classmethod
    def template_names(cls) -> set[str]:
        """The form, and whether the browser is to submit it."""
        return {*super().template_names(), "form", "trigger_action"}

    def handle_params(self, params: dict[str, Any], uri: str) -> Any:
        """Show the form: once, and again for a URL with other captures; a patch keeps what was typed."""
        if self._shown_for != (self.kwargs,):
            self._shown_for = (self.kwargs,)
            self.load()

    def load(self) -> None:
        """Show the form as it comes."""
        form = self.reset_form()
        self._allow_files(form)
        self.show(form=form)

    @event
    def validate(self, params: Params) -> None:
        """Something in the form was changed."""
        form = self._take(params)
        self._check(form)
        for name, field in _fields(form).items():
            if isinstance(field.widget, UploadInput) and field.widget.config.entries:
                form.errors.pop(name, None)  # it is on its way

    @event
    def save(self, params: Params) -> None:
        """The form was submitted."""
        form = self._take(params)
        if getattr(form, "rearranged", False):
            return  # a formset to which a row was added, by a button where no script runs
        self._checked = None  # since it was filled in, others may have taken what was free
        valid = self._check(form)
        if self._misses_files(form) or not valid:
            self.form_invalid(form)
        else:
            self.form_valid(form)
            self._drop_files(form)

    # What to override.

    def get_form_kwargs(self) -> dict[str, Any]:
        """The arguments for the form: what was sent, in the place of a request's POST and FILES."""
        kwargs: dict[str, Any] = {"initial": self.get_initial(), "prefix": self.get_prefix()}
        if self.form_data is not None:
            kwargs["data"] = self.form_data
            kwargs["files"] = self.get_form_files()
        return kwargs

    def get_form_files(self) -> MultiValueDict[str, Any]:
        """The files for the form: those that are uploaded, and those of a plain POST."""
        allowed = vars(self.assigns).get("uploads", ())  # these have been looked at
        posted = {name: files for name, files in self.request.FILES.lists() if name not in allowed}
        files: MultiValueDict[str, Any] = MultiValueDict(posted)
        for name, uploaded in self.uploaded_files().lists():
            files.setlist(name, uploaded)
        return files

    def get_form(self, form_class: Any = None) -> Any:
        """A form for what was sent last."""
        form = super().get_form(form_class)
        configs = vars(self.assigns).get("uploads", ())
        for name in _fields(form) if configs else ():
            html_name = form.add_prefix(name)
            if isinstance(form.fields[name], FileField) and html_name in configs:
                form.fields[name].widget = UploadInput(configs[html_name], form.fields[name].widget)
        return form

    def form_valid(self, form: Any) -> Any:
        """Say so, and go on to ``get_success_url()``."""
        message = self.get_success_message(form.cleaned_data)
        if message:
            self.put_flash("success", message)
        self.push_navigate(self.get_success_url())

    def form_invalid(self, form: Any) -> Any:
        """The page shows the form's errors; nothing else is to be done."""

    def get_success_message(self, cleaned_data: Mapping[str, Any]) -> str:
        """``success_message``, in which ``%(title)s`` is what the form's field says."""
        return self.success_message % cleaned_data

    # What to call.

    def reset_form(self) -> Any:
        """Show the form as it comes, for example after what was typed has been taken."""
        self.form_data = self._checked = None
        self.assigns.trigger_action = False
        self.assigns.form = form = self.get_form()
        return form

    def trigger_action(self) -> None:
        """Have the browser submit the form by HTTP, to its ``action``: for logins and the like.

        The template says where: ``<form … {% if trigger_action %}phx-trigger-action{% endif %}>``.
        """
        self.assigns.trigger_action = True

    # How it is done.

    def _take(self, params: Params) -> Any:
        """Show the form that was sent."""
        self.form_data = params
        self.assigns.form = form = self.get_form()
        return form

    def _check(self, form: Any) -> bool:
        """Whether the form is valid, its async checks included."""
        if not has_async_checks(form):
            return bool(form.is_valid())
        if self._checked is None:
            self._checked = {}
        return bool(async_to_sync(aclean)(form, self._checked))

    def _allow_files(self, form: Any) -> None:
        for name, field in _fields(form).items():
            html_name = form.add_prefix(name)
            if isinstance(field, FileField) and html_name not in vars(self.assigns).get("uploads", ()):
                options = upload_options(field, model_field(form, name))
                self.allow_upload(html_name, **{**options, **self.uploads.get(name, {})})
                config = self.assigns.uploads[html_name]
                field.widget = UploadInput(config, field.widget)

    def _misses_files(self, form: Any) -> bool:
        """Whether files are not there, which the form is told.

        A browser sends files before the form, unless it was submitted before the view knew of them.
        """
        missing = {
            name: next((entry for entry in field.widget.config.entries if not entry.done), None)
            for name, field in _fields(form).items()
            if isinstance(field.widget, UploadInput)
        }
        on_its_way = gettext("The file has not arrived yet. Please try again.")
        for name, entry in missing.items():
            if entry is not None:
                form.errors.pop(name, None)
                form.add_error(name, str(entry.errors[0]) if entry.errors else on_its_way)
        return any(missing.values())

    def _drop_files(self, form: Any) -> None:
        for field in _fields(form).values():
            if isinstance(field.widget, UploadInput):
                self.consume_uploaded_entries(field.widget.config.name)


class ModelFormLive(ModelFormMixin, FormLive, ObjectLive):  # type: ignore[type-arg]
    """What CreateLive and UpdateLive share: the form is made for ``model`` and ``fields``."""

    template_name_suffix = "_form"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form changes a copy, so that the page's object stays as it is in the database."""
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}


class CreateLive(ModelFormLive):
    """Makes an object: ``model`` and ``fields`` (or ``form_class``), ``success_url`` as in CreateView.

    Without ``success_url`` it goes to the object's ``get_absolute_url()``.
    """


class UpdateLive(ModelFormLive):
    """Changes the object that the URL says, which is looked up again when it is saved."""

    def load(self) -> None:
        """Show the object as it is now."""
        self.object = self.get_object()
        super().load()

    @event
    def save(self, params: Params) -> None:
        """The form was submitted."""
        self.object = self.get_object()
        FormLive.save(self, params)


class DeleteLive(SingleObjectMixin, ObjectLive):  # type: ignore[type-arg]
    """Asks, and deletes the object that the URL says: ``<form method="post" phx-submit="delete">``.

    ``success_url`` as in DeleteView; what may not be deleted is left, and a message says so.
    """

    template_name_suffix = "_confirm_delete"
    post_event = "delete"
    # Where to go afterwards: a URL, in which "{title}" is what the object's field says.
    success_url: Any = None
    # A flash afterwards, in which "%(title)s" is the same.
    success_message: str = ""

    def handle_params(self, params: dict[str, Any], uri: str) -> Any:
        """Look it up."""
        self.object = self.get_object()
        self.show()

    @event
    def delete(self) -> None:
        """It was confirmed."""
        self.object = self.get_object()
        to = self.get_success_url()
        try:
            self.object.delete()
        except (ProtectedError, RestrictedError) as error:
            self.delete_refused(error)
            return
        if self.success_message:
            self.put_flash("success", self.success_message % vars(self.object))
        self.push_navigate(to)

    def get_success_url(self) -> str:
        """``success_url``, in which ``{title}`` is what the object's field says."""
        if not self.success_url:
            raise ImproperlyConfigured(
                f"{type(self).__name__} does not know where to go after deleting. Set success_url, for "
                'example reverse_lazy("books").'
            )
        return str(self.success_url).format(**vars(self.object))

    def delete_refused(self, error: Exception) -> None:
        """Other objects need it."""
        self.put_flash("error", gettext("It can't be deleted, because other things need it."))


def model_field(form: Any, name: str) -> Any:
    """The field of the model that a form's field was made for, if it was."""
    if not isinstance(form, BaseModelForm):
        return None
    return next((field for field in form._meta.model._meta.fields if field.name == name), None)


def _fields(form: Any) -> Mapping[str, Any]:
    """A formset has none of its own."""
    fields: Mapping[str, Any] = getattr(form, "fields", {})
    return fields
