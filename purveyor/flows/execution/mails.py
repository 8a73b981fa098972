"""Which mails an execution leads to, and to whom, before it is done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purveyor.domain.accounts.models import Account
from purveyor.domain.notifications.events import (
    ASSET,
    INVOICE,
    LINK,
    ORDER,
    EventName,
)
from purveyor.domain.notifications.models import Notification
from purveyor.domain.notifications.news import News, holds
from purveyor.domain.notifications.recipients import addresses_of
from purveyor.domain.notifications.rules import rules_besides_welcome
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.domain.notifications.writing import copies_of
from purveyor.domain.orders.lifecycle import ItemState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import items_of, totals_of
from purveyor.kernel.money import Money

AHEAD = "ahead"  # the occasion of what has not happened yet


@dataclass(frozen=True, slots=True)
class MailPreview:
    """Mails of one notification: once what has happened, to whom, and how many."""

    notification: str
    event: EventName
    count: int
    recipient: str
    copy_to: str
    about: str = ""  # the account, if it is one that becomes known to a vendor
    is_enabled: bool = True

    @property
    def when(self) -> str:
        """What has to happen before they are sent, in words."""
        if self.event == EventName.ORDER_EXECUTED:
            return _("at once")
        if self.event == EventName.INVOICE_ISSUED:
            return _("if the invoice is issued")
        if self.event == EventName.ACCOUNT_SYNCHRONIZED:
            return _("once %(account)s is synchronized") % {"account": self.about}
        return ngettext(
            "once its coupon is there", "each once its coupon is there", self.count
        )


@dataclass(frozen=True, slots=True)
class Ahead:
    """What an execution is about to do, as far as mails tell of it."""

    order: Order
    items: Sequence[OrderItem]
    synchronized: Sequence[tuple[int, Account]]  # application, and whom it learns of
    invoiced: Money | None


def mails_ahead(ahead: Ahead) -> tuple[MailPreview, ...]:
    """
    Return every mail that follows if all goes well, the welcome mail first.

    Shape:   one row for each notification, and account if it tells of accounts.
    Units:   `count` is mails, not copies.
    Errors:  none; a rule of our own people that reaches nobody is left out.
    Source:  `tell` and `write_welcome`, which write them afterwards.
    """
    welcome, rules = rules_besides_welcome(*_NEWS)
    told = (
        row
        for rule in rules
        for row in _rows(rule, list(_NEWS[EventName(rule.event)](ahead)))
    )
    return (_welcome(welcome, ahead), *told)


def _welcome(rule: Notification | None, ahead: Ahead) -> MailPreview:
    recipient = ahead.order.recipient_email
    news = next(_of_assets(ahead), None)
    is_enabled = rule is None or rule.is_enabled
    return MailPreview(
        notification=WELCOME,
        event=EventName.COUPON_DELIVERED,
        count=len(ahead.items),
        recipient=recipient,
        copy_to=_copies(rule, news, [recipient]) if rule and news else "",
        is_enabled=is_enabled,
    )


def _rows(rule: Notification, happening: Sequence[News]) -> Iterator[MailPreview]:
    """Yield the mails of a rule; who gets them depends on the account alone."""
    meant = [news for news in happening if holds(rule, news)]
    for news in {each.account: each for each in meant}.values():
        recipients = addresses_of(rule.to, news)
        if not recipients and rule.is_internal:
            continue
        times = sum(1 for each in meant if each.account == news.account)
        yield MailPreview(
            notification=rule.name,
            event=news.event,
            count=times * len(recipients),
            recipient=", ".join(recipients),
            copy_to=_copies(rule, news, recipients),
            about=news.account.name if news.record == LINK and news.account else "",
        )


def _copies(rule: Notification, news: News, recipients: Sequence[str]) -> str:
    """Return who else gets the mail, be it named in it or not."""
    copies = copies_of(rule, news, besides=recipients)
    return ", ".join(address for found in copies.values() for address in found)


# ------------------------------------------------------------------ what will happen


def _of_order(ahead: Ahead) -> Iterator[News]:
    """Yield that the order is executed, if nothing of it is left open."""
    whole = items_of(ahead.order)
    chosen = {item.pk for item in ahead.items}
    if any(item.state == ItemState.OPEN and item.pk not in chosen for item in whole):
        return
    totals = totals_of(items=whole, currency=ahead.order.currency)
    yield _news(EventName.ORDER_EXECUTED, ORDER, ahead, items=whole, total=totals.total)


def _of_invoice(ahead: Ahead) -> Iterator[News]:
    if ahead.invoiced is not None:
        yield _news(EventName.INVOICE_ISSUED, INVOICE, ahead, total=ahead.invoiced)


def _of_assets(ahead: Ahead) -> Iterator[News]:
    for item in ahead.items:
        yield _news(EventName.ASSET_SYNCHRONIZED, ASSET, ahead, items=[item])


def _of_links(ahead: Ahead) -> Iterator[News]:
    for application, account in ahead.synchronized:
        yield News(
            event=EventName.ACCOUNT_SYNCHRONIZED,
            record=LINK,
            pk=0,
            label=account.number,
            occasion=AHEAD,
            values=_nothing_yet,
            account=account,
            applications=frozenset({application}),
        )


_NEWS: Mapping[EventName, Callable[[Ahead], Iterator[News]]] = {
    EventName.ORDER_EXECUTED: _of_order,
    EventName.INVOICE_ISSUED: _of_invoice,
    EventName.ACCOUNT_SYNCHRONIZED: _of_links,
    EventName.ASSET_SYNCHRONIZED: _of_assets,
}


def _news(
    event: EventName,
    record: str,
    ahead: Ahead,
    *,
    items: Sequence[OrderItem] = (),
    total: Money | None = None,
) -> News:
    """Return something that will happen to the order, or to what comes of it."""
    order = ahead.order
    return News(
        event=event,
        record=record,
        pk=0,
        label=order.number,
        occasion=AHEAD,
        values=_nothing_yet,
        account=order.account,
        bill_to=order.bill_to,
        order=None if record == INVOICE else order,
        applications=frozenset(i.product.product_type.application_id for i in items),
        products=frozenset(item.product_id for item in items),
        total=total,
    )


def _nothing_yet(_recipient: str) -> dict[str, str]:
    """Return no words for placeholders: there is no record to read them from."""
    return {}
