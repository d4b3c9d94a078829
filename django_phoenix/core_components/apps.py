"""The app of the core set: ``"django_components", "django_phoenix.core_components"`` in INSTALLED_APPS."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

# One module a component, or a few that belong together.
MODULES = ("button", "flash", "header", "input", "list", "modal", "table", "tabs")


class CoreComponentsConfig(AppConfig):
    """Registers ``core.button``, ``core.table`` and the others with django-components."""

    name = "django_phoenix.core_components"
    label = "phoenix_core_components"
    verbose_name = "Phoenix core components"

    def ready(self) -> None:
        if not apps.is_installed("django_components"):
            raise ImproperlyConfigured(
                'django_phoenix.core_components needs "django_components" in INSTALLED_APPS, before itself '
                "(pip install 'django-phoenix[components]')."
            )
        if not apps.is_installed("django_phoenix"):
            raise ImproperlyConfigured(
                'django_phoenix.core_components needs "django_phoenix" in INSTALLED_APPS as well.'
            )
        for module in MODULES:
            import_module(f"{__package__}.{module}")
