"""What components need from their page: told once, by URL, with nothing inline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.utils.safestring import mark_safe
from django_components import Component, registry

from django_phoenix.rendering.assets import deliveries
from tests.rendering.djc.views import View

PAGE = "<!doctype html><html><head><title>x</title></head><body>{body}</body></html>"


class Meter(Component):
    """Root attributes are written into its own template."""

    template = "<p>{{ n }}</p>"
    js = "$onComponent((data, {els}) => {})"
    css = "p { color: var(--tint) }"

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return kwargs

    def get_js_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"n": kwargs["n"]}

    def get_css_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return {"tint": "red" if kwargs["n"] < 10 else "blue"}


class OtherMeter(Meter):
    template = "<p>other {{ n }}</p>"


class OpaqueMeter(Meter):
    """The same, written by django-components."""

    template = "{% load component_tags %}{% slot 'x' / %}<p>{{ n }}</p>"


class Styled(Component):
    """Needs nothing but a style sheet and media."""

    template = "<p class='styled'>{{ n }}</p>"
    css = ".styled { color: red }"

    class Media:
        js = ("https://example.org/a.js",)
        css = {"all": ("https://example.org/a.css",)}

    def get_template_data(self, args: Any, kwargs: Any, slots: Any, context: Any) -> Any:
        return kwargs


class Bare(Component):
    template = "<p>bare</p>"


@pytest.fixture(autouse=True)
def components() -> Iterator[None]:
    registered = {
        "meter": Meter,
        "other_meter": OtherMeter,
        "opaque_meter": OpaqueMeter,
        "styled": Styled,
        "bare": Bare,
    }
    for name, component in registered.items():
        registry.register(name, component)
    with override_settings(ROOT_URLCONF="django_components.urls"):
        yield
    for name in registered:
        registry.unregister(name)


def urls(news: dict[str, Any]) -> set[str]:
    """Without the hashes of data and classes."""
    tags = [*news.get("css", ()), *news.get("js", ())]
    found = {tag["attrs"].get("src") or tag["attrs"]["href"] for tag in tags}
    return {re.sub(r"\.[0-9a-f]{6}\.", ".DATA.", re.sub(r"_[0-9a-f]{6}", "", url)) for url in found}


@pytest.mark.parametrize("name", ["meter", "opaque_meter"])
def test_the_page_is_told_of_each_component_when_it_first_appears(name: str) -> None:
    view = View(f"{{% for n in rows %}}{{% component '{name}' n=n / %}}{{% endfor %}}")
    view.show(rows=[1, 2])
    news = view.news()
    kind = "Meter" if name == "meter" else "OpaqueMeter"
    assert urls(news) == {f"/components/cache/{kind}.{end}" for end in ("js", "css", "DATA.js", "DATA.css")}
    ids = [call[1] for call in news["calls"]]
    assert re.findall(r"data-djc-id-(\w+)", view.page) == ids
    assert news["manager"]["attrs"]["src"].endswith("django_components/django_components.min.js")
    assert view.show(rows=[1, 2]) == {}
    assert view.news() == {}
    view.show(rows=[1, 2, 3])
    later = view.news()
    assert [call[1] for call in later["calls"]] == re.findall(r"data-djc-id-(\w+)", view.page)[2:]


@pytest.mark.parametrize("name", ["meter", "opaque_meter"])
def test_styles_that_follow_data_are_told_when_they_change_and_calls_are_not(name: str) -> None:
    view = View(f"{{% component '{name}' n=n / %}}")
    view.show(n=1)
    first = view.news()
    view.show(n=2)
    assert view.news() == {}
    view.show(n=20)
    assert "data-djc-css-" in view.page
    news = view.news()
    assert "calls" not in news
    assert "DATA.css" in str(urls(news))
    assert re.findall(r"data-djc-id-(\w+)", view.page) == [call[1] for call in first["calls"]]
    view.show(n=1)
    assert view.news() == {}


def test_another_class_behind_the_same_tag_is_another_component() -> None:
    view = View("{% component 'dynamic' is=kind n=1 / %}")
    view.show(kind="meter")
    first = view.news()["calls"]
    view.show(kind="styled")
    assert urls(view.news()) >= {"/components/cache/Styled.css"}
    view.show(kind="other_meter")
    second = view.news()["calls"]
    assert [call[1] for call in second] == re.findall(r"data-djc-id-(\w+)", view.page)
    view.show(kind="meter")
    third = view.news()["calls"]
    assert len({call[1] for call in [*first, *second, *third]}) == 3


def test_a_thousand_components_that_need_nothing_ask_for_nothing() -> None:
    view = View("{% for n in rows %}{% component 'bare' / %}{% endfor %}")
    view.show(rows=range(1000))
    assert view.assets.noted == []
    assert "data-djc" not in view.page


def test_one_style_sheet_is_told_once_for_many() -> None:
    view = View("{% for n in rows %}{% component 'styled' n=n / %}{% endfor %}")
    view.show(rows=range(3))
    news = view.news()
    assert len(news["css"]) == 2
    assert [tag["attrs"]["src"] for tag in news["js"]] == ["https://example.org/a.js"]
    assert "calls" not in news
    assert "data-djc" not in view.page


def test_a_rendering_that_does_not_count_tells_nothing() -> None:
    view = View("{% component 'meter' n=n / %}", {"n": 1})
    view.render(commit=False)
    assert view.news() == {}
    view.render()
    assert len(view.news()["calls"]) == 1


def test_what_the_page_loads_carries_its_nonce() -> None:
    view = View("{% component 'meter' n=1 / %}")
    view.show()
    news = deliveries[0].load(view.assets.take(), "abc")
    assert news is not None
    for tag in [news["manager"], *news["css"], *news["js"]]:
        assert tag["attrs"]["nonce"] == "abc"


# -- the first response


def document(body: str, **page: str) -> str:
    """A page as a view's: needs are written behind its HTML as comments."""
    view = View(body)
    view.show(n=1)
    comments = "".join(each.comment for each in view.assets.take())
    return deliveries[0].linked(PAGE.format(body=view.page + comments), page.get("nonce"))


def test_a_page_links_styles_in_its_head_and_scripts_at_its_end() -> None:
    html = document("{% component 'meter' n=1 / %}{% component 'styled' n=2 / %}")
    head, _, body = html.partition("</head>")
    assert len(re.findall(r"<link [^>]*stylesheet", head)) == 4
    assert "<script" not in head
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", body, re.DOTALL)
    assert next(attributes for attributes, text in scripts if not text).endswith('min.js"')
    told = json.loads(next(text for attributes, text in scripts if "data-djc" in attributes))
    assert len(told["componentJsCalls"]) == 1
    assert len(told["jsUrls__markAsLoaded"]) == 3
    assert told["jsTags__toFetch"] == told["cssTags__toFetch"] == []
    assert "_RENDERED" not in html
    assert all(not text or "application/json" in attributes for attributes, text in scripts)


def test_a_template_may_say_where_scripts_and_styles_go() -> None:
    body = "{% component_css_dependencies %}|{% component_js_dependencies %}|{% component 'styled' n=1 / %}"
    parts = document(body).partition("<body>")[2].split("|")
    assert "<link" in parts[0]
    assert "<script" in parts[1]
    assert "PLACEHOLDER" not in "".join(parts)


def test_a_page_without_components_stays_as_it_is() -> None:
    html = PAGE.format(body="<p>nothing</p>")
    assert deliveries[0].linked(html, None) is html
    assert deliveries[0].linked(PAGE.format(body='<link name="CSS_PLACEHOLDER">'), None) == PAGE.format(
        body=""
    )


def test_hostile_values_in_attributes_and_data_stay_text() -> None:
    html = document("{% component 'styled' n=n / %}", nonce='"><script>')
    assert '"><script>' not in html


def test_text_that_looks_like_a_component_asks_for_nothing() -> None:
    html = PAGE.format(body="<!-- _RENDERED nobody_1,c1,, --><!-- _RENDERED ../../x,y,z,, -->")
    linked = deliveries[0].linked(html, None)
    assert "<script" not in linked
    view = View("{{ html }}")
    view.show(html=mark_safe("<!-- _RENDERED nobody_1,c1,, -->"))
    assert view.news() == {}
