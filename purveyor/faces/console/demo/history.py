"""Tell the demo's stories by the product's own operations, at moments of the past."""

from datetime import datetime, timedelta
from decimal import Decimal

from purveyor.domain.accounts.queries import get_account
from purveyor.domain.assets.operations import Coupon, connect_coupon, note_fate
from purveyor.domain.assets.queries import assets_of
from purveyor.domain.catalogue.queries import sellable_products
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.labels import (
    label_order,
)
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.operations import (
    cancel_order,
)
from purveyor.domain.orders.queries import (
    get_order,
    items_of,
    labels_for,
)
from purveyor.domain.provisioning.queries import get_link
from purveyor.faces.console.demo.office import HOUR, MOMENT, OPERATIONS, SALES, Office
from purveyor.faces.console.demo.stories import End, Fate, Story
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.street import STREET
from purveyor.flows.ordering.operations import draft_order, submit_order
from purveyor.kernel import clock
from purveyor.kernel.work.engine import drain

QUARTER = timedelta(minutes=15)
JUST_OVER = timedelta(minutes=32)
LATER_DAYS = 12
SATURDAY = 5
SPENT_AFTER = timedelta(days=8)
UNTIL_EXPIRED = timedelta(days=90)

#: What goes wrong at the vendor or at the mail server while an order is delivered.
FAULTS = {
    Fate.INVALID: "invalid_422",
    Fate.OTHER_FACTS: "wrong_quantity_201",
    Fate.NO_ANSWER: "hang_up_before",
    Fate.BOUNCED: "smtp_reject_550",
}
#: What becomes of a coupon afterwards: our verb, how we know it, the vendor's marking.
ENDS = {
    Fate.REDEEMED: ("redeem", "The customer has applied it on the portal.", "redeem"),
    Fate.VANISHED: ("vanish", "BitTitan no longer lists it.", "redeem"),
    Fate.EXPIRED: ("expire", "Its last day has passed.", "expire"),
}


class Historian:
    """Tells one story after the other."""

    def __init__(self, office: Office, *, today: datetime) -> None:
        self.office = office
        self.stand_in = office.stand_in
        self.today = today

    def tell(self, story: Story) -> None:
        """Have an order come as far as its story says."""
        at = self._moment_of(story)
        number = self._draft(story, at)
        if story.end == End.DRAFT:
            return
        order = get_order(number=number, seen_by=None)
        submit_order(order=order, actor=SALES, now=at + QUARTER)
        if story.end == End.CANCELLED:
            because = story.because
            cancel_order(order=order, because=because, actor=SALES, now=at + HOUR)
        elif story.label:
            self._label(story, number, at + HOUR)
        elif story.end != End.SUBMITTED:
            self._execute(story, number, at + 2 * QUARTER)

    def _label(self, story: Story, number: str, at: datetime) -> None:
        order = get_order(number=number, seen_by=None)
        label = next(each for each in labels_for(order) if each.name == story.label)
        label_order(order=order, label=label, actor=SALES, now=min(at, self.today))

    def _moment_of(self, story: Story) -> datetime:
        """Return a working day at a working hour; today's stories are just over."""
        if story.days_ago == 0:
            return self.today - JUST_OVER
        day = self.today - timedelta(days=story.days_ago)
        back = max(0, day.weekday() - SATURDAY + 1)
        hour = 8 + (story.days_ago * 7) % 8
        minute = (story.days_ago * 17) % 60
        morning = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return morning - timedelta(days=back)

    def _draft(self, story: Story, at: datetime) -> str:
        account = get_account(number=self.office.numbers[story.buyer])
        products = {product.code: product for product in sellable_products()}
        lines = [
            Line(products[code], quantity, Decimal(story.discount))
            for code, quantity in story.lines
        ]
        facts = {"po_code": story.po_code}
        order = draft_order(
            account=account, lines=lines, facts=facts, actor=SALES, now=at
        )
        return order.number

    def _execute(self, story: Story, number: str, at: datetime) -> None:
        order = get_order(number=number, seen_by=None)
        start_date = clock.day_of(at)
        if story.fate == Fate.STARTS_LATER:
            start_date = clock.day_of(self.today) + timedelta(days=LATER_DAYS)
        first = items_of(order)[0].pk
        execute_order(
            order=order,
            plan=ExecutionPlan(start_date, story.option),
            only={first} if story.end == End.PARTLY else None,
            actor=SALES,
            now=at,
        )
        self._deliver(story, number, at + MOMENT)
        if story.fate in ENDS:
            self._end(story, number, at)

    def _deliver(self, story: Story, number: str, at: datetime) -> None:
        """Do what a worker does, with something going wrong if the story says so."""
        if story.fate in FAULTS:
            self.stand_in.fails_next(FAULTS[story.fate])
        if story.fate == Fate.TOO_DEAR:
            self.stand_in.has_licenses(story.lines[0][1] // 2)
        if story.fate == Fate.EXPIRED:
            self._enter_by_hand(number, at)
        drain(STREET, now=at)
        if story.fate == Fate.OTHER_FACTS:
            drain(STREET, now=at + MOMENT)  # the look that finds what was made
        if story.fate == Fate.TOO_DEAR:
            self.stand_in.has_licenses(None)

    def _enter_by_hand(self, number: str, at: datetime) -> None:
        """Connect a coupon that operations got from the vendor on the telephone."""
        for asset in assets_of(get_order(number=number, seen_by=None)):
            link = get_link(
                account=asset.linked_account, application_id=asset.application_id
            )
            code = self.stand_in.makes(
                reference=asset.key,
                product=asset.external_product_id,
                quantity=asset.quantity,
                expire_days=asset.expire_days,
                validity_days=asset.validity_days,
                account=link.external_id,
                label=number,
            )
            coupon = Coupon(code, made_at=at)
            connect_coupon(
                asset=asset, coupon=coupon, how="enter", actor=OPERATIONS, now=at
            )

    def _end(self, story: Story, number: str, at: datetime) -> None:
        verb, evidence, marking = ENDS[story.fate]
        after = UNTIL_EXPIRED if story.fate == Fate.EXPIRED else SPENT_AFTER
        for asset in assets_of(get_order(number=number, seen_by=None)):
            self.stand_in.marks(asset.coupon_code.reveal(), marking)
            note_fate(
                asset=asset,
                verb=verb,
                evidence=evidence,
                actor=OPERATIONS,
                now=at + after,
            )
