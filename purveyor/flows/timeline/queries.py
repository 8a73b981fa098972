"""What happened with an account and everything that is its own, newest first."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, Address, Contact
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.notifications.models import Message
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.journal.models import Entry

EVENTS_MAX = 100


class EventKind(TextChoices):
    """With what something happened."""

    ACCOUNT = "ACCOUNT", _("Account")
    ORDER = "ORDER", _("Orders")
    ASSET = "ASSET", _("Assets")
    INVOICE = "INVOICE", _("Invoices")
    MAIL = "MAIL", _("Mails")
    SYNCHRONIZATION = "SYNCHRONIZATION", _("Synchronization")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    entry_id: int
    kind: EventKind
    at: datetime
    actor: str
    verb: str
    before: str
    after: str
    facts: Mapping[str, Any]
    record_type: str
    record_id: int
    record_label: str


Records = Callable[[Account], QuerySet[Any]]


def _paid_or_received(account: Account) -> Q:
    return Q(account=account) | Q(bill_to=account)


#: Which records of an account have lines in the journal, by kind.
RECORDS: Mapping[EventKind, tuple[Records, ...]] = {
    EventKind.ACCOUNT: (
        lambda account: Account.objects.filter(Q(pk=account.pk) | _merged(account)),
        lambda account: Contact.objects.filter(account=account),
        lambda account: Address.objects.filter(account=account),
    ),
    EventKind.ORDER: (
        lambda account: Order.objects.filter(_paid_or_received(account)),
    ),
    EventKind.ASSET: (lambda account: Asset.objects.filter(account=account),),
    EventKind.INVOICE: (
        lambda account: Invoice.objects.filter(_paid_or_received(account)),
    ),
    EventKind.MAIL: (lambda account: Message.objects.filter(asset__account=account),),
    EventKind.SYNCHRONIZATION: (
        lambda account: AccountLink.objects.filter(account=account),
    ),
}


def _merged(account: Account) -> Q:
    return Q(merged_into=account)


def events_of(
    *,
    account: Account,
    kinds: Collection[EventKind],
    before: int | None = None,
    limit: int = EVENTS_MAX,
) -> tuple[Event, ...]:
    """
    Return the newest events of an account, of some kinds, newest first.

    Each kind of record is asked for its own newest lines, through the index of the
    journal by record; what comes back is put in order here.

    Shape:  `before` is the `entry_id` of the last event that was seen.
    """
    most = min(limit, EVENTS_MAX)
    found: list[Event] = []
    for kind in kinds:
        for records in RECORDS[kind]:
            found += _newest(kind, records(account), before=before, limit=most)
    found.sort(key=lambda event: event.entry_id, reverse=True)
    return tuple(found[:most])


def _newest(
    kind: EventKind, records: QuerySet[Any], *, before: int | None, limit: int
) -> Iterable[Event]:
    lines = Entry.objects.filter(
        record_type=records.model._meta.label_lower,
        record_id__in=records.order_by().values("pk"),
    )
    if before is not None:
        lines = lines.filter(pk__lt=before)
    for line in lines.order_by("-id")[:limit]:
        yield Event(
            entry_id=line.pk,
            kind=kind,
            at=line.at,
            actor=line.actor,
            verb=line.verb,
            before=line.before,
            after=line.after,
            facts=line.facts,
            record_type=line.record_type,
            record_id=line.record_id,
            record_label=line.record_label,
        )
