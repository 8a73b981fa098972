"""
What follows by itself, on one screen.

Each row says what may be due on a record and which step does it; workers walk the
table from top to bottom. Nothing else decides what happens next.
"""

from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.models import Invitation, Registration
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import take_welcome
from purveyor.domain.invoices.deliveries import bill_on_delivery, leave_pending
from purveyor.domain.notifications.invitation_mail import send_invitation
from purveyor.domain.notifications.models import Message, ReminderRound
from purveyor.domain.notifications.operations import write_welcome
from purveyor.domain.notifications.registration_mail import look_after_registration
from purveyor.domain.notifications.rounds import walk_round
from purveyor.domain.provisioning.models import (
    AccountLink,
    Breaker,
    CouponEntry,
    DefinitionReading,
    RetryRun,
    Watch,
)
from purveyor.domain.provisioning.operations.breaker import probe_vendor
from purveyor.domain.provisioning.operations.entry import check_entry
from purveyor.domain.provisioning.operations.gate import queues_to_vendors
from purveyor.domain.provisioning.operations.groups import walk_run
from purveyor.domain.provisioning.operations.make import provision_asset
from purveyor.domain.provisioning.operations.setup import read_definition
from purveyor.domain.provisioning.operations.synchronize import synchronize_link
from purveyor.domain.provisioning.operations.watch import watch_reference
from purveyor.flows.execution.bulk import walk_bulk
from purveyor.flows.execution.models import BulkExecution
from purveyor.flows.execution.news import tell_of_line
from purveyor.flows.execution.papers import send_with_papers
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import Due

STREET_WORKER = "worker"


@transaction.atomic
def welcome(*, pk: int, now: datetime) -> None:
    """
    Say that a coupon is there, once: write the welcome mail, bill what waited for it.

    `welcome_due_at` is set in the transaction that connects a coupon, however that
    came about, and taken here; so the word is never forgotten and never said twice.
    """
    asset = take_welcome(pk=pk)
    if asset is None:
        return
    write_welcome(asset=asset, actor=STREET_WORKER, now=now)
    try:
        with transaction.atomic():
            bill_on_delivery(order_item=asset.order_item, actor=STREET_WORKER, now=now)
    except Refused as refusal:  # the bill must not hold back the word
        leave_pending(
            order_item=asset.order_item,
            because=refusal.message,
            actor=STREET_WORKER,
            now=now,
        )


STREET = (
    Due(Breaker, "due_at", probe_vendor),  # does a silent vendor answer again?
    Due(DefinitionReading, "due_at", read_definition),
    Due(AccountLink, "due_at", synchronize_link, queues=queues_to_vendors),
    Due(Asset, "due_at", provision_asset, queues=queues_to_vendors),  # its coupon
    Due(CouponEntry, "due_at", check_entry, queues=queues_to_vendors),  # typed in
    Due(Watch, "due_at", watch_reference, queues=queues_to_vendors),  # another coupon?
    Due(BulkExecution, "due_at", walk_bulk),  # orders chosen together
    Due(RetryRun, "due_at", walk_run),  # failures of one cause, wave by wave
    Due(Asset, "welcome_due_at", welcome, is_leased=False),  # it is there: say so
    Due(ReminderRound, "due_at", walk_round),  # it expires soon: say so
    Due(Entry, "news_due_at", tell_of_line, is_leased=False),  # who wants to know?
    Due(Message, "due_at", send_with_papers),  # hand the mail over
    Due(Invitation, "due_at", send_invitation),  # a link to set a password
    Due(
        Registration, "due_at", look_after_registration
    ),  # a link, or a no; or too late
)
