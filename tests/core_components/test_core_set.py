"""button, header, list, table, tabs: their markup, and what they refuse."""

# Markup stays on one line, as long as it may be.
# ruff: noqa: E501
from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import gettext_lazy

from django_phoenix.core_components.fields import key_of, value_of
from django_phoenix.exceptions import ComponentInputError

from .live import IDS, LIBRARIES


def shown(source: str, /, **values: Any) -> str:
    """The page without ids of django-components and without blanks between tags."""
    html = Template(LIBRARIES + source).render(Context(values))
    return re.sub(r">\s+<", "><", IDS.sub("", html)).strip()


def refusal(source: str, /, **values: Any) -> str:
    with pytest.raises(ComponentInputError) as caught:
        shown(source, **values)
    return str(caught.value).partition("\n")[2]


ROWS = [{"id": 7, "name": "Ann", "total": 3}, {"id": 8, "name": "<Bob>", "total": None}]


# core.button


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("", '<button class="phx-button" type="submit" data-kind="plain" data-size="normal">'),
        ('phx-click="go"', '<button class="phx-button" type="button" data-kind="plain" data-size="normal" phx-click="go">'),
        ('type="reset" kind="danger"', '<button class="phx-button" type="reset" data-kind="danger" data-size="normal">'),
        ('disabled=True class="wide"', '<button class="phx-button wide" type="submit" data-kind="plain" data-size="normal" disabled>'),
        ('href="/a?b&c"', '<a class="phx-button" href="/a?b&amp;c" data-kind="plain" data-size="normal">'),
        ('patch="?p=2"', '<a class="phx-button" href="?p=2" data-phx-link="patch" data-phx-link-state="push" data-kind="plain" data-size="normal">'),
        ('navigate="/x" replace=True', '<a class="phx-button" href="/x" data-phx-link="redirect" data-phx-link-state="replace" data-kind="plain" data-size="normal">'),
        ('href="/a" disabled=True phx-click="go"', '<a class="phx-button" role="link" aria-disabled="true" data-kind="plain" data-size="normal">'),
    ],
)  # fmt: skip
def test_button(given: str, tag: str) -> None:
    end = "</a>" if tag.startswith("<a") else "</button>"
    assert shown(f"{{% component 'core.button' {given} %}}Go{{% endcomponent %}}") == f"{tag}Go{end}"


def test_button_knows_its_kinds() -> None:
    assert refusal("{% component 'core.button' kind='primry' %}x{% endcomponent %}") == (
        "core.button: attribute 'kind' should be one of 'plain', 'primary', 'quiet', 'danger', got 'primry' (str). "
        "Did you mean 'primary'?"
    )


# core.header


@pytest.mark.parametrize("level", [1, 2, 3])
def test_header(level: int) -> None:
    html = shown("{% component 'core.header' level id='h' %}T{% endcomponent %}", level=level)
    assert html == (
        f'<header class="phx-header" id="h"><div class="phx-header-text"><h{level} class="phx-header-title">T'
        f"</h{level}></div></header>"
    )


def test_header_shows_the_slots_that_are_filled() -> None:
    html = shown(
        "{% component 'core.header' %}{% fill 'body' %}T{% endfill %}{% fill 'subtitle' %}S{% endfill %}"
        "{% fill 'actions' %}A{% endfill %}{% endcomponent %}"
    )
    assert '<p class="phx-header-subtitle">S</p>' in html
    assert '<div class="phx-header-actions">A</div>' in html


# core.list


def test_list_shows_fields_of_one_thing() -> None:
    html = shown(
        "{% component 'core.list' person fields=fields %}"
        "{% fill 'field.age' data='f' %}<b>{{ f.value }} of {{ f.item.name }}</b>{% endfill %}{% endcomponent %}",
        person={"name": "<Ann>", "age": 3, "home": {"city": "Rome"}},
        fields={"name": gettext_lazy("Name"), "age": "Age", "home.city": "City"},
    )
    rows = "".join(
        f'<div class="phx-list-item"><dt>{label}</dt><dd>{value}</dd></div>'
        for label, value in [("Name", "&lt;Ann&gt;"), ("Age", "<b>3 of <Ann></b>"), ("City", "Rome")]
    )
    assert html == f'<dl class="phx-list">{rows}</dl>'.replace("of <Ann>", "of &lt;Ann&gt;")


def test_labels_are_made_of_names() -> None:
    html = shown(
        "{% component 'core.list' person fields=fields / %}", person={}, fields=["home.post_code", "age"]
    )
    assert re.findall("<dt>(.*?)</dt>", html) == ["Post code", "Age"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "{% component 'core.list' x fields=fields %}{% fill 'field.b' %}x{% endfill %}{% endcomponent %}",
            "core.list: the slot \"field.b\" is filled, and no field is called so; fields are 'a'.",
        ),
        (
            "{% component 'core.table' rows=none columns={'a': {'lable': 'A'}} / %}",
            "core.table: field 'a' has the option 'lable'; options are align, label, sortable.",
        ),
        (
            "{% component 'core.table' rows=none columns={'a': {'align': 'left'}} / %}",
            "core.table: field 'a': align should be 'start', 'center' or 'end', got 'left'.",
        ),
        (
            "{% component 'core.table' rows=none columns=none / %}",
            'core.table: columns should name a field at least: columns=["name", …].',
        ),
        (
            "{% component 'core.tabs' 't' tabs={'a': 'A'} selected='b' / %}",
            "core.tabs: selected='b' means no tab; tabs are 'a'.",
        ),
        (
            "{% component 'core.tabs' 't' tabs={'a': 'A'} %}{% fill 'panel.b' %}x{% endfill %}{% endcomponent %}",
            "core.tabs: the slot \"panel.b\" means no tab; tabs are 'a'.",
        ),
        (
            "{% component 'core.button' href='/a' patch='?b' %}x{% endcomponent %}",
            "core.button: href and patch are given: a link leads to one place.",
        ),
        (
            "{% component 'core.button' href=code %}x{% endcomponent %}",
            "core.button: href=' Java\\nscript:alert(1)' would run as code; a link leads to a URL.",
        ),
        (
            "{% component 'core.button' navigate='//other.example' %}x{% endcomponent %}",
            "core.button: navigate='//other.example' should be a path of this site, such as '/orders' or "
            "'?page=2'. Give other URLs as href.",
        ),
        (
            "{% component 'core.table' rows=misspelt columns=fields / %}",
            "core.table: attribute 'rows' should be Iterable[Any], got '' (str). A template's name that nothing "
            "defines is an empty text: is it spelt right?",
        ),
    ],
)
def test_what_fits_nothing_is_refused(source: str, message: str) -> None:
    assert refusal(source, x={}, none=[], fields=["a"], code=" Java\nscript:alert(1)") == message


# Values


class Odd:
    alters = False

    def delete(self) -> str:
        type(self).alters = True
        return "gone"

    delete.alters_data = True  # type: ignore[attr-defined]

    def name(self) -> str:
        return "called"


@pytest.mark.parametrize(
    "path", ["a", "a.b", "a.0", "a.1", "missing", "missing.x", "odd.name", "odd.delete", "n"]
)
def test_values_are_those_that_a_template_shows(path: str) -> None:
    item = {"a": {"b": "B", 0: "zero", "1": "one"}, "odd": Odd(), "n": None}
    plain = Template(f"{{{{ item.{path}|default_if_none:''|safe }}}}").render(Context({"item": item}))
    assert str(value_of(item, path)) == plain
    assert not Odd.alters


def test_rows_are_known_by_pk_then_id() -> None:
    assert [key_of(each) for each in ({"pk": 1, "id": 2}, {"id": 2}, SimpleNamespace(pk=0), {})] == [
        1,
        2,
        0,
        "",
    ]


# core.table


def test_table() -> None:
    html = shown(
        "{% component 'core.table' rows columns={'name': 'Name', 'total': {'label': 'Sum', 'align': 'end'}} "
        "row_id='o' id='orders' %}{% fill 'col.total' data='c' %}{{ c.value|default_if_none:'-' }}/{{ c.row.id }}"
        "{% endfill %}{% fill 'actions' data='c' %}<a>{{ c.row.id }}</a>{% endfill %}{% endcomponent %}",
        rows=ROWS,
    )
    assert html.startswith('<div class="phx-table" id="orders"><div class="phx-table-scroll"><table><thead>')
    assert re.findall("<tbody>(.*)</tbody>", html) == [
        '<tr id="o-7"><td data-align="start">Ann</td><td data-align="end">3/7</td>'
        '<td class="phx-table-actions"><a>7</a></td></tr>'
        '<tr id="o-8"><td data-align="start">&lt;Bob&gt;</td><td data-align="end">/8</td>'
        '<td class="phx-table-actions"><a>8</a></td></tr>'
    ]
    assert '<th scope="col" data-align="end">Sum</th>' in html
    assert '<span class="phx-visually-hidden">Actions</span>' in html


def test_table_with_a_caption_can_be_scrolled_by_keyboard() -> None:
    html = shown(
        "{% component 'core.table' rows columns=columns caption='Orders' / %}", rows=ROWS, columns=["name"]
    )
    assert '<div class="phx-table-scroll" role="region" aria-label="Orders" tabindex="0"><table>' in html
    assert "<caption>Orders</caption>" in html


def test_table_without_rows_says_so() -> None:
    source = "{%% component 'core.table' rows columns=columns %%}%s{%% endcomponent %%}"
    values: dict[str, Any] = {"rows": [], "columns": ["a", "b"]}
    cell = '<tr class="phx-table-empty"><td colspan="{}">{}</td></tr>'
    assert cell.format(2, "There is nothing here yet.") in shown(source % "", **values)
    fills = "{% fill 'empty' %}None!{% endfill %}{% fill 'actions' %}x{% endfill %}"
    assert cell.format(3, "None!") in shown(source % fills, **values)


@pytest.mark.parametrize(
    ("sorted_by", "order", "by"),
    [("", "none", "a"), ("b", "none", "a"), ("a", "ascending", "-a"), ("-a", "descending", "a")],
)
def test_a_heading_tells_its_order_and_asks_for_the_next(sorted_by: str, order: str, by: str) -> None:
    html = shown(
        "{% component 'core.table' rows columns={'a': 'A', 'b': {'sortable': False}} sort='sort' "
        "sorted_by=sorted_by %}{% fill 'head.a' data='h' %}<u>{{ h.label }}</u>{% endfill %}{% endcomponent %}",
        rows=[],
        sorted_by=sorted_by,
    )
    assert (
        f'<th scope="col" data-align="start" aria-sort="{order}"><button type="button" class="phx-table-sort" '
        f'phx-click="sort" phx-value-by="{by}"><u>A</u><span class="phx-table-arrow" aria-hidden="true"></span>'
    ) in html
    assert '<th scope="col" data-align="start">B</th>' in html


def test_a_row_that_can_be_clicked_can_be_opened_by_keyboard() -> None:
    html = shown(
        "{% component 'core.table' rows columns=['name', 'total'] row_click='open' / %}", rows=ROWS[:1]
    )
    click = 'phx-click="open" phx-value-id="7"'
    assert (
        f'<tr class="phx-table-clickable"><td data-align="start" {click}>'
        f'<button type="button" class="phx-table-open" {click}>Ann</button></td>'
        f'<td data-align="start" {click}>3</td></tr>'
    ) in html


def test_in_a_live_component_events_of_table_and_tabs_go_where_the_tag_says() -> None:
    html = shown(
        "{% component 'core.table' rows columns=['name'] sort='sort' row_click='open' phx-target=3 / %}"
        "{% component 'core.tabs' id='t' tabs={'a': 'A'} event='show' phx-target=3 / %}",
        rows=ROWS[:1],
    )
    sent = re.findall(r'phx-click="(\w+)"([^>]*)', html)
    assert [event for event, _ in sent] == ["sort", "open", "open", "show"]
    assert all('phx-target="3"' in more for _, more in sent)


# core.tabs

TABS = "{%% component 'core.tabs' id='t' tabs={'a': 'A', 'b': 'B'} %s %%}%s{%% endcomponent %%}"
PANELS = "{% fill 'panel.a' %}AA{% endfill %}{% fill 'panel.b' %}BB{% endfill %}"


def test_tabs_that_the_browser_switches() -> None:
    assert shown(TABS % ("label='Parts' selected='b'", PANELS)) == (
        '<div id="t" class="phx-tabs" data-switch="browser">'
        '<div class="phx-tabs-list" role="tablist" aria-label="Parts">'
        '<button type="button" role="tab" class="phx-tabs-tab" id="t-tab-a" aria-selected="false" '
        'aria-controls="t-panel-a">A</button>'
        '<button type="button" role="tab" class="phx-tabs-tab" id="t-tab-b" aria-selected="true" '
        'aria-controls="t-panel-b">B</button></div>'
        '<div class="phx-tabs-panel" role="tabpanel" id="t-panel-a" aria-labelledby="t-tab-a" tabindex="0" hidden>'
        "AA</div>"
        '<div class="phx-tabs-panel" role="tabpanel" id="t-panel-b" aria-labelledby="t-tab-b" tabindex="0">'
        "BB</div></div>"
    )


def test_tabs_that_the_view_switches() -> None:
    html = shown(TABS % ("event='show'", PANELS))
    assert html.startswith('<div id="t" class="phx-tabs">')
    assert re.findall('phx-click="show" phx-value-tab="(.)"', html) == ["a", "b"]
    assert re.findall('role="tabpanel" id="t-panel-a" .*>(.*)</div></div>', html) == ["AA"]
    assert "BB" not in html


def test_tabs_that_are_urls() -> None:
    html = shown(TABS % ("patch='?tab=' selected='b'", "BODY"))
    assert 'href="?tab=a" data-phx-link="patch" data-phx-link-state="push">A</a>' in html
    assert re.findall('role="tabpanel" id="t-panel-b" .*>(.*)</div></div>', html) == ["BODY"]
