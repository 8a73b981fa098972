"""The tables of the vendor's part."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    DefinitionState,
    LinkStatus,
)
from purveyor.kernel.work.models import Workable, due_index


class Buyers(models.TextChoices):
    """Who may buy the products of an application."""

    ALL = "ALL", _("Everyone")
    RESELLERS = "RESELLERS", _("Resellers, for themselves and their end customers")
    RESELLERS_FOR_END_CUSTOMERS = (
        "RESELLERS_FOR_END_CUSTOMERS",
        _("Resellers, for their end customers only"),
    )
    RESELLERS_FOR_THEMSELVES = (
        "RESELLERS_FOR_THEMSELVES",
        _("Resellers, for themselves only"),
    )


class LinkOf(models.TextChoices):
    """Which account must be known at the vendor."""

    RECEIVER = "RECEIVER", _("The account that receives the product")
    RESELLER = "RESELLER", _("Its reseller")


class SyncFields(models.TextChoices):
    """What an account is asked for when it is synchronized."""

    NONE = "NONE", _("Nothing")
    EMAIL_PASSWORD = "EMAIL_PASSWORD", _("E-mail and password")


class InvoiceWhen(models.TextChoices):
    """When what was sold is billed."""

    EXECUTION = "EXECUTION", _("At execution")
    DELIVERY = "DELIVERY", _("When delivered")


class ServiceManagerSetup(models.Model):
    """What a service manager is told: address and credentials, policies, limits."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="setup", verbose_name=_("application")
    )
    values = models.JSONField(default=dict, editable=False)
    secrets_sealed = models.TextField(blank=True, editable=False)

    require_prior_sync = models.BooleanField(
        _("accounts must be synchronized first"),
        default=True,
        help_text=_("An order of an account that is not synchronized is not executed."),
    )
    sync_on_checkout = models.BooleanField(
        _("synchronize on the way"),
        default=False,
        help_text=_("Executing an order synchronizes its account first, if it must."),
    )
    allowed_buyers = models.CharField(
        _("who may buy"), max_length=30, choices=Buyers, default=Buyers.ALL
    )
    link_of = models.CharField(
        _("who is synchronized"), max_length=10, choices=LinkOf, default=LinkOf.RECEIVER
    )
    sync_fields = models.CharField(
        _("Sync Options ask for"),
        max_length=16,
        choices=SyncFields,
        default=SyncFields.NONE,
    )
    is_cancel_allowed = models.BooleanField(_("coupons can be cancelled"), default=True)
    invoice_when = models.CharField(
        _("invoice"), max_length=10, choices=InvoiceWhen, default=InvoiceWhen.EXECUTION
    )

    finds_by_key = models.BooleanField(
        _("the vendor finds coupons by our reference"), default=True
    )
    finds_spent = models.BooleanField(
        _("… also redeemed and expired ones"), default=True
    )
    lists_spent = models.BooleanField(
        _("the vendor goes on listing redeemed and expired ones"), default=False
    )
    settle_seconds = models.PositiveIntegerField(
        _("settle time (seconds)"),
        default=300,
        validators=[MaxValueValidator(86_400)],
        help_text=_(
            "How long after a doubtful call the vendor's “not there” is believed. "
            "Longer than the vendor's longest processing."
        ),
    )
    second_look_seconds = models.PositiveIntegerField(
        _("second look after (seconds)"),
        default=60,
        validators=[MaxValueValidator(86_400)],
    )
    deadline_seconds = models.FloatField(
        _("limit for one call (seconds)"),
        default=30,
        validators=[MinValueValidator(0.2), MaxValueValidator(300)],
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)

    class Meta:
        verbose_name = _("service manager's settings")
        verbose_name_plural = _("service managers' settings")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"settings of {self.application}"


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
        indexes = (due_index("link_due"),)

    def __str__(self) -> str:
        return f"{self.account} with {self.application}"


class Attempt(models.Model):
    """One try at the vendor, written down before it is made; then closed, once."""

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
    message = models.CharField(_("message"), max_length=500, blank=True)
    error_code = models.CharField(_("error"), max_length=60, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    candidate_sealed = models.TextField(blank=True, editable=False)
    candidate_mask = models.CharField(_("candidate"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ("view",)
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


class CouponObservation(models.Model):
    """A coupon as it was seen at the vendor: in an answer, a look-up or a listing."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    coupon_hash = models.CharField(max_length=64, editable=False)
    coupon_sealed = models.TextField(editable=False)
    coupon_mask = models.CharField(_("coupon"), max_length=20)
    key = models.CharField(_("reference"), max_length=64, blank=True)
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, related_name="observations"
    )
    is_duplicate = models.BooleanField(_("duplicate"), default=False)
    facts = models.JSONField(_("facts"), default=dict)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("coupon observation")
        verbose_name_plural = _("coupon observations")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="observation_once_per_coupon",
                fields=("application", "coupon_hash"),
            ),
        )
        indexes = (models.Index(fields=("key",), name="observation_by_key"),)

    def __str__(self) -> str:
        return f"coupon {self.coupon_mask}"


class DefinitionReading(Workable):
    """One reading of a services definition, with its progress and its log."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="readings"
    )
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=DefinitionState,
        default=DefinitionState.QUEUED,
    )
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_count = models.PositiveIntegerField(_("of"), default=0)
    log_lines = models.JSONField(_("log"), default=list)

    class Meta:
        verbose_name = _("reading of a services definition")
        verbose_name_plural = _("readings of services definitions")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="reading_one_at_a_time",
                fields=("application",),
                condition=Q(state=DefinitionState.QUEUED),
            ),
        )
        indexes = (due_index("reading_due"),)

    def __str__(self) -> str:
        return f"services definition of {self.application}"
