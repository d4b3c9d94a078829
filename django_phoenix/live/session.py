"""Live sessions: the borders between groups of live views; and what the signed token of a page holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.crypto import constant_time_compare

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken
from django_phoenix.live.flash import FlashMessage, pack, unpack
from django_phoenix.live.locale import Locale

SessionData = Mapping[str, Any] | Callable[[HttpRequest], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A group of live routes. Live navigation stays inside it; crossing its border is a full page load."""

    name: str
    on_mount: tuple[Any, ...] = ()
    layout: str | None = None
    live_block: str | None = None
    session: SessionData | None = None

    def data_for(self, request: HttpRequest) -> dict[str, Any]:
        """What this group adds to the session of its views, at GET."""
        data = self.session(request) if callable(self.session) else self.session
        return dict(data or {})


DEFAULT = LiveSession("default")


def live_session(
    name: str,
    patterns: Iterable[URLPattern | URLResolver],
    *,
    on_mount: Iterable[Any] = (),
    layout: str | None = None,
    live_block: str | None = None,
    session: SessionData | None = None,
) -> list[URLPattern | URLResolver]:
    """Give live routes guards, a layout and a session: ``include(live_session("staff", [...]))``.

    on_mount: guards that run before ``mount`` of every view of the group, at GET, join and live navigation.
    layout, live_block: defaults for the group's views. session: a dict, or a function of the request that
    gives one; it is signed into the page (not encrypted) and merged over Django's session.
    Raises ImproperlyConfigured if a route is in a group already.
    """
    group = LiveSession(name, tuple(on_mount), layout, live_block, session)
    routes = list(patterns)
    _assign(routes, group)
    return routes


def live_session_of(callback: Callable[..., Any]) -> LiveSession:
    """The group of a resolved callback."""
    group = vars(callback).get("live_session", DEFAULT) if hasattr(callback, "__dict__") else DEFAULT
    return group if isinstance(group, LiveSession) else DEFAULT


def _assign(patterns: Iterable[URLPattern | URLResolver], group: LiveSession) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _assign(pattern.url_patterns, group)
            continue
        present = live_session_of(pattern.callback)
        if present not in (DEFAULT, group):
            raise ImproperlyConfigured(
                f"live_session({group.name!r}): the route {str(pattern.pattern)!r} is in the live_session "
                f"{present.name!r} already. Give each group an as_view() of its own."
            )
        pattern.callback.live_session = group  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PageToken:
    """What the server must know again when a page's view joins: ``data-phx-session``."""

    id: str
    view: str
    live_session: str
    root: str | None
    place: str
    user: str | None
    auth: str
    session: dict[str, Any]
    locale: Locale
    nonce: str | None = None
    urlconf: str | None = None

    def sign(self) -> str:
        return tokens.sign_own(
            "session",
            {
                "id": self.id,
                "view": self.view,
                "live": self.live_session,
                "root": self.root,
                "place": self.place,
                "user": self.user,
                "auth": self.auth,
                "session": self.session,
                "locale": self.locale.as_token(),
                "nonce": self.nonce,
                "urlconf": self.urlconf,
            },
        )

    @classmethod
    def verify(cls, token: object) -> PageToken:
        """Raises InvalidToken, or StaleToken, its subclass."""
        return cls.read(tokens.verify_own("session", token))

    @classmethod
    def read(cls, content: Any) -> PageToken:
        """What the token held. Raises InvalidToken for anything else."""
        try:
            return cls(
                id=content["id"],
                view=content["view"],
                live_session=content["live"],
                root=content["root"],
                place=content["place"],
                user=content["user"],
                auth=content["auth"],
                session=content["session"],
                locale=Locale.from_token(content["locale"]),
                nonce=content["nonce"],
                urlconf=content["urlconf"],
            )
        except (KeyError, TypeError) as error:
            raise InvalidToken(f"The session token has another shape: {error!r}.") from error

    def is_for(self, user: Any) -> bool:
        """Whether this is the user of the page: same key, and no logout or password change in between."""
        return is_marked(user, self.user, self.auth)


def is_marked(user: Any, key: str | None, auth: str) -> bool:
    """Whether ``user_marks`` has made these of this user, as he is now."""
    return key == user_marks(user)[0] and (key is None or _auth_matches(user, auth))


@dataclass(frozen=True, slots=True)
class StaticToken:
    """What the first response has shown: ``data-phx-static``."""

    id: str
    flash: tuple[FlashMessage, ...] = ()

    def sign(self) -> str:
        flash = {"flash": pack(self.flash)} if self.flash else {}
        return tokens.sign_own("static", {"id": self.id, **flash})

    @classmethod
    def verify(cls, token: object) -> StaticToken:
        """Raises InvalidToken."""
        content = tokens.verify_own("static", token)
        if not isinstance(content, dict) or not isinstance(content.get("id"), str):
            raise InvalidToken("The static token has another shape.")
        return cls(content["id"], unpack(content.get("flash", ())))


def user_marks(user: Any) -> tuple[str | None, str]:
    """The user's key and a digest of Django's session-auth hash; ``(None, "")`` for nobody."""
    if user is None or not user.is_authenticated:
        return None, ""
    get_hash = getattr(user, "get_session_auth_hash", None)
    return str(user.pk), _digest(get_hash()) if get_hash else ""


def _auth_matches(user: Any, expected: str) -> bool:
    if constant_time_compare(user_marks(user)[1], expected):
        return True
    fallbacks = getattr(user, "get_session_auth_fallback_hash", None)
    return fallbacks is not None and any(
        constant_time_compare(_digest(fallback), expected) for fallback in fallbacks()
    )


def _digest(auth_hash: str) -> str:
    # No key of ours: the hash has one, and a digest under it must outlive a rotation of SECRET_KEY.
    return hashlib.sha256(b"django_phoenix.auth:" + auth_hash.encode()).hexdigest()[:32]
