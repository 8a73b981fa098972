"""The tables of the door: who came, and the links by which people set a password."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.lifecycle import InvitationState
from purveyor.kernel.work.models import Workable, due_index


class SignInOutcome(models.TextChoices):
    """How a try to sign in ended."""

    SIGNED_IN = "SIGNED_IN", _("Signed in")
    WRONG_PASSWORD = "WRONG_PASSWORD", _("Wrong e-mail or password")
    WRONG_CODE = "WRONG_CODE", _("Wrong code")
    LOCKED_OUT = "LOCKED_OUT", _("Locked out")


class SignIn(models.Model):
    """One try to sign in, by whoever it was. It is kept for a while, then deleted."""

    at = models.DateTimeField(_("when"))
    email = models.CharField(_("e-mail"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="sign_ins",
        verbose_name=_("person"),
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=SignInOutcome)
    address = models.CharField(_("address"), max_length=45, blank=True)
    browser = models.CharField(_("browser"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("Sign-in history")
        default_permissions = ("view",)
        indexes = (
            models.Index(fields=("-at", "-id"), name="sign_in_newest"),
            models.Index(fields=("user", "-at"), name="sign_in_of_person"),
        )

    def __str__(self) -> str:
        return f"{self.email}: {self.get_outcome_display()}"


class LinkPurpose(models.TextChoices):
    """What a person is written to for. Who has a password joins without a secret."""

    WELCOME = "WELCOME", _("First password")
    RESET = "RESET", _("Forgotten password")
    JOINED = "JOINED", _("Another account")


class Invitation(Workable):
    """The link by which a person sets a password: one at a time, for a while, once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitation"
    )
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=InvitationState,
        default=InvitationState.WAITING,
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=10,
        choices=LinkPurpose,
        default=LinkPurpose.WELCOME,
    )
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    expires_at = models.DateTimeField(_("valid until"), null=True)
    # Only the mail holds the link; here is the keyed hash by which it is known again.
    fingerprint = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("Invitations")
        default_permissions = ()  # it is seen and asked for on the person's page
        constraints = (
            models.CheckConstraint(
                name="invitation_state_is_known",
                condition=Q(state__in=InvitationState.values),
            ),
            models.CheckConstraint(
                name="invitation_purpose_is_known",
                condition=Q(purpose__in=LinkPurpose.values),
            ),
            models.CheckConstraint(
                name="invitation_sent_has_its_link",
                condition=~Q(state=InvitationState.SENT)
                | Q(purpose=LinkPurpose.JOINED)
                | Q(fingerprint__isnull=False, expires_at__isnull=False),
            ),
        )
        indexes = (due_index("invitation_due"),)

    def __str__(self) -> str:
        return f"invitation of {self.user}"
