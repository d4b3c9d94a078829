"""`Rest`: the attributes of one element that a component passes on as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from django_phoenix.rendering.tracking import register_immutable

from .global_attributes import NAME


class Rest(Mapping[str, "str | bool"]):
    """Attributes for one element: ``<button {{ rest }}>`` writes them, escaped.

    A mapping that never changes. ``True`` is an attribute without a value, ``False`` and ``None`` none at
    all; ``class`` may be a list or a mapping ``{"name": condition}``. Everything else is written as its text.
    Raises ValueError for a name that is none in HTML.

    As the annotation of a component's parameter it takes all global attributes (``class``, ``id``,
    ``aria-…``, ``data-…``, ``phx-…``); ``rest: Annotated[Rest, "disabled", "form"]`` these two besides.
    """

    __slots__ = ("_text", "_values")

    def __init__(self, values: Mapping[str, Any] | None = None, /) -> None:
        self._values = {
            name: value for name, value in map(_plain, (values or {}).items()) if value is not False
        }
        self._text: SafeString | None = None

    def __getitem__(self, name: str) -> str | bool:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_class(self, names: str) -> Rest:
        """The same with these classes before those that were given."""
        given = self._values.get("class", "")
        joined = f"{names} {given}" if isinstance(given, str) and given else names
        return Rest({"class": joined, **{k: v for k, v in self._values.items() if k != "class"}})

    def with_defaults(self, values: Mapping[str, Any]) -> Rest:
        """The same with these attributes where they were not given."""
        return Rest({**values, **self._values})

    def without(self, *names: str) -> Rest:
        """The same without these attributes."""
        return Rest({name: value for name, value in self._values.items() if name not in names})

    def __html__(self) -> SafeString:
        if self._text is None:
            self._text = mark_safe(" ".join(_written(*item) for item in self._values.items()))
        return self._text

    def __str__(self) -> str:
        return self.__html__()

    def __repr__(self) -> str:
        return f"Rest({self._values!r})"


def with_class(rest: Any, names: str) -> Rest:
    """``{{ rest|with_class:"button" }}``: these classes, then those that the component was given."""
    return (rest if isinstance(rest, Rest) else Rest(rest or None)).with_class(names)


def _plain(item: tuple[str, Any]) -> tuple[str, str | bool]:
    """Exact texts and booleans only, so that what is kept cannot change."""
    name, value = item
    if NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of an HTML attribute.")
    if value is None or value is False:
        return name, False
    if name == "class" and not isinstance(value, str | bool):
        value = _classes(value)
        return name, value or False
    if value is True or type(value) in (str, SafeString):
        return name, value
    return name, str(value)


def _classes(value: Any) -> str:
    """``["a", {"b": True, "c": False}, None]`` is ``"a b"``."""
    if not value or value is True:
        return ""
    if isinstance(value, Mapping):
        return " ".join(str(name) for name, condition in value.items() if condition)
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(filter(None, map(_classes, value)))
    return str(value)


def _written(name: str, value: str | bool) -> str:
    if value is True:
        return name
    # What was marked safe is markup already; only a quote could still end the attribute.
    text = value.replace('"', "&quot;") if isinstance(value, SafeString) else escape(value)
    return f'{name}="{text}"'


register_immutable(Rest)
