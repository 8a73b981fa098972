"""
How long reconciling takes, and how much memory, by the number of assets.

Data:    10,000, then 100,000, then 1,000,000 assets with a coupon, PostgreSQL; each was
         listed before. The vendor's listing is a generator of as many coupons, of which
         one in a thousand has another quantity and one in a thousand is a stranger.
Measure: the comparison: both sides as ordered streams (ours from the database, theirs
         the generator), every difference counted. Then the whole plan of a run, theirs
         from the database too, written into findings.
Budget:  1,000,000 x 1,000,000 in at most 90 s and 200 MB, time linear and memory flat.
Why:     nobody looks every night if a night is too short for it.
"""

import resource
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from benchmarks.report import Figure
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.registry import manager_for
from purveyor.flows.reconciliation.compare import Listings, Theirs, compare
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.planning import make_plan
from purveyor.flows.reconciliation.streams import our_assets
from purveyor.kernel import clock
from purveyor.kernel.sealed import seal
from purveyor.kernel.work.leases import claim
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_link, a_setup

SIZES = (10_000, 100_000, 1_000_000)
SECONDS_MAX, MEGABYTES_MAX = 90, 200
ONE_IN = 1_000
SPREAD = 10_000_000  # the copies' ids begin here
ANY_POSITION = "ALTER TABLE orders_orderitem DROP CONSTRAINT order_item_position_once"
COPY_ITEMS = """
INSERT INTO orders_orderitem SELECT copied.*
FROM orders_orderitem i, generate_series(%(first)s::int, %(last)s::int) n,
    jsonb_populate_record(i, jsonb_build_object('id', %(spread)s::bigint + n)) copied
WHERE i.id = %(item)s"""
COPY_ASSETS = """
INSERT INTO assets_asset SELECT copied.*
FROM assets_asset a, generate_series(%(first)s::int, %(last)s::int) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', %(spread)s::bigint + n, 'number', 'B-' || n,
        'key', lpad(to_hex(n), 32, '0'), 'order_item_id', %(spread)s::bigint + n,
        'coupon_hash', lpad(to_hex(n), 64, '0'), 'coupon_sealed', 'sealed',
        'sync_status', 'SYNCHRONIZED', 'made_at', %(made_at)s::timestamptz,
        'expires_at', %(expires_at)s::timestamptz, 'due_at', NULL,
        'welcome_due_at', NULL)) copied
WHERE a.id = %(asset)s"""
SEE_COUPONS = """
INSERT INTO provisioning_couponobservation (application_id, coupon_hash, coupon_sealed,
    coupon_mask, key, is_duplicate, facts, first_seen_at, last_seen_at)
SELECT %(application)s::bigint, lpad(to_hex(n), 64, '0'), %(sealed)s::text, 'masked',
    lpad(to_hex(n), 32, '0'), false, jsonb_build_object(
        'product', %(product)s::text, 'account', %(account)s::text, 'status', 'active',
        'quantity', CASE WHEN n %% %(one_in)s::int = 0 THEN 99 ELSE 10 END,
        'expires_at', %(expires_at)s::text),
    %(made_at)s::timestamptz, %(seen_at)s::timestamptz
FROM generate_series(%(first)s::int, %(last)s::int) n"""


def run() -> None:
    """Compare and plan at every size, the smaller ones first."""
    now = clock.now()
    shop = _Shop(an_account(), now)
    for size in SIZES:
        shop.grow_to(size)
        _measure_comparing(shop, size)
        _measure_planning(shop, size)


class _Shop:
    """One account with very many assets, copied by the database from one."""

    def __init__(self, account: Account, now: datetime) -> None:
        setup = a_setup()
        self.account, self.now = account, now
        self.application = setup.application
        self.link = a_link(account=account)
        an_execution(order=a_submitted_order(account=account))
        self.first = Asset.objects.get()
        self.size = 0
        self._run(
            "ALTER TABLE orders_orderitem DROP CONSTRAINT order_item_position_once"
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What the copies are filled in with."""
        return {
            "spread": SPREAD,
            "item": self.first.order_item_id,
            "asset": self.first.pk,
            "application": self.application.pk,
            "account": self.link.external_id,
            "product": self.first.external_product_id,
            "sealed": seal("BT-BENCH-0000-0000-CASH"),
            "made_at": self.now - timedelta(days=9),
            "expires_at": (self.now + timedelta(days=300)).isoformat(),
            "seen_at": self.now,
            "one_in": ONE_IN,
        }

    def grow_to(self, size: int) -> None:
        """Add assets and what was seen of their coupons, and as many strangers."""
        span = {"first": self.size + 1, "last": size}
        with transaction.atomic():
            self._run(COPY_ITEMS, **self.facts, **span)
            self._run(COPY_ASSETS, **self.facts, **span)
            self._run(SEE_COUPONS, **self.facts, **span)
            strangers = {
                "first": SPREAD + self.size // ONE_IN,
                "last": SPREAD + size // ONE_IN - 1,
            }
            self._run(SEE_COUPONS, **self.facts, **strangers)
        self._run("ANALYZE")
        self.size = size

    def listing(self, size: int) -> Iterator[Theirs]:
        """Yield as many coupons as the vendor would list, ordered by name."""
        facts, expires_at = self.facts, self.now + timedelta(days=300)
        for number in _numbers(size):
            yield Theirs(
                f"{number:064x}",
                number,
                f"{number:032x}",
                "active",
                str(facts["product"]),
                99 if number % ONE_IN == 0 else 10,
                str(facts["account"]),
                expires_at,
                self.now,
            )

    @staticmethod
    def _run(sql: str, **facts: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, facts or None)


def _numbers(size: int) -> Iterator[int]:
    yield from range(1, size + 1)
    yield from range(SPREAD, SPREAD + size // ONE_IN)


def _measure_comparing(shop: _Shop, size: int) -> None:
    ours = our_assets(application=shop.application, account=None)
    began = time.perf_counter()
    found = sum(
        1
        for _each in compare(
            ours, shop.listing(size), listings=Listings([shop.now], shop.now)
        )
    )
    _say("reconcile_compare", size, time.perf_counter() - began, found)


def _measure_planning(shop: _Shop, size: int) -> None:
    run = ReconciliationRun.objects.create(
        application=shop.application,
        asked_by=DAN,
        asked_at=shop.now,
        due_at=shop.now,
        listing_began_at=shop.now,
        listed_at=shop.now,
    )
    (lease,) = claim(ReconciliationRun, now=shop.now, limit=1)
    manager = manager_for(shop.application.setup)
    began = time.perf_counter()
    make_plan(run=run, manager=manager, lease=lease, now=shop.now)
    seconds = time.perf_counter() - began
    run.refresh_from_db()
    _say("reconcile_plan", size, seconds, run.findings_count)


def _say(name: str, size: int, seconds: float, found: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    budget = f"<= {SECONDS_MAX * size / max(SIZES):g}"
    Figure(name, seconds, "s", budget).say(
        assets=size,
        findings=found,
        rows_per_second=round(size / seconds),
        peak_megabytes=round(peak),
        megabytes_max=MEGABYTES_MAX,
    )
