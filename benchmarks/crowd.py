"""
A shop with very many accounts, orders and assets, for benchmarks of what is read.

2,000 accounts buy: one of them is a reseller with 100 end customers, the others are
direct customers. Each asset has an order of its own. 97 % of the assets have a coupon,
1 % failed, 2 % are pending; of those with a coupon 30 % are redeemed and 5 % expired.
They were bought on the days of three years, and two in ten have a name of their own.
"""

from datetime import timedelta

from django.db import transaction

from benchmarks.copies import SPREAD, copy_rows, link_to_copy, settle
from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from purveyor.kernel.sealed import fingerprints, mask, seal
from tests.factories.accounts import an_account, an_organization
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_link, a_setup

BUYERS = 2_000
DIRECT_CUSTOMER, RESELLER, END_CUSTOMER = 1, 100, 101
END_CUSTOMERS = 100
CODE = "BT-BENCH-0000-0000-CASH"

#: Whose the n-th asset is: one of the buyers, by chance.
BUYER = link_to_copy(f"1 + (hashint4(n) & 2147483647) % {BUYERS}")
NAME = """
(ARRAY['North','South','Alpine','Harbor','Quarry'])[1 + n % 5]
    || ' ' || to_hex(n) || ' Trading'"""
DAYS_AGO = "- n % 1095 * '1 day'::interval"
IS_COUPONLESS = "n % 100 = 0 OR n % 50 = 1"
OWN_NAME = "CASE WHEN n % 5 = 0 THEN 'Branch ' || n % 5000 ELSE original.name END"
STATE = f"""
CASE WHEN {IS_COUPONLESS} THEN 'ACTIVE' WHEN n % 10 IN (3, 4, 5) THEN 'REDEEMED'
    WHEN n % 20 = 7 THEN 'EXPIRED' ELSE 'ACTIVE' END"""
SYNC_STATUS = """
CASE WHEN n % 100 = 0 THEN 'FAILED' WHEN n % 50 = 1 THEN 'PENDING'
    ELSE 'SYNCHRONIZED' END"""


class Crowd:
    """Accounts, orders and assets, as many as are asked for."""

    def __init__(self) -> None:
        an_organization()
        a_setup()
        self.account = an_account(name="Northwind Traders")
        a_link(account=self.account)
        self.order = a_submitted_order(account=self.account)
        an_execution(order=self.order)
        self.first = Asset.objects.get()
        self.size = 0
        self._add_accounts(range(1, BUYERS + 1))
        self._make_a_reseller()

    def grow_to(self, size: int) -> None:
        """Add orders and assets, and in the end as many accounts."""
        span = range(self.size + 1, size + 1)
        with transaction.atomic():
            self._add_orders(span)
            self._add_assets(span)
            if size > BUYERS:
                self._add_accounts(range(max(self.size, BUYERS) + 1, size + 1))
        Asset.objects.filter(pk=SPREAD + 7).update(
            coupon_hash=fingerprints(CODE)[0],
            coupon_sealed=seal(CODE),
            coupon_mask=mask(CODE),
        )
        settle()
        self.size = size

    def asset_number(self, number: int) -> str:
        """Return how an asset is called, by its number among them."""
        return f"AS-{50_000 + number:07}-1"

    def buyer(self, number: int) -> Account:
        """Return one of those that buy, by its number among them."""
        return Account.objects.get(pk=SPREAD + number)

    def _add_accounts(self, span: range) -> None:
        copy_rows(
            self.account,
            span,
            number="'A-' || lpad((50000 + n)::text, 7, '0')",
            name=NAME,
            email="n || '@copy.example'",
        )

    def _make_a_reseller(self) -> None:
        reseller = SPREAD + RESELLER
        Account.objects.filter(pk=reseller).update(
            kind=AccountKind.RESELLER, is_reselling_enabled=True
        )
        customers = range(SPREAD + END_CUSTOMER, SPREAD + END_CUSTOMER + END_CUSTOMERS)
        Account.objects.filter(pk__in=customers).update(
            kind=AccountKind.END_CUSTOMER, parent=reseller
        )

    def _add_orders(self, span: range) -> None:
        copy_rows(
            self.order,
            span,
            number="'O-' || lpad((50000 + n)::text, 7, '0')",
            account_id=BUYER,
            bill_to_id=BUYER,
            po_code="CASE WHEN n % 3 = 0 THEN 'PO-' || n ELSE '' END",
            created_at=f"'{clock.now().isoformat()}'::timestamptz {DAYS_AGO}",
        )
        copy_rows(self.first.order_item, span, order_id=link_to_copy())

    def _add_assets(self, span: range) -> None:
        expires_at = (clock.now() + timedelta(days=1)).isoformat()
        copy_rows(
            self.first,
            span,
            number="'AS-' || lpad((50000 + n)::text, 7, '0') || '-1'",
            key="lpad(to_hex(n), 32, '0')",
            name=OWN_NAME,
            order_item_id=link_to_copy(),
            account_id=BUYER,
            purchase_date=f"('{clock.today()}'::timestamp {DAYS_AGO})::date",
            state=STATE,
            sync_status=SYNC_STATUS,
            coupon_hash=f"CASE WHEN {IS_COUPONLESS} THEN NULL "
            "ELSE lpad(to_hex(n), 64, '0') END",
            coupon_sealed=f"CASE WHEN {IS_COUPONLESS} THEN '' ELSE 'sealed' END",
            coupon_mask="'•••• CASH'",
            expires_at=f"'{expires_at}'::timestamptz + n % 365 * '1 day'::interval",
            due_at="NULL",
            welcome_due_at="NULL",
        )
