"""Log in, sign up, and a page that only members see."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import PasswordInput

from django_phoenix.generic.edit import FormLive
from django_phoenix.live_view import LiveView, Params, event


class AccountLive(LoginRequiredMixin, LiveView):
    template_name = "account/account.html"

    class Assigns:
        page_title: str = "Your account"
        waves: int = 0

    @event
    async def wave(self) -> None:
        self.assigns.waves += 1


class EntryLive(FormLive):
    """A form that is checked live and then sent by HTTP: only an answer to a request can set a cookie."""

    class Assigns:
        form: Any
        trigger_action: bool = False
        next: str = ""

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assigns.next = str(params.get("next", ""))
        super().handle_params(params, uri)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        for field in form.fields.values():
            if isinstance(field.widget, PasswordInput):
                field.widget.render_value = True  # as typed, to whom has typed it: or it would be emptied
        return form

    def form_valid(self, form: Any) -> None:
        self.trigger_action()


class LogInForm(AuthenticationForm):
    """Tries the password when it is sent, not while it is typed: each try takes long and may be counted."""

    is_sent = False

    def clean(self) -> dict[str, Any]:
        return super().clean() if self.is_sent else self.cleaned_data


class LoginLive(EntryLive):
    template_name = "registration/login.html"
    form_class = LogInForm
    is_sent = False

    class Assigns:
        page_title: str = "Log in"
        demo: bool = settings.DEBUG

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.is_sent = self.is_sent
        return form

    @event
    def save(self, params: Params) -> None:
        self.is_sent = True
        super().save(params)
        self.is_sent = False


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]
    """Whether the name is free is looked up while it is typed."""

    class Meta:
        model = get_user_model()
        fields: ClassVar[tuple[str, ...]] = ("username",)


class SignUpLive(EntryLive):
    template_name = "registration/signup.html"
    form_class = SignUpForm

    class Assigns:
        page_title: str = "Sign up"
