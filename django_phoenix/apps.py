"""The app: registers system checks and signal receivers."""

from __future__ import annotations

from django.apps import AppConfig, apps

from django_phoenix import checks
from django_phoenix.delivery import model_changes
from django_phoenix.rendering.djc.load import load
from django_phoenix.transport.login_news import connect_signals


class DjangoPhoenixConfig(AppConfig):
    """``INSTALLED_APPS = ["daphne", …, "django_phoenix"]``."""

    name = "django_phoenix"
    verbose_name = "Phoenix"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register_all()
        connect_signals()
        model_changes.connect()
        if apps.is_installed("django_components"):
            load()
