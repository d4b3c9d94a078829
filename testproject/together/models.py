"""A number that all visitors share."""

from __future__ import annotations

from typing import ClassVar

from django.db import models, transaction


class Tally(models.Model):
    """A named number in the database."""

    name = models.SlugField(primary_key=True)
    value = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager[Tally]]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"

    @classmethod
    def read(cls, name: str) -> int:
        """The number, 0 if nobody has counted yet."""
        return cls.objects.filter(name=name).values_list("value", flat=True).first() or 0

    @classmethod
    def add(cls, name: str, by: int) -> int:
        """Add `by` in one transaction and return the new number."""
        with transaction.atomic():
            tally, _ = cls.objects.select_for_update().get_or_create(name=name)
            tally.value += by
            tally.save()
        return tally.value
