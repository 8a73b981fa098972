"""A worker's visit to one asset, in front of the stand-in vendor."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from purveyor.domain.assets.models import Asset
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock, http
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account
from tests.factories.orders import an_execution
from tests.factories.provisioning import a_link, a_setup
from tests.support.desk import Desk
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture
def vendor(stand_in: StandIn, db: None) -> StandIn:
    """Return the vendor, new, and set up as the application BitTitan."""
    stand_in.reset()
    a_setup(
        address=stand_in.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        deadline_seconds=1,
        settle_seconds=300,
        second_look_seconds=60,
    )
    return stand_in


@pytest.fixture
def bought(vendor: StandIn, now: datetime) -> Asset:
    """Return an asset that waits for its coupon; BitTitan knows its account."""
    account = an_account()
    known = vendor.knows(reference=account.number, email=account.email)
    a_link(account=account, external_id=known["id"])
    return an_execution(account=account, is_linked=False).assets.get()


@pytest.fixture
def visit() -> Callable[[], None]:
    """Return how a worker does all that is due now."""

    def work() -> None:
        drain(STREET, now=clock.now())

    return work


@pytest.fixture
def desk(
    vendor: StandIn,
    still_clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """Return Dan's desk, in front of the vendor; a failed read is repeated at once."""
    monkeypatch.setattr(http, "PAUSES_SECONDS", (0.001, 0.001))
    return Desk(vendor, still_clock)
