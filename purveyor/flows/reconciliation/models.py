"""The tables of reconciliation: runs, their findings, what is known, the policy."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.models import (
    AccountLink,
    AccountObservation,
    CouponObservation,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.kernel.work.models import Workable, due_index


class Policy(models.Model):
    """How one application is reconciled: when by itself, and who must approve."""

    application = models.OneToOneField(
        Application,
        models.CASCADE,
        related_name="reconciliation_policy",
        verbose_name=_("application"),
    )
    is_nightly = models.BooleanField(
        _("every night"),
        default=True,
        help_text=_("Looks and plans by itself; nothing is changed by it."),
    )
    at_hour = models.PositiveSmallIntegerField(
        _("at the hour"),
        default=2,
        validators=[MaxValueValidator(23)],
        help_text=_("From 0 to 23, where the distributor works."),
    )
    needs_second_person = models.BooleanField(
        _("a second person approves"),
        default=True,
        help_text=_("Who has proposed a plan cannot approve it."),
    )
    mail_to = models.EmailField(
        _("tell of new findings"),
        blank=True,
        help_text=_("An address of the distributor. Nothing is sent if it is empty."),
    )
    due_at = models.DateTimeField(_("next"), null=True, editable=False)

    class Meta:
        verbose_name = _("reconciliation policy")
        verbose_name_plural = _("reconciliation policies")
        default_permissions = ("view", "change")
        indexes = (due_index("policy_due"),)

    def __str__(self) -> str:
        return f"reconciliation of {self.application}"


class ReconciliationRun(Workable):
    """One comparison with a vendor, and the plan that came of it."""

    application = models.ForeignKey(
        Application,
        models.PROTECT,
        related_name="reconciliations",
        verbose_name=_("service manager"),
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
        help_text=_("Only this account is compared; all, if it is empty."),
    )
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="undone_by"
    )
    state = models.CharField(
        _("status"), max_length=10, choices=RunState, default=RunState.LOOKING
    )
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    proposed_by = models.CharField(_("proposed by"), max_length=200, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    is_forced = models.BooleanField(_("approved beyond the limit"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True)

    # The look: where the listing was left, and when it began and was complete.
    cursor = models.TextField(blank=True, editable=False)
    listing_began_at = models.DateTimeField(null=True, editable=False)
    listed_at = models.DateTimeField(_("listed"), null=True)
    accounts_began_at = models.DateTimeField(null=True, editable=False)
    pages_count = models.PositiveIntegerField(_("pages"), default=0)
    rows_count = models.PositiveIntegerField(_("coupons listed"), default=0)
    looked_count = models.PositiveIntegerField(_("looked for by code"), default=0)
    absent_count = models.PositiveIntegerField(_("not listed"), default=0)

    # The plan.
    compared_count = models.PositiveIntegerField(_("assets compared"), default=0)
    waiting_count = models.PositiveIntegerField(
        _("missing for the first time"), default=0
    )
    findings_count = models.PositiveIntegerField(_("findings"), default=0)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    mended_count = models.PositiveIntegerField(_("mended since"), default=0)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    tell_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("Reconciliation")
        default_permissions = ("view",)
        permissions = (
            ("prepare_reconciliation", _("Can start and prepare reconciliations")),
            ("approve_reconciliation", _("Can approve plans")),
        )
        constraints = (
            models.UniqueConstraint(
                name="reconciliation_one_look_at_a_time",
                fields=("application",),
                condition=Q(state=RunState.LOOKING),
            ),
        )
        indexes = (
            due_index("reconciliation_due"),
            due_index("reconciliation_tell_due", "tell_due_at"),
            models.Index(
                fields=("application", "-asked_at"), name="reconciliation_newest"
            ),
        )

    def __str__(self) -> str:
        words = {"number": self.pk, "vendor": self.application}
        return _("reconciliation %(number)s with %(vendor)s") % words


class Absence(models.Model):
    """An asset whose coupon was neither listed nor found by its code in one run."""

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="absences")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("looked for"))

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="absence_once_per_run", fields=("run", "asset")
            ),
        )

    def __str__(self) -> str:
        return f"{self.asset} was not there"


class Finding(models.Model):
    """One difference with both sides' facts: a line of a plan, and its result."""

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField(_("line"))
    drift = models.CharField(_("finding"), max_length=20, choices=Drift)
    subject = models.CharField(max_length=100, editable=False)
    identity = models.CharField(max_length=64, editable=False)
    is_new = models.BooleanField(_("new"), default=False)

    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="findings")
    observation = models.ForeignKey(
        CouponObservation, models.PROTECT, null=True, related_name="findings"
    )
    link = models.ForeignKey(
        AccountLink, models.PROTECT, null=True, related_name="findings"
    )
    seen_account = models.ForeignKey(
        AccountObservation, models.PROTECT, null=True, related_name="findings"
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    ours = models.JSONField(_("with us"), default=dict)
    theirs = models.JSONField(_("at the vendor"), default=dict)
    evidence = models.JSONField(_("evidence"), default=list)
    cost = models.DecimalField(
        _("cost at risk"), max_digits=14, decimal_places=2, default=0
    )
    price = models.DecimalField(
        _("price at risk"), max_digits=14, decimal_places=2, default=0
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    offered = models.JSONField(_("remedies offered"), default=list)
    remedy = models.CharField(_("remedy"), max_length=12, choices=Remedy, blank=True)
    for_account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("for the account"),
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.CharField(
        _("status"), max_length=10, choices=FindingState, default=FindingState.OPEN
    )
    result = models.CharField(_("result"), max_length=500, blank=True)
    # What the records said when the line was made; it is refused if they changed.
    guard = models.JSONField(default=dict, editable=False)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="finding_position_once", fields=("run", "position")
            ),
        )
        indexes = (
            models.Index(fields=("run", "drift", "position"), name="finding_by_drift"),
            models.Index(fields=("run", "state", "position"), name="finding_by_state"),
        )

    def __str__(self) -> str:
        words = {"line": self.position, "run": self.run}
        return _("line %(line)s of %(run)s") % words


class Known(models.Model):
    """A difference that somebody knows of: it is not found again while it stays so."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    identity = models.CharField(max_length=64)
    drift = models.CharField(_("finding"), max_length=20, choices=Drift)
    label = models.CharField(_("about"), max_length=200)
    because = models.CharField(_("reason"), max_length=300)
    known_by = models.CharField(_("by"), max_length=200)
    known_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("asked about again after"), null=True)

    class Meta:
        verbose_name = _("known difference")
        verbose_name_plural = _("known differences")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="known_once", fields=("application", "identity")
            ),
        )

    def __str__(self) -> str:
        return self.label
