"""Another django-components than we know: private names gone, and the same pages all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from django_phoenix.rendering.djc import bridge, load

ROOT = Path(__file__).resolve().parents[3]

WITHOUT = """
import django_components.slots
del django_components.slots.SlotFallback
import django
django.setup()
from django.core.checks import run_checks
from django_phoenix.rendering.nodes import handlers
print(*(message.id for message in run_checks() if "components" in message.msg))
print(any("django_components" in cls.__module__ for cls in handlers))
from django_components import Component, registry
class Card(Component):
    template = "<p id='{{ id }}'>{{ n }}</p>"
    def get_template_data(self, args, kwargs, slots, context):
        return {"n": kwargs["n"], "id": self.id}
registry.register("card", Card)
from tests.rendering.djc.views import View
view = View("{% component 'card' n=n / %}")
view.show(n=1)
print(view.show(n=1), sorted(view.show(n=2)), "_1' data-djc" in view.page and ">2</p>" in view.page)
"""


def test_every_private_name_is_there() -> None:
    """Run with the oldest django-components that is supported and with the newest."""
    assert tuple(map(int, version("django-components").split(".")[:2])) >= (0, 149)
    assert load.problems == []
    missing = [name for name in bridge.__all__ if not hasattr(bridge, name)]
    assert missing == []


def test_without_one_of_them_components_are_shown_as_a_whole_and_a_check_says_why() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    checked, compiled, shown = done.stdout.splitlines()
    assert "django_phoenix.W015" in checked
    assert compiled == "False"
    assert shown == "{} ['0'] True"
    assert "SlotFallback" in done.stderr
