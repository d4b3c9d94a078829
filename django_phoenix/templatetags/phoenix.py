"""``{% load phoenix %}``: what live pages need in their templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms.utils import flatatt
from django.middleware.csrf import get_token
from django.template.base import FilterExpression, Node, Parser, Token, kwarg_re
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from django_phoenix.colocated.serving import head_tags
from django_phoenix.conf import DEFAULTS, settings
from django_phoenix.declarations.rest import with_class
from django_phoenix.forms import errors_to_show
from django_phoenix.live.async_tag import parse_async_result
from django_phoenix.live.client import SCRIPT, STYLE, live_path
from django_phoenix.live.colocated_tags import (
    parse_colocated_css,
    parse_colocated_hook,
    parse_colocated_js,
)
from django_phoenix.live.component_tag import parse_live_component, parse_render_slot
from django_phoenix.live.field_tag import parse_live_field
from django_phoenix.live.js_tag import parse_js
from django_phoenix.live.render_tag import parse_live_render
from django_phoenix.live.request import nonce_in, request_in
from django_phoenix.live.upload_tags import parse_live_file_input, parse_live_img_preview
from django_phoenix.live.wrapping_tags import parse_focus_wrap, parse_portal
from django_phoenix.rendering.keying import key_by
from django_phoenix.rendering.purity import register_pure_filter
from django_phoenix.rendering.runtime import Runtime as Rendering
from django_phoenix.rendering.tags import register_pure_node
from django_phoenix.uploads import upload_errors

register = template.Library()

register.tag("colocated_css", parse_colocated_css)
register.tag("colocated_hook", parse_colocated_hook)
register.tag("colocated_js", parse_colocated_js)
register.tag("focus_wrap", parse_focus_wrap)
register.tag("async_result", parse_async_result)
register.tag("js", parse_js)
register.tag("live_component", parse_live_component)
register.tag("live_field", parse_live_field)
register.tag("live_file_input", parse_live_file_input)
register.tag("live_img_preview", parse_live_img_preview)
register.tag("portal", parse_portal)
register.tag("live_render", parse_live_render)
register.tag("render_slot", parse_render_slot)
register.filter(errors_to_show)
register.filter(upload_errors)
register.filter(key_by)
register.filter(register_pure_filter(with_class))

# What data-phx-link takes, and a kind of ours that is no live link.
POST = "post"

HEAD_DONE = "phoenix_live_head"

# What the page's script says by itself; a site translates it in its own message catalogues.
TEXTS = {
    "data-text-lost": "Connection lost. Trying to reconnect…",
    "data-text-absent": "Live updates are not available at the moment.",
    "data-text-error": "Something went wrong. Trying again…",
    "data-text-stale": "This page could not be brought to life.",
    "data-text-cookies": "This page needs cookies, and the browser blocks them here.",
    "data-text-reload": "Reload",
}


@register.simple_tag(takes_context=True)
def live_head(context: Context) -> str:
    """The CSRF token, the style sheet and the script of live pages: once, in the ``<head>`` of the base.

    With them go the site's colocated styles and scripts.
    """
    page: dict[Any, Any] = context.render_context.dicts[0]
    if HEAD_DONE in page:
        return ""
    page[HEAD_DONE] = True
    request = request_in(context)
    tracked = {"phx-track-static": True, "nonce": nonce_in(context)}
    style: dict[str, Any] = {"rel": "stylesheet", "href": static(STYLE), **tracked}
    script: dict[str, Any] = {"src": static(SCRIPT), "data-live-path": live_path(), **tracked}
    return format_html(
        '<meta name="csrf-token" content="{}">\n<link{}>\n<script{} defer></script>{}',
        "" if request is None else get_token(request),
        flatatt(_given(style)),
        flatatt({**_given(script), **_fallback(), **_texts()}),
        head_tags(flatatt(_given(tracked))),
    )


@register.simple_tag(takes_context=True)
def live_title(
    context: Context, title: Any = None, *, default: Any = None, prefix: Any = None, suffix: Any = None
) -> str:
    """``<title>`` that follows ``assigns.page_title``: ``{% live_title default="Shop" suffix=" · Shop" %}``.

    On pages that are not live it shows ``page_title`` of the context.
    """
    shown = context.get("page_title") if title is None else title
    if shown is None or str(shown).strip() == "":
        shown = "" if default is None else default
    attributes = {"data-prefix": prefix, "data-default": default, "data-suffix": suffix}
    return format_html(
        "<title{}>{}{}{}</title>", flatatt(_given(attributes)), prefix or "", shown, suffix or ""
    )


class LinkNode(Node):
    """The attributes of an ``<a>`` that keeps the page alive, or sends a POST."""

    child_nodelists = ()

    def __init__(
        self,
        kind: str,
        state: str,
        target: FilterExpression,
        args: list[FilterExpression],
        kwargs: dict[str, FilterExpression],
    ) -> None:
        self.kind = kind
        self.state = state
        self.names = list(kwargs)
        self.expressions = [target, *args, *kwargs.values()]

    def render(self, context: Context) -> SafeString:
        return self.text(*(expression.resolve(context) for expression in self.expressions))

    def text(self, to: Any, *values: Any) -> SafeString:
        """The attributes, from the values of the expressions."""
        if self.kind == POST:
            url = self._href(to, values)
            return format_html('href="{}" data-method="post" data-to="{}" rel="nofollow"', url, url)
        return format_html(
            'href="{}" data-phx-link="{}" data-phx-link-state="{}"',
            self._href(to, values),
            self.kind,
            self.state,
        )

    def _href(self, to: Any, values: tuple[Any, ...]) -> str:
        if hasattr(to, "get_absolute_url"):
            return str(to.get_absolute_url())
        text = str(to)
        if text.startswith(("/", "?", "#")):
            return text
        positional = len(values) - len(self.names)
        kwargs = dict(zip(self.names, values[positional:], strict=True))
        return reverse(text, args=values[:positional], kwargs=kwargs)


def _live_text(rendering: Rendering, node: LinkNode, to: Any, *values: Any) -> SafeString:
    rendering.routed = True
    return node.text(to, *values)


register_pure_node(LinkNode, lambda node: node.expressions, _live_text)


@register.tag
def live_patch(parser: Parser, token: Token) -> LinkNode:
    """``<a {% live_patch "?page=2" %}>``: another URL of the view; its state stays, ``handle_params`` runs.

    Takes a path, a query, a model instance, or a URL name with arguments as ``{% url %}`` does. A last word
    ``replace`` replaces the entry in the browser's history.
    """
    return _link(parser, token, "patch")


@register.tag
def live_navigate(parser: Parser, token: Token) -> LinkNode:
    """``<a {% live_navigate "orders" pk=3 %}>``: another live view without a page load. As ``live_patch``."""
    return _link(parser, token, "redirect")


@register.tag
def live_post(parser: Parser, token: Token) -> LinkNode:
    """``<a {% live_post "logout" %}>``: a link that sends a POST, with the CSRF token. As ``live_patch``.

    It needs the page's script; where a page shall work without, write a form with a button.
    """
    return _link(parser, token, POST)


def _link(parser: Parser, token: Token, kind: str) -> LinkNode:
    tag, *bits = token.split_contents()
    state = "push"
    if len(bits) > 1 and bits[-1] == "replace" and kind != POST:
        state = "replace"
        bits.pop()
    if not bits:
        raise template.TemplateSyntaxError(f"{{% {tag} %}} needs a path or the name of a URL.")
    args: list[FilterExpression] = []
    kwargs: dict[str, FilterExpression] = {}
    for bit in bits[1:]:
        match = kwarg_re.match(bit)
        name, value = match.groups() if match else (None, bit)
        if name:
            kwargs[name] = parser.compile_filter(value)
        else:
            args.append(parser.compile_filter(value))
    return LinkNode(kind, state, parser.compile_filter(bits[0]), args, kwargs)


def _given(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _fallback() -> dict[str, str]:
    """When to turn to long-polling; what the script does by itself is not said."""
    after = settings.LONGPOLL_FALLBACK_MS
    return {} if after == DEFAULTS["LONGPOLL_FALLBACK_MS"] else {"data-longpoll-fallback-ms": str(after or 0)}


def _texts() -> dict[str, str]:
    translated = {name: gettext(text) for name, text in TEXTS.items()}
    return {name: text for name, text in translated.items() if text != TEXTS[name]}
