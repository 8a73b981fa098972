"""The word and the bill that follow a coupon."""

from datetime import datetime

from purveyor.domain.accounts.models import Organization
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.provisioning.models import InvoiceWhen
from purveyor.flows.execution.street import welcome
from tests.factories.assets import a_synchronized_asset
from tests.factories.provisioning import a_setup


def test_what_cannot_be_billed_does_not_hold_back_the_word(now: datetime) -> None:
    establish_notifications()
    a_setup(invoice_when=InvoiceWhen.DELIVERY)
    asset = a_synchronized_asset()
    Organization.objects.all().delete()

    welcome(pk=asset.pk, now=now)

    charge = Charge.objects.get(order_item=asset.order_item)
    assert Message.objects.filter(asset=asset).count() == 1
    assert not Invoice.objects.exists()
    assert not charge.waits_for_delivery  # it waits under Pending invoices now


def test_the_word_is_said_once_and_bills_once(now: datetime) -> None:
    establish_notifications()
    a_setup(invoice_when=InvoiceWhen.DELIVERY)
    asset = a_synchronized_asset()

    for _visit in range(2):
        welcome(pk=asset.pk, now=now)

    assert Message.objects.filter(asset=asset).count() == 1
    assert Invoice.objects.count() == 1
