"""The books find what is wrong; a judge that never says no proves nothing."""

import pytest

from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import InvoiceLine
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from tests.chaos.books import is_quiet, what_is_wrong
from tests.chaos.conftest import Buyer
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

PATIENCE = 40


def test_the_books_name_every_asset_with_which_something_is_wrong(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    worker = crew.starts()
    bought = buys.licenses(5)
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1)
    worker.stops()
    assert what_is_wrong(vendor) == []
    doubled, revoked, unsent, unbilled, other = (
        Asset.objects.get(pk=asset.pk) for asset in bought
    )

    vendor.makes_a_stranger(reference=doubled.key)
    vendor.makes_a_stranger(reference="of nobody")
    vendor.marks(revoked.coupon_code.reveal(), "revoke")
    Message.objects.filter(asset=unsent).update(
        state=MessageState.FAILED, message_id="<unknown>"
    )
    InvoiceLine.objects.filter(charge__order_item=unbilled.order_item_id).update(
        counts=False
    )
    Asset.objects.filter(pk=other.pk).update(quantity=11)

    assert what_is_wrong(vendor) == [
        f"{doubled.number} has 2 live coupons at the vendor.",
        f"{revoked.number} has 0 live coupons at the vendor.",
        f"{revoked.number} holds a coupon that is not the live one with its reference.",
        f"{other.number} holds a coupon for something else than was bought.",
        "The vendor's coupon 7 belongs to no asset of ours.",
        f"{unsent.number} has no mail, and none that is shown as perhaps sent.",
        "1 mails belong to no message of ours.",
        f"{unbilled.number} was billed 0 times.",
    ]
