"""Whether and how much each vendor is asked: circuit breakers, and shares of calls."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import BreakerState
from purveyor.kernel.work.models import Workable, due_index


class Breaker(Workable):
    """
    Whether one vendor is asked for anything now.

    It opens after some failures in a row, or at once if our credentials are refused.
    While it is open everything for the vendor waits, and `due_at` is the next question
    that finds out whether it answers again.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="breaker"
    )
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=BreakerState,
        default=BreakerState.CLOSED,
    )
    failures_count = models.PositiveIntegerField(_("failures in a row"), default=0)
    opened_at = models.DateTimeField(_("not answering since"), null=True)
    is_blocked = models.BooleanField(_("refuses our credentials"), default=False)
    paused_until = models.DateTimeField(_("wants to be left alone until"), null=True)

    class Meta:
        verbose_name = _("circuit breaker")
        verbose_name_plural = _("circuit breakers")
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                name="breaker_open_is_looked_at",
                condition=Q(
                    state=BreakerState.OPEN,
                    opened_at__isnull=False,
                    due_at__isnull=False,
                )
                | Q(state=BreakerState.CLOSED, opened_at__isnull=True),
            ),
        )
        indexes = (due_index("breaker_due"),)

    def __str__(self) -> str:
        return f"circuit breaker of {self.application}"

    @staticmethod
    def asking(now: datetime) -> Q:
        """Return the condition that the vendor is asked now."""
        is_left_alone = Q(paused_until__isnull=False, paused_until__gt=now)
        return Q(state=BreakerState.CLOSED) & ~is_left_alone

    def is_asking(self, now: datetime) -> bool:
        """Return whether the vendor is asked now."""
        is_left_alone = self.paused_until is not None and self.paused_until > now
        return self.state == BreakerState.CLOSED and not is_left_alone


class CallShare(models.Model):
    """How many calls one worker may make for an application, for a moment."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    worker = models.CharField(max_length=100)
    at_once = models.PositiveIntegerField()
    per_second = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("share of calls")
        verbose_name_plural = _("shares of calls")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="share_once_per_worker", fields=("application", "worker")
            ),
        )

    def __str__(self) -> str:
        return f"{self.at_once} calls of {self.application} for {self.worker}"
