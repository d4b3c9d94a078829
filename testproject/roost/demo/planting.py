"""Makes boards of the stories, with a past: what was done in the last four weeks."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils import timezone

from testproject.roost.demo import pictures
from testproject.roost.demo.stories import PASSWORD, BoardStory, CardStory
from testproject.roost.models import Activity, Board, Card, Comment, Deed, Label, Lane, Profile

DAYS = 28
DEEDS = (*[Deed.MADE] * 4, *[Deed.MOVED] * 3, *[Deed.DONE] * 4, *[Deed.SAID] * 4, Deed.FILED)


def people(wanted: Mapping[str, tuple[str, str, str]]) -> dict[str, Any]:
    found = {}
    for login, (name, role, tone) in wanted.items():
        user, is_new = get_user_model().objects.get_or_create(username=login)
        if is_new:
            user.set_password(PASSWORD)
            user.email = f"{login}@example.com"
            user.save()
        Profile.objects.update_or_create(user=user, defaults={"name": name, "role": role, "tone": tone})
        found[login] = user
    return found


def board(story: BoardStory, users: Mapping[str, Any]) -> None:
    chance = random.Random(story.name)
    began = timezone.now() - timedelta(days=DAYS + 10)
    made = Board.objects.create(
        name=story.name, about=story.about, tone=story.tone, owner=users[story.members[0]], created_at=began
    )
    made.members.add(*(users[login] for login in story.members))
    labels = {name: made.labels.create(name=name, tone=tone) for name, tone in story.labels}
    for position, (name, cards) in enumerate(story.lanes):
        finishes = name in {"Done", "Read"}
        lane = made.lanes.create(name=name, position=position, finishes=finishes)
        for number, told in enumerate(cards):
            card(lane, number, told, users, labels, chance)
    past(made, [users[login] for login in story.members], chance)


def card(
    lane: Lane,
    position: int,
    story: CardStory,
    users: Mapping[str, Any],
    labels: Mapping[str, Label],
    chance: random.Random,
) -> None:
    now = timezone.now()
    made = Card.objects.create(
        lane=lane,
        title=story.title,
        text=story.text,
        position=position,
        due=None if story.due is None else timezone.localdate() + timedelta(days=story.due),
        created_at=now - timedelta(days=chance.uniform(3, DAYS)),
    )
    made.labels.add(*(labels[name] for name in story.labels))
    made.people.add(*(users[login] for login in story.people))
    for text, done in story.steps:
        made.steps.create(text=text, done=done)
    at = now - timedelta(hours=5 * len(story.said) + chance.uniform(1, 3))
    comments = []
    for login, text in story.said:
        at += timedelta(hours=chance.uniform(1, 4))
        comments.append(Comment(card=made, author=users[login], text=text, at=at))
    Comment.objects.bulk_create(comments)  # nobody has to be told
    for name in story.files:
        attach(made, name, users[(story.people or tuple(users))[0]])


def attach(card: Card, name: str, user: Any) -> None:
    is_picture = name.endswith(".png")
    data = (
        pictures.hills(name) if is_picture else b"Thumb reaches the third list. Nobody looked for a menu.\n"
    )
    card.attachments.create(
        by=user, file=ContentFile(data, name), name=name, size=len(data), picture=is_picture
    )


def past(board: Board, members: list[Any], chance: random.Random) -> None:
    """Deeds of the last weeks: more on weekdays, and more of late."""
    now = timezone.now()
    cards = list(Card.objects.filter(lane__board=board).select_related("lane"))
    deeds = []
    for day in range(DAYS):
        at = now - timedelta(days=day)
        most = (2 if at.weekday() > 4 else 6) * len(cards) / 16 * (1.3 - day / DAYS)
        for _ in range(round(chance.uniform(0.3, 1) * most)):
            deeds.append(deed(board, chance.choice(cards), chance.choice(members), at, chance))
    Activity.objects.bulk_create(deeds)


def deed(board: Board, card: Card, who: Any, at: Any, chance: random.Random) -> Activity:
    kind = chance.choice(DEEDS)
    more = f"to {card.lane.name}" if kind in (Deed.MADE, Deed.MOVED) else ""
    minutes = timedelta(minutes=chance.uniform(2, 600))
    return Activity(board=board, card=card, who=who, deed=kind, title=card.title, more=more, at=at - minutes)
