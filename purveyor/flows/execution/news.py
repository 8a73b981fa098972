"""
Tell of what the journal says has happened: orders, assets, accounts and invoices.

A line that is news was written in the transaction of the thing itself. It is taken here
in the transaction that writes the mails, so that none is forgotten and none said twice.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.notifications.events import (
    ASSET,
    EVENTS,
    INVOICE,
    LINK,
    ORDER,
    Event,
    EventName,
    events_of,
)
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import RECORD_URL
from purveyor.domain.notifications.rules import is_listened_to
from purveyor.domain.notifications.sources import (
    news_of_asset,
    news_of_link,
    news_of_order,
)
from purveyor.domain.notifications.telling import tell
from purveyor.domain.notifications.values import (
    name_at,
    record_url,
    told_day,
    values_of_organization,
)
from purveyor.domain.orders.approvals import asks_reseller, asks_staff
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.errors import NotFound
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import drop_news, take_news
from purveyor.kernel.journal.queries import was_logged
from purveyor.kernel.money import Money

GONE = frozenset({AssetState.CANCELLING, AssetState.CANCELLED})
#: One line says that an order waits; for whose yes, its approvals say.
_ASKS = {
    EventName.ORDER_WAITING: asks_staff,
    EventName.ORDER_ASKS_RESELLER: asks_reseller,
}


class NothingSuch(NotFound):
    """There is no record of this number to look at."""

    code = "execution.nothing_such"


@transaction.atomic
def tell_of_line(*, pk: int, now: datetime) -> None:
    """
    Tell whom it concerns of one line of the journal, once.

    A step of the street. If nobody wants to know of such lines, all that wait are let
    rest with one statement: most of the time no rule asks for most of what happens.
    """
    waiting = Entry.objects.filter(pk=pk, news_due_at__isnull=False).first()
    if waiting is None:
        return
    kind = (waiting.record_type, waiting.verb, waiting.after)
    events = [each for each in events_of(*kind) if is_listened_to(each.name)]
    if not events:
        record_type, verb, after = kind
        drop_news(record_type=record_type, verb=verb, after=after, until=now)
        return
    line = take_news(pk=pk)
    if line is None:  # another worker was faster
        return
    for event in events:
        news = news_of_line(line=line, event=event, now=now)
        if news is not None:
            tell(news=news, now=now)


def news_of_line(*, line: Entry, event: Event, now: datetime) -> News | None:
    """Return what is to be told of a line; None if it is over, or was imported."""
    news = _read(
        event,
        line.record_id,
        occasion=f"journal-{line.pk}",
        reason=_reason_of(line),
        now=now,
    )
    is_gone = news.asset is not None and news.asset.state in GONE
    is_imported = news.order is not None and was_logged(news.order, "import")
    return None if is_gone or is_imported or _asks_nothing(news) else news


def _asks_nothing(news: News) -> bool:
    """Return whether those whom it asks for a yes never were, or have answered."""
    asks = _ASKS.get(news.event)
    return asks is not None and news.order is not None and not asks(order=news.order)


def _reason_of(line: Entry) -> str:
    """Return why it happened, as far as the line says so."""
    facts = line.facts
    why = facts.get("because") or facts.get("why") or facts.get("reason") or ""
    return why if isinstance(why, str) else ", ".join(str(each) for each in why)


def news_about(*, event: EventName, number: str, now: datetime) -> News:
    """
    Return what would be told of a record, for a look or a test mail.

    :raises NothingSuch: if there is no such record.
    """
    found = _BY_NUMBER[EVENTS[event].record](number.strip().upper())
    if found is None:
        message = _("There is no record %(number)s for this event.")
        raise NothingSuch(message % {"number": number.strip()[:40]})
    return _read(EVENTS[event], found, occasion="look", reason="", now=now)


def _read(event: Event, pk: int, *, occasion: str, reason: str, now: datetime) -> News:
    what = event.name
    if event.record == ORDER:
        return news_of_order(pk=pk, event=what, occasion=occasion, reason=reason)
    if event.record == ASSET:
        return news_of_asset(pk=pk, event=what, occasion=occasion, now=now)
    if event.record == LINK:
        return news_of_link(pk=pk, event=what, occasion=occasion)
    return _news_of_invoice(pk, event=what, occasion=occasion)


def _news_of_invoice(pk: int, *, event: EventName, occasion: str) -> News:
    related = ("account__parent", "bill_to")
    invoice = Invoice.objects.select_related(*related).get(pk=pk)
    accounts = (invoice.bill_to_id, invoice.account_id)

    def values(recipient: str) -> dict[str, str]:
        return {
            "account_name": invoice.account.name,
            "account_number": invoice.account.number,
            "recipient_name": name_at(recipient, accounts),
            "invoice_number": invoice.number or "",
            "invoice_date": told_day(invoice.issue_date),
            "due_date": told_day(invoice.due_date),
            "invoice_net": str(Money(invoice.net_amount, invoice.currency)),
            "invoice_total": str(invoice.total),
            "bill_to_name": invoice.bill_to.name,
            "po_code": invoice.po_code,
            RECORD_URL: record_url(INVOICE, invoice.pk),
            **values_of_organization(),
        }

    return News(
        event=event,
        record=INVOICE,
        pk=invoice.pk,
        label=invoice.number or "",
        occasion=occasion,
        values=values,
        account=invoice.account,
        bill_to=invoice.bill_to,
        total=invoice.total,
    )


def _order_numbered(number: str) -> int | None:
    return Order.objects.filter(number=number).values_list("pk", flat=True).first()


def _asset_numbered(number: str) -> int | None:
    return Asset.objects.filter(number=number).values_list("pk", flat=True).first()


def _link_numbered(number: str) -> int | None:
    links = AccountLink.objects.filter(account__number=number).order_by("pk")
    return links.values_list("pk", flat=True).first()


def _invoice_numbered(number: str) -> int | None:
    return Invoice.objects.filter(number=number).values_list("pk", flat=True).first()


_BY_NUMBER: dict[str, Callable[[str], int | None]] = {
    ORDER: _order_numbered,
    ASSET: _asset_numbered,
    LINK: _link_numbered,
    INVOICE: _invoice_numbered,
}
