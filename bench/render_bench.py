"""What the renderer costs: microseconds for a table and a counter, beside Django's own in the same run.

python bench/render_bench.py [--quick]
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import timeit
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import path
from django.utils.functional import SimpleLazyObject

ENGINE = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {"context_processors": ["django.template.context_processors.request", f"{__name__}.user"]},
}

TABLE = """<table><tbody>{% for row in rows %}
<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.city }}</td>
<td>{{ row.amount }}</td><td>{{ row.note }}</td></tr>
{% endfor %}</tbody></table>"""
RICH = """<table><tbody>{% for row in rows %}
<tr{% if row.active %} class="on"{% endif %}><td>{{ row.id }}</td>
<td><a href="{% url 'row' row.id %}">{{ row.name }}</a></td><td>{{ row.city|upper }}</td>
<td>{{ row.amount }}</td><td>{{ row.note }}</td></tr>
{% endfor %}</tbody></table>"""
COUNTER = "<h1>{{ title }}</h1><p>Count: {{ count }}</p><button phx-click='inc'>+</button>"

PANEL = """<section class="panel{% if panel#.open %} open{% endif %}" id="panel-{{ panel#.pk }}">
  <h2>{{ panel#.title }}</h2>
  {% if panel#.note %}<p class="note">{{ panel#.note|truncatechars:80 }}</p>{% else %}<p>-</p>{% endif %}
  <ul>
  {% for item in panel#.items %}
    <li id="item-{{ item.pk }}"><a href="{% url 'row' item.pk %}">{{ item.name }}</a>
      <span>{{ item.price|floatformat:2 }}</span>
    </li>
  {% empty %}<li>none</li>
  {% endfor %}
  </ul>
</section>
"""
PANELS = 40  # of twelve lines each

DENSE = """<p class="{{ a# }}">{{ b#.name }}</p>{% if c# %}<i>{{ d|upper }}</i>{% endif %}
"""
PIECE = (
    "<p>{{ a# }}</p>{% if b# %}<b>{{ c#|upper }}</b>{% endif %}{% for x in d# %}<i>{{ x }}</i>{% endfor %}"
)
BESIDES = "{{ user.username }}{% now 'H:i' %}{% ifchanged a0 %}new{% endifchanged %}"

urlpatterns = [path("rows/<int:pk>/", lambda request, pk: None, name="row")]


@dataclass
class Row:
    id: int
    name: str
    city: str
    amount: int
    note: str
    active: bool = True


def user(request: Any) -> dict[str, Any]:
    """A context processor, as that of django.contrib.auth."""
    return {"user": SimpleLazyObject(lambda: SimpleNamespace(username="ada"))}


def fields(i: int) -> dict[str, Any]:
    return {
        "id": i,
        "name": f"Name {i}",
        "city": f"City of {i % 50}",
        "amount": i * 37,
        "note": f"<{i}> & more",
        "active": i % 2 == 0,
    }


def microseconds(function: Callable[[], object], seconds: float) -> float:
    """CPU time, the best of several runs: noise only ever adds."""
    once = max(timeit.timeit(function, timer=process_time, number=1), 1e-6)
    number = max(1, int(seconds / 5 / once))
    return min(timeit.repeat(function, timer=process_time, number=number, repeat=5)) / number * 1e6


class Case:
    """One template with a context, kept as a live view keeps it."""

    def __init__(self, source: str, values: dict[str, Any]) -> None:
        from django_phoenix.rendering.compiler import RenderState, compile_template

        self.template = Template(source)
        self.compiled = compile_template(self.template)
        self.values = values
        self.context = Context()
        self.context.template = self.template
        self.context.dicts.append(values)
        self.state = RenderState()
        self.new_state = RenderState
        self.event(lambda: None)

    def django(self) -> str:
        return str(self.template.render(Context(self.values)))

    def html(self) -> str:
        return str(self.compiled.html(self.context))

    def first(self) -> Any:
        return self.compiled.render(self.context, self.new_state()).diff

    def event(self, change: Callable[[], None]) -> Any:
        change()
        render = self.compiled.render(self.context, self.state)
        render.commit()
        return render.diff


def report(name: str, case: Case, change: Callable[[], None], seconds: float) -> None:
    assert case.html() == case.django()
    django_time = microseconds(case.django, seconds)
    event = microseconds(lambda: case.event(change), seconds)
    idle = microseconds(lambda: case.event(lambda: None), seconds)
    diff = len(json.dumps(case.event(change), separators=(",", ":")))
    print(
        f"{name:28} Django {django_time:9.1f}   html {microseconds(case.html, seconds):8.1f}   "
        f"first tree {microseconds(case.first, seconds):8.1f}   one change {event:7.2f} µs, {diff} bytes   "
        f"no change {idle:7.2f}"
    )


def quiet_page(pieces: int, names: int, more: str = "") -> Case:
    """A page whose assigns are all immutable, with a context as a view has it; rendered a few times."""
    from django_phoenix.live.page import make_context
    from django_phoenix.rendering.compiler import RenderState

    repeated = "".join(PIECE.replace("#", str(n % (names // 4))) for n in range(pieces))
    values = {f"{letter}{n}": n for n in range(names // 4) for letter in "abc"}
    values |= {f"d{n}": (n, "text") for n in range(names // 4)}
    case = Case(repeated + more, values)
    view = SimpleNamespace(assigns=SimpleNamespace(**values))
    live: Any = SimpleNamespace(request=RequestFactory().get("/"), view=view)
    case.context, case.state = make_context(live, case.template), RenderState()
    for _ in range(8):
        case.event(lambda: None)
    return case


def report_quiet(pieces: int, names: int, seconds: float) -> None:
    """What a render takes after which nothing is new."""
    bare, besides = quiet_page(pieces, names), quiet_page(pieces, names, BESIDES)
    idle, more = (microseconds(partial(case.event, lambda: None), seconds) for case in (bare, besides))
    print(
        f"nothing new, {pieces:3} pieces, {names:3} assigns: {idle:6.2f} µs (limit {5 + 0.03 * names:.1f}), "
        f"with user, clock and opaque tag {more:6.2f}, Django {microseconds(bare.django, seconds / 10):.0f}"
    )


def panels() -> tuple[str, dict[str, Any]]:
    """A page of 480 lines, as pages are."""
    items = [{"pk": n, "name": f"Item {n}", "price": n} for n in range(3)]
    return "".join(PANEL.replace("#", str(n)) for n in range(PANELS)), {
        f"panel{n}": {"pk": n, "open": n % 2, "title": "Title", "note": "", "items": items if n % 3 else []}
        for n in range(PANELS)
    }


def dense() -> tuple[str, dict[str, Any]]:
    """A page of 500 lines with four dynamics each."""
    return "".join(DENSE.replace("#", str(n % 50)) for n in range(500)), {
        **{f"{letter}{n}": n for n in range(50) for letter in "ac"},
        **{f"b{n}": {"name": n} for n in range(50)},
        "d": "text",
    }


def compile_times(source: str, values: dict[str, Any], seconds: float) -> dict[str, float]:
    """Milliseconds: Django's parser, our compiler, the renders that compile the rest."""
    from django_phoenix.rendering.compiler import RenderState, compile_template

    best: dict[str, float] = {}

    def clock(step: str, run: Callable[..., Any], *arguments: Any) -> Any:
        start = process_time()
        result = run(*arguments)
        best[step] = min(best.get(step, 1e9), (process_time() - start) * 1000)
        return result

    for _ in range(max(3, int(10 * seconds))):
        template = clock("parse", Template, source)
        compiled = compile_template(template)
        clock("compile", compiled.compiled)
        state, context = RenderState(), Context(values)
        for step in ("first render", "second render", "third render"):
            clock(step, compiled.render, context, state).commit()
    return best


def memory_of(source: str, values: dict[str, Any]) -> float:
    """KiB remembered above the rows themselves."""
    case = Case(source, values)
    gc.collect()
    tracemalloc.start()
    case.state = case.new_state()
    case.event(lambda: None)
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the time")
    seconds = 0.2 if arguments.parse_args().quick else 2.0
    settings.configure(TEMPLATES=[ENGINE], ROOT_URLCONF=__name__, USE_TZ=True)
    django.setup()
    counter = Case(COUNTER, {"title": "Counter", "count": 0})

    def increment() -> None:
        counter.values["count"] += 1

    report("counter", counter, increment, seconds)
    for kind, make in (("dict", fields), ("object", lambda i: Row(**fields(i)))):
        for name, source in (("table 1000x5", TABLE), ("with if, url, filter", RICH)):
            rows: Any = [make(i) for i in range(1000)]
            case = Case(source, {"rows": rows})

            def touch(rows: Any = rows) -> None:
                row, amount = random.choice(rows), random.randrange(10**6)
                if isinstance(row, dict):
                    row["amount"] = amount
                else:
                    row.amount = amount

            report(f"{name}, {kind} rows", case, touch, seconds)
    for pieces, names in ((20, 20), (20, 200), (500, 20), (500, 200)):
        report_quiet(pieces, names, seconds)
    for name, page in (("a page of 480 lines", panels()), ("500 lines, 2000 dynamics", dense())):
        times = compile_times(*page, seconds)
        print(f"{name}, ms: " + ", ".join(f"{step} {took:.1f}" for step, took in times.items()))
    remembered = memory_of(TABLE, {"rows": [fields(i) for i in range(1000)]})
    print(f"remembered of the 1000x5 table: {remembered:.1f} KiB")


if __name__ == "__main__":
    main()
