"""How a service manager is reached, by which policies it sells, within which limits."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import DefinitionState
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
    lists = models.BooleanField(
        _("the vendor lists the coupons it has made"), default=True
    )
    lists_spent = models.BooleanField(
        _("… and goes on listing redeemed and expired ones"), default=False
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
    calls_at_once = models.PositiveIntegerField(
        _("calls at a time"),
        default=18,
        validators=[MinValueValidator(3), MaxValueValidator(64)],
        help_text=_(
            "Of all workers together. Two of them are kept for what a person waits for."
        ),
    )
    calls_per_second = models.PositiveIntegerField(
        _("calls per second"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("Of all workers together; reads count too."),
    )
    breaker_failures = models.PositiveIntegerField(
        _("failures in a row until nobody asks"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text=_(
            "Then everything for this vendor waits, and one question now and then "
            "finds out when it answers again."
        ),
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)

    class Meta:
        verbose_name = _("service manager's settings")
        verbose_name_plural = _("service managers' settings")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return _("settings of %(vendor)s") % {"vendor": self.application}


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
