"""The scripts and styles of components, always by URL: nothing inline, so that a strict policy lets them in.

What there is to load comes from django-components' public `render_dependencies`, which says it in a JSON
script that its own code in the browser reads.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from django.templatetags.static import static
from django.utils.html import escape
from django_components import get_component_by_class_id, render_dependencies

from django_phoenix.rendering.assets import COMMENT, MARK, NOBODY, Dependency, deliver_by, found_in

from .teleported import ids_in_portals

MANAGER = "django_components/django_components.min.js"
DATA = re.compile(r"<script[^>]*\sdata-djc\b[^>]*>(.*?)</script>", re.DOTALL)

# Where a template asks for styles and scripts, and where they go if it does not.
CSS_PLACE = re.compile(r'<link\s(?:[^>]*\s)?name="CSS_PLACEHOLDER"(?:\s[^>]*)?/?>')
JS_PLACE = re.compile(r'<script\s(?:[^>]*\s)?name="JS_PLACEHOLDER"(?:\s[^>]*)?></script>')
HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
BODY_END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)


class Delivery:
    """How the page of a live view gets what its components need."""

    def load(self, dependencies: Iterable[Dependency], nonce: str | None) -> dict[str, Any] | None:
        """What a page that is there already has to load, for our script in it; None for nothing.

        `css` and `js` are tags, each with `tag`, `attrs` and `content`; `calls` are class id, id and the hash
        of the data (or None) of each component whose `$onComponent` is to be called; `manager` is the tag of
        django-components' own script.
        """
        data = declared(dependencies)
        if data is None:
            return None
        news = {
            "css": [with_nonce(tag, nonce) for tag in tags(data["cssTags__toFetch"])],
            "js": [with_nonce(tag, nonce) for tag in tags(data["jsTags__toFetch"])],
            "calls": calls(data["componentJsCalls"]),
        }
        news = {name: items for name, items in news.items() if items}
        return {"manager": with_nonce(manager(), nonce), **news} if news else None

    def linked(self, document: str, nonce: str | None) -> str:
        """A whole page with what the components in it need, and without their comments."""
        data = declared(found_in(document)) if MARK in document else None
        css = js = ""
        if data is not None:
            document = COMMENT.sub("", document)
            later = ids_in_portals(document)
            data["componentJsCalls"] = [
                call for call in data["componentJsCalls"] if decoded(call[1]) not in later
            ]
            css = "".join(element(with_nonce(tag, nonce)) for tag in tags(data["cssTags__toFetch"]))
            js = scripts(data, nonce)
        document = placed(document, css, CSS_PLACE, HEAD_END)
        return placed(document, js, JS_PLACE, BODY_END)


def declared(dependencies: Iterable[Dependency]) -> dict[str, Any] | None:
    """What django-components says about them, as it says it to its script in the browser."""
    comments = "".join(each.comment for each in wanted(dependencies))
    if not comments:
        return None
    data = DATA.search(render_dependencies(comments, "fragment"))
    return json.loads(data[1]) if data is not None else None


def wanted(dependencies: Iterable[Dependency]) -> list[Dependency]:
    """Without those whose class is unknown or asks for nothing, and without idle repetitions."""
    kinds: dict[str, Callable[[Dependency], Any] | None] = {}
    chosen: dict[Any, Dependency] = {}
    for each in dependencies:
        if each.class_id not in kinds:
            kinds[each.class_id] = identity_of(each.class_id)
        identity = kinds[each.class_id]
        if identity is not None:
            chosen.setdefault(identity(each), each)
    return list(chosen.values())


def identity_of(class_id: str) -> Callable[[Dependency], Any] | None:
    """What of a component of this class makes a difference to the page; None for a class without any."""
    try:
        cls = get_component_by_class_id(class_id)
    except KeyError:  # a text of someone else's
        return None
    if not asks_for_something(cls):
        return None
    if "$onComponent" in (cls.js or ""):
        return lambda each: each
    return lambda each: (each.class_id, each.js, each.css)


def asks_for_something(cls: Any) -> bool:
    """Whether a component class has JS, CSS or media."""
    media = cls.media
    return bool(cls.js or cls.css or (media is not None and (media._js or media._css)))


# -- tags


def decoded(text: str) -> str:
    return b64decode(text).decode()


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def tags(items: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(decoded(item)) for item in items]


def manager() -> dict[str, Any]:
    return {"tag": "script", "attrs": {"src": static(MANAGER)}, "content": ""}


def calls(items: Iterable[list[str | None]]) -> list[list[str | None]]:
    decoded_calls = [[item and decoded(item) for item in call] for call in items]
    return [call for call in decoded_calls if call[1] != NOBODY]


def with_nonce(tag: dict[str, Any], nonce: str | None) -> dict[str, Any]:
    return tag if nonce is None else {**tag, "attrs": {**tag["attrs"], "nonce": nonce}}


def element(tag: dict[str, Any]) -> str:
    attributes = "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in tag["attrs"].items()
        if value is not False and value is not None
    )
    end = "" if tag["tag"] == "link" else f"{tag['content'] or ''}</{tag['tag']}>"
    return f"<{tag['tag']}{attributes}>{end}"


def scripts(data: dict[str, Any], nonce: str | None) -> str:
    """Their manager, what it has to know, and the components' own scripts."""
    linked = [with_nonce(tag, nonce) for tag in tags(data["jsTags__toFetch"])]
    styles = tags(data["cssTags__toFetch"])
    news = {
        **data,
        "cssTags__toFetch": [],
        "jsTags__toFetch": [],
        "cssUrls__markAsLoaded": [encoded(tag["attrs"]["href"]) for tag in styles if "href" in tag["attrs"]],
        "jsUrls__markAsLoaded": [encoded(tag["attrs"]["src"]) for tag in linked if "src" in tag["attrs"]],
    }
    told = {
        "tag": "script",
        "attrs": {"type": "application/json", "data-djc": True},
        "content": json.dumps(news),
    }
    return "".join(map(element, [with_nonce(manager(), nonce), told, *linked]))


def placed(document: str, text: str, place: re.Pattern[str], end: re.Pattern[str]) -> str:
    """At the places where the template asks for it, else before `end`."""
    document, found = place.subn(lambda _: text, document)
    if found or not text:
        return document
    return end.sub(lambda match: text + match[0], document, count=1)


deliver_by(Delivery())
