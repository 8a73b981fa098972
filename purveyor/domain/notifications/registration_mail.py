"""Mail what a person is told whose company asks for an account."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.domain.accounts.models import Registration
from purveyor.domain.accounts.queries import organization_name
from purveyor.domain.accounts.registrations import forget_unconfirmed
from purveyor.domain.notifications.letter import sender_of
from purveyor.domain.notifications.mail import (
    Answer,
    Letter,
    Receipt,
    connected,
    hand_over,
)
from purveyor.domain.notifications.registration_words import (
    confirmation_texts,
    rejection_texts,
)
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.server import mailer_now
from purveyor.domain.notifications.values import find_organization
from purveyor.domain.notifications.writing import new_message_id
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import Secret, fingerprint
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease

WORKER = "worker"


def look_after_registration(*, lease: Lease, now: datetime) -> None:
    """
    Mail the link by which an e-mail is confirmed, or the no; forget what ran out.

    A link works only once its hash is stored. A worker that dies in between has mailed
    a worthless one; the next makes another. A step of the street.
    """
    registration = Registration.objects.get(pk=lease.pk)
    is_asked = registration.state == RegistrationState.ASKED
    if is_asked and now >= registration.expires_at:
        forget_unconfirmed(registration=registration, actor=WORKER, now=now)
    elif registration.sent_at is None and (is_asked or registration.because):
        token = secrets.token_urlsafe(32) if is_asked else ""
        receipt = _mail(registration, token)
        _write(registration, receipt, token=token, lease=lease, now=now)
    else:
        lease.end(due_at=registration.expires_at if is_asked else None)


def _mail(registration: Registration, token: str) -> Receipt:
    try:
        letter = _letter(registration, token)
        with connected(mailer_now()) as mailer:
            return hand_over(letter, mailer)
    except Refused as refusal:  # there is no server, or no sender yet
        return Receipt(Answer.LATER, refusal.message)


@transaction.atomic(durable=True)
def _write(
    registration: Registration,
    receipt: Receipt,
    *,
    token: str,
    lease: Lease,
    now: datetime,
) -> None:
    tries = registration.tries_count + 1
    runs_out_at = registration.expires_at if token else None
    changes: dict[str, object] = {
        "tries_count": tries,
        "due_at": runs_out_at,
        "waits_because": receipt.reason,
    }
    is_over = registration.give_up_at is not None and now >= registration.give_up_at
    match receipt.answer:
        case Answer.TAKEN | Answer.UNKNOWN:
            changes["sent_at"] = now
            changes["fingerprint"] = fingerprint(token) if token else None
        case Answer.LATER if not is_over:
            changes["due_at"] = next_try_at(tries_count=tries, now=now)
        case _:  # it never arrives; a link that nobody has runs out
            pass
    lease.end(**changes)


def _letter(registration: Registration, token: str) -> Letter:
    texts = _texts(registration, token)
    return Letter(
        message_id=new_message_id(),
        sender=sender_of(find_organization()),
        recipient=registration.person_email,
        copy_to=(),
        hidden_copy_to=(),
        masked=texts,
        clear=texts,
        coupon=Secret(token),  # a server that quotes the mail is not quoted
    )


def _texts(registration: Registration, token: str) -> Texts:
    told: dict[str, Any] = {
        "registration": registration,
        "organization": organization_name(),
    }
    if token:
        return confirmation_texts(token=token, **told)
    return rejection_texts(**told)
