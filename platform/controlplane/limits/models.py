"""Counters in the database, where there is no Redis."""

from django.db import models


class Counter(models.Model):
    """How much of a budget is used in its window."""

    key = models.CharField(max_length=200, primary_key=True)
    used = models.PositiveIntegerField(default=0)
    window_ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
