"""Does a URL name with its arguments lead anywhere? Asked of the URLconf, with what is known of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import get_ns_resolver

from .hints import did_you_mean
from .literals import DYNAMIC
from .python import module_tree

HINT = "Correct the name, or add the route; manage.py phx_routes lists the live ones."


@dataclass(frozen=True)
class Problem:
    """Why a URL can't be made. ``missing``: there is no such name at all."""

    text: str
    hint: str
    missing: bool = False


@dataclass(frozen=True)
class _Candidate:
    """One pattern that a name may stand for."""

    params: list[str]
    defaults: Mapping[str, Any]
    converters: Mapping[str, Any]

    def takes(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        if args:
            return len(args) == len(self.params)
        wanted = set(self.params)
        if set(kwargs).symmetric_difference(wanted).difference(self.defaults):
            return False
        fixed = {name: value for name, value in self.defaults.items() if name not in wanted}
        return all(kwargs.get(name, value) in (value, DYNAMIC) for name, value in fixed.items())

    def misfit(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        """A literal argument that its converter refuses, in words."""
        for name, value in zip(self.params, args, strict=True) if args else kwargs.items():
            converter = self.converters.get(name)
            if value is DYNAMIC or converter is None:
                continue
            try:
                written = str(converter.to_url(value))
            except (ValueError, TypeError):
                return f"{value!r} for {name!r}"
            if not re.fullmatch(converter.regex, written):
                return f"{value!r} for {name!r}"
        return None

    def __str__(self) -> str:
        return f"({', '.join(self.params)})" if self.params else "no arguments"


def url_problem(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Problem | None:
    """What is wrong with a URL; None if nothing is, or if nothing can be told."""
    if args and kwargs:
        return Problem(
            f"the URL {name!r} is given arguments both with and without names",
            "Django's reverse() takes one kind at a time.",
        )
    *path, view = name.split(":")
    resolver, problem = _namespaced(path)
    if problem is not None:
        return problem
    candidates = _candidates(resolver, view)
    if not candidates:
        known = [key for key in resolver.reverse_dict if isinstance(key, str)]
        return Problem(
            f"there is no URL named {name!r}",
            did_you_mean(view, known, HINT, ":".join([*path, ""])),
            missing=True,
        )
    fitting = [each for each in candidates if each.takes(args, kwargs)]
    if not fitting:
        given = [*("…" if arg is DYNAMIC else repr(arg) for arg in args), *(f"{key}=…" for key in kwargs)]
        return Problem(
            f"the URL {name!r} takes {' or '.join(dict.fromkeys(map(str, candidates)))}, "
            f"got {', '.join(given) or 'none'}",
            "Give it the arguments that its pattern has.",
        )
    misfits = [each.misfit(args, kwargs) for each in fitting]
    if all(misfits):
        return _no_match(name, str(misfits[0]))
    if DYNAMIC not in args and DYNAMIC not in kwargs.values():
        try:
            reverse(name, args=list(args), kwargs=dict(kwargs))
        except NoReverseMatch:
            return _no_match(name, ", ".join(map(repr, [*args, *kwargs.values()])))
    return None


def urlconf_varies() -> bool:
    """Whether a middleware of the site gives requests a URLconf of their own."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "urlconf" and isinstance(node.ctx, ast.Store)
        for path in settings.MIDDLEWARE
        for node in ast.walk(module_tree(path.rpartition(".")[0]) or ast.Module([], []))
    )


def _no_match(name: str, given: str) -> Problem:
    return Problem(
        f"the pattern of the URL {name!r} does not match {given}", "Give it what its pattern takes."
    )


def _namespaced(path: Sequence[str]) -> tuple[Any, Problem | None]:
    """The resolver of a namespace, found as ``reverse`` does."""
    root = resolver = get_resolver()
    pattern = ""
    converters: dict[str, Any] = {}
    done: list[str] = []
    for namespace in path:
        instances = resolver.app_dict.get(namespace)
        if instances and namespace not in instances:
            namespace = instances[0]
        if namespace not in resolver.namespace_dict:
            known = [*resolver.namespace_dict, *resolver.app_dict]
            full = ":".join([*done, namespace])
            prefix = ":".join([*done, ""]) if done else ""
            hint = did_you_mean(namespace, known, HINT, prefix)
            return root, Problem(f"there is no URL namespace {full!r}", hint, missing=True)
        extra, resolver = resolver.namespace_dict[namespace]
        pattern += extra
        converters.update(resolver.pattern.converters)
        done.append(namespace)
    return (get_ns_resolver(pattern, resolver, tuple(converters.items())) if pattern else resolver), None


def _candidates(resolver: Any, view: str) -> list[_Candidate]:
    return [
        _Candidate(list(params), defaults, converters)
        for possibility, _, defaults, converters in resolver.reverse_dict.getlist(view)
        for _, params in possibility
    ]
