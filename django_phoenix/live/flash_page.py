"""The flash of a page that is loaded by a GET: from the cookie and Django's messages, and on to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from django_phoenix.live.flash import (
    COOKIE,
    LIFETIME,
    NO_TEXTS,
    FlashMessage,
    FlashTexts,
    read_flash,
    sign_flash,
)

if TYPE_CHECKING:
    from django.template import Context

    from django_phoenix.live.runtime import Runtime

# Marks Django's messages that are among ours.
TAKEN = "phoenix_taken"


# -- between pages


def take_carried(request: HttpRequest) -> tuple[FlashMessage, ...] | None:
    """What the cookie brings, once (LV-87); None without cookie. Then it has to be deleted."""
    token = request.COOKIES.pop(COOKIE, None)
    return None if token is None else read_flash(token)


def delete_cookie(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE)


def accept(live: Runtime, carried: tuple[FlashMessage, ...]) -> None:
    """Show it in this page; where Django's messages are at hand they keep it until it is shown."""
    storage = storage_of(live.request)
    if storage is None:
        flash = live.open_flash()
        for message in carried:
            flash.add(message)
    else:
        hand_over(storage, carried)


def hand_over(storage: Any, messages: tuple[FlashMessage, ...]) -> None:
    """Give them to Django's messages."""
    for message in messages:
        storage.add(message.level, message.message, message.extra_tags or "")


def pass_on(live: Runtime, response: HttpResponseBase) -> None:
    """What was put before a redirect is shown after it (LV-7)."""
    assert live.flash is not None
    unshown = live.flash.take_unshown()
    storage = storage_of(live.request)
    if storage is not None:
        hand_over(storage, unshown)
    elif unshown:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, sign_flash(unshown), max_age=LIFETIME, secure=secure, samesite="Lax")


def storage_of(request: HttpRequest) -> Any:
    """Django's messages of a request; None where no middleware has brought them."""
    return getattr(request, "_messages", None)


# -- in templates


def show_flash(context: Context, live: Runtime) -> None:
    """Put ``flash`` into a view's context, and one list in the place of Django's ``messages``."""
    layer: dict[str, Any] = context.dicts[1]  # what context processors give
    names = getattr(context, "phoenix_flash", None)
    if names is None:
        names = context.phoenix_flash = _names(layer, live.request)  # type: ignore[attr-defined]
    if live.channel is None:
        ours = {"flash": PageFlash(live), "messages": PageMessages(live)}
        layer.update({name: ours[name] for name in names})
    elif live.flash is None:
        layer.update({name: NO_TEXTS if name == "flash" else () for name in names})
    else:
        live.flash.show_in(layer, names)


def _names(layer: Mapping[str, Any], request: HttpRequest) -> tuple[str, ...]:
    """Which of the two names no context processor has given another meaning."""
    names = () if "flash" in layer else ("flash",)
    storage = storage_of(request)
    is_django = storage is not None and layer.get("messages") is storage
    return (*names, "messages") if is_django else names


class PageMessages:
    """``messages`` in a first response. Django forgets its own when they are asked for."""

    def __init__(self, live: Runtime) -> None:
        self._live = live

    def __iter__(self) -> Iterator[FlashMessage]:
        return iter(_take(self._live))

    def __len__(self) -> int:
        storage = _waiting(self._live)
        return len(self._live.messages) + (0 if storage is None else len(storage))


class PageFlash(Mapping[str, Any]):
    """``flash`` in a first response."""

    def __init__(self, live: Runtime) -> None:
        self._live = live

    def __getitem__(self, kind: str) -> Any:
        return self._texts()[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts())

    def __len__(self) -> int:
        return len(self._texts())

    def _texts(self) -> FlashTexts:
        _take(self._live)
        return NO_TEXTS if self._live.flash is None else self._live.flash.texts


def _take(live: Runtime) -> tuple[FlashMessage, ...]:
    """All messages of the page; Django's are ours from now on, so that the socket shows them again."""
    storage = _waiting(live)
    if storage is not None and len(storage):
        setattr(storage, TAKEN, True)
        own = () if live.flash is None else live.flash.take_unshown()
        flash = live.open_flash()
        for message in storage:
            flash.add(FlashMessage(message.level, message.message, message.extra_tags))
        for message in own:
            flash.add(message)
    return live.messages


def _waiting(live: Runtime) -> Any:
    """Django's messages, if they are still to be taken: by the page's own view, not by one in it."""
    storage = None if live.is_nested else storage_of(live.request)
    return None if storage is None or hasattr(storage, TAKEN) else storage
