"""
What follows by itself, on one screen.

Each row says what may be due on a record and which step does it; workers walk the
table from top to bottom. Nothing else decides what happens next.
"""

from datetime import datetime

from django.db import transaction

from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import take_welcome
from purveyor.domain.invoices.operations import bill_on_delivery, leave_pending
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import send_message, write_welcome
from purveyor.domain.provisioning.models import AccountLink, DefinitionReading
from purveyor.domain.provisioning.operations.link import synchronize_link
from purveyor.domain.provisioning.operations.make import provision_asset
from purveyor.domain.provisioning.operations.setup import read_definition
from purveyor.kernel.errors import Refused
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
    Due(DefinitionReading, "due_at", read_definition),
    Due(AccountLink, "due_at", synchronize_link),  # make the account known
    Due(Asset, "due_at", provision_asset),  # make the coupon at the vendor
    Due(Asset, "welcome_due_at", welcome, is_leased=False),  # it is there: say so
    Due(Message, "due_at", send_message),  # hand the mail over
)
