"""Random components in random pages show what django-components shows, render after render."""

from __future__ import annotations

import pytest
from django.template import Context

from django_phoenix.rendering.assets import Assets
from django_phoenix.rendering.compiler import RenderState, compile_template
from tests.support.wire_grammar import WireTree

from .pages import BEHAVIOURS, Behaviour, plain, registered
from .random_pages import site, values
from .views import engine


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("seed", range(100, 112))
def test_a_random_page_follows_its_values(seed: int, behaviour: Behaviour) -> None:
    # One in four has tags in it that Django renders itself.
    components, source = site(seed, opaque=seed % 4 == 0, quirks=behaviour == "isolated")
    with registered(components, behaviour):
        template = engine.from_string(source)
        compiled, state, tree = compile_template(template), RenderState(), WireTree()
        for now in values(seed, 4):
            context = Context(dict(now))
            context.template = template
            context.phoenix_assets = Assets("x")  # type: ignore[attr-defined]
            try:
                theirs = plain(template.render(Context(dict(now))))
            except Exception as error:
                with pytest.raises(type(error)):
                    compiled.render(context, state)
                continue
            render = compiled.render(context, state)
            tree.merge(render.diff)
            render.commit()
            assert plain(tree.html()) == theirs
            assert compiled.render(context, state).diff == {}
