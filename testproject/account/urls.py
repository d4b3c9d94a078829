"""Log in, log out, sign up: Django's own views."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from testproject.account.views import SignUpView

urlpatterns = [
    path("login/", LoginView.as_view(extra_context={"page_title": "Log in"}), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", SignUpView.as_view(), name="signup"),
]
