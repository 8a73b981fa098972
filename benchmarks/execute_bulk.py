"""
How many chosen orders a worker executes in a second, plain ones in batches.

Data:    1,000 submitted orders of one item, one account that BitTitan knows, PostgreSQL
         with real commits; a warm-up of 20 orders is not counted. One order of the
         thousand is cancelled meanwhile, and must stop none of the others.
Measure: wall time of `walk_bulk` on one bulk execution with *create and issue the
         invoice*: assets, charges, issued invoices with their gapless numbers, journal,
         work to do, and the result of each order. Beside it the processor time, here
         and in the database: on a machine with other work it tells more. One round.
Budget:  at least 1,500 orders/s; printed beside the figure, never asserted.
Why:     it is what a billing clerk waits for at the end of a month.
"""

import gc
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from benchmarks.report import Figure
from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_order
from purveyor.flows.execution.bulk import walk_bulk
from purveyor.flows.execution.choosing import counts_of, prepare_bulk, start_bulk
from purveyor.flows.execution.models import BulkExecution
from purveyor.kernel import clock
from purveyor.kernel.work.leases import claim
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_submitted_order, copies_of

ORDERS = 1_000
WARM_UP = 20


def run() -> None:
    """Measure one bulk execution, and say how many orders were executed a second."""
    settings.DEBUG = False
    first = a_submitted_order(account=an_account())
    orders = [first, *copies_of(first, count=WARM_UP + ORDERS - 1)]
    _execute(orders[:WARM_UP])
    measured = orders[WARM_UP:]
    cancel_order(order=measured[500], because="Ordered twice", actor=DAN, now=NOON)
    here, there = time.process_time(), _seconds_of_the_database()
    gc.freeze()  # as a worker does when it starts
    seconds, bulk = _execute(measured)
    processor = {
        "processor_seconds": round(time.process_time() - here, 2),
        "database_seconds": round(_seconds_of_the_database() - there, 2),
    }
    results = {name.lower(): count for name, count in counts_of(bulk).items()}
    rate = len(measured) / seconds
    Figure("execute_bulk", rate, "orders/s", ">= 1,500").say(**results, **processor)


def _execute(orders: list[Order]) -> tuple[float, BulkExecution]:
    """Return how long a worker takes for these orders."""
    now = clock.now()
    bulk = prepare_bulk(orders=orders, actor=DAN, now=now)
    plan = ExecutionPlan(start_date=clock.today(), option=InvoiceOption.ISSUE)
    start_bulk(bulk=bulk, plan=plan, actor=DAN, now=now)
    (lease,) = claim(BulkExecution, now=clock.now(), limit=1)
    started = time.perf_counter()
    walk_bulk(lease=lease, now=clock.now())
    return time.perf_counter() - started, bulk


def _seconds_of_the_database() -> float:
    """Return the processor time of this connection's server process; 0 if unknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    told = Path(f"/proc/{process}/stat")
    if not told.exists():
        return 0.0
    ticks = told.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
