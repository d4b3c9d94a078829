"""Streams that follow queries: what is saved anywhere comes, moves, changes and goes, once committed."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet
from django.test import TestCase, override_settings

from django_phoenix import pubsub
from django_phoenix.delivery.live_models import is_live, topic_of, unknown_names
from django_phoenix.exceptions import LiveViewError
from django_phoenix.live import live_query, queries, query_order
from django_phoenix.live.shared_query import owned, shared
from django_phoenix.live_queries import LiveQuerySet, changed
from django_phoenix.testing.live import live
from tests.support.live_client import LiveClient, Page, View
from tests.support.live_site import queries as site

ITEM = re.compile(r'<li id="([^"]*)">([^<]*)</li>')


@pytest.fixture(autouse=True)
def live_models(live_site, monkeypatch):
    monkeypatch.setattr(queries, "WINDOW", 0.0)
    monkeypatch.setattr(live_query, "WAITS", 0.0)
    with override_settings(
        ROOT_URLCONF="tests.support.live_site.queries",
        DJANGO_PHOENIX={"LIVE_MODELS": ["auth.User", "auth.Group"]},
    ):
        yield


@pytest.fixture
def users(transactional_db) -> dict[str, User]:
    return {name: User.objects.create(username=name, is_active=name not in "xyz") for name in "bdfxyz"}


class List:
    """What the client shows of the streams of a view, as its own code places it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.shown: dict[str, list[tuple[str, str]]] = {}
        self.sent = 0
        self.take(view.joined["rendered"])

    def take(self, diff: Any) -> int:
        """Returns how many rows came with it."""
        if not isinstance(diff, dict):
            return 0
        came = sum(self.take(value) for key, value in diff.items())
        if "stream" in diff:
            came += self._take(diff)
        return came

    def _take(self, tree: Any) -> int:
        ref, inserts, deletes, *reset = tree["stream"]
        rows = self.shown.setdefault(ref, [])
        if reset:
            rows.clear()
        rows[:] = [row for row in rows if row[0] not in deletes]
        places = {insert[0]: insert[1] for insert in inserts}
        for n in range(tree["k"]["kc"]):
            entry = tree["k"][str(n)]
            row = entry["0"], entry["1"]
            for at, known in enumerate(rows):
                if known[0] == row[0]:
                    rows[at] = row
                    break
            else:
                at = places[row[0]]
                rows.insert(len(rows) if at == -1 else at, row)
        return int(tree["k"]["kc"])

    async def event(self, event: str, **value: Any) -> int:
        return self.take((await self.view.event(event, value)).get("diff"))

    async def news(self) -> int:
        return self.take(await self.view.pushed("diff"))

    async def until(self, ref: str, text: str) -> None:
        """Some changes are told in several goes. In the end nobody reads: SQLite would lock the table."""
        while self.of(ref) != text or not await self.view.client.silent():
            await self.news()

    @property
    def text(self) -> str:
        return self.of("0")

    def of(self, ref: str) -> str:
        return "".join(text for _, text in self.shown.get(ref, ()))


async def opened(browser: LiveClient, url: str = "/ActiveLive/") -> List:
    return List(await browser.open(url))


def in_page(page: Page) -> str:
    return "".join(text.strip() for _, text in ITEM.findall(page.inner))


@sync_to_async
def save(user: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    user.save()


@pytest.mark.parametrize("view", ["ActiveLive", "AsyncActiveLive"])
async def test_what_is_saved_comes_and_goes_as_the_query_says(browser, users, view):
    page = await browser.get(f"/{view}/")
    assert in_page(page) == "b0d0f0".replace("0", " 0")
    rows = List(await browser.join(page))
    assert rows.text == "bdf"
    assert await browser.silent()
    # Enters, at its place; what falls out of the slice goes.
    await save(users["x"], is_active=True, username="a")
    assert (await rows.news(), rows.text) == (1, "abd")
    # Moves.
    await save(users["x"], username="c")
    assert (await rows.news(), rows.text) == (1, "bcd")
    # Leaves, and makes room for the next.
    await save(users["b"], is_active=False)
    assert (await rows.news(), rows.text) == (1, "cdf")
    # Changes where it stands.
    await save(users["d"], username="dd")
    assert (await rows.news(), rows.text) == (1, "cddf")
    # Is deleted.
    await users["d"].adelete()
    assert (await rows.news(), rows.text) == (0, "cf")
    # What the query does not say anything of leads to nothing.
    await save(users["y"], username="yy")
    assert await browser.silent()
    await User.objects.acreate(username="zz", is_active=False)
    assert await browser.silent()
    await User.objects.acreate(username="e")
    assert (await rows.news(), rows.text) == (1, "cef")


async def test_what_is_rolled_back_is_not_told_and_a_transaction_is_told_once(browser, users):
    rows = await opened(browser, "/ActiveLive/?first=9")

    @sync_to_async
    def work() -> None:
        with transaction.atomic():
            User.objects.create(username="a")
            with suppress(RuntimeError), transaction.atomic():
                User.objects.create(username="c")
                raise RuntimeError
            with transaction.atomic():
                User.objects.create(username="e")
            users["f"].delete()
            waiting = [function for _, function, *_ in connection.run_on_commit]
            batches = [each for each in waiting if "Batch.tell" in repr(each)]
            assert len(batches) == 2  # one for each block that a rollback may end by itself

    await work()
    await rows.until("0", "abde")


async def test_the_window_of_a_query_moves(browser, users):
    for name in "cegh":
        await User.objects.acreate(username=name)
    rows = await opened(browser)
    assert rows.text == "bcd"
    assert await rows.event("window", low=0, high=5) == 2
    assert rows.text == "bcdef"
    assert await rows.event("window", low=3, high=7) == 2
    assert rows.text == "efgh"
    assert await rows.event("window", low=1, high=4) == 2
    assert rows.text == "cde"
    await User.objects.filter(username="b").adelete()
    assert (await rows.news(), rows.text) == (1, "def")
    assert await rows.event("window", low=0, high=2, reset=True) == 2
    assert rows.text == "cd"
    assert await rows.event("refresh") == 2


async def test_a_window_that_moves_while_the_client_may_wait_is_sent_anew(browser, users, monkeypatch):
    """What it gets while it waits for an answer it may have put elsewhere."""
    rows = await opened(browser)
    await users["b"].adelete()
    assert (await rows.news(), rows.text) == (0, "df")
    monkeypatch.setattr(live_query, "WAITS", 60)
    assert await rows.event("window", low=0, high=2) == 2
    assert rows.text == "df"


async def test_a_list_that_is_shown_again_is_filled_again(browser, users):
    rows = await opened(browser, "/HiddenLive/")
    assert rows.text == "bdfxyz"
    await rows.event("toggle")
    await users["b"].adelete()
    assert await browser.silent()
    rows.shown.clear()
    assert await rows.event("toggle") == 0
    assert (await rows.news(), rows.text) == (5, "dfxyz")
    await users["x"].adelete()
    assert (await rows.news(), rows.text) == (0, "dfyz")


async def test_other_models_and_relations_count_where_they_say_so(browser, users):
    one = await Group.objects.acreate(name="one")
    rows = await opened(browser, "/OddIdsLive/")
    assert rows.text == ""
    await users["b"].groups.aadd(one)
    assert (await rows.news(), rows.text) == (1, "b")
    await one.user_set.aadd(users["d"], users["x"])
    assert (await rows.news(), rows.text) == (2, "xdb")
    await save(users["b"], is_staff=True)
    assert (await rows.news(), rows.text) == (1, "bxd")
    assert [dom_id for dom_id, _ in rows.shown["0"]] == ["u-b", "u-x", "u-d"]
    await users["x"].groups.aclear()
    assert (await rows.news(), rows.text) == (0, "bd")
    await one.user_set.aclear()
    assert (await rows.news(), rows.text) == (0, "")


async def test_what_no_signal_tells_is_told_by_hand(browser, users):
    rows = await opened(browser, "/ActiveLive/?first=9")
    await User.objects.filter(username__in="xy").aupdate(is_active=True)
    assert await browser.silent()
    changed(User)
    assert (await rows.news(), rows.text) == (5, "bdfxy")
    await User.objects.filter(username="b").aupdate(is_active=False)
    await sync_to_async(changed)(User.objects.filter(username="b"))
    assert (await rows.news(), rows.text) == (0, "dfxy")
    made = await User.objects.abulk_create([User(username="a"), User(username="e")])
    changed(made)
    assert (await rows.news(), rows.text) == (2, "adefxy")
    changed(users["b"])
    assert await browser.silent()


async def test_a_queryset_may_tell_by_itself(browser, users):
    rows = await opened(browser, "/ActiveLive/?first=9")
    objects = LiveQuerySet(User)
    await objects.filter(username="b").aupdate(is_active=False)
    assert (await rows.news(), rows.text) == (2, "df")
    await objects.filter(username="nobody").aupdate(is_active=False)
    assert await browser.silent()
    await objects.abulk_create([User(username="e")])
    assert (await rows.news(), rows.text) == (1, "def")
    users["d"].username = "g"
    await objects.abulk_update([users["d"]], ["username"])
    assert (await rows.news(), rows.text) == (3, "efg")


async def test_components_follow_queries_of_their_own(browser, users):
    one, two = [await Group.objects.acreate(name=name) for name in ("one", "two")]
    await one.user_set.aadd(users["b"])
    page = await browser.get("/RoomsLive/")
    assert in_page(page) == "b 1onetwo"
    rows = List(await browser.join(page))
    assert (rows.of("1-0"), rows.of("2-0"), rows.of("0")) == ("b", "", "onetwo")
    await two.user_set.aadd(users["d"])
    await rows.until("2-0", "d")
    await Group.objects.acreate(name="three")
    await rows.until("0", "onethreetwo")
    # Gone, and back before the client has forgotten it: its rows went with it, and are read again.
    await rows.event("show", names=["one"])
    assert await rows.view.call("cids_will_destroy", {"cids": [2]}) == {}
    rows.shown["2-0"] = []
    await rows.event("show", names=["one", "two"])
    assert await rows.view.call("cids_destroyed", {"cids": [2]}) == {"cids": []}
    assert rows.of("2-0") == "d"
    # Gone for good: nothing is read for it any more.
    await rows.event("show", names=["one"])
    await rows.view.call("cids_will_destroy", {"cids": [2]})
    assert await rows.view.call("cids_destroyed", {"cids": [2]}) == {"cids": [2]}
    await two.user_set.aclear()
    await rows.news()  # of the group itself
    assert rows.of("2-0") == "d"


async def test_a_stream_goes_its_own_way_and_comes_back(browser, users):
    rows = await opened(browser)
    assert await rows.event("own", name="me") == 1
    assert rows.text == "me"
    await User.objects.acreate(username="a")
    assert await browser.silent()
    assert await rows.event("follow") == 4
    assert rows.text == "abdf"
    assert await rows.event("touch", pk=users["b"].pk) == 1
    assert await rows.event("touch", pk=users["x"].pk) == 1  # the client leaves it out


async def test_a_view_that_has_ended_does_not_listen(browser, users):
    rows = await opened(browser)
    topic = topic_of(User)
    assert pubsub.subscriber_count(topic) == 1
    await rows.view.call("phx_leave", {})
    assert pubsub.subscriber_count(topic) == 0


class TestTheTestKit(TestCase):
    """Within the transaction of a test, and without waiting."""

    def test_rows_follow_what_the_test_saves(self):
        User.objects.create(username="b")
        page = live(self.client, "/ActiveLive/")
        user = User.objects.create(username="a")
        page.render_async()
        assert page.text == "a 0 b 0"
        with transaction.atomic():
            User.objects.create(username="aa")
            user.delete()
        page.render_async()
        assert page.text == "aa 0 b 0"


# -- views that follow the same


@pytest.mark.django_db
def test_the_database_is_asked_once_for_all_views_that_follow_the_same(django_assert_num_queries):
    made = [User.objects.create(username=name) for name in "abc"]
    first, second = (User.objects.filter(is_active=True).order_by("username")[:9] for _ in range(2))
    query = shared(first)
    assert shared(second) is query
    assert shared(User.objects.filter(is_active=False)) is not query
    keys = [user.pk for user in made]
    with django_assert_num_queries(2):
        for _ in range(3):
            assert query.order(0) == keys
            found = query.objects(0, keys[:2])
    assert list(found) == keys[:2]
    assert query.objects(0, keys[:2])[keys[0]] is not found[keys[0]]  # each view has its own
    with django_assert_num_queries(1):
        assert list(query.everything(0)) == keys
        assert list(query.objects(0, [keys[2], 77])) == keys[2:]
    made[1].delete()
    news = object()
    query.note(news)
    query.note(news)
    assert query.number == 1
    with django_assert_num_queries(1):
        assert query.order(1) == [keys[0], keys[2]]


@pytest.mark.django_db
def test_rows_of_a_relation_have_the_very_object_that_was_asked():
    group = Group.objects.create(name="one")
    permission = Permission.objects.all()[0]
    rows = permission.content_type.permission_set.all()
    (item,) = shared(rows).objects(0, [permission.pk]).values()
    assert not Permission.content_type.is_cached(item)
    assert owned(rows, item).content_type is permission.content_type
    assert owned(User.objects.all(), group) is group


@pytest.mark.django_db
@pytest.mark.parametrize(
    "queryset",
    [
        User.objects.filter(pk__in=[]),
        User.objects.prefetch_related(Prefetch("groups", queryset=Group.objects.filter(name="one"))),
    ],
)
def test_what_can_t_be_told_from_others_is_not_shared(queryset):
    assert shared(queryset) is not shared(queryset)


class SeenBy(QuerySet):
    """Its rows know whom they are shown to: by the same SQL, others for each user."""

    def _clone(self):
        clone = super()._clone()
        clone.viewer = getattr(self, "viewer", None)
        return clone

    def _fetch_all(self):
        super()._fetch_all()
        for row in self._result_cache:
            row.viewer = self.viewer


@pytest.mark.django_db
def test_no_view_gets_rows_that_a_queryset_has_made_for_another_user():
    User.objects.create(username="a")
    found = []
    for name in ("ada", "bob"):
        queryset = SeenBy(User).all()
        queryset.viewer = name
        query = shared(queryset.all())
        found += [(query, row.viewer) for row in query.everything(0).values()]
    assert [viewer for _, viewer in found] == ["ada", "bob"]
    assert shared(SeenBy(User)) is not shared(QuerySet(User))


# -- order


def test_as_many_rows_as_can_stay_where_they_are():
    for order in permutations("abcd"):
        staying = query_order.staying_of("abcd", order)
        kept = [key for key in order if key in staying]
        assert kept == sorted(kept)
    assert len(query_order.staying_of("abcdef", "bcdefa")) == 5
    assert query_order.staying_of("abc", "xyz") == set()
    assert query_order.staying_of("axbyc", "abc") == set("abc")


@pytest.mark.parametrize(
    ("queryset", "order"),
    [
        (User.objects.all(), ("pk",)),
        (User.objects.order_by("username"), ("username", "pk")),
        (User.objects.order_by("-date_joined"), ("-date_joined", "-pk")),
        (User.objects.order_by("-pk"), ("-pk",)),
        (Group.objects.order_by("name")[2:4], ("name", "pk")),
    ],
)
def test_rows_that_the_query_leaves_in_doubt_have_one_order(queryset, order):
    ordered = query_order.in_one_order("", queryset)
    assert ordered.query.order_by == order
    assert ordered.query.low_mark == queryset.query.low_mark
    assert ordered.query.high_mark == queryset.query.high_mark


# -- mistakes


@pytest.mark.parametrize(
    ("items", "options", "error", "message"),
    [
        ([1], {}, TypeError, "takes a queryset, got list. Only a query can be followed."),
        (User.objects.values("pk"), {}, TypeError, "takes a queryset of whole objects"),
        (User.objects.union(User.objects.all()), {}, TypeError, "no values(), union() or the like"),
        (User.objects.all(), {"limit": 5}, ValueError, "Slice it: queryset[:50]."),
        (User.objects.all(), {"at": 0}, ValueError, "at, limit and update_only are for the query"),
    ],
)
def test_what_can_t_be_followed_is_told(bare, items, options, error, message):
    with pytest.raises(error) as caught:
        bare.stream("rows", items, live=True, **options)
    assert message in str(caught.value)
    assert "ActiveLive.stream('rows', …, live=True)" in str(caught.value)


def test_a_model_that_nobody_tells_of_is_told(bare):
    told = r"Nobody tells of changes of auth\.User\. Add \'auth\.User\', or its whole app, \'auth\'"
    with override_settings(DJANGO_PHOENIX={"LIVE_MODELS": ["auth.Group", "nowhere", "no.Where", 7]}):
        with pytest.raises(LiveViewError, match=told):
            bare.stream("rows", User.objects.all(), live=True)
        with pytest.raises(ImproperlyConfigured, match=told):
            changed(User)
        assert unknown_names(["auth", "nowhere", "no.Where", 7]) == ["nowhere", "no.Where", 7]
    with override_settings(DJANGO_PHOENIX={"LIVE_MODELS": ["auth"]}):
        assert is_live(User)
    with pytest.raises(TypeError, match="takes a model, objects of one, or a queryset"):
        changed(7)
    with pytest.raises(TypeError, match="takes objects of models, got int"):
        changed([7])


def test_only_the_query_says_what_is_in_the_stream(bare):
    bare.stream("rows", User.objects.all(), live=True)
    user = User(pk=1)
    for ask in (
        lambda: bare.stream("rows", [user]),
        lambda: bare.stream_insert("rows", user),
        lambda: bare.stream_delete("rows", user),
        lambda: bare.stream_delete_by_dom_id("rows", "rows-1"),
    ):
        with pytest.raises(LiveViewError, match="the stream follows a query, which says what is in it"):
            ask()
    bare.stream("other", [user])
    with pytest.raises(LiveViewError, match="the stream has items that are not of this query already"):
        bare.stream("other", User.objects.all(), live=True)
    with pytest.raises(LiveViewError, match=r"stream_refresh\('other'\): it follows no query"):
        bare.stream_refresh("other")


@pytest.fixture
def bare() -> site.ActiveLive:
    view = site.ActiveLive()
    view._live = SimpleNamespace(  # type: ignore[assignment]
        channel=None, connect_params={}, queries=None, is_nested=False
    )
    return view
