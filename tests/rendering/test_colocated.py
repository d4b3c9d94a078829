"""Scripts and styles beside their markup: taken out of the page, hooks named in full, styles in scope."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.template.base import Origin

from django_phoenix.rendering.colocated import Colocated
from tests.rendering.harness import Live

ENGINE = Engine(
    libraries={"i18n": "django.templatetags.i18n"},
    builtins=["django_phoenix.templatetags.phoenix", "django_components.templatetags.component_tags"],
)
HOOK = (
    '{% colocated_hook ".Phone" %}<script>\n  export default {mounted() {}}\n</script>{% endcolocated_hook %}'
)


def template(source: str, name: str | None = "shop/card.html", place: str = "/x/card.html") -> Template:
    return Template(source, Origin(place, name), name, ENGINE)


def rendered(source: str, **values: object) -> str:
    """As the first response and as a live page show it, which must agree with Django."""
    shown = template(source).render(Context(values))
    live = Live(template(source))
    live.show(**values)
    assert live.pages[-1] == shown
    return shown


def pieces(source: str) -> list[Colocated]:
    nodes = template(source).nodelist
    return nodes.get_nodes_by_type(Colocated)  # type: ignore[attr-defined,no-any-return]


# -- hooks


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<i phx-hook=".Phone">', '<i phx-hook="shop.card.Phone">'),
        ("<i phx-hook='.Phone' id=x>", "<i phx-hook='shop.card.Phone' id=x>"),
        ("<i phx-hook=.Phone>", "<i phx-hook=shop.card.Phone>"),
        ('<i\n phx-hook = ".Phone">', '<i\n phx-hook = "shop.card.Phone">'),
        ('<i phx-hook=".Phones">', '<i phx-hook=".Phones">'),
        ('<i phx-hook=".Phone.x">', '<i phx-hook=".Phone.x">'),
        ('<i data-phx-hook=".Phone">.Phone', '<i data-phx-hook=".Phone">.Phone'),
        ('<i phx-hook="Phone">', '<i phx-hook="Phone">'),
        ('{% if x %}<i phx-hook=".Phone">{% endif %}', '<i phx-hook="shop.card.Phone">'),
        ('{% verbatim %}<i phx-hook=".Phone">{% endverbatim %}', '<i phx-hook="shop.card.Phone">'),
        (
            '{% portal id="p" target="#x" %}<i phx-hook=".Phone">{% endportal %}',
            '<template id="p" data-phx-portal="#x"><div id="_lv_portal_wrap_p"><i phx-hook="shop.card.Phone">'
            "</div></template>",
        ),
    ],
)
def test_lv_92_a_name_with_a_dot_belongs_to_its_template(before: str, after: str) -> None:
    assert rendered(HOOK + before, x=1) == after


def test_lv_92_elements_may_stand_before_the_script_of_their_hook() -> None:
    live = Live(template('{% if x %}<i phx-hook=".Phone">{{ x }}</i>{% endif %}' + HOOK))
    live.show(x=1)
    assert live.pages[-1] == '<i phx-hook="shop.card.Phone">1</i>'


@pytest.mark.parametrize(
    ("name", "place", "full"),
    [
        ("shop/card.html", "/x/card.html", "shop.card.Phone"),
        ("card", "/x/card", "card.Phone"),
        ("odd name/ü.x.html", "/x", "odd_name.ü.x.Phone"),
        (None, "shop.live.CardLive.template", "shop.live.CardLive.Phone"),
        (None, f"{__file__}::Card", f"{__name__}.Card.Phone"),
        (None, "/nowhere/card.py::Card", "card.Card.Phone"),
    ],
)
def test_lv_92_the_full_name_is_the_templates(name: str | None, place: str, full: str) -> None:
    shown = template(HOOK + '<i phx-hook=".Phone">', name, place).render(Context())
    assert shown == f'<i phx-hook="{full}">'


def test_a_hooks_script_is_taken_out_of_the_page() -> None:
    (hook,) = pieces(f"\n{HOOK}")
    assert (hook.kind, hook.key, hook.name) == ("js", "hooks", "shop.card.Phone")
    assert hook.text == "  export default {mounted() {}}"
    assert hook.place == "shop/card.html:2"
    assert rendered(f"<b>a</b>{HOOK}") == "<b>a</b>"


@pytest.mark.parametrize(
    "code", ["{ a() {} }", "export default { a() {} };\n", "<script nonce>{ a() {} }</script>"]
)
def test_lv_93_a_runtime_hooks_script_stays_in_the_page(code: str) -> None:
    shown = rendered('{% colocated_hook ".A" runtime %}' + code + "{% endcolocated_hook %}")
    name = "shop.card.A"
    assert shown == (
        f'<script data-phx-runtime-hook="{name}">window["phx_hook_{name}"] = '
        "function() { return { a() {} } }</script>"
    )


def test_lv_93_it_carries_the_pages_nonce() -> None:
    class Request:
        csp_nonce = 'n"1'

    source = '{% colocated_hook ".A" runtime %}{}{% endcolocated_hook %}'
    assert ' nonce="n&quot;1">window' in rendered(source, request=Request())


# -- modules


@pytest.mark.parametrize(
    ("arguments", "key", "name"),
    [
        ("", "default", ""),
        (' "Gauge"', "default", "Gauge"),
        (' "Gauge" key="elements"', "elements", "Gauge"),
        (' ".Gauge"', "default", "shop.card.Gauge"),
    ],
)
def test_a_script_tells_where_its_export_goes(arguments: str, key: str, name: str) -> None:
    (script,) = pieces(f"{{% colocated_js{arguments} %}}export default 1{{% endcolocated_js %}}")
    assert (script.kind, script.key, script.name, script.text) == ("js", key, name, "export default 1")


def test_braces_of_javascript_stand_in_verbatim() -> None:
    code = "<script>{% verbatim %}a = {{}}{% endverbatim %}{# b #}</script>"
    (script,) = pieces(f"{{% colocated_js %}}{code}{{% endcolocated_js %}}")
    assert script.text == "a = {{}}"


# -- styles

SCOPED = "{% colocated_css scoped %}<style>\nb { color: red }\n</style>{% endcolocated_css %}"


def marked(source: str) -> str:
    """The page with `*` for the attributes of a root element."""
    return re.sub(r" phx-css phx-css-[0-9a-f]{8}", "*", rendered(SCOPED + source, x=1, y=["a"]))


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<p><b>a</b></p><br/><i/>", "<p*><b>a</b></p><br*/><i*/>"),
        ('<p class="{% if x %}>{% endif %}"><b></b></p><i>a</i>', '<p* class=">"><b></b></p><i*>a</i>'),
        ("{% if x %}<p>{% else %}<i>{% endif %}<b></b></p><u></u>", "<p*><b></b></p><u*></u>"),
        ("{% for z in y %}<p><b></b></p>{% empty %}<i>{% endfor %}<u></u>", "<p*><b></b></p><u*></u>"),
        ("<script>'<b>'</script><!-- <i> -->", "<script*>'<b>'</script><!-- <i> -->"),
        ("<p></i></p><i>", "<p*></i></p><i*>"),
        ("{% load i18n %}{% blocktranslate %}<b>a</b>{% endblocktranslate %}<i>", "<b>a</b><i*>"),
        (
            '<p>{% focus_wrap id="f" %}<b><u></u></b>{% endfocus_wrap %}<b></b></p>',
            '<p*><div id="f" phx-hook="Phoenix.FocusWrap"><div id="f-start" tabindex="0" aria-hidden="true">'
            '</div><b*><u></u></b><div id="f-end" tabindex="0" aria-hidden="true"></div></div><b></b></p>',
        ),
    ],
)
def test_a_scoped_style_marks_the_root_elements_below_it(source: str, page: str) -> None:
    assert marked(source) == page


def test_a_style_reaches_the_blocks_of_a_template_that_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text('<main>{% block content %}{% endblock %}</main><i phx-hook=".Phone">')
    engine = Engine(dirs=[str(tmp_path)], builtins=ENGINE.builtins)
    source = (
        f'{{% extends "base.html" %}}{HOOK}{SCOPED}{{% block content %}}<b phx-hook=".Phone">{{% endblock %}}'
    )
    child = Template(source, Origin("/x/child.html", "child.html"), "child.html", engine)
    page = re.sub(r" phx-css phx-css-[0-9a-f]{8}", "*", child.render(Context()))
    assert page == '<main><b* phx-hook="child.Phone"></main><i phx-hook=".Phone">'
    found = child.nodelist.get_nodes_by_type(Colocated)  # type: ignore[attr-defined]
    assert [piece.kind for piece in found] == ["js", "css"]


def test_a_scoped_style_goes_to_the_next_template_with_one() -> None:
    (style,) = pieces(f"{SCOPED}<p>")
    attribute = re.findall("phx-css-[0-9a-f]{8}", rendered(f"{SCOPED}<p>"))[0]
    assert style.text == f"@scope ([{attribute}]) to (:scope [phx-css]) {{\nb {{ color: red }}\n}}"


def test_two_scoped_styles_share_their_root_elements() -> None:
    styles = "".join(SCOPED.replace("red", color) for color in ("red", "blue", "green"))
    assert re.fullmatch(r'<p phx-css( phx-css-[0-9a-f]{8}){3} id="x">', rendered(styles + '<p id="x">'))


def test_a_style_for_all_pages_is_as_it_stands() -> None:
    (style,) = pieces("{% colocated_css %}<style>b { color: red }</style>{% endcolocated_css %}<p>")
    assert (style.kind, style.text) == ("css", "b { color: red }")


# -- mistakes


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{% colocated_hook "Phone" %}', "a name in quotes that starts with a dot"),
        ("{% colocated_hook %}", "got nothing"),
        ('{% colocated_hook ".A" later %}', 'got ".A" later'),
        ('{% colocated_js key="a" %}', "nothing, or a name and perhaps a key"),
        ('{% colocated_js "a" key="b c" %}', "nothing, or a name and perhaps a key"),
        ('{% colocated_js "a" key="hooks" %}', "hooks have {% colocated_hook"),
        ("{% colocated_css scope %}", "the word scoped"),
        ('{% colocated_hook ".A" %}{{ x }}{% endcolocated_hook %}', "it holds 'x'"),
        (HOOK + HOOK, "a hook of that name already"),
        ('{% colocated_hook ".A" runtime %}import "x"{% endcolocated_hook %}', "begins with 'import"),
        (
            '{% colocated_hook ".A" runtime %}{a: "</script>"}{% endcolocated_hook %}',
            "cannot hold </script",
        ),
    ],
)
def test_mistakes_are_told_when_the_template_is_read(source: str, said: str) -> None:
    with pytest.raises(TemplateSyntaxError) as error:
        template(source)
    assert said in html.unescape(str(error.value))
