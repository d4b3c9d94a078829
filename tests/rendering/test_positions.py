"""Tags that remember, and tags that never say the same twice, are right wherever they stand.

Two copies of a template, since some tags keep their state on their node: one for Django, one for the view.
"""

# A template stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

import random
from typing import Any

import pytest
from django.template import Context

from tests.rendering.harness import Live, load

TAGS = {
    "cycle": "{% cycle 'a' x 'c' %}",
    "cycle as": "{% cycle 'a' x as turn %}{{ turn }}",
    "silent cycle": "{% cycle 'a' 'b' as turn silent %}{{ turn }}{{ turn }}",
    "resetcycle": "{% cycle 'a' 'b' 'c' %}{% if flag %}{% resetcycle %}{% endif %}",
    "ifchanged": "{% ifchanged %}{{ x }}{% else %}same{% endifchanged %}",
    "ifchanged with values": "{% ifchanged x y.z %}{{ x }}{% endifchanged %}",
    "now": "{% now 'Y-m-d' %}{% now 'Y' as year %}{{ year }}",
    "random": "{{ l|random }}",
    "lorem": "{% lorem 2 w random %}",
    "counter on its node": "{% tally %}",
    "counter in the render context": "{% count %}",
    "simple tag that writes": "{% poke 'x' flag %}{{ x }}",
    "regroup": "{% regroup l by real as groups %}{% for g in groups %}{{ g.grouper }}{% endfor %}",
    "firstof": "{% firstof none x as f %}{{ f }}{% firstof none '<' %}",
    "widthratio": "{% widthratio flag 2 100 as w %}{{ w }}",
    "spaceless": "{% spaceless %}<i> {{ x }} </i> <b></b>{% endspaceless %}",
    "filter": "{% filter upper %}{{ x }}z{% endfilter %}",
    "twice": "{% twice %}{{ round }}{{ x }}{% endtwice %}",
    "debug": "{% debug %}",
}
POSITIONS = {
    "alone": "{tag}",
    "among text": "<p>{tag}</p>{{{{ x }}}}",
    "in an attribute": "<p class='{tag}' title=\"{{{{ x }}}}\">{{{{ x }}}}</p>",
    "in a branch": "{{% if flag %}}<b>{tag}</b>{{% else %}}-{{% endif %}}{{{{ turn }}}}",
    "in a loop": "{{% for x in l %}}<i>{tag}</i>{{% endfor %}}",
    "in a loop of loops": "{{% for y in l %}}{{% for x in l %}}{tag}{{% endfor %}};{{% endfor %}}",
    "in a branch of a loop": "{{% for x in l %}}{{% if x %}}{tag}{{% endif %}}{{{{ forloop.last }}}}{{% endfor %}}",
    "in with": "{{% with x=flag %}}{tag}{{% endwith %}}{{{{ x }}}}",
    "in an included template": "{{% include 'part' %}}{{% include 'part' %}}",
    "in one included in a loop": "{{% for x in l %}}{{% include 'part' %}}{{% endfor %}}",
    "in an overridden block": "{{% extends 'base' %}}{{% block b %}}{{{{ block.super }}}}{tag}{{% endblock %}}",
    "in a parent's block": "{{% extends 'part' %}}",
    "without autoescape": "{{% autoescape off %}}{tag}{{% endautoescape %}}{{{{ x }}}}",
}
WORLDS: list[dict[str, Any]] = [
    {"x": "one", "flag": 1, "l": [0, 1, 1, 2], "y": {"z": 1}},
    {"x": "one", "flag": 1, "l": [0, 1, 1, 2], "y": {"z": 1}},
    {"x": "<two>", "flag": 0, "l": [1, 2], "y": {"z": 1}},
    {"x": "", "flag": 2, "l": [5, 5, 5, 0, 1, 1], "y": {}},
    {"x": "one", "flag": 1, "l": [1], "y": {"z": 2}},
]


@pytest.mark.parametrize("position", POSITIONS.values(), ids=POSITIONS)
@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_a_tag_with_a_will_of_its_own(tag: str, position: str) -> None:
    sources = {
        "main": position.format(tag=tag),
        "part": f"[{tag}]{{% block b %}}{tag}{{% endblock %}}",
        "base": "<div>{% block b %}{{ x }}{% endblock %}</div>",
    }
    live, other = Live(sources), load(sources)
    for number, world in enumerate(WORLDS):
        live.values.clear()
        live.values.update(world)
        random.seed(number)
        expected = other.render(Context(dict(world)))
        random.seed(number)
        live.render()
        assert live.pages[-1] == expected
