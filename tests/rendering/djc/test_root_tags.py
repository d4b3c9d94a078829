"""Where root elements take attributes, found in a template's text."""

from __future__ import annotations

import pytest
from django.template.base import TextNode

from django_phoenix.rendering.djc.root_tags import Unknown, root_tags
from tests.rendering.harness import load

# "@" stands where an attribute goes.
KNOWN = [
    '<div class="{{ a }}"@>x</div>',
    "{% if a %}<p@>1</p>{% else %}<b\n x\n@>2</b>{% endif %}",
    "{% for x in y %}<li@>{{ x }}</li>\n{% empty %}<li@></li>{% endfor %}<i@/>",
    '<input {% if a %}type="text"{% endif %}@/>text &amp; more <br@>',
    "{# c #}\n<div@>\n<p></p>\r\n</div>\n<!-- <b> -->\r<div\r\n@>a</div>",
    '{% with a=1 %}<p @>{% include "x" %}</p>{% endwith %}{% load i18n %}',
    "{% autoescape off %}<svg@><g/></svg>{% endautoescape %}",
    "<script@>if (a < b) '<div>'</script>",
    "no element at all",
]
UNKNOWN = [
    "{{ a }}",
    '{% include "x" %}',
    "<p>a<p>b",
    "<{{ a }}>x</{{ a }}>",
    "{% if a %}<p class=a>{% else %}<p class=b>{% endif %}</p>",
    "<p></b></p>",
    "<p",
]


@pytest.mark.parametrize("marked", KNOWN)
def test_root_elements_are_found_in_the_text(marked: str) -> None:
    template = load({"main": marked.replace("@", ""), "x": ""})
    places = root_tags(template.nodelist)
    found = []
    for node in template.nodelist.get_nodes_by_type(TextNode):
        text, places_here = node.s, places.get(id(node), [])
        for place in reversed(places_here):
            text = f"{text[:place]}@{text[place:]}"
        found.append(text)
    assert "".join(found).count("@") == marked.count("@")
    for text in found:
        assert text in marked


@pytest.mark.parametrize("source", UNKNOWN)
def test_roots_that_only_rendering_can_tell_are_left_to_django_components(source: str) -> None:
    with pytest.raises(Unknown, match=r"^has "):
        root_tags(load({"main": source, "x": ""}).nodelist)
