"""A distributor and its vendor, who do not always agree."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.flows.execution.street import STREET
from purveyor.flows.reconciliation.street import RECONCILING
from purveyor.kernel import http
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account
from tests.factories.moments import NOON
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_link, a_setup
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture
def vendor(stand_in: StandIn, db: None, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Return the vendor, new, and set up as the application BitTitan."""
    monkeypatch.setattr(http, "PAUSES_SECONDS", (0.001, 0.001))
    stand_in.reset()
    stand_in.moves_to(NOON)
    a_setup(
        address=stand_in.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        deadline_seconds=5,
        calls_per_second=10_000,
    )
    return stand_in


@pytest.fixture
def account(vendor: StandIn) -> Account:
    """Return an account that the vendor knows."""
    made = an_account()
    known = vendor.knows(reference=made.number, email=made.email)
    a_link(account=made, external_id=known["id"])
    return made


@pytest.fixture
def works(vendor: StandIn) -> Callable[[datetime], None]:
    """Return how a worker does all that is due at a moment."""

    def work(at: datetime) -> None:
        vendor.moves_to(at)
        drain((*STREET, *RECONCILING), now=at)

    return work


@pytest.fixture
def buys(account: Account, works: Callable[[datetime], None]) -> Callable[..., Asset]:
    """Return how an account buys; with `made` the vendor makes the coupon at once."""

    def buy(*, at: datetime, made: bool = True, quantity: int = 10) -> Asset:
        order = a_submitted_order(account=account, quantity=quantity)
        asset = an_execution(order=order).assets.get()
        if made:
            works(at)
        return Asset.objects.get(pk=asset.pk)

    return buy
