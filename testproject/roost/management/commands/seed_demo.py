"""`manage.py seed_demo`: people, boards, cards, files and four weeks of activity, to look around in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from testproject.roost.demo import planting, stories
from testproject.roost.models import Board


class Command(BaseCommand):
    help = "Fill the database with people and boards to look around in. A second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="take away the demo's boards first")

    @transaction.atomic
    def handle(self, *args: Any, fresh: bool, **options: Any) -> None:
        if fresh:
            Board.objects.filter(owner__username__in=stories.PEOPLE).delete()
        people = planting.people(stories.PEOPLE)
        if Board.objects.filter(owner=people["ada"]).exists():
            self.stdout.write("The demo is there already; --fresh plants it anew.")
            return
        for story in stories.BOARDS:
            planting.board(story, people)
        names = ", ".join(stories.PEOPLE)
        self.stdout.write(
            f"Planted {len(stories.BOARDS)} boards. Log in as one of {names}: {stories.PASSWORD}"
        )
