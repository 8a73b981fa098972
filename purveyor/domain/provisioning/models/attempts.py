"""What was asked of vendors, and how it ended."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models.links import AccountLink


class Attempt(models.Model):
    """One try at the vendor, written down before it is made; then closed, once."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="attempts")
    link = models.ForeignKey(
        AccountLink, models.PROTECT, null=True, related_name="attempts"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=AttemptKind)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=AttemptOutcome, default=AttemptOutcome.OPEN
    )
    lease_token = models.CharField(max_length=32, editable=False)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    asked = models.JSONField(_("what was asked for"), default=dict, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    error_code = models.CharField(_("error"), max_length=60, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    candidate_sealed = models.TextField(blank=True, editable=False)
    candidate_mask = models.CharField(_("candidate"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ("view",)
        indexes = (
            models.Index(fields=("application", "started_at"), name="attempt_by_time"),
        )
        constraints = (
            models.CheckConstraint(
                name="attempt_is_about_one_record",
                condition=Q(asset__isnull=False, link__isnull=True)
                | Q(asset__isnull=True, link__isnull=False),
            ),
            models.UniqueConstraint(
                name="attempt_one_open_per_asset",
                fields=("asset",),
                condition=Q(outcome=AttemptOutcome.OPEN),
            ),
            models.UniqueConstraint(
                name="attempt_one_open_per_link",
                fields=("link",),
                condition=Q(outcome=AttemptOutcome.OPEN),
            ),
            models.CheckConstraint(
                name="attempt_closed_has_its_end",
                condition=Q(outcome=AttemptOutcome.OPEN, ended_at__isnull=True)
                | (~Q(outcome=AttemptOutcome.OPEN) & Q(ended_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.pk} to {self.get_kind_display().lower()}"
