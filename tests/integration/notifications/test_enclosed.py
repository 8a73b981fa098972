"""The notice of an issued invoice has the invoice enclosed; no other mail has."""

from datetime import datetime, timedelta

from purveyor.domain.invoices.document import render_invoice
from purveyor.domain.invoices.queries import invoice_document
from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import send_again
from purveyor.flows.execution.papers import send_with_papers
from tests.factories.invoices import a_draft_invoice, an_issued_invoice
from tests.factories.moments import DAN
from tests.factories.notifications import a_message, a_rule, hears_news

from .conftest import lease_on

MIA, ARCHIVE = "mia@north.example", "archive@aurora.example"


def sends(message: Message, now: datetime) -> Message:
    soon = now + timedelta(minutes=1)
    send_with_papers(lease=lease_on(message, soon), now=soon)
    message.refresh_from_db()
    return message


def a_notice(now: datetime) -> Message:
    a_rule(EventName.INVOICE_ISSUED, MIA, audience=Audience.CUSTOMER, cc=[ARCHIVE])
    an_issued_invoice()
    (message,) = hears_news(now)
    return message


def test_the_invoice_travels_with_its_notice_and_its_copy(
    now, profile, mailbox
) -> None:
    invoice = an_issued_invoice()
    a_rule(EventName.INVOICE_ISSUED, MIA, audience=Audience.CUSTOMER, cc=[ARCHIVE])
    (message,) = hears_news(now)

    assert sends(message, now).state == MessageState.SENT

    paper = render_invoice(invoice_document(invoice=invoice))
    assert mailbox.envelopes == [[MIA], [ARCHIVE]]
    for mail in mailbox.taken:
        (enclosed,) = mail.iter_attachments()
        assert enclosed.get_filename() == f"{invoice.number}.pdf"
        assert enclosed.get_content_type() == "application/pdf"
        assert enclosed.get_content() == paper


def test_it_travels_again_when_the_mail_is_sent_again(now, profile, mailbox) -> None:
    notice = sends(a_notice(now), now)

    again = send_again(message=notice, because="It was lost.", actor=DAN, now=now)
    sends(again, now)

    first, _copy, second = mailbox.taken
    assert [each.get_filename() for each in second.iter_attachments()] == [
        each.get_filename() for each in first.iter_attachments()
    ]


def test_the_welcome_mail_has_nothing_enclosed(now, profile, mailbox) -> None:
    a_draft_invoice()
    sends(a_message(), now)

    (mail,) = mailbox.taken
    assert list(mail.iter_attachments()) == []
