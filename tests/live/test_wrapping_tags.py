"""``{% portal %}`` and ``{% focus_wrap %}``."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError

from django_phoenix.js import JS
from tests.rendering.harness import Live


def template(source: str) -> Template:
    return Template("{% load phoenix %}" + source)


@pytest.mark.parametrize(
    ("source", "page"),
    [
        (
            '{% portal id="p" target="#overlays" %}<b>{{ x }}</b>{% endportal %}',
            '<template id="p" data-phx-portal="#overlays">'
            '<div id="_lv_portal_wrap_p"><b>1</b></div></template>',
        ),
        (
            '{% portal id=id target=to container="section" class=name|upper hidden x=none %}a{% endportal %}',
            '<template id="a&quot;b" data-phx-portal="#a &gt; b"><section id="_lv_portal_wrap_a&quot;b"'
            ' class="&lt;C&gt;" hidden>a</section></template>',
        ),
        (
            '{% portal id="p" target="body" %}{% portal id="q" target="body" %}a{% endportal %}'
            "{% endportal %}",
            '<template id="p" data-phx-portal="body"><div id="_lv_portal_wrap_p"><template id="q" '
            'data-phx-portal="body"><div id="_lv_portal_wrap_q">a</div></template></div></template>',
        ),
        (
            '{% focus_wrap id="f" class="box" phx-remove=js %}<b>{{ x }}</b>{% endfocus_wrap %}',
            '<div id="f" phx-hook="Phoenix.FocusWrap" class="box" phx-remove="[[&quot;pop_focus&quot;,{}]]">'
            '<div id="f-start" tabindex="0" aria-hidden="true"></div><b>1</b>'
            '<div id="f-end" tabindex="0" aria-hidden="true"></div></div>',
        ),
    ],
)
@pytest.mark.parametrize("around", ["{source}", "{{% autoescape off %}}{source}{{% endautoescape %}}"])
def test_lv_106_what_the_tags_write(source: str, page: str, around: str) -> None:
    values = {"x": 1, "id": 'a"b', "to": "#a > b", "name": "<c>", "none": None, "js": JS().pop_focus()}
    source = around.format(source=source)
    assert template(source).render(Context(values)) == page
    live = Live(template(source))
    live.show(**values)
    assert live.pages == [page]


def test_what_stands_in_a_portal_is_compared_part_by_part() -> None:
    live = Live(template('{% portal id="p" target=to %}<b>{{ x }}</b>{% endportal %}'))
    live.show(x=1, to="#a")
    live.show(x=2, to="#a")
    live.show(x=2, to="#b")
    assert live.diffs[1:] == [{"1": "2"}, {"0": "#b"}]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{% portal id="p" %}', "needs target=…"),
        ("{% portal %}", "needs id=… and target=…"),
        ('{% portal "p" target="#x" %}', "takes attributes, each once"),
        ('{% portal id="p" id="q" target="#x" %}', "takes attributes, each once"),
        ('{% portal id="p" target="#x" container=x %}{% endportal %}', "the name of an element, in quotes"),
        (
            '{% portal id="p" target="#x" container="img" %}{% endportal %}',
            "the name of an element, in quotes",
        ),
        (
            '{% portal id="p" target="#x" container="a b" %}{% endportal %}',
            "the name of an element, in quotes",
        ),
        ("{% focus_wrap %}", "needs id=…"),
        ('{% focus_wrap id="x" phx-hook="Mine" %}', "takes attributes, each once"),
    ],
)
def test_mistakes_are_told_when_the_template_is_read(source: str, said: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=said):
        template(source)
