"""Log in, log out, sign up: live pages, and Django's own views that set the cookie."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from testproject.account.live import LoginLive, SignUpLive
from testproject.account.views import SignUpView

urlpatterns = [
    path("login/", LoginLive.as_view(), name="login"),
    path("login/go/", LoginView.as_view(template_name="registration/plain.html"), name="log-in"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", SignUpLive.as_view(), name="signup"),
    path("signup/go/", SignUpView.as_view(), name="sign-up"),
]
