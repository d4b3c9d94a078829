"""Sign up: what the live page's form is sent to."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import CreateView

from testproject.account.live import SignUpForm


class SignUpView(CreateView):
    """Make a user and log in."""

    form_class = SignUpForm
    template_name = "registration/plain.html"
    success_url = reverse_lazy("roost:boards")
    extra_context = {"page_title": "Sign up"}  # noqa: RUF012 (Django's own declaration)

    def form_valid(self, form: UserCreationForm) -> HttpResponse:
        response = super().form_valid(form)
        login(self.request, self.object)
        messages.success(self.request, f"Welcome, {self.object}.")
        return response

    def get_success_url(self) -> str:
        to = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(to, {self.request.get_host()}, self.request.is_secure())
        return to if is_ours else resolve_url(self.success_url)
