"""Guards for live views: who may enter. They run at GET, at every join and at every live navigation.

A guard is a function ``(view, params, session)``, ``def`` or ``async def``, named in ``on_mount`` of a view
or of a ``live_session``. It lets pass by returning, and refuses by ``view.redirect(...)``,
``view.push_navigate(...)`` or an exception such as PermissionDenied or Http404: then neither ``mount`` nor
later guards run.

    class OrdersLive(LoginRequired, LiveView): ...
    class ReportLive(PermissionRequired, LiveView):
        permission_required = "reports.view_report"
    live_session("staff", [...], on_mount=[require_login, require_permission("orders.view_order")])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.shortcuts import resolve_url

if TYPE_CHECKING:
    from django_phoenix.live_view import LiveView

Guard = Callable[["LiveView", dict[str, Any], Mapping[str, Any]], Any]


def require_login(view: LiveView, params: dict[str, Any], session: Mapping[str, Any]) -> None:
    """Send those who have not logged in to the login page (the view's ``login_url``, else LOGIN_URL)."""
    if not view.request.user.is_authenticated:
        _to_login(view)


def require_permission(*permissions: str) -> Guard:
    """A guard that asks for all these permissions: who lacks one gets 403, or, anonymous, the login page."""

    def guard(view: LiveView, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        _check(view, permissions)

    return guard


def _require_own_permissions(view: Any, params: dict[str, Any], session: Mapping[str, Any]) -> None:
    _check(view, view.get_permission_required())


class LoginRequired:
    """Mixin for live views: ``class X(LoginRequired, LiveView)``."""

    # Where the login page is; None: the setting LOGIN_URL.
    login_url: str | None = None
    # The query parameter by which the login page knows where to lead back to.
    redirect_field_name: str = REDIRECT_FIELD_NAME
    # The guard itself; guards of the view's own are added to it.
    on_mount: ClassVar[tuple[Guard, ...]] = (require_login,)


class PermissionRequired:
    """Mixin for live views: set ``permission_required`` to one permission or several."""

    # As of LoginRequired.
    login_url: str | None = None
    redirect_field_name: str = REDIRECT_FIELD_NAME
    # Such as "orders.view_order", or several.
    permission_required: str | Iterable[str] | None = None
    # The guard itself; guards of the view's own are added to it.
    on_mount: ClassVar[tuple[Guard, ...]] = (_require_own_permissions,)

    def get_permission_required(self) -> Iterable[str]:
        """The permissions to ask for; override it where they depend on the request."""
        if self.permission_required is None:
            raise ImproperlyConfigured(
                f"{type(self).__name__} is a PermissionRequired without permission_required: set it to a "
                "permission such as 'orders.view_order', or to several."
            )
        permissions = self.permission_required
        return (permissions,) if isinstance(permissions, str) else permissions


def _check(view: LiveView, permissions: Iterable[str]) -> None:
    user: Any = view.request.user
    if user.has_perms(tuple(permissions)):
        return
    if user.is_authenticated:
        raise PermissionDenied(f"{user} may not see {type(view).__name__}.")
    _to_login(view)


def _to_login(view: LiveView) -> None:
    login_url = resolve_url(getattr(view, "login_url", None) or settings.LOGIN_URL)
    field = getattr(view, "redirect_field_name", REDIRECT_FIELD_NAME)
    target = redirect_to_login(view.request.get_full_path(), login_url, field).url
    if target.startswith("/"):
        view.redirect(target)
    else:
        view.redirect(external=target)
