"""Loads the twin's components."""

from __future__ import annotations

from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "tests.contract.twin"
    label = "twin"

    def ready(self) -> None:
        from tests.contract.twin import components, functions  # noqa: F401
