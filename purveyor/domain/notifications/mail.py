"""
Hand a mail to the mail server, and say truly what became of it.

A server has four answers, as a vendor has: taken, refused for good, not now, and none
at all. After the last one nobody knows, so such a mail is never sent again by itself.
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from purveyor.domain.notifications.rendering import Texts
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import Secret, mask

REASON_MAX = 300
HEADERS = {"Auto-Submitted": "auto-generated"}
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
)
TEMPORARY = range(400, 500)
PERMANENT = range(500, 600)


class ServerNotReached(Refused):
    """No mail server took the call, so nothing was handed over."""

    code = "notifications.server_not_reached"


class Answer(StrEnum):
    """What became of a mail."""

    TAKEN = "taken"  #: the server has it
    REFUSED = "refused"  #: it does not want it, now or later
    LATER = "later"  #: it does not have it, and may want it later
    UNKNOWN = "unknown"  #: the connection broke; it may have it


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one mail, and a reason for people if it was not simply taken."""

    answer: Answer
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A paper that travels with a mail, as a PDF."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is handed over. Its clear texts live in memory only."""

    message_id: str
    sender: str
    recipient: str
    copy_to: tuple[str, ...]
    hidden_copy_to: tuple[str, ...]
    masked: Texts
    clear: Texts = field(repr=False)
    coupon: Secret
    enclosed: tuple[Enclosure, ...] = ()


@contextmanager
def connected(mailer: BaseEmailBackend) -> Iterator[BaseEmailBackend]:
    """
    Give an open connection to the mail server; a failing goodbye does not matter.

    :raises ServerNotReached: if there is none, or it does not let us in.
    """
    try:
        mailer.open()
    except OSError as error:  # smtplib's own errors are among them
        words = _("The mail server was not reached: %s") % in_one_line(_said(error))
        raise ServerNotReached(words) from error
    try:
        yield mailer
    finally:
        with suppress(OSError):
            mailer.close()


def hand_over(letter: Letter, mailer: BaseEmailBackend) -> Receipt:
    """
    Hand a letter to the server, and return its answer.

    The copy travels by itself: if both shared an envelope, a server could take the
    copy, refuse the recipient, and the mail would count as sent.
    """
    try:
        mailer.send_messages([_mail(letter, letter.recipient)])
    except REFUSALS as refusal:
        return _judged(refusal, letter)
    except ValueError as error:
        reason = _("The mail cannot be addressed: %s") % error
        return Receipt(Answer.REFUSED, _told(reason, letter))
    except OSError as error:
        reason = _(
            "The connection to the mail server broke, so nobody knows whether it has "
            "the mail (%s). Ask the recipient before you send it again."
        )
        return Receipt(Answer.UNKNOWN, _told(reason % error, letter))
    return Receipt(Answer.TAKEN, _send_copies(letter, mailer))


def _send_copies(letter: Letter, mailer: BaseEmailBackend) -> str:
    """Send the copies that are wanted; return which were not taken, and why."""
    wanted = dict.fromkeys((*letter.copy_to, *letter.hidden_copy_to))
    told = (_send_copy(each, letter, mailer) for each in wanted)
    return in_one_line(" ".join(filter(None, told)))


def _send_copy(address: str, letter: Letter, mailer: BaseEmailBackend) -> str:
    if address == letter.recipient:
        return ""
    try:
        mailer.send_messages([_mail(letter, address)])
    except (OSError, ValueError) as error:
        reason = _("The copy to %(address)s was not taken: %(error)s")
        return _told(reason % {"address": address, "error": error}, letter)
    return ""


def _mail(letter: Letter, address: str) -> EmailMultiAlternatives:
    """Return the mail for one address; every copy names the same people."""
    headers = HEADERS | {"Message-ID": letter.message_id, "To": letter.recipient}
    if letter.copy_to:
        headers["Cc"] = ", ".join(letter.copy_to)
    mail = EmailMultiAlternatives(
        subject=letter.clear.subject,
        body=letter.clear.text,
        from_email=letter.sender,
        to=[address],
        headers=headers,
    )
    mail.attach_alternative(letter.clear.html, "text/html")
    for paper in letter.enclosed:
        mail.attach(paper.name, paper.content, "application/pdf")
    return mail


def _judged(refusal: smtplib.SMTPException, letter: Letter) -> Receipt:
    code, words = _code_and_words(refusal)
    said = _told(_("The mail server refused it: %s") % f"{code} {words}", letter)
    if code in PERMANENT:
        return Receipt(Answer.REFUSED, said)
    if code in TEMPORARY or not isinstance(refusal, smtplib.SMTPDataError):
        return Receipt(Answer.LATER, said)
    return Receipt(Answer.UNKNOWN, said)  # an answer after the mail that is none


def _code_and_words(refusal: smtplib.SMTPException) -> tuple[int, str]:
    said: bytes | str
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(refusal.recipients.values()))
    else:
        assert isinstance(refusal, smtplib.SMTPResponseException)
        code, said = refusal.smtp_code, refusal.smtp_error
    return code, said.decode(errors="replace") if isinstance(said, bytes) else said


def _said(error: OSError) -> str:
    """Return what went wrong, with the server's own words if it said any."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        return f"{error.smtp_code} {text}"
    return str(error)


def _told(reason: str, letter: Letter) -> str:
    """Return a reason for people. A server may quote the mail: the code is masked."""
    code = letter.coupon.reveal()
    if not code:
        return in_one_line(reason)
    hidden = re.sub(re.escape(code), mask(code), reason, flags=re.IGNORECASE)
    return in_one_line(hidden)


def in_one_line(text: str) -> str:
    """Return what can be shown and kept of a text."""
    return " ".join(text.split())[:REASON_MAX]
