"""Our accounts and the vendors', and those that may be the same."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.kernel.work.models import Workable, due_index


class AccountLink(Workable):
    """Our account and the vendor's, for one application."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="links")
    application = models.ForeignKey(Application, models.PROTECT, related_name="links")
    status = models.CharField(
        _("Provisioning Sync Status"),
        max_length=16,
        choices=LinkStatus,
        default=LinkStatus.UNSYNCHRONIZED,
    )
    external_id = models.CharField(_("vendor's account"), max_length=100, blank=True)
    options_sealed = models.TextField(blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    synchronized_at = models.DateTimeField(_("synchronized"), null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=200, blank=True)
    is_new_wanted = models.BooleanField(default=False, editable=False)
    compare_due_at = models.DateTimeField(null=True, editable=False)
    in_doubt_since = models.DateTimeField(null=True, editable=False)
    doubtful_call_ended_at = models.DateTimeField(null=True, editable=False)
    absent_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("account link")
        verbose_name_plural = _("account links")
        default_permissions = ("view",)
        permissions = (("synchronize_account", _("Can synchronize accounts")),)
        constraints = (
            models.UniqueConstraint(
                name="link_once_per_application", fields=("account", "application")
            ),
            models.UniqueConstraint(
                name="link_external_id_once_per_application",
                fields=("application", "external_id"),
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="link_synchronized_has_its_vendor_account",
                condition=~Q(status=LinkStatus.SYNCHRONIZED) | ~Q(external_id=""),
            ),
        )
        indexes = (
            due_index("link_due"),
            due_index("link_compare_due", "compare_due_at"),
        )

    def __str__(self) -> str:
        words = {"account": self.account, "vendor": self.application}
        return _("%(account)s with %(vendor)s") % words


class AccountCandidate(models.Model):
    """A vendor's account with the e-mail of ours: perhaps the same, a person says."""

    link = models.ForeignKey(
        AccountLink, models.CASCADE, related_name="candidates", verbose_name=_("link")
    )
    external_id = models.CharField(_("vendor's account"), max_length=100)
    key = models.CharField(_("reference"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("account candidate")
        verbose_name_plural = _("account candidates")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="account_candidate_once_per_link", fields=("link", "external_id")
            ),
        )

    def __str__(self) -> str:
        return f"vendor's account {self.external_id}"


class AccountObservation(models.Model):
    """An account as it was seen at the vendor, in its listing."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    external_id = models.CharField(_("vendor's account"), max_length=100)
    key = models.CharField(_("reference"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("account observation")
        verbose_name_plural = _("account observations")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="account_observation_once", fields=("application", "external_id")
            ),
        )

    def __str__(self) -> str:
        return f"vendor's account {self.external_id}"
