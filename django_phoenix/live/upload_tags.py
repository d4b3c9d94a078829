"""``{% live_file_input %}`` and ``{% live_img_preview %}``: what the client drives uploads by (LV-94)."""

from __future__ import annotations

from typing import Any

from django.forms.utils import flatatt
from django.template import TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.tag_arguments import Attributes, Given, parse_attributes, parse_thing
from django_phoenix.rendering.runtime import Runtime as Rendering
from django_phoenix.rendering.tags import register_pure_node
from django_phoenix.uploads import UploadConfig, UploadEntry

# The client reads these; `accept` and, of a preview, `id` may be another one.
OWN = frozenset({"id", "type", "name", "multiple"})


def file_input(target: UploadConfig, attributes: dict[str, Any]) -> SafeString:
    """The input of an upload, with attributes of one's own."""
    own: dict[str, Any] = {
        "id": target.ref,
        "type": "file",
        "name": target.name,
        "data-phx-hook": "Phoenix.LiveFileUpload",
        "data-phx-upload-ref": target.ref,
        "data-phx-active-refs": target.active_refs,
        "data-phx-done-refs": target.done_refs,
        "data-phx-preflighted-refs": target.preflighted_refs,
    }
    if errors := target.error_refs:
        own["data-phx-error-refs"] = errors
    own["data-phx-auto-upload"] = target.auto_upload
    own["multiple"] = target.max_entries > 1
    accept = {} if target.accept is None else {"accept": ",".join(target.accept)}
    return format_html("<input{}>", flatatt({**accept, **attributes, **own}))


class UploadTag(Node):
    """A tag of one thing and of attributes that are passed on."""

    child_nodelists = ()
    tag = ""
    expects: type[Any]
    example = ""

    def __init__(self, target: FilterExpression, attributes: Attributes) -> None:
        self.given = Given(attributes)
        self.expressions = [target, *self.given.expressions]

    def render(self, context: Context) -> SafeString:
        return self.text(*(expression.resolve(context) for expression in self.expressions))

    def text(self, target: Any, *values: Any) -> SafeString:
        """The element, from the values of the expressions."""
        if not isinstance(target, self.expects):
            raise LiveViewError(
                f"{{% {self.tag} %}} shows {self.example}; {self.expressions[0].token} is {target!r:.100}. "
                "Allow the upload in mount: self.allow_upload(…)."
            )
        return self.element(target, self.given.mapping(values))

    def element(self, target: Any, attributes: dict[str, Any]) -> SafeString:
        raise NotImplementedError


class LiveFileInput(UploadTag):
    """``<input type="file">``."""

    tag = "live_file_input"
    expects = UploadConfig
    example = "an upload, such as uploads.avatar"

    def element(self, target: UploadConfig, attributes: dict[str, Any]) -> SafeString:
        return file_input(target, attributes)


class LiveImgPreview(UploadTag):
    """``<img>``: the browser shows in it the picture that was chosen, before any of it is sent."""

    tag = "live_img_preview"
    expects = UploadEntry
    example = "an entry of an upload"

    def element(self, target: UploadEntry, attributes: dict[str, Any]) -> SafeString:
        own = {
            "data-phx-upload-ref": target.upload_ref,
            "data-phx-entry-ref": target.ref,
            "data-phx-hook": "Phoenix.LiveImgPreview",
            "data-phx-update": "ignore",
        }
        id = {"id": f"phx-preview-{target.ref}"}
        return format_html("<img{}>", flatatt({**id, **attributes, **own}))


def parse_live_file_input(parser: Parser, token: Token) -> LiveFileInput:
    """``{% live_file_input uploads.avatar class="…" required webkitdirectory data-x=y %}``"""
    node: LiveFileInput = _parse(LiveFileInput, parser, token)
    taken = OWN & node.given.names()
    if taken:
        raise TemplateSyntaxError(
            f"{{% {node.tag} %}} sets {', '.join(sorted(taken))} itself, from allow_upload. A label "
            'takes for="{{ uploads.avatar.ref }}".'
        )
    return node


def parse_live_img_preview(parser: Parser, token: Token) -> LiveImgPreview:
    """``{% live_img_preview entry width=120 alt=entry.client_name %}``"""
    node: LiveImgPreview = _parse(LiveImgPreview, parser, token)
    return node


def _parse(node_class: type[Any], parser: Parser, token: Token) -> Any:
    tag, *bits = token.split_contents()
    target = parse_thing(parser, tag, bits, f"{node_class.example}, first")
    return node_class(target, parse_attributes(parser, tag, bits[1:]))


def _text(rendering: Rendering, node: UploadTag, *values: Any) -> SafeString:
    return node.text(*values)


for _node_class in (LiveFileInput, LiveImgPreview):
    register_pure_node(_node_class, lambda node: node.expressions, _text)
