"""The retry of a group of failures, wave by wave."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import RunState
from purveyor.kernel.work.models import CAUSE_MAX, Workable, due_index


class RetryRun(Workable):
    """Assets that failed for one cause, tried again: one, then ten, then the rest."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="retry_runs"
    )
    group = models.CharField(_("cause of the failures"), max_length=CAUSE_MAX)
    state = models.CharField(
        _("status"), max_length=10, choices=RunState, default=RunState.RUNNING
    )
    wave = models.PositiveIntegerField(_("wave"), default=0)
    total_count = models.PositiveIntegerField(_("assets"), default=0)
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("retry of a group")
        verbose_name_plural = _("retries of groups")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="run_one_at_a_time",
                fields=("application", "group"),
                condition=Q(state=RunState.RUNNING),
            ),
            models.CheckConstraint(
                name="run_running_is_due",
                condition=~Q(state=RunState.RUNNING) | Q(due_at__isnull=False),
            ),
        )
        indexes = (due_index("run_due"),)

    def __str__(self) -> str:
        return f"retry of {self.total_count} assets"


class RetriedAsset(models.Model):
    """An asset that a run has tried again."""

    run = models.ForeignKey(RetryRun, models.CASCADE, related_name="retried")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    wave = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("retried asset")
        verbose_name_plural = _("retried assets")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="retried_once_per_run", fields=("run", "asset")
            ),
        )

    def __str__(self) -> str:
        return f"{self.asset} in wave {self.wave}"
