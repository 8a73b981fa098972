"""The page of a record looks for its mails by itself, until all are told."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.models import Message
from purveyor.faces.backoffice.frame.looks import LOOKS_MAX
from tests.factories.assets import a_pending_asset, a_synchronized_asset
from tests.factories.invoices import an_issued_invoice
from tests.factories.moments import NOON
from tests.factories.notifications import a_message, a_rule, hears_news
from tests.support.staff import words

CHANGE = "bss:orders_order_change"
HOUR = timedelta(hours=1)


@pytest.fixture
def clerk(staff) -> Client:
    """Return the browser of a person who may see orders and mails."""
    return staff("Administrator")


LOOKS_FOR_MAILS = 'hx-trigger="load delay:2s" hx-select="#mails"'


@pytest.mark.parametrize(
    ("look", "looks_on"), [(0, True), (14, True), (LOOKS_MAX, False)]
)
def test_the_page_looks_for_mails_while_something_is_delivered(
    clerk: Client, look: int, looks_on: bool
) -> None:
    order = a_pending_asset().order_item.order

    page = clerk.get(reverse(CHANGE, args=[order.pk]), {"look": look})

    assert (LOOKS_FOR_MAILS in page.content.decode()) is looks_on


@pytest.mark.parametrize(
    ("state", "due", "looks_on"),
    [("QUEUED", NOON, True), ("QUEUED", NOON + HOUR, False), ("SENT", None, False)],
    ids=["on its way", "tried later", "sent"],
)
def test_the_page_looks_for_mails_while_one_is_on_its_way(
    clerk: Client, state: str, due: datetime | None, looks_on: bool
) -> None:
    message = a_message()
    Message.objects.update(state=state, due_at=due, sent_at=None if due else NOON)
    Asset.objects.update(welcome_due_at=None)
    assert message.order is not None

    page = clerk.get(reverse(CHANGE, args=[message.order.pk]))

    assert (LOOKS_FOR_MAILS in page.content.decode()) is looks_on


def test_the_page_looks_for_the_word_that_is_still_to_be_written(
    clerk: Client,
) -> None:
    order = a_synchronized_asset().order_item.order

    waiting = clerk.get(reverse(CHANGE, args=[order.pk])).content.decode()
    Asset.objects.update(welcome_due_at=None)
    over = clerk.get(reverse(CHANGE, args=[order.pk])).content.decode()

    assert LOOKS_FOR_MAILS in waiting
    assert LOOKS_FOR_MAILS not in over


def test_the_page_of_an_asset_looks_for_its_welcome_mail(clerk: Client) -> None:
    asset = a_pending_asset()

    page = clerk.get(reverse("bss:assets_asset_change", args=[asset.pk]))

    assert LOOKS_FOR_MAILS in page.content.decode()


def test_the_page_of_a_mail_says_what_is_enclosed(clerk: Client) -> None:
    a_rule(EventName.INVOICE_ISSUED, "mia@north.example", audience=Audience.CUSTOMER)
    invoice = an_issued_invoice()
    (notice,) = hears_news()

    page = clerk.get(reverse("bss:notifications_message_change", args=[notice.pk]))

    assert f"Enclosed {invoice.number}.pdf" in words(page)
