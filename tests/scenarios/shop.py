"""The shop as its people see it: what they do, and what they are shown."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import time_machine

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import reveal_coupon
from purveyor.domain.catalogue.models import Application, ProductType
from purveyor.domain.catalogue.operations import create_application
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
)
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.domain.provisioning.operations.asks import edit_asset
from purveyor.domain.provisioning.operations.link import (
    acknowledge_link,
    ask_to_synchronize,
)
from purveyor.domain.provisioning.operations.setup import ask_for_definition, save_setup
from purveyor.domain.provisioning.queries import get_link
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.street import STREET
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel import clock
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account, an_organization
from tests.factories.catalogue import MAILBOX, a_product
from tests.factories.moments import DAN
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn


@dataclass
class Shop:
    """A distributor with one vendor, and Dan who works for it."""

    vendor: StandIn
    time: time_machine.Traveller

    def opens(self) -> None:
        """Fill in the profile and set BitTitan up, against the vendor itself."""
        an_organization()
        establish_notifications()
        application = create_application(
            name="BitTitan", connector="bittitan", actor=DAN, now=clock.now()
        )
        setup = ServiceManagerSetup(application=application, deadline_seconds=1)
        values = {
            "address": self.vendor.api_url,
            "api_key": API_KEY,
            "workgroup": WORKGROUP,
        }
        save_setup(setup=setup, values=values, changed=(), actor=DAN, now=clock.now())
        ask_for_definition(application=self.bittitan, actor=DAN, now=clock.now())
        self.works()

    @property
    def bittitan(self) -> Application:
        return Application.objects.select_related("setup").get(connector="bittitan")

    def works(self) -> None:
        """Let a worker do all that is due."""
        drain(STREET, now=clock.now())

    def time_passes(self, **span: float) -> None:
        """Move the clock, with a worker at work."""
        self.time.shift(timedelta(**span))
        self.works()

    def product_types(self) -> list[str]:
        return sorted(ProductType.objects.values_list("name", flat=True))

    def customer(self, name: str = "Contoso") -> Account:
        return an_account(name=name)

    def sync_status(self, account: Account) -> str:
        link = get_link(account=account, application_id=self.bittitan.pk)
        return str(link.get_status_display())

    def synchronizes(self, account: Account) -> str:
        """Save & Synchronize, then acknowledge; return what the page shows."""
        ask_to_synchronize(
            account=account,
            application=self.bittitan,
            options={},
            actor=DAN,
            now=clock.now(),
        )
        self.works()
        link = get_link(account=account, application_id=self.bittitan.pk)
        acknowledge_link(link=link, actor=DAN, now=clock.now())
        return str(link.get_status_display())

    def orders(self, account: Account, quantity: int = 10) -> Order:
        """Key in an order of mailbox licenses and submit it."""
        order = Order(account=account, currency="")
        create_order(order=order, actor=DAN, now=clock.now())
        line = Line(a_product(external_id=MAILBOX), quantity)
        put_items(order=order, lines=[line], actor=DAN, now=clock.now())
        submit_order(order=order, actor=DAN, now=clock.now())
        return order

    def executes(
        self,
        order: Order,
        option: InvoiceOption = InvoiceOption.ISSUE,
        start_date: date | None = None,
    ) -> Asset:
        """Execute a whole order and let a worker do what follows."""
        plan = ExecutionPlan(start_date or clock.today(), option)
        execution = execute_order(order=order, plan=plan, actor=DAN, now=clock.now())
        self.works()
        return self.shows(execution.assets.get())

    def shows(self, asset: Asset) -> Asset:
        """Return an asset as its page shows it now."""
        return Asset.objects.select_related("order_item__order").get(pk=asset.pk)

    def edits_and_saves(self, asset: Asset, **changes: Any) -> Asset:
        fresh = self.shows(asset)
        edit_asset(
            asset=fresh, name=fresh.name, changes=changes, actor=DAN, now=clock.now()
        )
        self.works()
        return self.shows(asset)

    def coupon_of(self, asset: Asset) -> str:
        return reveal_coupon(
            asset=self.shows(asset),
            because="told the customer",
            actor=DAN,
            now=clock.now(),
        )

    def invoices_of(self, account: Account) -> list[Invoice]:
        return list(Invoice.objects.filter(bill_to=account).order_by("pk"))

    def coupons_made_for(self, asset: Asset) -> list[dict[str, Any]]:
        return self.vendor.made(asset.key)

    def mails(self) -> list[dict[str, Any]]:
        return self.vendor.inbox()
