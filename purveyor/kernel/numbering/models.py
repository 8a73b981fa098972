"""The table of counters."""

from django.db import models


class Counter(models.Model):
    """The last number that was taken from one series."""

    name = models.CharField(max_length=40, primary_key=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"counter {self.name}"
