"""What components cost: a page of fifty with slots, one value in one slot changes, beside django-components.

python bench/component_bench.py [--quick]

A process of its own: django-components replaces `Template.render`, which would slow Django down elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

from bench.render_bench import ENGINE, Case, microseconds

COUNT = 50
CARD = """<article class="card"><h2>{{ title }}</h2>
<div class="body">{% slot "body" default %}empty{% endslot %}</div>
<footer>{% slot "footer" %}no footer{% endslot %}</footer></article>"""
USE = """{% component NAME title=TITLE %}{% fill "body" %}<p>{{ TEXT }}</p>{% endfill %}
{% fill "footer" %}{{ NUMBER }} of {{ total }}{% endfill %}{% endcomponent %}
"""


def use(name: str, prefix: str, sign: str) -> str:
    source = USE.replace("NAME", f'"{name}"').replace("TITLE", f"{prefix}title{sign}")
    return source.replace("TEXT", f"{prefix}text{sign}").replace("NUMBER", f"{prefix}number{sign}")


def one_by_one(name: str) -> str:
    return "".join(use(name, "", str(n)) for n in range(COUNT))


def in_a_loop(name: str) -> str:
    return f"{{% for card in cards %}}{use(name, 'card.', '')}{{% endfor %}}"


def assigns() -> dict[str, Any]:
    values: dict[str, Any] = {"total": COUNT}
    for n in range(COUNT):
        values |= {f"title{n}": f"Title {n}", f"text{n}": f"Text {n}", f"number{n}": n}
    return values


def rows() -> dict[str, Any]:
    cards = [{"id": n, "title": f"Title {n}", "text": f"Text {n}", "number": n} for n in range(COUNT)]
    return {"total": COUNT, "cards": cards}


def define() -> None:
    from django_components import Component, register

    class Card(Component):
        template = CARD

        def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
            return {"title": kwargs["title"]}

    class PureCard(Card):
        template = CARD
        live_pure = True

    register("card")(Card)
    register("pure_card")(PureCard)


def report(
    name: str, source: str, values: dict[str, Any], change: Callable[[], None], seconds: float
) -> None:
    case = Case(source, values)
    whole = microseconds(case.django, seconds)
    event = microseconds(lambda: case.event(change), seconds)
    idle = microseconds(lambda: case.event(lambda: None), seconds)
    diff = json.dumps(case.event(change), separators=(",", ":"))
    print(
        f"{name:34} django-components {whole:8.0f} ({whole / COUNT:4.0f} each)   html "
        f"{microseconds(case.html, seconds):7.0f}   first tree {microseconds(case.first, seconds):7.0f}   "
        f"one change {event:7.0f} µs, {len(diff)} bytes   no change {idle:7.0f}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the time")
    seconds = 0.2 if arguments.parse_args().quick else 2.0
    engine = {**ENGINE, "OPTIONS": {"builtins": ["django_components.templatetags.component_tags"]}}
    settings.configure(
        BASE_DIR=Path(__file__).parent,
        COMPONENTS={"autodiscover": False, "dirs": []},
        INSTALLED_APPS=["django_components", "django_phoenix"],
        ROOT_URLCONF="django_components.urls",
        TEMPLATES=[engine],
        USE_TZ=True,
    )
    django.setup()
    define()
    for kind in ("card", "pure_card"):
        for name, source, values in (("one by one", one_by_one, assigns()), ("in a loop", in_a_loop, rows())):

            def change(values: dict[str, Any] = values) -> None:
                row = values["cards"][25] if "cards" in values else values
                key = "text" if "cards" in values else "text25"
                row[key] = "Text B" if row[key] != "Text B" else "Text A"

            report(f"{COUNT} {kind}s, {name}", source(kind), values, change, seconds)


if __name__ == "__main__":
    main()
