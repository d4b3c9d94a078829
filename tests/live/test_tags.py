from __future__ import annotations

import re

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory, override_settings
from django.urls import set_script_prefix

from django_phoenix.rendering.compiler import RenderState, compile_template


def render(source, request=None, **values):
    context = Context(values) if request is None else RequestContext(request, values)
    return Template("{% load phoenix %}" + source).render(context)


def test_live_head_brings_the_csrf_token_the_style_sheet_and_the_script():
    request = RequestFactory().get("/")
    html = render("{% live_head %}", request)
    assert re.fullmatch(
        r'<meta name="csrf-token" content="\w{64}">\n'
        r'<link href="/static/django_phoenix/phoenix.css" rel="stylesheet" phx-track-static>\n'
        r'<script data-live-path="/live" src="/static/django_phoenix/phoenix.js" phx-track-static defer>'
        r"</script>",
        html,
    )
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]


def test_live_head_shows_once():
    html = render("{% live_head %}|{% live_head %}", RequestFactory().get("/"))
    assert html.endswith("</script>|")


@pytest.mark.parametrize("name", ["csp_nonce", "_csp_nonce"])
def test_live_head_carries_the_nonce_of_the_page(name):
    request = RequestFactory().get("/")
    setattr(request, name, 'n"1')
    html = render("{% live_head %}", request)
    assert html.count('nonce="n&quot;1"') == 2


def test_live_head_without_a_request_is_harmless():
    assert '<meta name="csrf-token" content="">' in render("{% live_head %}")


@override_settings(DJANGO_PHOENIX={"LIVE_PATH": "ws/live/"})
def test_the_script_learns_where_to_connect():
    assert 'data-live-path="/ws/live"' in render("{% live_head %}")
    set_script_prefix("/app/")
    try:
        assert 'data-live-path="/app/ws/live"' in render("{% live_head %}")
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(
    ("given", "shown"), [(2500, ""), (800, 'data-longpoll-fallback-ms="800"'), (None, '-ms="0"')]
)
def test_the_script_learns_when_to_turn_to_long_polling(given, shown):
    with override_settings(DJANGO_PHOENIX={"LONGPOLL_FALLBACK_MS": given}):
        html = render("{% live_head %}")
    assert shown in html
    assert ("longpoll" in html) == (shown != "")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("{% live_title %}", "<title></title>"),
        ('{% live_title default="D" %}', '<title data-default="D">D</title>'),
        (
            '{% live_title prefix="P " default="D" suffix=" S" %}',
            '<title data-default="D" data-prefix="P " data-suffix=" S">P D S</title>',
        ),
        ('{% live_title "mine" %}', "<title>mine</title>"),
        ("{% live_title other %}", "<title>a &lt; b</title>"),
    ],
)
def test_live_title(source, html):
    """LV-89"""
    assert render(source, other="a < b") == html


def test_live_title_follows_page_title():
    assert render('{% live_title default="D" %}', page_title="T") == '<title data-default="D">T</title>'
    assert render('{% live_title default="D" %}', page_title=" ") == '<title data-default="D">D</title>'


class Item:
    def get_absolute_url(self):
        return "/items/1/?a=1&b=2"


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ('live_patch "?page=2"', 'href="?page=2" data-phx-link="patch" data-phx-link-state="push"'),
        ('live_patch "/x/" replace', 'href="/x/" data-phx-link="patch" data-phx-link-state="replace"'),
        ('live_navigate "counter"', 'href="/counter/" data-phx-link="redirect" data-phx-link-state="push"'),
        (
            'live_navigate "place-item" pk=n',
            'href="/place/a/5/" data-phx-link="redirect" data-phx-link-state="push"',
        ),
        (
            'live_navigate "place-item" n replace',
            'href="/place/a/5/" data-phx-link="redirect" data-phx-link-state="replace"',
        ),
        (
            "live_navigate item",
            'href="/items/1/?a=1&amp;b=2" data-phx-link="redirect" data-phx-link-state="push"',
        ),
        ('live_post "counter"', 'href="/counter/" data-method="post" data-to="/counter/" rel="nofollow"'),
        (
            'live_post "place-item" pk=n',
            'href="/place/a/5/" data-method="post" data-to="/place/a/5/" rel="nofollow"',
        ),
        (
            "live_post item",
            'href="/items/1/?a=1&amp;b=2" data-method="post" data-to="/items/1/?a=1&amp;b=2" rel="nofollow"',
        ),
    ],
)
def test_links_that_keep_the_page_alive(tag, attributes):
    assert render(f"<a {{% {tag} %}}>x</a>", n=5, item=Item()) == f"<a {attributes}>x</a>"


def test_a_link_without_target_is_a_syntax_error():
    with pytest.raises(TemplateSyntaxError, match="live_patch %} needs a path"):
        render("{% live_patch %}")


def test_a_link_is_a_part_of_its_own_in_a_diff():
    template = Template('{% load phoenix %}<a {% live_patch "place-item" pk=n %}>{{ other }}</a>')
    compiled, state = compile_template(template), RenderState()
    assert compiled.opaque_parts == []
    for n, changed in ((1, {"0", "1", "s"}), (1, set()), (2, {"0"})):
        render = compiled.render(Context({"n": n, "other": "x"}), state)
        render.commit()
        assert set(render.diff) == changed
