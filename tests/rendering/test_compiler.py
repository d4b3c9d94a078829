"""What a stranger might try with the door to the renderer."""

from __future__ import annotations

import threading
from types import FunctionType
from typing import Any

from django.template import Context, Engine

from django_phoenix.rendering.compiler import RenderState, compile_template
from django_phoenix.rendering.source import Late
from tests.rendering.harness import Live, django_html, load

SOURCES = {
    "main": "{% extends parent %}{% block x %}{{ a }}{% include part %}{% endblock %}",
    "north": "<n>{% block x %}{% endblock %}</n>",
    "south": "<s>{% block x %}{% endblock %}</s>",
    "one": "1{{ a }}",
    "two": "2{{ a }}",
}


def test_parents_and_includes_may_be_named_by_variables() -> None:
    live = Live(SOURCES)
    live.show(parent="north", part="one", a=1)
    assert "s" in live.show(parent="south", part="one", a=1)
    assert live.show(parent="south", part="two", a=1) == {"0": {"1": {"0": "1", "s": ["2", ""]}}}
    assert live.show(parent="south", part="two", a=1) == {}


def test_templates_of_a_loader_that_does_not_cache_keep_their_fingerprints() -> None:
    loader = (
        "django.template.loaders.locmem.Loader",
        {**SOURCES, "main": "{% extends 'north' %}{% block x %}{% include 'one' %}{% endblock %}"},
    )
    engine = Engine(loaders=[loader])
    state = RenderState()
    for a, size in ((1, 3), (2, 1)):
        template = engine.get_template("main")
        context = Context({"a": a})
        context.template = template
        render = compile_template(template).render(context, state)
        assert len(render.diff) <= size
        render.commit()
    assert render.diff == {"0": {"0": {"0": "2"}}}


def test_threads_share_compiled_templates() -> None:
    template = load("{% for x in l %}{{ x.n }}{% if x.n == a %}!{% endif %}{% endfor %}{% cycle 'a' 'b' %}")
    wrong: list[str] = []

    def work(seed: int) -> None:
        state = RenderState()
        for turn in range(60):
            values: dict[str, Any] = {"l": [{"id": i, "n": i * seed + turn} for i in range(9)], "a": turn}
            compiled = compile_template(template)
            if compiled.html(Context(values)) != django_html(template, values):
                wrong.append(f"{seed}/{turn}")
            compiled.render(Context(values), state).commit()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_deep_templates_are_compiled_as_far_as_the_stack_allows() -> None:
    depth = 90
    source = "{% if a %}<i>" * depth + "{{ b }}" + "</i>{% endif %}" * depth
    live = Live(source)
    live.show(a=1, b=1)
    live.show(a=1, b=2)
    live.show(a=0, b=2)


def test_long_conditions_are_compiled() -> None:
    names = [f"a{n}" for n in range(40)]
    live = Live(f"{{% if {' and '.join(names)} %}}y{{% else %}}n{{% endif %}}")
    live.show(**dict.fromkeys(names, 1))
    live.show(**dict.fromkeys(names, 0))


def test_a_cycle_in_an_included_template_changes_the_name_of_the_template_around() -> None:
    live = Live(
        {"main": "{% with u=a %}{% include 'p' %}{{ u }}{% endwith %}", "p": "{% cycle b 'x' as u %}"}
    )
    live.show(a=1, b=2)
    live.show(a=1, b=3)


def test_what_compares_is_compiled_only_at_a_second_render() -> None:
    live = Live("{% if a %}{{ a }}{% else %}-{% endif %}")
    live.values["a"] = 1
    live.render()
    program = live.state.program
    assert program is not None
    assert (type(program.full), type(program.diff)) == (FunctionType, Late)
    live.render()
    assert type(program.diff) is FunctionType
