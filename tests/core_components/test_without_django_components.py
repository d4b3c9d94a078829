"""A site that does not have django-components is told so, and only if it asks for components."""

from __future__ import annotations

import subprocess
import sys

SITE = """
import sys
import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

installed = sys.argv[1] == "installed"
if not installed:
    sys.modules["django_components"] = None
settings.configure(INSTALLED_APPS=sys.argv[2:], SECRET_KEY="x")
try:
    django.setup()
    import django_phoenix.component
except ImproperlyConfigured as error:
    print(error)
else:
    print("fine")
"""


def outcome(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SITE, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_a_site_without_the_package_is_told_what_to_install() -> None:
    assert outcome("absent", "django_phoenix").startswith(
        "Function components need django-components: pip install 'django-phoenix[components]'"
    )


def test_a_site_that_has_not_installed_the_app_is_told_to() -> None:
    told = outcome("installed", "django_phoenix", "django_phoenix.core_components")
    assert told.startswith('django_phoenix.core_components needs "django_components" in INSTALLED_APPS')
