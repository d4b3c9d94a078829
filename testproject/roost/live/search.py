"""Cards that answer a question, which stands in the address: it can be sent, kept, and gone back to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from django_phoenix.generic.list import ListLive, PageLink
from testproject.roost.forms import SearchForm
from testproject.roost.live.page import RoostLive
from testproject.roost.models import Board, Comment, Label
from testproject.roost.rows import CardRow, card_row, cards_to_show


class Found(NamedTuple):
    """A card, and the words of it that were looked for: pieces of text, each a hit or not."""

    id: int
    row: CardRow
    board: int
    where: str
    tone: str
    title: tuple[tuple[str, bool], ...]
    text: tuple[tuple[str, bool], ...]


def pieces(text: str, word: str) -> tuple[tuple[str, bool], ...]:
    """The text, cut at each place where the word stands."""
    if not word:
        return ((text, False),)
    parts = re.split(f"({re.escape(word)})", text, flags=re.IGNORECASE)
    return tuple((part, number % 2 == 1) for number, part in enumerate(parts) if part)


def snippet(text: str, word: str) -> str:
    """The part of a long text where the word stands first."""
    at = text.lower().find(word.lower()) if word else -1
    if at < 0:
        return ""
    start = max(0, at - 40)
    return f"{'…' if start else ''}{text[start : at + 80].strip()}"


class SearchLive(RoostLive, ListLive):
    template_name = "roost/search.html"
    paginate_by = 12

    class Assigns:
        page_title: str = "Search"
        area: str = "search"
        form: SearchForm
        labels: tuple[str, ...] = ()
        boards: tuple[tuple[int, str], ...] = ()
        found: tuple[Found, ...] = ()
        count: int = 0
        pages: int = 1
        page_links: tuple[PageLink, ...] = ()
        word: str = ""

    def get_queryset(self) -> Any:
        user = self.request.user
        boards = tuple(Board.objects.filter(members=user).values_list("pk", "name"))
        names = Label.objects.filter(board__members=user).order_by("name").values_list("name", flat=True)
        self.assigns.boards = boards
        self.assigns.labels = tuple(names.distinct())
        self.assigns.form = form = SearchForm(self.request.GET, boards=list(boards))
        asked = form.cleaned_data if form.is_valid() else {}
        cards = cards_to_show().filter(lane__board__in=[key for key, _ in boards])
        in_order = ("lane__finishes", F("due").asc(nulls_last=True), "-pk")
        cards = cards.select_related("lane__board").order_by(*in_order)
        return cards.filter(condition(asked, user)).distinct()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        values = super().get_context_data(**kwargs)
        word = self.request.GET.get("q", "").strip()
        paginator = values["paginator"]
        cards = list(values["page_obj"])
        comments = said(cards, word)
        return {
            "found": tuple(found(card, word, comments.get(card.pk, "")) for card in cards),
            "word": word,
            "count": paginator.count,
            "pages": paginator.num_pages,
            "page_links": values["page_links"],
        }


def condition(asked: dict[str, Any], user: Any) -> Q:
    wanted = Q()
    today = timezone.localdate()
    if word := asked.get("q"):
        wanted &= Q(title__icontains=word) | Q(text__icontains=word) | Q(comments__text__icontains=word)
    if board := asked.get("board"):
        wanted &= Q(lane__board=board)
    if label := asked.get("label"):
        wanted &= Q(labels__name=label)
    if asked.get("mine"):
        wanted &= Q(people=user)
    match asked.get("due"):
        case "late":
            wanted &= Q(due__lt=today, lane__finishes=False)
        case "week":
            wanted &= Q(due__range=(today, today + timedelta(days=7)))
        case "none":
            wanted &= Q(due=None)
    return wanted


def said(cards: list[Any], word: str) -> dict[int, str]:
    """For each card a comment in which the word stands, if one does."""
    if not word:
        return {}
    comments = Comment.objects.filter(card__in=cards, text__icontains=word)
    return dict(comments.values_list("card", "text"))


def found(card: Any, word: str, comment: str) -> Found:
    board = card.lane.board
    where = f"{board.name} · {card.lane.name}"
    text = pieces(snippet(card.text, word) or snippet(comment, word), word) if word else ()
    return Found(card.pk, card_row(card), board.pk, where, board.tone, pieces(card.title, word), text)
