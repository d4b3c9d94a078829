"""What the pages keep. No migrations: the tables are made by ``migrate --run-syncdb``."""

from __future__ import annotations

from django.db import models


class Note(models.Model):
    """Anything with a title."""

    title = models.CharField(max_length=100)
    is_open = models.BooleanField(default=True)

    class Meta:
        app_label = "feature_site"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title
