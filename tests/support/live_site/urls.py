"""URLs of the live site."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path

from django_phoenix.routing import live_session
from tests.support.live_site import components, flash_views, form_views, nested_views, views

LAYOUTS = (
    views.ThreeLevels,
    views.TwoLevels,
    views.Fragment,
    views.FragmentInSection,
    views.Framed,
    views.PlainFragment,
    views.WholeWithBlock,
    views.Whole,
    views.ExtendsNoBlock,
    views.NamesItsBlock,
    views.OverridesOuter,
    views.LayoutWithoutBlock,
    views.WritesNames,
)

staff = live_session(
    "staff",
    [path("staff/", views.Staff.as_view()), path("staff/two/", views.Staff.as_view())],
    on_mount=[views.require_staff, views.OnMount],
    session={"group": "staff"},
)

urlpatterns = [
    path("login/", lambda request: HttpResponse("log in"), name="login"),
    path("plain/", lambda request: HttpResponse("plain")),
    path("counter/", views.CounterLive.as_view(), name="counter"),
    path("async-counter/", views.AsyncCounterLive.as_view()),
    path("bare/", views.BareLive.as_view()),
    *(path(f"layout/{view.__name__}/", view.as_view()) for view in LAYOUTS),
    path("open/", views.Open.as_view()),
    path("open/<int:pk>/", views.Open.as_view()),
    path("wrapped/", views.wrapped),
    path("wrapped/<int:pk>/", views.wrapped),
    path("mixed/", views.Mixed.as_view()),
    path("mixed/<int:pk>/", views.Mixed.as_view()),
    path("decorated/", views.Decorated.as_view()),
    path("getter/", views.Getter.as_view()),
    path("exempt/", views.exempt),
    path("own-guard/", views.OwnGuard.as_view()),
    path("own-permission/", views.OwnPermission.as_view()),
    path("", include(staff)),
    path("lazy/", views.LazyLive.as_view()),
    path("async-lazy/", views.AsyncLazyLive.as_view()),
    path("crash/", views.CrashLive.as_view()),
    path("nested/", include(nested_views)),
    path("forms/", include(form_views)),
    path("ticker/", views.TickerLive.as_view()),
    path("async-ticker/", views.AsyncTickerLive.as_view()),
    path("leaving/", views.LeavingLive.as_view()),
    path("locale/", views.LocaleLive.as_view()),
    path("async-locale/", views.AsyncLocaleLive.as_view()),
    path("place/a/", views.PlaceLive.as_view(live_action="index"), name="place"),
    path("place/a/<int:pk>/", views.PlaceLive.as_view(live_action="show"), name="place-item"),
    path("place/a/bare/", views.PlaceLive.as_view()),
    path("place/b/", views.OtherPlaceLive.as_view()),
    path("mount-redirect/", views.MountRedirect.as_view()),
    path("cards/", components.CardsLive.as_view()),
    path("async-cards/", components.AsyncCardsLive.as_view()),
    path("tree/", components.TreeLive.as_view()),
    path("slots/", components.SlotsLive.as_view()),
    path("workers/", components.WorkersLive.as_view()),
    path("forest/", components.ForestLive.as_view()),
    path("choosy/", components.ChoosyLive.as_view()),
    path("unclear/", components.UnclearLive.as_view()),
    path("groups/", components.GroupsLive.as_view()),
    path("greeting/", components.GreetingLive.as_view()),
    path("mixed-components/", components.MixedLive.as_view()),
    path("switched/", components.SwitchedLive.as_view()),
    path("mistakes/", components.MistakesLive.as_view()),
    path("session/", views.SessionLive.as_view()),
    path("flash/", flash_views.FlashLive.as_view()),
    path("flash/other/", flash_views.OtherFlashLive.as_view()),
    path("flash/silent/", flash_views.SilentLive.as_view()),
    path("flash/outer/", flash_views.OuterLive.as_view()),
    path("flash/ping/", flash_views.PingLive.as_view()),
    path("flash/plain/", flash_views.shows_messages),
    path("flash/add/", flash_views.adds_message),
    *i18n_patterns(path("i18n/", views.LocaleLive.as_view())),
]
