"""Random components and pages that use them, for comparison with django-components' own rendering."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

from django_components import Component

NAMES = ["a", "b", "c", "d"]
SLOTS = ["one", "two", "three"]

Registry = dict[str, type[Component]]


class Writer:
    """Writes templates whose pieces nest; `depth` bounds them."""

    def __init__(self, random: random.Random, components: list[str]) -> None:
        self.random = random
        self.components = components
        self.inside = False  # a component's template: slots may stand there
        self.quirks = False  # what depends on when django-components happens to render it may be written
        self.counter = 0

    def text(self, depth: int = 3) -> str:
        return "".join(self.piece(depth) for _ in range(self.random.randint(1, 3)))

    def piece(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self.words, self.variable, self.variable]
        if depth > 0:
            kinds += [self.condition, self.loop, self.with_, self.element, self.provide]
            kinds += [self.component] * 4
            if self.inside:
                kinds += [self.slot] * 4
        return self.random.choice(kinds)(depth - 1)

    def words(self, depth: int) -> str:
        return self.random.choice(["x", "<br>", " & ", "\n", "<i>i</i>"])

    def name(self) -> str:
        return self.random.choice([*NAMES, "item", "data.k", "forloop.counter", "extra", "forloop.last"])

    def variable(self, depth: int) -> str:
        filters = self.random.choice(["", "", "|upper", '|default:"-"', "|add:1", "|length"])
        return f"{{{{ {self.name()}{filters} }}}}"

    def condition(self, depth: int) -> str:
        otherwise = f"{{% else %}}{self.text(depth)}" if self.random.random() < 0.5 else ""
        return f"{{% if {self.name()} %}}{self.text(depth)}{otherwise}{{% endif %}}"

    def loop(self, depth: int) -> str:
        empty = "{% empty %}none" if self.random.random() < 0.3 else ""
        return f"{{% for item in rows %}}{self.text(depth)}{empty}{{% endfor %}}"

    def with_(self, depth: int) -> str:
        return f"{{% with {self.random.choice(NAMES)}={self.name()} %}}{self.text(depth)}{{% endwith %}}"

    def element(self, depth: int) -> str:
        return f'<p title="{{{{ {self.name()} }}}}">{self.text(depth)}</p>'

    def provide(self, depth: int) -> str:
        return f'{{% provide "gift" key={self.name()} %}}{self.text(depth)}{{% endprovide %}}'

    def opaque(self, depth: int) -> str:
        return f"{{% spaceless %}}{self.text(depth)}{{% endspaceless %}}"

    # -- components

    def argument(self) -> str:
        value = self.random.choice(
            [self.name(), "1", '"lit"', f"{self.name()}|upper", f'"{{{{ {self.name()} }}}}"']
        )
        return f"{self.random.choice([*NAMES, 'extra'])}={value}"

    def component(self, depth: int) -> str:
        name = self.random.choice(self.components)
        arguments = {}
        for _ in range(self.random.randint(0, 2)):
            key, _, value = self.argument().partition("=")
            arguments[key] = value
        given = [f"{key}={value}" for key, value in arguments.items()]
        if not self.inside and self.random.random() < 0.15:
            given.append("...spread")
        if self.random.random() < 0.15:
            given.append("only")
        if self.quirks and self.random.random() < 0.1:
            tag, given = "dynamic", [f'is="{name}"', *given]
        else:
            tag = name
        start = f'{{% component "{tag}" {" ".join(given)}'
        body = self.body(depth)
        return f"{start} / %}}" if body is None else f"{start} %}}{body}{{% endcomponent %}}"

    def body(self, depth: int) -> str | None:
        chance = self.random.random()
        if chance < 0.2:
            return None
        if chance < 0.4:
            return self.text(depth)
        slots = self.random.sample([*SLOTS, "default"], self.random.randint(1, 2))
        return "\n".join(self.around_fill(self.fill(slot, depth)) for slot in slots)

    def around_fill(self, fill: str) -> str:
        chance = self.random.random()
        if chance < 0.7:
            return fill
        if chance < 0.85:
            return f"{{% if {self.name()} %}}{fill}{{% endif %}}"
        return f"{{% with {self.random.choice(NAMES)}={self.name()} %}}{fill}{{% endwith %}}"

    def fill(self, slot: str, depth: int) -> str:
        aliases = self.random.choice(["", "", 'data="data"', 'fallback="fb"', 'data="data" fallback="fb"'])
        if not self.quirks:
            aliases = aliases.replace('fallback="fb"', "")
        content = self.text(depth)
        if "fb" in aliases:
            content += "{{ fb }}"
        return f'{{% fill "{slot}" {aliases} %}}{content}{{% endfill %}}'

    def slot(self, depth: int) -> str:
        name = self.random.choice(SLOTS)
        flag = "default" if name == "one" else ""
        data = f"k={self.name()}" if self.random.random() < 0.5 else ""
        start = f'{{% slot "{name}" {flag} {data}'
        if self.random.random() < 0.3:
            return f"{start} / %}}"
        return f"{start} %}}{self.text(depth)}{{% endslot %}}"


class Base(Component):
    """Shows what it was given; asks for what is provided."""

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> dict[str, Any]:
        gift = self.inject("gift", "nothing")
        return {**kwargs, "extra": f"{getattr(gift, 'key', gift)}"}


numbers = itertools.count(1)  # django-components tells classes apart by their names


def component(name: str, template: str) -> type[Component]:
    return type(
        f"{name.title()}{next(numbers)}",
        (Base,),
        {"template": "{% load component_tags %}" + template, "__module__": __name__},
    )


def site(seed: int, *, opaque: bool = False, quirks: bool) -> tuple[Registry, str]:
    """Components by name, each using those before it, and the source of a page."""
    chance = random.Random(seed)
    found: Registry = {}
    for number in range(3):
        writer = Writer(chance, [*found] or ["leaf"])
        writer.inside = True
        writer.quirks = quirks
        if opaque:
            writer.words = writer.opaque  # type: ignore[method-assign]
        name = f"c{number}"
        found[name] = component(name, writer.text(2))
        found.setdefault(
            "leaf", component("leaf", "<u>{{ a }}{% slot 'one' default %}{{ b }}{% endslot %}</u>")
        )
    page = Writer(chance, [*found])
    page.quirks = quirks
    if opaque:
        page.words = page.opaque  # type: ignore[method-assign]
    return found, page.text(3)


def values(seed: int, count: int) -> list[dict[str, Any]]:
    """The page's values, render after render: mostly one of them changes."""
    chance = random.Random(seed)
    now: dict[str, Any] = {name: chance.choice([1, "v", "<&>", ""]) for name in NAMES}
    now["rows"] = [1, 2]
    now["spread"] = {"b": "spread"}
    found = []
    for _ in range(count):
        found.append(dict(now))
        key = chance.choice([*NAMES, "rows", "spread"])
        if key == "rows":
            now[key] = [chance.choice(["r", 2, 3]) for _ in range(chance.randint(0, 3))]
        elif key == "spread":
            now[key] = {chance.choice(NAMES): chance.choice(["s", "t"])}
        else:
            now[key] = chance.choice([1, 2, "v", "w<", "", None])
    return found
