"""What the gallery shows of each component: examples, each a template of its own, and knobs to turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django_components import registry

from django_phoenix.declarations.declaration import Attribute, Declaration
from testproject.gallery.playground import Playground
from testproject.pages import highlight

HERE = Path(__file__).resolve().parent
TYPES = {"str": "text", "bool": "True or False", "Any": "anything"}
LOADS = re.compile(r"^({% load [^%]*%}\s*)+")


class Code(NamedTuple):
    """A file to read and to copy."""

    id: str
    name: str
    html: SafeString


@dataclass(frozen=True)
class Example:
    """One way to use a component; `files` are further sources that belong to it."""

    component: str
    name: str
    title: str
    text: str = ""
    files: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.component}-{self.name}"

    @property
    def template(self) -> str:
        return f"gallery/{self.component}/{self.name}.html"

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        markup = LOADS.sub("", (HERE / "templates" / self.template).read_text(encoding="utf-8")).strip()
        further = (
            Code(f"{self.id}-{number}", name, highlight.python((HERE / name).read_text().strip()))
            for number, name in enumerate(self.files, 2)
        )
        return (Code(f"{self.id}-1", "", highlight.template(markup)), *further)


class Row(NamedTuple):
    """A line of the table of attributes, or of slots."""

    name: str
    text: SafeString
    required: bool = False
    type: str = ""
    allowed: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Entry:
    """One component; `name` is what stands behind "core."."""

    name: str
    examples: tuple[Example, ...]
    playground: Playground | None = None

    @property
    def id(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        return f"core.{self.name}"

    @property
    def preview(self) -> str:
        return f"gallery/{self.name}/preview.html"

    @property
    def declaration(self) -> Declaration:
        return registry.get(self.full_name).declaration  # type: ignore[attr-defined, no-any-return]

    @cached_property
    def lead(self) -> SafeString:
        return prose(self.declaration.doc)

    @cached_property
    def teaser(self) -> SafeString:
        return prose(self.declaration.doc.split("\n\n")[0])

    @cached_property
    def attributes(self) -> tuple[Row, ...]:
        rows = list(map(attribute_row, self.declaration.attributes.values()))
        rest = self.declaration.rest
        if rest is not None:
            names = ", ".join(["class, id, data-…, aria-…, phx-…", *rest.included])
            rows.append(Row("…", prose(rest.doc), type=names))
        return tuple(rows)

    @cached_property
    def slots(self) -> tuple[Row, ...]:
        return tuple(
            Row(f"{slot.name}.…" if slot.is_group else slot.name, prose(slot.doc), slot.required)
            for slot in self.declaration.slots.values()
        )


def attribute_row(attribute: Attribute) -> Row:
    return Row(
        attribute.name,
        prose(attribute.doc),
        attribute.required,
        TYPES.get(attribute.expected, attribute.expected),
        tuple(shown(value) for value in attribute.allowed or () if value not in ("", None)),
        "" if attribute.required or attribute.default in ("", None) else shown(attribute.default),
    )


def shown(value: Any) -> str:
    """A value as a template would write it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def prose(text: str) -> SafeString:
    """Text whose `code` is marked by backticks, as HTML."""
    parts = text.replace("\n", " ").split("`")
    marked = (f"<code>{escape(part)}</code>" if n % 2 else escape(part) for n, part in enumerate(parts))
    return mark_safe("".join(marked))


def entry(component: str, *examples: tuple[Any, ...], playground: Playground | None = None) -> Entry:
    return Entry(component, tuple(Example(component, *example) for example in examples), playground)


ENTRIES = (
    entry(
        "button",
        ("kinds", "Kinds", "One primary button a view is enough."),
        ("sizes", "Sizes"),
        ("events", "Events", "Bindings go on it as on any element; what it says is a slot, and stays live."),
        ("links", "Links", "With a place to go to it is a link that looks like a button."),
        playground=Playground("button", {"kind": "primary", "size": "normal", "disabled": False}, "Save"),
    ),
    entry(
        "input",
        (
            "form",
            "A Django form, live",
            "Label, help, required and errors come from the field. While you type, errors show for what you "
            "have filled in; when you submit, for the rest. The events are three lines each.",
            ("forms.py",),
        ),
        ("kinds", "Without a form", "The same controls from attributes alone."),
        ("choices", "Choices", "Values, pairs of value and label, or groups."),
        ("states", "States", "Errors may come from anywhere; so may help."),
        playground=Playground(
            "input",
            {
                "type": "text",
                "label": "City",
                "help": "Where you live.",
                "placeholder": "",
                "required": True,
                "label_hidden": False,
                "disabled": False,
            },
            fixed={"name": "city"},
            implied={"type": "text"},
        ),
    ),
    entry(
        "table",
        ("plain", "Columns", "Rows are whatever has these names: dictionaries, objects, model instances."),
        (
            "sorted",
            "Sorted by the view",
            "A heading sends what to sort by; rows move, and only that is sent.",
        ),
        ("actions", "Cells, actions, clicks", "A slot may show a column, or end each row."),
        ("empty", "Nothing there"),
    ),
    entry(
        "list",
        ("plain", "Fields of one thing"),
        ("slots", "With slots", "A slot shows a field in your own words."),
    ),
    entry(
        "tabs",
        ("browser", "In the browser", "All panels are there; no event is sent. Arrow keys work."),
        ("view", "By the view", "Only the panel that shows is drawn."),
    ),
    entry(
        "modal",
        ("browser", "Opened in the browser", "A command opens it at once, without the server."),
        ("server", "Opened by the view", "It is told when the visitor has closed the dialog."),
        ("stays", "One that wants an answer", "Without a way around its buttons."),
    ),
    entry(
        "flash",
        ("kinds", "Kinds", "The view keeps them by kind; closing one tells the view."),
        ("messages", "Messages of Django", "What a view or the admin has to say, once."),
    ),
    entry(
        "header",
        ("plain", "A title"),
        ("full", "With all its parts"),
        playground=Playground("header", {"level": 2}, "Invoices"),
    ),
)
BY_NAME = {one.name: one for one in ENTRIES}
