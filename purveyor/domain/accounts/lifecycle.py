"""The states of an invitation, and of a registration."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class InvitationState(TextChoices):
    """Where the link with which a person sets their password stands."""

    WAITING = "WAITING", _("Waiting to be sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Not sent")
    USED = "USED", _("Used")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


INVITATION = Lifecycle(
    "invitation",
    initial=InvitationState.WAITING,
    moves=(
        Move("send", (InvitationState.WAITING,), InvitationState.SENT),
        Move("fail", (InvitationState.WAITING,), InvitationState.FAILED),
        Move("use", (InvitationState.SENT,), InvitationState.USED),
        Move(
            "withdraw",
            (InvitationState.WAITING, InvitationState.SENT, InvitationState.FAILED),
            InvitationState.WITHDRAWN,
        ),
        Move(
            "ask_again",
            (
                InvitationState.SENT,
                InvitationState.FAILED,
                InvitationState.USED,
                InvitationState.WITHDRAWN,
            ),
            InvitationState.WAITING,
        ),
    ),
)


class RegistrationState(TextChoices):
    """How far a company is that asks for an account; unconfirmed ones are deleted."""

    ASKED = "ASKED", _("E-mail not confirmed")
    VERIFIED = "VERIFIED", _("To decide")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


REGISTRATION = Lifecycle(
    "registration",
    initial=RegistrationState.ASKED,
    moves=(
        Move("verify", (RegistrationState.ASKED,), RegistrationState.VERIFIED),
        Move("approve", (RegistrationState.VERIFIED,), RegistrationState.APPROVED),
        Move("reject", (RegistrationState.VERIFIED,), RegistrationState.REJECTED),
    ),
)
