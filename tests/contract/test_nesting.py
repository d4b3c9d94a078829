"""How elements nest, along the branches of templates: what is certainly wrong, and nothing else."""

from __future__ import annotations

import pytest

from tests.contract.support import found, reports_of, spots, unit_of

MARKUP = ("T006", "T007", "T008")

RIGHT = [
    "<div><p>text</p><br><img src=x></div>",
    "<ul><li>one<li>two</ul>",
    "<dl><dt>a<dd>b<dt>c<dd>d</dl>",
    "<p>one<p>two<div>three</div>",
    "<table><tr><td>a<td>b<tr><td>c</table>",
    "<select><optgroup label=a><option>1<option>2<optgroup label=b><option>3</select>",
    "<svg viewBox='0 0 1 1'><path d='M0 0'/><g><circle r='1'/></g></svg>",
    '<path d="M0 0"/><circle r="1"/>',
    "{% if a %}<div>{% else %}<div class=b>{% endif %}text</div>",
    "{% if a %}<b>{% endif %}text{% if a %}</b>{% endif %}",
    "{% if a %}<b>{% elif c %}<i>{% endif %}text{% if a %}</b>{% elif c %}</i>{% endif %}",
    "{% for a in b %}{% if forloop.first %}<b>{% endif %}a{% if forloop.last %}</b>{% endif %}{% endfor %}",
    "<div>{% for a in b %}{% if not forloop.first %}</div><div>{% endif %}{{ a }}{% endfor %}</div>",
    "<select>{% for a in b %}{% if a.start %}<optgroup>{% elif a.end %}</optgroup>{% else %}<option>"
    "{% endif %}{% endfor %}</select>",
    "{% for a in b %}<li>{{ a }}{% empty %}<li>none{% endfor %}",
    "{% with a=b %}<div>{% endwith %}</div>",
    "<div {% if a %}class='x'{% endif %}{% if b %} id=y{% endif %}>text</div>",
    '<div class="{% if a %}x{% else %}>{% endif %}">text</div>',
    '<a href="{% url "x" y="<div>" %}">text</a>',
    "<input{% if a %} checked{% endif %}>",
    "<input{{ attributes }}>",
    "<h{{ level }}>text</h{{ level }}>",
    "<{{ tag }} class=x>text</{{ tag }}>",
    "<{% if a %}a href=x{% else %}span{% endif %}>text</{% if a %}a{% else %}span{% endif %}>",
    "{% comment %}<div>{% endcomment %}{# <p> #}<!-- <b> -->",
    "{% verbatim %}<div>{{ x }}</div>{% endverbatim %}",
    "{% load i18n %}{% blocktranslate count n=n %}<b>one</b>{% plural %}<b>many</b>{% endblocktranslate %}",
    "<script>if (a < b) document.write('<div>')</script><style>a > b {}</style>",
    "<textarea><b></textarea><title><i></title>",
    "<button><p>text</p></button><template><tr><td>a</td></tr></template>",
    "<p>text <object><div>block</div></object></p>",
    "<table><tr><td><form><table><tr><td>inner</td></tr></table></form></td></tr></table>",
    "<table>{% csrf_token %}<input type=hidden name=a><tr><td></td></tr></table>",
    "<my-card><my-card>nested</my-card></my-card>",
    "<div>{{ content }}</div>{{ more|safe }}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_may_be_right_is_left_alone(text: str) -> None:
    assert spots(text, *MARKUP) == []


WRONG = [
    ("<div><span>text</div>", ["<span>"]),
    ("text</b>", ["</b>"]),
    ("<p>a</p></p>", ["</p>"]),
    ("<p>a<div>b</div></p>", ["</p>"]),
    ("<b><i>crossed</b></i>", ["<i>"]),
    ("<div>", ["<div>"]),
    ("<div />text", ["<div />"]),
    ("{% if a %}<div>{% endif %}", ["<div>"]),
    ("{% if a %}<div>{% else %}<section>{% endif %}text</div>", ["<section>"]),
    ("{% if a %}</div>{% endif %}", ["</div>"]),
    ("{% for a in b %}<div>{{ a }}{% endfor %}", ["<div>"]),
    ("<ul>{% for a in b %}<li><b>{{ a }}</li>{% endfor %}</ul>", ["<b>"]),
    ("<div>{% for a in b %}</div>{% endfor %}", []),  # one round closes it
    ("<span {% if a %}class=x{% endif %}>text", ["<span {% if a %}class=x{% endif %}>"]),
    ("<form><div><form></form></div></form>", ["<form>"]),
    ("<a href=x>a <b><a href=y>b</a></b></a>", ["<a href=y>"]),
    ("<button><span><button>b</button></span></button>", ["<button>"]),
    ("<p>a <span><div>b</div></span></p>", ["<div>"]),
    ("<table><div>a</div></table>", ["<div>"]),
    ("<table><tr><p>a</p></tr></table>", ["<p>"]),
    ("<div><tr><td>a</td></tr></div>", ["<tr>"]),
]


@pytest.mark.parametrize(("text", "at"), WRONG)
def test_what_is_certainly_wrong_is_found(text: str, at: list[str]) -> None:
    assert spots(text, *MARKUP) == at


def test_faults_have_the_line_and_column_of_their_tag() -> None:
    unit = unit_of('<main>\n  {% include "a"|add:"b" %}\r\n\t<p>ä€😀 <b title="{{ x }}">\n</main>')
    assert found(unit, *MARKUP) == [('<b title="{{ x }}"> at 3:9', "ERROR")]


def test_an_element_may_end_in_another_template() -> None:
    parts = {"head.html": "<main><h1>a</h1>", "foot.html": "</main>"}
    text = '{% include "head.html" %}text{% include "foot.html" %}'
    assert spots(text, *MARKUP, templates=parts) == []


def test_a_fault_in_an_included_template_stands_there_and_once() -> None:
    parts = {"part.html": "<p>\n<b>text</p>"}
    unit = unit_of('{% include "part.html" %}{% include "part.html" %}', templates=parts)
    reports = reports_of(unit, *MARKUP)
    assert [(report.finding.place.source.name, report.finding.place.line) for report in reports] == [
        ("part.html", 2)
    ]


def test_a_block_that_closes_the_page_around_it_is_named() -> None:
    base = {"base.html": "<main>{% block content %}{% endblock %}</main>"}
    unit = unit_of('{% extends "base.html" %}{% block content %}text</main>{% endblock %}', templates=base)
    [report] = reports_of(unit, *MARKUP)
    assert report.finding.place.source.name == "page.html"
    assert "<main> of base.html, line 1" in report.finding.message


def test_block_super_is_part_of_the_page() -> None:
    base = {"base.html": "{% block content %}<div>{% endblock %}</div>"}
    text = '{% extends "base.html" %}{% block content %}{{ block.super }}<b>x</b>{% endblock %}'
    assert spots(text, *MARKUP, templates=base) == []
    assert spots(text.replace("{{ block.super }}", ""), *MARKUP, templates=base) == ["</div>"]


def test_what_a_fragment_leaves_open_is_no_fault_but_what_it_crosses_is() -> None:
    assert spots("<div>open", *MARKUP, kind="template", whole=False) == []
    assert spots("closes</div>", *MARKUP, kind="template", whole=False) == []
    assert spots("<div><b>crossed</div>", *MARKUP, kind="template", whole=False) == ["<b>"]


def test_after_a_variable_that_is_marked_safe_nothing_is_certain() -> None:
    assert found(unit_of("{{ opening|safe }}text</div>"), *MARKUP) == [("</div> at 1:23", "WARNING")]


def test_more_ways_than_anybody_writes_are_left_alone() -> None:
    text = "".join(f"{{% if a{n} %}}<b>{{% endif %}}" for n in range(12))
    assert spots(f"{text}</i>", *MARKUP) == []
