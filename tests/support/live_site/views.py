"""Live views for tests: one tiny behaviour each."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone, translation
from django.utils.decorators import method_decorator

from django_phoenix.guards import LoginRequired, PermissionRequired
from django_phoenix.live_view import Broadcast, LiveView, Params, Reply, event

MOMENT = datetime.datetime(2026, 1, 5, 12, 0, tzinfo=datetime.UTC)


class Counted(LiveView):
    """Counts its mounts: a refused join must leave no trace."""

    template = "<p>{{ count }}</p>"
    mounts: ClassVar[list[str]] = []

    class Assigns:
        count: int = 0

    def mount(self, params, session):
        self.mounts.append(f"{type(self).__name__} {'socket' if self.connected else 'get'}")

    @event
    def inc(self, by: int = 1):
        self.assigns.count += by


# -- events


class CounterLive(Counted):
    template_name = "site/fragment.html"
    layout = "base.html"
    container = ("section", {"class": "counter"})

    class Assigns:
        page_title: str = "Counter"

    @event
    def rename(self, title: str):
        self.assigns.page_title = title

    @event
    def nothing(self):
        pass

    @event
    def answer(self, n: int):
        return {"twice": 2 * n}

    @event
    def refuse(self):
        return Reply.error({"why": "no"})

    @event
    def wrong(self):
        return 3

    @event
    def notify(self):
        self.push_event("one", {"n": 1})
        self.push_event("two")

    @event
    def notify_first(self, when: str):
        self.push_event("leaving", dispatch=when)

    @event
    def save(self, whole: Params):
        return dict(whole)

    def handle_event(self, event, params):
        if event == "free":
            return {"free": params}
        self.assigns.count = -1
        return None


class AsyncCounterLive(CounterLive):
    @event
    async def inc(self, by: int = 1):
        self.assigns.count += by

    @event
    async def slowly(self):
        await asyncio.sleep(0.05)
        self.assigns.count += 100


class BareLive(LiveView):
    """No events, no handlers of anything."""

    template = "<p>bare</p>"


# -- layouts


class Layout(Counted):
    template = None


class ThreeLevels(Layout):
    template_name = "site/three_levels.html"


class TwoLevels(Layout):
    template_name = "site/two_levels.html"


class Fragment(Layout):
    template_name = "site/fragment.html"
    layout = "base.html"


class FragmentInSection(Layout):
    template_name = "site/fragment.html"
    layout = "section.html"
    live_block = "content"


class Framed(Layout):
    template_name = "site/framed.html"
    layout = "base.html"


class PlainFragment(Layout):
    template_name = "site/fragment.html"


class WholeWithBlock(Layout):
    template_name = "site/whole_with_block.html"


class Whole(Layout):
    template_name = "site/whole.html"


class ExtendsNoBlock(Layout):
    template_name = "site/extends_no_block.html"


class NamesItsBlock(Layout):
    template_name = "site/extends_no_block.html"
    live_block = "body"


class OverridesOuter(Layout):
    template_name = "site/overrides_outer.html"


class LayoutWithoutBlock(Layout):
    template_name = "site/fragment.html"
    layout = "no_block.html"


class WritesNames(Layout):
    """Its template sets a name at the top level; that name must not become state."""

    template = "{% load i18n %}{% get_current_language as LANG %}{{ LANG }} {{ count }}"


# -- guards


class Open(Counted):
    pass


class Wrapped(Counted):
    pass


class Mixed(LoginRequiredMixin, Counted):
    pass


@method_decorator(login_required, name="dispatch")
class Decorated(Counted):
    pass


class Getter(Counted):
    def get(self, request, *args, **kwargs):
        if not request.GET.get("open"):
            raise PermissionDenied
        return super().get(request, *args, **kwargs)


class OwnGuard(LoginRequired, Counted):
    pass


class OwnPermission(PermissionRequired, Counted):
    permission_required = "auth.view_group"


class Staff(Counted):
    pass


async def require_staff(view, params, session):
    user = await view.request.auser()
    if not user.is_staff:
        view.redirect("/counter/")


def teapot(view, params, session):
    if "teapot" in params:
        raise Http404


class OnMount:
    async def on_mount(self, view, params, session):
        view.seen_by_class = True


wrapped = login_required(Wrapped.as_view())
exempt = login_not_required(Open.as_view())


# -- database


class LazyLive(Counted):
    """A lazy queryset, a method of the user, a permission."""

    template_name = "site/lazy.html"
    template = None

    def mount(self, params, session):
        super().mount(params, session)
        self.assigns.rows = Group.objects.order_by("name")

    @event
    def more(self):
        self.assigns.rows = Group.objects.order_by("-name")


class AsyncLazyLive(LazyLive):
    async def mount(self, params, session):
        LazyLive.mount(self, params, session)

    @event
    async def more(self):
        self.assigns.rows = Group.objects.order_by("-name")

    @event
    async def inc(self, by: int = 1):
        self.assigns.count += by


# -- crashes


class CrashLive(Counted):
    template_name = "site/crash.html"
    template = None
    ended: ClassVar[list[Any]] = []

    def mount(self, params, session):
        super().mount(params, session)
        if self.connected and params.get("crash") == "mount":
            raise RuntimeError("secret in mount")
        if self.connected and params.get("crash") == "404":
            raise Http404
        if self.connected and params.get("crash") == "403":
            raise PermissionDenied
        self.assigns.rows = self

    def explode(self):
        raise RuntimeError("secret in render")

    @event
    def boom(self):
        self.push_event("never", {})
        raise RuntimeError("secret in handler")

    @event
    async def aboom(self):
        raise RuntimeError("secret in handler")

    @event
    def break_render(self):
        self.assigns.broken = True

    @event
    async def abreak_render(self):
        self.assigns.broken = True

    @event
    def stop_iteration(self):
        next(iter(()))

    @event
    def to_myself(self, message: str):
        self.send_after(0, message)

    @event
    def inc(self, by: int = 1):
        self.assigns.count += by

    def handle_info(self, message):
        raise RuntimeError("secret in handle_info")

    def terminate(self, reason):
        self.ended.append(reason)
        raise RuntimeError("secret in terminate")


# -- messages


@dataclass
class Sum:
    a: int
    b: int = 0


class TickerLive(Counted):
    def mount(self, params, session):
        super().mount(params, session)
        self.subscribe("ticks")

    def handle_info(self, message):
        if isinstance(message, Broadcast):
            self.assigns.count += message.payload["by"]
        else:
            self.assigns.count += message

    @event
    def later(self, by: int):
        self.send_after(0.01, by)

    @event
    def never(self, by: int):
        self.send_after(0.01, by).cancel()

    @event
    def every(self, seconds: float):
        self.assigns.timer = self.send_every(seconds, 1)

    @event
    def stop_it(self):
        self.assigns.timer.cancel()

    @event(rate="2/h")
    def rare(self, sum: Sum):
        self.assigns.count += sum.a + sum.b

    @event
    def publish(self, by: int):
        self.broadcast("ticks", "tick", {"by": by})

    @event
    def publish_from(self, by: int):
        self.broadcast_from("ticks", "tick", {"by": by})

    @event
    def quit(self):
        self.unsubscribe("ticks")


class AsyncTickerLive(TickerLive):
    async def handle_info(self, message):
        TickerLive.handle_info(self, message)


class LeavingLive(Counted):
    def handle_info(self, message):
        if message == "patch":
            self.push_patch("?from=info")
        else:
            self.push_event("bye", {})
            self.push_navigate("/counter/")

    @event
    def soon(self, message: str):
        self.send_after(0, message)


# -- language and time zone


class LocaleLive(Counted):
    template_name = "site/locale.html"
    template = None

    def mount(self, params, session):
        self.assigns.moment = MOMENT
        if "activate" in params:
            translation.activate(params["activate"])
            timezone.activate("Asia/Tokyo")

    @event
    def ask(self):
        return locale()

    @event
    def inc(self, by: int = 1):
        self.assigns.count += by
        return locale()

    @event
    def switch(self, language: str, zone: str):
        self.localize(language, zone)


class AsyncLocaleLive(LocaleLive):
    async def mount(self, params, session):
        LocaleLive.mount(self, params, session)

    @event
    async def ask(self):
        return locale()

    @event
    async def inc(self, by: int = 1):
        self.assigns.count += by
        await asyncio.sleep(0)
        return locale()


def locale() -> dict[str, str]:
    return {"language": translation.get_language(), "zone": str(timezone.get_current_timezone())}


class FromQuery:
    """A middleware that chooses language and time zone, as a site's own does from the user's profile."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with (
            translation.override(request.GET.get("language", "en")),
            timezone.override(request.GET.get("zone", "UTC")),
        ):
            return self.get_response(request)


# -- navigation


class PlaceLive(Counted):
    template = "<p>{{ place }} {{ page }} {{ request.path }} {{ request.GET.page }}</p>"
    log: ClassVar[list[str]] = []

    class Assigns:
        place: str = "?"
        page: int = 0

    def handle_params(self, params, uri):
        self.log.append(uri)
        self.assigns.place = f"{type(self).__name__} {self.live_action} {params.get('pk', '-')}"
        self.assigns.page = int(params.get("page", 0))
        self.assigns.page_title = self.assigns.place
        if params.get("loop"):
            self.push_patch(f"?loop={self.assigns.page}&page={self.assigns.page + 1}")
        if params.get("canonical"):
            self.push_patch("?page=1", replace=True)
        if params.get("away"):
            self.push_navigate("/place/b/")

    @event
    def patch(self, to: str):
        self.push_patch(to)

    @event
    def navigate(self, to: str):
        self.push_event("before", {"leaving": True})
        self.push_navigate(to, replace=True)

    @event
    def go(self, to: str):
        self.redirect(to)

    @event
    def abroad(self, to: str):
        self.redirect(external=to)

    @event
    def twice(self):
        self.push_patch("?page=1")
        self.redirect("/counter/")

    @event
    def named(self):
        self.push_patch("place-item", pk=7)


class OtherPlaceLive(PlaceLive):
    container = ("main", {"class": "wide"})


class MountRedirect(Counted):
    def mount(self, params, session):
        if self.connected or params.get("at") == "get":
            self.push_event("gone", {})
            if params.get("how") == "navigate":
                self.push_navigate("/counter/")
            elif params.get("how") == "abroad":
                self.redirect(external="https://example.com/")
            elif params.get("how") == "patch":
                self.push_patch("?x=1")
            else:
                self.redirect("/counter/", status=301)


class SessionLive(LiveView):
    template = "<p>{{ kept }}</p>"

    def mount(self, params, session):
        self.assigns.kept = {key: session[key] for key in sorted(session) if not key.startswith("_")}

    @event
    def write(self):
        self.session["a"] = 1

    @event
    def ask(self):
        request = self.request
        return {
            "method": request.method,
            "path": request.path,
            "query": request.GET.dict(),
            "host": request.get_host(),
            "scheme": request.scheme,
            "agent": request.headers.get("user-agent"),
            "address": request.META["REMOTE_ADDR"],
            "cookie": request.COOKIES.get("flavour"),
            "user": str(request.user),
            "route": request.resolver_match.route,
            "absolute": request.build_absolute_uri(),
            "mounts": self.connect_params,
        }
