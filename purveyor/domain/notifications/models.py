"""The tables of templates and messages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.kernel.work.models import Workable, due_index

DAYS_BEFORE_MAX = 365


class Template(models.Model):
    """The text of a notification, with placeholders."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    copy_to = models.EmailField(_("copy to"), blank=True)
    is_enabled = models.BooleanField(_("switched on"), default=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("Notifications")

    def __str__(self) -> str:
        return self.name


class Message(Workable):
    """One mail of a notification to one recipient."""

    template = models.ForeignKey(
        Template,
        models.PROTECT,
        related_name="messages",
        verbose_name=_("notification"),
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, related_name="messages", verbose_name=_("asset")
    )
    coupon_hash = models.CharField(max_length=64, editable=False)
    occasion = models.CharField(
        _("occasion"),
        max_length=60,
        help_text=_(
            "“delivered”, “expires-14” for a reminder 14 days before, or a number for "
            "each time it was sent again."
        ),
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)
    recipient = models.EmailField(
        _("to"), help_text=_("Empty if the order named nobody; such a mail fails.")
    )
    copy_to = models.EmailField(_("copy to"), blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    masked_text = models.TextField(_("text"))
    masked_html = models.TextField(_("HTML"))
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    state = models.CharField(
        _("status"), max_length=14, choices=MessageState, default=MessageState.QUEUED
    )
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("Notifications sent")
        default_permissions = ("view",)
        permissions = (("send_again", _("Can send messages again")),)
        constraints = (
            models.UniqueConstraint(
                name="message_once_per_occasion",
                fields=("template", "asset", "coupon_hash", "occasion"),
            ),
            models.CheckConstraint(
                name="message_state_is_known",
                condition=Q(state__in=MessageState.values),
            ),
            models.CheckConstraint(
                name="message_on_its_way_is_due",
                condition=~Q(state__in=(MessageState.QUEUED, MessageState.SENDING))
                | Q(due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_has_a_date",
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False),
            ),
        )
        indexes = (
            due_index("message_due"),
            models.Index(fields=("-created_at", "-id"), name="message_newest"),
        )

    def __str__(self) -> str:
        return f"“{self.subject}” to {self.recipient}"


class Rung(models.Model):
    """One step of the ladder of reminders: so many days before a coupon expires."""

    days_before = models.PositiveSmallIntegerField(
        _("days before the expiry"), unique=True
    )

    class Meta:
        default_permissions = ()  # the ladder is edited with its notification
        constraints = (
            models.CheckConstraint(
                name="rung_in_bounds",
                condition=Q(days_before__gte=1, days_before__lte=DAYS_BEFORE_MAX),
            ),
        )

    def __str__(self) -> str:
        return f"{self.days_before} days before"


class ReminderRound(Workable):
    """The daily round along the coupons that expire soon: the one, and where it is."""

    seen_until = models.DateTimeField(null=True)
    seen_pk = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()  # nobody touches it but workers
        constraints = (
            models.CheckConstraint(name="reminder_round_is_one", condition=Q(id=1)),
        )
        indexes = (due_index("reminder_round_due"),)

    def __str__(self) -> str:
        return "round of reminders"
