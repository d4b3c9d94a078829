"""What was done: a chart of the last weeks, and a list that both grow while one looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from django_phoenix.live_view import Broadcast, event
from testproject.roost import deeds
from testproject.roost.live.page import RoostLive
from testproject.roost.models import Activity, Board, Card, Deed

SPANS = (7, 14, 28)
# What the chart stacks, from below: deeds, and what they are called together.
KINDS = (
    ("done", "Finished", (Deed.DONE,)),
    ("made", "Added", (Deed.MADE,)),
    ("said", "Comments and files", (Deed.SAID, Deed.FILED)),
)
KIND_OF = {deed: kind for kind, _, kinds in KINDS for deed in kinds}
WIDTH, HEIGHT = 840, 220
PAGE = 20


class Block(NamedTuple):
    """One part of a bar."""

    id: str
    y: float
    height: float
    count: int


class Bar(NamedTuple):
    """One day."""

    id: str
    day: date
    x: float
    width: float
    blocks: tuple[Block, ...]
    total: int
    labelled: bool


class Chart(NamedTuple):
    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]  # where each stands, and what it means
    totals: tuple[tuple[str, str, int], ...]
    words: str


def nice_top(most: int) -> int:
    """The next round number, so that the lines of the grid stand at whole ones."""
    return max(4, -(-most // 4) * 4)


def chart_of(boards: list[int], days: int) -> Chart:
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    rows = (
        Activity.objects.filter(board__in=boards, at__date__gte=first)
        .annotate(day=TruncDate("at"))
        .values_list("day", "deed")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts: Counter[tuple[date, str]] = Counter()
    for day, deed, count in rows:
        if deed in KIND_OF:
            counts[day, KIND_OF[deed]] += count
    dates = [first + timedelta(days=number) for number in range(days)]
    top = nice_top(max(sum(counts[day, kind] for kind, *_ in KINDS) for day in dates))
    step = WIDTH / days
    every = max(1, days // 7)
    bars = tuple(
        bar(day, number * step, step, counts, top, (days - 1 - number) % every == 0)
        for number, day in enumerate(dates)
    )
    totals = tuple((kind, name, sum(counts[day, kind] for day in dates)) for kind, name, _ in KINDS)
    lines = tuple((HEIGHT - HEIGHT * part / 4, top * part // 4) for part in range(5))
    words = ", ".join(f"{name.lower()} {count}" for _, name, count in totals)
    return Chart(bars, lines, totals, f"The last {days} days: {words}.")


def bar(day: date, x: float, step: float, counts: Mapping[Any, int], top: int, labelled: bool) -> Bar:
    blocks, y = [], float(HEIGHT)
    for kind, *_ in KINDS:
        count = counts[day, kind]
        height = round(HEIGHT * count / top, 1)
        y = round(y - height, 1)
        blocks.append(Block(kind, y, height, count))
    gap = min(14.0, step * 0.3)
    total = sum(block.count for block in blocks)
    return Bar(
        day.isoformat(), day, round(x + gap / 2, 1), round(step - gap, 1), tuple(blocks), total, labelled
    )


class ActivityLive(RoostLive):
    template_name = "roost/activity.html"

    class Assigns:
        page_title: str = "Activity"
        area: str = "activity"
        days: int = 14
        spans: tuple[int, ...] = SPANS
        chart: Chart
        open_cards: int = 0
        late_cards: int = 0
        shown: int = PAGE
        more: bool = False

    def mount(self, params: dict[str, Any], session: Mapping[str, Any]) -> None:
        for key in self.my_boards():
            self.subscribe(deeds.topic(key))
        self.show_feed()

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        days = params.get("days", "")
        self.assigns.days = int(days) if days in map(str, SPANS) else 14
        self.count()

    def handle_info(self, message: Broadcast) -> None:
        if message.event != "presence_diff":
            self.count()

    def my_boards(self) -> list[int]:
        """Asked each time: the visitor may have been dismissed from one."""
        return list(Board.objects.filter(members=self.request.user).values_list("pk", flat=True))

    def count(self) -> None:
        boards = self.my_boards()
        waiting = Card.objects.filter(lane__board__in=boards, lane__finishes=False)
        self.assigns.chart = chart_of(boards, self.assigns.days)
        self.assigns.open_cards = waiting.count()
        self.assigns.late_cards = waiting.filter(due__lt=timezone.localdate()).count()

    def show_feed(self) -> None:
        """The latest deeds; the page follows them."""
        done = Activity.objects.filter(board__members=self.request.user)
        self.assigns.more = done.count() > self.assigns.shown
        latest = done.select_related("who__profile", "board")[: self.assigns.shown]
        self.stream("feed", latest, live=True)

    @event
    def more(self) -> None:
        self.assigns.shown += PAGE
        self.show_feed()
