"""Each module of ``pages`` brings its ``urlpatterns``, which stand under the module's name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.http import HttpResponse
from django.urls import include, path

from tests.support.feature_site import pages

urlpatterns = [
    *(
        path(f"{found.name}/", include(import_module(f"{pages.__name__}.{found.name}").urlpatterns))
        for found in iter_modules(pages.__path__)
    ),
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("", include("django_components.urls")),
    *staticfiles_urlpatterns(),
]
