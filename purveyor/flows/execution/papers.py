"""What mails carry with them: the notice of an issued invoice has it enclosed."""

from datetime import datetime

from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.printing import print_invoice
from purveyor.domain.invoices.queries import invoice_document
from purveyor.domain.notifications.events import INVOICE, EventName
from purveyor.domain.notifications.mail import Enclosure
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import send_message
from purveyor.kernel.work.leases import Lease


def send_with_papers(*, lease: Lease, now: datetime) -> None:
    """Hand one message to the mail server, with what it carries; see `send_message`."""
    send_message(lease=lease, now=now, enclosed=papers_of)


def papers_of(message: Message) -> tuple[Enclosure, ...]:
    """Return the papers of a mail, made anew each time: an invoice never changes."""
    return tuple(
        Enclosure(name, print_invoice(invoice_document(invoice=invoice)))
        for name, invoice in _enclosed(message)
    )


def names_of_papers(message: Message) -> tuple[str, ...]:
    """Return what the papers of a mail are called."""
    return tuple(name for name, _invoice in _enclosed(message))


def _enclosed(message: Message) -> list[tuple[str, Invoice]]:
    is_notice = message.notification.event == EventName.INVOICE_ISSUED
    if not is_notice or message.about_type != INVOICE:
        return []
    issued = Invoice.objects.filter(pk=message.about_id, number__isnull=False)
    return [(f"{invoice.number}.pdf", invoice) for invoice in issued]
