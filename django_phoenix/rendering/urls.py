"""`reverse()` for many URLs of one name: what does not depend on the arguments is worked out once.

Only what succeeds is done here. Whatever does not, and every unusual call, goes to Django's own `reverse`,
which then finds it or says what is wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from django.urls import get_resolver, get_script_prefix, get_urlconf, reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import URLResolver, get_ns_resolver
from django.utils.http import RFC3986_SUBDELIMS, escape_leading_slashes
from django.utils.translation import get_language

if TYPE_CHECKING:
    from .runtime import Runtime

UNRESERVED = re.compile(
    r"[A-Za-z0-9_.~/\-]*\Z"
).match  # of the characters that need no quoting, the usual ones

LOOKAROUND = re.compile(r"\(\?(?!P<)").search
MARK = "\0"
HUGE = 10**18  # Python may refuse to write down much longer numbers


class Candidate:
    """One pattern that a name may stand for."""

    __slots__ = ("around", "defaults", "matches", "names", "params", "template", "writers")

    def __init__(
        self, prefix: str, template: str, pattern: str, params: list[str], defaults: Any, converters: Any
    ) -> None:
        self.template = prefix.replace("%", "%%") + template
        self.matches = re.compile(f"^{re.escape(prefix)}{pattern}").search
        self.params = params
        self.names = set(params)
        self.defaults = defaults
        self.writers = {name: converters[name].to_url if name in converters else str for name in params}
        self.around = self._around_a_number(pattern, converters)

    def _around_a_number(self, pattern: str, converters: Any) -> tuple[str, str] | None:
        """What stands before and after the one `<int:…>` of a pattern; None if it has other parameters.

        Whatever number comes between them, the URL matches, and nothing in it needs quoting.
        """
        (name, *others) = self.params or [""]
        if others or self.defaults or type(converters.get(name)) is not IntConverter:
            return None
        try:
            before, _, after = (self.template % {name: MARK}).partition(MARK)
        except (
            ValueError
        ):  # a percent sign in a pattern, on which Django fails too, when such a URL is asked for
            return None
        sample = f"{before}0{after}"
        plain = UNRESERVED(sample) and not sample.startswith("//") and MARK not in after
        if not (plain and self.matches(sample)) or LOOKAROUND(pattern):
            return None
        return before, after

    def url(self, args: list[Any], kwargs: dict[str, Any]) -> str | None:
        if self.around is not None and len(args) + len(kwargs) == 1:
            value = args[0] if args else kwargs.get(self.params[0])
            if type(value) is int and 0 <= value < HUGE:
                return f"{self.around[0]}{value}{self.around[1]}"
        given = self._substitutions(args, kwargs)
        if given is None:
            return None
        writers = self.writers
        try:
            url = self.template % {name: writers[name](value) for name, value in given.items()}
        except ValueError:
            return None
        if not self.matches(url):
            return None
        if not UNRESERVED(url):
            url = quote(url, safe=RFC3986_SUBDELIMS + "/~:@")
        return escape_leading_slashes(url) if url.startswith("//") else url

    def _substitutions(self, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        params = self.params
        if args:
            return dict(zip(params, args, strict=True)) if len(args) == len(params) else None
        if not self.defaults:
            return kwargs if kwargs.keys() == self.names else None
        return self._with_defaults(kwargs)

    def _with_defaults(self, kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """Arguments of the pattern itself may be left out, or be given as they are."""
        defaults, names = self.defaults, self.names
        if set(kwargs).symmetric_difference(names).difference(defaults):
            return None
        if any(name not in names and kwargs.get(name, value) != value for name, value in defaults.items()):
            return None
        return {name: value for name, value in kwargs.items() if name in names}


Routes = dict[tuple[str, str, str | None, str | None], list[Candidate]]

known: WeakKeyDictionary[URLResolver, Routes] = WeakKeyDictionary()


def fast_reverse(rt: Runtime, name: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
    """As `django.urls.reverse(name, args=…, kwargs=…, current_app=…)`."""
    if isinstance(name, str) and not (args and kwargs):
        candidates = rt.routes.get(name)
        if candidates is None:
            candidates = rt.routes[name] = find(str(name), rt.current_app)
        for candidate in candidates:
            url = candidate.url(args, kwargs)
            if url is not None:
                return url
    return reverse(name, args=args, kwargs=kwargs, current_app=rt.current_app)


def find(name: str, current_app: str | None) -> list[Candidate]:
    """The patterns of a name, for the active URLconf, script prefix and language."""
    root = get_resolver(get_urlconf())
    prefix = get_script_prefix()
    routes = known.setdefault(root, {})
    key = (name, prefix, get_language(), current_app)
    found = routes.get(key)
    if found is None:
        found = routes[key] = _candidates(root, name, prefix, current_app)
    return found


def _candidates(root: Any, name: str, prefix: str, current_app: str | None) -> list[Candidate]:
    *path, view = name.split(":")
    try:
        resolver = _namespaced(root, path, current_app)
    except KeyError:
        return []
    if not resolver._populated:
        resolver._populate()
    return [
        Candidate(prefix, template, pattern, list(params), dict(defaults), dict(converters))
        for possibility, pattern, defaults, converters in resolver.reverse_dict.getlist(view)
        for template, params in possibility
    ]


def _namespaced(resolver: Any, path: list[str], current_app: str | None) -> Any:
    """The resolver of a namespace, found as `reverse` does. Raises KeyError."""
    current = current_app.split(":")[::-1] if current_app else []
    pattern = ""
    converters: dict[str, Any] = {}
    for namespace in path:
        preferred = current.pop() if current else None
        instances = resolver.app_dict.get(namespace)
        if instances and preferred and preferred in instances:
            namespace = preferred
        elif instances and namespace not in instances:
            namespace = instances[0]
        if namespace != preferred:
            current = []
        extra, resolver = resolver.namespace_dict[namespace]
        pattern += extra
        converters.update(resolver.pattern.converters)
    return get_ns_resolver(pattern, resolver, tuple(converters.items())) if pattern else resolver
