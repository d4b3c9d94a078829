"""Whatever stands in a template that Django can parse: the check reads it to the end."""

from __future__ import annotations

import logging
from threading import get_ident

import pytest
from django.template import TemplateSyntaxError
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from django_phoenix.live_component import LiveComponent, event
from django_phoenix.live_view import LiveView
from django_phoenix.management.contract.run import check_units
from tests.contract.support import unit_of


class FuzzComponent(LiveComponent):
    """Handles one event of those in the pieces."""

    template = ""

    @event
    def x(self, by: int) -> None: ...


class FuzzLive(LiveView):
    """The same."""

    template = ""

    @event
    def x(self, by: int) -> None: ...


PARTS = {"part.html": "<p>{% if a %}<b>{% endif %}"}
PIECES = [
    *("<div>", "</div>", "<p>", "</p>", "<b ", ">", "</b>", "<br/>", "<svg>", "</svg>", "<table>", "<tr>"),
    *("<td>", "</table>", "<form phx-submit='x'>", "</form>", "<input name='", "<textarea>", "</textarea>"),
    *("<script>", "</script>", "<!--", "-->", "id='a' ", 'phx-click="', '"', "'", "=", "<", "&amp;"),
    *("phx-hook=X ", "\n", "\r\n", "{{ a }}", "{{ a|safe }}", "{# phx: ignore T001 #}", "ä😀", "\ue000"),
    *("{% js push 'x' %}", "[[", "]]", "x", "{% include 'part.html' %}", "{% include a %}"),
    *("{% cycle 'a' 'b' as c %}", "{% csrf_token %}", "[a][b]"),
]  # fmt: skip
BLOCKS = [
    ("{% if a %}", "{% endif %}"),
    ("{% if a %}x{% elif b %}", "{% else %}y{% endif %}"),
    ("{% for a in b %}", "{% endfor %}"),
    ("{% for a in b %}x{% empty %}", "{% endfor %}"),
    ("{% with a=b %}", "{% endwith %}"),
    ("{% verbatim %}", "{% endverbatim %}"),
    ("{% comment %}", "{% endcomment %}"),
    ("{% spaceless %}", "{% endspaceless %}"),
    ("{% ifchanged %}", "{% else %}x{% endifchanged %}"),
    ("{% autoescape off %}", "{% endautoescape %}"),
    ("{% load component_tags %}{% component 'nowhere' phx-click='x' %}", "{% endcomponent %}"),
    ("{% load i18n %}{% blocktranslate %}", "{% endblocktranslate %}"),
]
TEXTS = st.recursive(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    lambda inner: st.builds(
        lambda block, before, body, after: f"{before}{block[0]}{body}{block[1]}{after}",
        st.sampled_from(BLOCKS),
        inner,
        inner,
        inner,
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_anything_is_read_and_every_finding_has_its_place(
    caplog: pytest.LogCaptureFixture, text: str
) -> None:
    try:
        unit = unit_of(text, FuzzComponent, "live_component", templates=PARTS, views={FuzzLive})
    except TemplateSyntaxError:  # a comment in a comment, and such
        reject()
    with caplog.at_level(logging.WARNING):
        reports = check_units([unit])
    # Threads of earlier tests may still have something to say.
    assert [record for record in caplog.records if record.thread == get_ident()] == []
    for report in reports:
        place = report.finding.place
        source = place.source
        assert 0 <= place.start < place.end <= len(source.text)
        line, column = place.line, place.column
        assert source.text.split("\n")[line - 1][column - 1 :].startswith(place.text.split("\n")[0])
