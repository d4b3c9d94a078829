"""Boards with lists of cards, and what people do on them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Tone(models.TextChoices):
    """The colours that boards, labels and people may have."""

    EMBER = "ember", "Ember"
    AMBER = "amber", "Amber"
    MOSS = "moss", "Moss"
    TEAL = "teal", "Teal"
    SKY = "sky", "Sky"
    INDIGO = "indigo", "Indigo"
    PLUM = "plum", "Plum"
    ROSE = "rose", "Rose"


class Digest(models.TextChoices):
    """How often somebody wants to be written to."""

    NEVER = "never", "Never"
    DAILY = "daily", "Every morning"
    WEEKLY = "weekly", "On Mondays"


def tone_of(number: int) -> str:
    """Another colour for the next one."""
    return Tone.values[number % len(Tone.values)]


def initials(name: str) -> str:
    """Of the first and the last word."""
    words = name.split() or ["?"]
    return "".join(word[0] for word in (words if len(words) == 1 else (words[0], words[-1]))).upper()


class Profile(models.Model):
    """How a user appears to others, and what they like."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    name = models.CharField("your name", max_length=40)
    role = models.CharField("what you do", max_length=60, blank=True)
    tone = models.CharField("your colour", max_length=10, choices=Tone.choices, default=Tone.EMBER)
    picture = models.FileField(upload_to="pictures/", blank=True)
    digest = models.CharField(
        "summary by e-mail", max_length=10, choices=Digest.choices, default=Digest.WEEKLY
    )
    mentions = models.BooleanField("write to me when I am given a card", default=True)

    rung_at = models.DateTimeField("last looked at notices", default=timezone.now)

    objects: ClassVar[models.Manager[Profile]]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def face_url(self) -> str:
        """Nothing without a picture. Another picture has another address: a browser may keep the old one."""
        if not self.picture:
            return ""
        return f"{reverse('roost:picture', args=[self.user_id])}?{self.picture.name[-8:]}"

    @classmethod
    def of(cls, user: Any) -> Profile:
        """The user's, made at their first visit."""
        start = {"name": user.get_full_name() or user.get_username(), "tone": tone_of(user.pk)}
        return cls.objects.get_or_create(user=user, defaults=start)[0]


class Board(models.Model):
    """Lists of cards that some people share."""

    name = models.CharField(max_length=60)
    about = models.CharField("what it is for", max_length=140, blank=True)
    tone = models.CharField("colour", max_length=10, choices=Tone.choices, default=Tone.EMBER)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_boards")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="boards")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Board]]

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("roost:board", args=[self.pk])


class Lane(models.Model):
    """One list of a board. Cards in a list that `finishes` are done."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="lanes")
    name = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    finishes = models.BooleanField("cards here are done", default=False)

    objects: ClassVar[models.Manager[Lane]]

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Label(models.Model):
    """A mark that cards of a board may carry."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=24)
    tone = models.CharField("colour", max_length=10, choices=Tone.choices, default=Tone.TEAL)

    objects: ClassVar[models.Manager[Label]]

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.name


class Card(models.Model):
    """One thing to do."""

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="cards")
    title = models.CharField(max_length=120)
    text = models.TextField("description", max_length=4000, blank=True)
    due = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    labels = models.ManyToManyField(Label, blank=True, related_name="cards")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="cards")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Card]]

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("roost:card", args=[self.lane.board_id, self.pk])


class Step(models.Model):
    """A line of a card's checklist."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="steps")
    text = models.CharField(max_length=120)
    done = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Step]]

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.text


class Comment(models.Model):
    """What somebody says about a card."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Comment]]

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]


class Attachment(models.Model):
    """A file that belongs to a card. `name` is what its owner called it, `file.name` what we call it."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="attachments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file = models.FileField(upload_to="attachments/")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    picture = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Attachment]]

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("roost:file", args=[self.pk])


class Deed(models.TextChoices):
    """What people do; the value is how the feed says it."""

    MADE = "made", "added"
    MOVED = "moved", "moved"
    DONE = "done", "finished"
    SAID = "said", "commented on"
    GIVEN = "given", "gave you"
    FILED = "filed", "attached a file to"
    CHANGED = "changed", "changed"
    REMOVED = "removed", "removed"


class Activity(models.Model):
    """One deed. It outlives its card, hence the card's title."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="activity")
    card = models.ForeignKey(Card, on_delete=models.SET_NULL, null=True, blank=True, related_name="activity")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    deed = models.CharField(max_length=10, choices=Deed.choices)
    title = models.CharField(max_length=120, blank=True)
    more = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[models.Manager[Activity]]

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.who} {self.get_deed_display()} {self.title}"
