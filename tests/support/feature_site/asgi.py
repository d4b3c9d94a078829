"""The feature site, served."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.feature_site.settings")
inner = get_asgi_application()

from django_phoenix.routing import phoenix_application  # noqa: E402

application = phoenix_application(inner)
