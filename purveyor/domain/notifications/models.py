"""The tables of notifications, their texts, the messages, and the mail server."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, AccountKind, MailLanguage
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application, Product
from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.domain.orders.models import Order
from purveyor.kernel.work.models import Workable, due_index

DAYS_BEFORE_MAX = 365
PORT_MAX = 65_535


class Notification(models.Model):
    """A rule: what happened, under which conditions, is told to whom."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    event = models.CharField(
        _("event"),
        max_length=40,
        choices=EventName,
        help_text=_("What must happen. It cannot be changed later."),
    )
    audience = models.CharField(
        _("audience"),
        max_length=10,
        choices=Audience,
        default=Audience.INTERNAL,
        help_text=_(
            "Internal mails go to our own people only, and lead to the record. "
            "It cannot be changed later."
        ),
    )
    is_enabled = models.BooleanField(_("switched on"), default=True)

    # Whom: words of roles, and addresses. From: empty for the distributor's own.
    sender = models.EmailField(_("from"), blank=True)
    to = models.JSONField(_("to"), default=list, blank=True)
    cc = models.JSONField(_("copy to"), default=list, blank=True)
    bcc = models.JSONField(_("hidden copy to"), default=list, blank=True)

    # Conditions: all of those that are filled in must hold.
    account_kind = models.CharField(
        _("account kind"), max_length=20, choices=AccountKind, blank=True
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("application"),
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    total_above = models.DecimalField(
        _("total above"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    total_currency = models.CharField(
        _("currency of the total"), max_length=3, blank=True
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("Notifications")
        permissions = (("test_notification", _("Can send test mails")),)
        constraints = (
            models.CheckConstraint(
                name="notification_event_is_known",
                condition=Q(event__in=EventName.values),
            ),
            models.CheckConstraint(
                name="notification_total_has_a_currency",
                condition=Q(total_above__isnull=True) | ~Q(total_currency=""),
            ),
        )
        indexes = (models.Index(fields=("event", "id"), name="notification_of_event"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_internal(self) -> bool:
        """Whether only our own people read it."""
        return self.audience == Audience.INTERNAL

    @property
    def shows_code(self) -> bool:
        """Whether it brings the coupon code: the welcome mail does, and no other."""
        return self.name == WELCOME

    @property
    def is_reminder(self) -> bool:
        """Whether it is the one that the daily round along the coupons sends."""
        return self.name == REMINDER

    @property
    def follows_the_order(self) -> bool:
        """Whether it goes to the address that the order named, and nowhere else."""
        return self.shows_code or self.is_reminder


class Template(models.Model):
    """What a notification says in one language, with placeholders."""

    notification = models.ForeignKey(
        Notification,
        models.CASCADE,
        related_name="templates",
        verbose_name=_("notification"),
    )
    language = models.CharField(_("language"), max_length=7, choices=MailLanguage)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))

    class Meta:
        verbose_name = _("text of a notification")
        verbose_name_plural = _("Texts of notifications")
        constraints = (
            models.UniqueConstraint(
                name="template_once_per_language", fields=("notification", "language")
            ),
        )

    def __str__(self) -> str:
        return f"{self.notification} ({self.get_language_display()})"


class Message(Workable):
    """
    One mail of a notification to one recipient, about one record.

    The record is named by its kind and id, because a notification may be about what
    this stage does not know. Whose it is stands beside it, where that is known.
    """

    notification = models.ForeignKey(
        Notification,
        models.PROTECT,
        related_name="messages",
        verbose_name=_("notification"),
    )
    about_type = models.CharField(_("record"), max_length=60)
    about_id = models.BigIntegerField(_("record id"))
    about_label = models.CharField(_("about"), max_length=200)
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("account"),
    )
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("order"),
    )
    asset = models.ForeignKey(
        Asset,
        models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("asset"),
    )
    coupon_hash = models.CharField(max_length=64, blank=True, editable=False)
    occasion = models.CharField(
        _("occasion"),
        max_length=60,
        help_text=_(
            "“delivered”, “expires-14” for a reminder 14 days before, the line of the "
            "journal that is told of, or a number for each time it was sent again."
        ),
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)
    recipient = models.EmailField(
        _("to"), help_text=_("Empty if the order named nobody; such a mail fails.")
    )
    copy_to = models.JSONField(_("copy to"), default=list)
    hidden_copy_to = models.JSONField(_("hidden copy to"), default=list)
    language = models.CharField(_("language"), max_length=7, choices=MailLanguage)
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
                name="message_once_per_coupon_and_occasion",
                fields=("notification", "asset", "coupon_hash", "occasion"),
                condition=~Q(coupon_hash=""),
            ),
            models.UniqueConstraint(
                name="message_once_per_record_and_occasion",
                fields=(
                    "notification",
                    "about_type",
                    "about_id",
                    "occasion",
                    "recipient",
                ),
                condition=Q(coupon_hash=""),
            ),
            models.CheckConstraint(
                name="message_with_a_coupon_is_about_its_asset",
                condition=Q(coupon_hash="") | Q(asset__isnull=False),
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
            models.Index(
                fields=("about_type", "about_id", "-id"), name="message_about"
            ),
            models.Index(
                fields=("notification", "-created_at"), name="message_of_notification"
            ),
            models.Index(Upper("recipient"), name="message_to"),
            models.Index(Upper("about_label"), name="message_about_label"),
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


class Security(models.TextChoices):
    """How the way to the mail server is kept from listeners."""

    STARTTLS = "STARTTLS", _("STARTTLS (port 587)")
    TLS = "TLS", _("TLS from the first byte (port 465)")
    NONE = "NONE", _("None: only for a server on this machine")


class MailServer(models.Model):
    """The server that takes our mails. Without a host, the environment's is used."""

    host = models.CharField(_("host"), max_length=200, blank=True)
    port = models.PositiveIntegerField(
        _("port"),
        default=587,
        validators=[MinValueValidator(1), MaxValueValidator(PORT_MAX)],
    )
    security = models.CharField(
        _("encryption"), max_length=10, choices=Security, default=Security.STARTTLS
    )
    user = models.CharField(_("user"), max_length=200, blank=True)
    password_sealed = models.TextField(blank=True, editable=False)
    sender = models.EmailField(
        _("from"),
        blank=True,
        help_text=_("Empty: the e-mail of the organization profile."),
    )

    class Meta:
        verbose_name = _("mail server")
        verbose_name_plural = _("Mail server")
        default_permissions = ("view", "change")
        constraints = (
            models.CheckConstraint(name="mail_server_is_one", condition=Q(id=1)),
        )

    def __str__(self) -> str:
        return self.host or str(_("mail server of the environment"))
