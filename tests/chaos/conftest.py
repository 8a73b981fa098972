"""A vendor over HTTP, an inbox over SMTP, and workers that may die."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order
from tests.factories.provisioning import a_link, a_setup
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in
from tests.support.workers import Crew, a_crew


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture
def vendor(stand_in: StandIn, transactional_db: None) -> StandIn:
    """Return the vendor, new; its doubts settle within a second or two."""
    stand_in.reset()
    establish_notifications()
    a_setup(
        address=stand_in.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        deadline_seconds=1,
        settle_seconds=3,
        second_look_seconds=1,
    )
    return stand_in


@pytest.fixture
def hasty_vendor(vendor: StandIn) -> StandIn:
    """Return the vendor, never long at work, so that doubts settle within a second."""
    a_setup(
        address=vendor.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        deadline_seconds=1,
        settle_seconds=1,
        second_look_seconds=1,
    )
    return vendor


@pytest.fixture
def crew(vendor: StandIn, tmp_path: Path) -> Iterator[Crew]:
    with a_crew(tmp_path, vendor.smtp_port) as workers:
        yield workers
        sys.stdout.write(workers.logs())  # shown with a test that fails


@pytest.fixture
def buys(vendor: StandIn) -> "Buyer":
    return Buyer(vendor)


class Buyer:
    """An account that BitTitan knows, and executes orders as of now."""

    def __init__(self, vendor: StandIn) -> None:
        self.account = an_account()
        known = vendor.knows(reference=self.account.number, email=self.account.email)
        a_link(account=self.account, external_id=known["id"])

    def licenses(self, count: int = 1) -> list[Asset]:
        """Return the assets of `count` orders that were executed just now."""
        return [self._one() for _n in range(count)]

    def _one(self) -> Asset:
        order = a_submitted_order(account=self.account)
        plan = ExecutionPlan(start_date=clock.today(), option=InvoiceOption.ISSUE)
        now = clock.now()
        return execute_order(order=order, plan=plan, actor=DAN, now=now).assets.get()
