"""Who may: for ``Socket.connect``, ``Channel.join``, ``@event`` methods and ``handle_in``.

    class UserSocket(Socket):
        @login_required
        def connect(self, params): ...

    class RoomChannel(Channel):
        @permission_required("chat.view_room")
        async def join(self, payload, *, room: int): ...

        @event
        @permission_required("chat.delete_message")
        def delete(self, message: int): ...

They raise Django's PermissionDenied, as you may anywhere in these methods: a connection is then refused with
403, a join or event answered with the error ``{"reason": "login required"}`` (to who is not logged in) or
``{"reason": "permission denied"}``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Model

from django_phoenix.transport.answers import is_logged_in

__all__ = ["login_required", "permission_required", "user_passes_test"]

F = TypeVar("F", bound=Callable[..., Any])

# Their decorators are for views: they ask a request, and answer with a redirect.
OF_VIEWS = "django.contrib.auth.decorators"


def login_required(function: F) -> F:
    """Only for those who have logged in."""
    return _guarded(function, _check_login, asks_database=False)


def permission_required(permission: str | Iterable[str]) -> Callable[[F], F]:
    """Only for those who have the permission, such as ``"orders.view_order"``, or all of several.

    The database is asked each time, for a connection may live longer than a permission. For an event that
    comes often, ask in ``join`` and remember.
    """
    permissions = (permission,) if isinstance(permission, str) else tuple(permission)
    return user_passes_test(lambda user: user.has_perms(permissions))


def user_passes_test(test: Callable[[Any], bool]) -> Callable[[F], F]:
    """Only for those of whom ``test(user)`` is true: a plain ``def``, which may query. The user is new."""

    def check(owner: Any) -> None:
        user = _read_anew(owner.user)
        if user is None or not test(user):
            raise PermissionDenied(f"{user} may not call it")

    def decorate(function: F) -> F:
        return _guarded(function, check, asks_database=True)

    return decorate


def refuse_those_of_views(owner: type, function: Any) -> None:
    """ImproperlyConfigured if Django's ``login_required`` or another of its kind sits on a method of ours."""
    name = getattr(function, "__name__", "")
    while function is not None:
        if getattr(function, "__globals__", {}).get("__name__") == OF_VIEWS:
            raise ImproperlyConfigured(
                f"{owner.__name__}.{name} has a decorator of {OF_VIEWS}, which is for views. "
                "Import the one of that name from django_phoenix.decorators."
            )
        function = getattr(function, "__wrapped__", None)


def _check_login(owner: Any) -> None:
    if not is_logged_in(owner.user):
        raise PermissionDenied("nobody is logged in")


def _read_anew(user: Any) -> Any:
    """The user as of now; None if there is none any more, or the account has been switched off since.

    What is no model instance stays as it is.
    """
    if not isinstance(user, Model):
        return user
    anew = type(user)._base_manager.using(user._state.db).filter(pk=user.pk).first()
    # Some backends let inactive users in: for them nothing has changed.
    return anew if _is_active(anew) or not _is_active(user) else None


def _is_active(user: Any) -> bool:
    return bool(getattr(user, "is_active", True))


def _guarded(function: F, check: Callable[[Any], None], *, asks_database: bool) -> F:
    """``function``, after ``check`` of its channel or socket, off the loop if it asks the database."""
    if not inspect.isfunction(function):
        raise TypeError(f"It decorates a method such as join, connect or an event's, got {function!r}.")
    guarded: Any
    if inspect.iscoroutinefunction(function):
        check_off_the_loop = sync_to_async(check) if asks_database else None

        @functools.wraps(function)
        async def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            if check_off_the_loop is None:
                check(self)
            else:
                await check_off_the_loop(self)
            return await function(self, *args, **kwargs)

    else:

        @functools.wraps(function)
        def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            check(self)
            return function(self, *args, **kwargs)

    return guarded  # type: ignore[no-any-return]
