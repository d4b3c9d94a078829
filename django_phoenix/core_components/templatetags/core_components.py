"""``{% load core_components %}``: the core set's style sheet and script; what its own templates use."""

from __future__ import annotations

from django import template
from django.forms.utils import flatatt
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html

from django_phoenix.core_components.fields import key_of, value_of
from django_phoenix.live.request import nonce_in

register = template.Library()
register.filter(value_of)
register.filter(key_of)

STYLE = "django_phoenix/core.css"
SCRIPT = "django_phoenix/core.js"


@register.simple_tag(takes_context=True)
def core_head(context: Context) -> str:
    """The theme and the script of the core set: once, in the ``<head>`` of the base template."""
    nonce = nonce_in(context)
    given = {} if nonce is None else {"nonce": nonce}
    return format_html(
        "<link{}>\n<script{} defer></script>",
        flatatt({"rel": "stylesheet", "href": static(STYLE), **given}),
        flatatt({"src": static(SCRIPT), **given}),
    )
