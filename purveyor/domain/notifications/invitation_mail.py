"""Mail the link by which a person sets a password."""

import secrets
from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.invitations import VALID_FOR
from purveyor.domain.accounts.lifecycle import INVITATION, InvitationState
from purveyor.domain.accounts.models import Invitation, LinkPurpose
from purveyor.domain.accounts.queries import organization_name
from purveyor.domain.notifications.invitation_words import invitation_texts
from purveyor.domain.notifications.letter import sender_of
from purveyor.domain.notifications.mail import (
    Answer,
    Letter,
    Receipt,
    connected,
    hand_over,
)
from purveyor.domain.notifications.server import mailer_now
from purveyor.domain.notifications.values import find_organization
from purveyor.domain.notifications.writing import new_message_id
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import Secret, fingerprint
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease


def send_invitation(*, lease: Lease, now: datetime) -> None:
    """
    Hand one link to the mail server: make it, mail it, then store its hash.

    A link works only once its hash is stored. A worker that dies in between has mailed
    a worthless one; the next makes another. A step of the street.
    """
    invitation = Invitation.objects.select_related("user").get(pk=lease.pk)
    if invitation.state != InvitationState.WAITING:
        lease.end(due_at=None)
        return
    token = secrets.token_urlsafe(32)
    receipt = _mail(invitation, token)
    _write(invitation, receipt, token=token, lease=lease, now=now)


def _mail(invitation: Invitation, token: str) -> Receipt:
    try:
        letter = _letter(invitation, token)
        with connected(mailer_now()) as mailer:
            return hand_over(letter, mailer)
    except Refused as refusal:  # there is no server, or no sender yet
        return Receipt(Answer.LATER, refusal.message)


@transaction.atomic(durable=True)
def _write(
    invitation: Invitation, receipt: Receipt, *, token: str, lease: Lease, now: datetime
) -> None:
    tries = invitation.tries_count + 1
    changes: dict[str, object] = {
        "tries_count": tries,
        "due_at": None,
        "waits_because": receipt.reason,
    }
    is_over = invitation.give_up_at is not None and now >= invitation.give_up_at
    match receipt.answer:
        case Answer.TAKEN | Answer.UNKNOWN:
            changes |= {"sent_at": now, **_link(invitation, token, now=now)}
            INVITATION.move(invitation, "send", **changes)
        case Answer.LATER if not is_over:
            changes["due_at"] = next_try_at(tries_count=tries, now=now)
            lease.end(**changes)
            return
        case _:
            INVITATION.move(invitation, "fail", **changes)
    lease.end()


def _link(invitation: Invitation, token: str, *, now: datetime) -> dict[str, object]:
    """Return what is kept of the link; who has a password was sent none."""
    valid_for = VALID_FOR.get(LinkPurpose(invitation.purpose))
    if valid_for is None:
        return {}
    return {"fingerprint": fingerprint(token), "expires_at": now + valid_for}


def _letter(invitation: Invitation, token: str) -> Letter:
    organization = find_organization()
    texts = invitation_texts(
        user=invitation.user,
        purpose=invitation.purpose,
        organization=organization_name(),
        token=token,
    )
    return Letter(
        message_id=new_message_id(),
        sender=sender_of(organization),
        recipient=invitation.user.email,
        copy_to=(),
        hidden_copy_to=(),
        masked=texts,
        clear=texts,
        coupon=Secret(token),  # a server that quotes the mail is not quoted
    )
