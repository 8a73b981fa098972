"""
How many orders of one item are executed in a second, one by one, in one process.

Data:    300 submitted orders a round, one account that BitTitan knows, PostgreSQL with
         real commits; a warm-up of 20 orders is not counted.
Measure: wall time of `execute_order` with *create and issue the invoice*: asset,
         charge, issued invoice with its gapless number, journal, work to do, wake-up.
         Three rounds, in turn with the floor; and the SQL statements of one execution.
Floor:   a bare psycopg program that makes the same rows with one commit per order.
Budget:  at least 60 orders/s (aim 100) and at most 16 statements; printed beside the
         figure, never asserted: machines are noisy.
Why:     it is what a salesman waits for.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.floor import Floor
from benchmarks.report import Figure, spread
from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import get_order
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order

ORDERS_PER_ROUND = 300
WARM_UP = 20
ROUNDS = 3


def run() -> None:
    """Measure the product and the floor in turn, and say both."""
    settings.DEBUG = False
    account = an_account()
    count = WARM_UP + ROUNDS * ORDERS_PER_ROUND + 1
    numbers = [a_submitted_order(account=account).number for _n in range(count)]
    orders = [get_order(number=number, seen_by=None) for number in numbers]
    statements = _statements(orders.pop())
    _execute([orders.pop() for _n in range(WARM_UP)])
    floor, ours, bare = Floor(connection.settings_dict), [], []
    for _round in range(ROUNDS):
        ours.append(_execute([orders.pop() for _n in range(ORDERS_PER_ROUND)]))
        bare.append(floor.execute(ORDERS_PER_ROUND))
    _say(ours, bare, statements)


def _execute(orders: list[Order]) -> float:
    """Return how many orders a second were executed."""
    plan = ExecutionPlan(start_date=clock.today(), option=InvoiceOption.ISSUE)
    started = time.perf_counter()
    for order in orders:
        execute_order(order=order, plan=plan, actor=DAN, now=clock.now())
    return len(orders) / (time.perf_counter() - started)


def _statements(order: Order) -> int:
    """Return how many statements one execution sends, without BEGIN and COMMIT."""
    plan = ExecutionPlan(
        start_date=clock.today() + timedelta(days=1), option=InvoiceOption.ISSUE
    )
    with CaptureQueriesContext(connection) as captured:
        execute_order(order=order, plan=plan, actor=DAN, now=clock.now())
    sent = [query["sql"] for query in captured.captured_queries]
    return sum(not sql.startswith(("BEGIN", "COMMIT")) for sql in sent)


def _say(ours: list[float], bare: list[float], statements: int) -> None:
    facts, name = spread(ours), "execute_one_by_one"
    Figure(name, facts["median"], "orders/s", ">= 60, aim 100").say(**facts)
    facts = spread(bare)
    Figure(f"{name}_floor", facts["median"], "orders/s", "bare psycopg").say(**facts)
    Figure(f"{name}_statements", statements, "statements", "<= 16").say()
