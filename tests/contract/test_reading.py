"""What the engine reads of a site: places, names, components, scripts, and how it reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import call_command
from django.template import Engine
from django.template.base import Node, Template, TextNode
from django.urls import path
from django_components import Component, registry

from django_phoenix.live_view import LiveView, event
from django_phoenix.management.checks.templates import check_templates, messages
from django_phoenix.management.contract.findings import Finding, Level, Rule, all_rules, rule
from django_phoenix.management.contract.parse import Library, position
from django_phoenix.management.contract.reads import reads_of
from django_phoenix.management.contract.report import as_text
from django_phoenix.management.contract.run import check_site, check_units
from django_phoenix.management.contract.source import Place
from tests.contract.support import reports_of, unit_of


class PanelLive(LiveView):
    """Holds a template of its own, and a component."""

    template = """
      <h1>{{ title }}</h1>
      <button phx-click="opne">Open</button>
      {% load component_tags %}{% component "contract_badge" / %}
    """

    @event
    def open(self) -> None: ...


class Badge(Component):
    """A component with a template of its own."""

    template = '<b phx-click="shut">{{ text }}</b>'


class urls:
    urlpatterns = [path("panel/", PanelLive.as_view())]


@pytest.fixture
def site(settings: Any) -> Iterator[None]:
    registry.register("contract_badge", Badge)
    settings.ROOT_URLCONF = urls
    yield
    registry.unregister("contract_badge")


def test_a_template_inside_a_class_has_the_lines_of_its_python_file(site: None) -> None:
    places = {
        (report.rule.id, report.finding.place.text): report.finding.place
        for report in check_site().reports
        if report.rule.id == "T001"
    }
    lines = Path(__file__).read_text().split("\n")
    assert set(places) == {("T001", "opne"), ("T001", "shut")}
    for (_, text), place in places.items():
        assert place.source.path == __file__
        assert lines[place.line - 1][place.column - 1 :].startswith(text)


def test_events_of_a_component_go_to_the_views_that_show_it(site: None) -> None:
    [message] = [
        report.finding.message for report in check_site().reports if "shut" in report.finding.message
    ]
    assert message == "PanelLive handles no event 'shut'."


def test_places_are_right_behind_tags_that_fill_several_lines() -> None:
    tag = '{% component "a" x="{{ y }}"\n  z=1 / %}'
    text = f"{{% load component_tags %}}\n{tag}\n{{% if b %}}\n<p>{{{{ c }}}}</p>\n{{% endif %}}"
    source = Library().source(Template(text))
    start = text.index("<p>")
    assert (Place(source, start, start).line, Place(source, start, start).column) == (5, 1)
    nodes = source.template.nodelist.get_nodes_by_type(Node)
    assert [text[slice(*position(node))] for node in nodes if not isinstance(node, TextNode)] == [
        "{% load component_tags %}",
        tag,
        "{% if b %}",
        "{{ c }}",
    ]


def test_the_site_s_own_templates_stay_as_they_are() -> None:
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", {"a.html": "{{ b }}"})])
    template = engine.get_template("a.html")
    node = template.nodelist[0]
    Library().source(template)
    assert template.nodelist[0] is node
    assert not engine.debug


READS = [
    ("{{ a.b|default:c }}", {("a", ("b",), True), ("c", (), False)}),
    ("{% if a and not b.c %}{{ d }}{% endif %}", {("a", (), True), ("b", ("c",), True), ("d", (), False)}),
    ("{% for a in b.c %}{{ a.d }}{% endfor %}", {("b", ("c",), False), ("a", ("d",), False)}),
    ('{% url "x" a b=c|add:d %}', {("a", (), False), ("c", (), False), ("d", (), False)}),
    ("{% with a=b %}{% endwith %}{% firstof c d %}", {("b", (), False), ("c", (), True), ("d", (), True)}),
    ("{% include a with b=c %}", {("a", (), False), ("c", (), False)}),
    ('{{ "text" }}{{ 3 }}{{ _("text") }}', set()),
]


@pytest.mark.parametrize(("text", "reads"), READS)
def test_names_that_tags_read(text: str, reads: set[Any]) -> None:
    found = {(read.name, read.lookups, read.optional) for use in unit_of(text).uses for read in reads_of(use)}
    assert found == reads


BOUND = [
    ("{% for a in b %}{{ here }}{% endfor %}", {"a", "forloop"}),
    ("{% for a in b %}{% endfor %}{{ here }}", set()),
    ("{% for a in b %}{% empty %}{{ here }}{% endfor %}", set()),
    ("{% with a=b %}{{ here }}{% endwith %}", {"a"}),
    ('{% url "x" as a %}{{ here }}', {"a"}),
    ('{% if c %}{% cycle "x" as a %}{% endif %}{{ here }}', {"a"}),
    ("{% regroup b by c as a %}{{ here }}", {"a"}),
    ('{% include "part.html" with a=b %}', {"a"}),
    ('{% with a=b %}{% include "part.html" only %}{% endwith %}', set()),
    ("{% block c %}{{ here }}{% endblock %}", {"block"}),
]


@pytest.mark.parametrize(("text", "names"), BOUND)
def test_names_that_templates_bind(text: str, names: set[str]) -> None:
    unit = unit_of(text, templates={"part.html": "{{ here }}"})
    [scope] = [use.scope for use in unit.uses if use.place.text == "{{ here }}"]
    assert scope.names == names
    assert not scope.open


def test_an_isolated_include_hides_the_context_and_what_was_bound() -> None:
    unit = unit_of('{% include "part.html" with a=b only %}', templates={"part.html": "{{ here }}"})
    [scope] = [use.scope for use in unit.uses if use.place.text == "{{ here }}"]
    assert (set(scope.names), scope.isolated) == ({"a"}, True)


@pytest.mark.parametrize(
    "templates",
    [
        {"page.html": '{% include "page.html" %}'},
        {"page.html": '{% include "a.html" %}', "a.html": '{% include "page.html" %}'},
        {"page.html": '{% extends "page.html" %}'},
        {"page.html": '{% extends "a.html" %}', "a.html": '{% extends "page.html" %}'},
        {"page.html": "{% block a %}{% block b %}{{ block.super }}{% endblock %}{% endblock %}"},
        {
            "page.html": '{% extends "a.html" %}',
            "a.html": "{% block a %}{% block b %}{% endblock %}{% endblock %}",
        },
        {"page.html": ""},
        {"page.html": "<"},
        {"page.html": "<div <"},
        {"page.html": "<!-- never closed"},
        {"page.html": "</"},
        {"page.html": "<a b='"},
        {"page.html": "<script>never closed"},
        {"page.html": "<![CDATA[ x ]]><!x><?y>"},
        {"page.html": "\x00<\ue000div \ue001>"},
        {"page.html": "<p" * 500 + ">" * 500},
    ],
)
def test_strange_templates_are_read_to_the_end(templates: dict[str, str]) -> None:
    unit = unit_of(templates.pop("page.html"), templates=templates)
    check_units([unit])
    assert unit.elements is not None


def test_a_report_shows_the_place_the_line_and_what_to_do() -> None:
    unit = unit_of('<p>\n\t<b phx-hook="X">a</b></p>')
    [report] = reports_of(unit, "T004")
    head, line, caret, hint = as_text(report).split("\n")
    assert head == (
        '<unknown source>:2:5: error T004: <b phx-hook="X"> has no id, so the client does not start the hook.'
    ).replace("<unknown source>", "page.html")
    assert line == '  2 | \t<b phx-hook="X">a</b></p>'
    assert caret == "    | \t   ^^^^^^^^^^^^"
    assert hint.startswith("    = Give the element an id")


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    unit = unit_of(f"<p>{'x' * 300}<b phx-hook=X>a</b>{'y' * 300}</p>")
    [report] = reports_of(unit, "T004")
    _, line, caret, _ = as_text(report).split("\n")
    assert len(line) < 120
    assert line[caret.index("^") :].startswith("phx-hook=X")
    assert caret.count("^") == len("phx-hook=X")


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("phx_check", *arguments, stdout=out, stderr=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_exits_with_1_from_the_level_that_fails(site: None) -> None:
    assert run()[0] == 1
    assert run("--fail-level", "never")[0] == 0
    assert run("--fail-level", "warning")[0] == 1
    status, text = run(str(Path(__file__).parent / "nowhere"))
    assert (status, "neither a file or folder nor an app" in text) == (2, True)


def test_a_page_that_cannot_be_read_is_named_and_fails(settings: Any) -> None:
    view = type("BrokenLive", (LiveView,), {"template": "\n{% if x %}"})
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("broken/", view.as_view())]})
    status, text = run()
    assert status == 1
    assert "1 could not be read:" in text
    assert "BrokenLive: TemplateSyntaxError in" in text
    assert run("--fail-level", "never")[0] == 0


def test_json_tells_all_that_an_editor_needs(site: None) -> None:
    result = json.loads(run("--format", "json")[1])
    finding = next(each for each in result["findings"] if "opne" in each["source"])
    assert finding["id"] == "django_phoenix.T001"
    assert finding["level"] == "error"
    assert finding["path"] == "tests/contract/test_reading.py"
    assert finding["end_column"] - finding["column"] == len("opne")
    assert {"line", "end_line", "title", "message", "hint"} <= set(finding)
    assert result["errors"] >= 2
    assert result["unreadable"] == []


def test_annotations_for_github_escape_what_has_a_meaning_there(site: None) -> None:
    lines = run("--format", "github")[1].split("\n")
    line = next(each for each in lines if "opne" in each)
    assert line.startswith("::error file=tests/contract/test_reading.py,line=")
    assert ",title=django_phoenix.T001::PanelLive handles no event 'opne'." in line


def test_an_app_or_folder_narrows_the_command_and_adds_templates(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "loose.html").write_text("<div><b>a</div>")
    (folder / "broken.html").write_text("{% if %}")
    (tmp_path / "elsewhere.html").write_text("<div><b>a</div>")
    status, text = run(str(tmp_path))
    assert status == 1
    assert "loose.html:1:6: error T006" in text
    assert "broken.html: TemplateSyntaxError" in text
    assert "elsewhere" not in text
    assert run("django_phoenix")[0] == 0


def test_manage_py_check_tells_it_and_other_commands_do_not(
    site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert list(check_templates()) == []
    monkeypatch.setattr("sys.argv", ["manage.py", "check"])
    found = [message for message in check_templates() if "opne" in message.msg]
    assert [message.id for message in found] == ["django_phoenix.T001"]
    assert str(found[0].obj).startswith("tests/contract/test_reading.py:")
    assert found[0].is_serious()


def test_a_site_without_live_views_is_clean(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.support.empty_urls"
    assert [message for message in messages() if "contract" in str(message.obj)] == []


def test_a_rule_that_fails_keeps_no_site_from_being_checked(caplog: pytest.LogCaptureFixture) -> None:
    def find(unit: Any) -> Iterator[Finding]:
        raise ZeroDivisionError
        yield

    assert check_units([unit_of("a")], [Rule("T999", Level.ERROR, "Fails.", find)]) == []
    assert "T999 could not check page.html" in caplog.text


def test_an_id_belongs_to_one_rule() -> None:
    with pytest.raises(ValueError, match="T001 is taken by unhandled_event"):
        rule("T001", Level.ERROR, "Again.")(lambda unit: [])


def test_the_documentation_lists_every_rule_with_its_level() -> None:
    page = Path(__file__).resolve().parents[2] / "docs/reference/template_checks.md"
    rows = re.findall(r"^\| (T\d{3}) \| (error|warning) \|", page.read_text(), re.MULTILINE)
    assert sorted(rows) == [(rule.id, rule.level.name.lower()) for rule in all_rules()]


@pytest.mark.skipif(django.VERSION < (6, 0), reason="partials came with Django 6")
def test_partials_are_read_where_they_are_shown() -> None:
    parts = {"parts.html": "<div>{% partialdef row %}\n<b>{{ here }}</i>{% endpartialdef %}</div>"}
    unit = unit_of('<p>{% include "parts.html#row" with a=b %}</b></p>', templates=parts)
    assert [str(report.finding.place) for report in reports_of(unit, "T006", "T007")] == ["parts.html:2:14"]
    [scope] = [use.scope for use in unit.uses if use.place.text == "{{ here }}"]
    assert scope.names == {"a"}
    unit = unit_of("{% partialdef row %}<b>{% endpartialdef %}{% partial row %}</b>{% partial row %}</b>")
    assert reports_of(unit, "T006", "T007") == []
