"""What the test kit for live views costs: opening a page and one click, beside ``client.get``, in µs of CPU.

python bench/testkit_bench.py [--quick]
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import path

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PROCESSORS = ("template.context_processors.request", "contrib.auth.context_processors.auth")

settings.configure(
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=[
        *(
            f"django.contrib.{name}"
            for name in ("auth", "contenttypes", "sessions", "messages", "staticfiles")
        ),
        "django_phoenix",
    ],
    MIDDLEWARE=MIDDLEWARE,
    STATIC_URL="static/",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": [f"django.{name}" for name in PROCESSORS]},
        }
    ],
)
django.setup()

from django_phoenix.live_view import LiveView, event  # noqa: E402
from django_phoenix.testing.live import live  # noqa: E402


class CounterLive(LiveView):
    """A counter, and some rows around it."""

    template = """<h1>Counter</h1><p id="count">{{ count }}</p><button phx-click="inc">+</button>
      <table>{% for row in rows %}<tr><td>{{ row.0 }}</td><td>{{ row.1 }}</td></tr>{% endfor %}</table>
      {% if view.request.user.is_authenticated %}<p>{{ view.request.user }}</p>{% endif %}"""

    class Assigns:
        count: int = 0

    def mount(self, params: object, session: object) -> None:
        self.assigns.rows = tuple((number, f"row {number}") for number in range(20))

    @event
    def inc(self) -> None:
        self.assigns.count += 1


urlpatterns = [path("", CounterLive.as_view())]


def cost(function: Callable[[], None]) -> float:
    """Microseconds of CPU."""
    gc.collect()
    before = process_time()
    function()
    return (process_time() - before) * 1e6


def compare(client: Client, rounds: int) -> tuple[float, float]:
    """Medians of a GET and of opening the page with one click, each beside the other in turn."""

    def get() -> None:
        assert client.get("/").status_code == 200

    def kit() -> None:
        page = live(client, "/")
        page.element("button").click()
        assert page.element("#count").text == "1"
        opened.append(page)

    opened: list[object] = []
    gets, kits = [], []
    for number in range(rounds + 20):
        times = cost(get), cost(kit)
        opened.pop().close()  # type: ignore[attr-defined]
        if number >= 20:
            gets.append(times[0])
            kits.append(times[1])
    return statistics.median(gets), statistics.median(kits)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    rounds = 30 if parser.parse_args().quick else 300
    os.environ["PYTEST_CURRENT_TEST"] = "the bench"
    setup_test_environment()
    call_command("migrate", verbosity=0)
    client = Client()
    logged_in = Client()
    from django.contrib.auth.models import User

    logged_in.force_login(User.objects.create_user("ada"))
    for who, visitor in (("visitor", client), ("logged in", logged_in)):
        get, kit = compare(visitor, rounds)
        print(f"{who:10}  GET {get:5.0f} µs   page and click {kit:5.0f} µs   {kit / get:.2f} times")


if __name__ == "__main__":
    main()
