"""
Look: read what a vendor lists, page by page, and keep it.

Each page is written before the next one is asked for, with the place where to go on.
So an interruption costs a page, and a doubled row is one row. Whatever is missing from
a listing is judged later, and never by one listing alone.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.contract import ServiceManager, VendorAsset
from purveyor.domain.provisioning.operations.gate import ask, gate_of
from purveyor.domain.provisioning.operations.observations import (
    keep_accounts,
    keep_observations,
)
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.work.leases import Lease

PAGES_A_STEP = 50  # then others have their turn
ACCOUNTS_A_PART = 200


def read_listing(
    *, run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> bool:
    """
    Read on in a vendor's listing; return whether it is complete now.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: the vendor did not answer, or not sensibly.
    :raises LeaseLost: if another worker reads it by now.
    """
    if run.listing_began_at is None:
        _write(run, lease, listing_began_at=watch.now())
    return ask(
        question=lambda: _read_on(run, manager, lease, watch),
        application_id=run.application_id,
        lane=run.lane,
        watch=watch,
    )


def _read_on(
    run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> bool:
    gate = gate_of(run.application_id)
    for number, (page, cursor) in enumerate(_pages(manager, run.cursor), start=1):
        if cursor is None:
            _keep(run, lease, page, now=watch.now(), listed_at=watch.now(), cursor="")
            return True
        _keep(run, lease, page, now=watch.now(), cursor=cursor)
        if number >= PAGES_A_STEP:
            return False
        gate.step()
    return False


def _pages(
    manager: ServiceManager, cursor: str
) -> Iterator[tuple[list[VendorAsset], str | None]]:
    """Yield the pages of a listing, each with the cursor of the next; None ends it."""
    page: list[VendorAsset] = []
    follows: str | None = None
    for seen, next_cursor in manager.list_assets(cursor=cursor):
        if page and next_cursor != follows:
            yield page, follows
            page = []
        page.append(seen)
        follows = next_cursor
    yield page, None


@transaction.atomic(durable=True)
def _keep(
    run: ReconciliationRun,
    lease: Lease,
    page: list[VendorAsset],
    *,
    now: datetime,
    **changes: datetime | str | None,
) -> None:
    keep_observations(application=run.application, page=page, now=now)
    rows_count = run.rows_count + len(page)
    words = _("%(count)d coupons are read.") % {"count": rows_count}
    _write(
        run,
        lease,
        pages_count=run.pages_count + 1,
        rows_count=rows_count,
        waits_because=words,
        **changes,
    )


def _write(
    run: ReconciliationRun, lease: Lease, **changes: datetime | str | int | None
) -> None:
    lease.renew(**changes)
    for name, value in changes.items():
        setattr(run, name, value)


def begin_again(*, run: ReconciliationRun, lease: Lease) -> None:
    """Read a listing from its beginning: the place where it was left is gone."""
    _write(run, lease, cursor="", listing_began_at=None, pages_count=0, rows_count=0)


def read_accounts(
    *, run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> None:
    """
    Read which accounts a vendor holds for us.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: the vendor did not answer, or not sensibly.
    """

    def read() -> None:
        gate = gate_of(run.application_id)
        for part in batched(manager.list_accounts(), ACCOUNTS_A_PART, strict=False):
            keep_accounts(application=run.application, page=part, now=watch.now())
            lease.renew()
            gate.step()

    began_at = watch.now()
    ask(question=read, application_id=run.application_id, lane=run.lane, watch=watch)
    _write(run, lease, accounts_began_at=began_at)
