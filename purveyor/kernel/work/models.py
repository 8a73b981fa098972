"""The columns of a record that has work, and the signs of life of the workers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CAUSE_MAX = 120


class Lane(models.TextChoices):
    """Which work goes first: what a person waits for, before what a machine does."""

    INTERACTIVE = "INTERACTIVE", _("Interactive")
    BATCH = "BATCH", _("Batch")


class Workable(models.Model):
    """A record on which work can be due."""

    lane = models.CharField(
        _("lane"), max_length=12, choices=Lane, default=Lane.BATCH, editable=False
    )
    due_at = models.DateTimeField(_("next try"), null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    tries_count = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    give_up_at = models.DateTimeField(
        _("tried until"), null=True, blank=True, editable=False
    )
    waits_because = models.CharField(
        _("why it waits"), max_length=500, blank=True, editable=False
    )
    cause = models.CharField(
        max_length=CAUSE_MAX, blank=True, editable=False
    )  # the same as a word for programs: rows that wait for one cause are counted by it
    parked_at = models.DateTimeField(
        _("waits for a person since"), null=True, blank=True, editable=False
    )

    class Meta:
        abstract = True


def due_index(name: str, field: str = "due_at") -> models.Index:
    """Return an index that holds only the records with something due."""
    return models.Index(
        fields=[field, "id"], name=name, condition=Q(**{f"{field}__isnull": False})
    )


class WorkerBeat(models.Model):
    """The last sign of life of one worker process."""

    name = models.CharField(_("worker"), max_length=100, unique=True)
    beat_at = models.DateTimeField(_("last seen"))
    started_at = models.DateTimeField(_("started"))

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"worker {self.name}"
