"""Every connector, and BitTitan's in front of its stand-in over real HTTP."""

import logging
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from purveyor.connectors.bittitan.connector import BitTitan
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ProvisionRequest,
    ServiceManager,
)
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in

DEADLINE_SECONDS = 0.8
NORTHWIND = AccountRequest(
    key="A-00003",
    name="Northwind",
    email="mia@north.example",
    country="DE",
    options={"password": "s3cret-of-mia"},
)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as stand_in:
        yield stand_in


@pytest.fixture
def vendor(running: StandIn, caplog: pytest.LogCaptureFixture) -> Iterator[StandIn]:
    """Return the vendor, new; afterwards no log may hold a code or a credential."""
    running.reset()
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        yield running
    shown = f"{lines}{caplog.text}"
    for secret in (API_KEY, "s3cret-of-mia", "mia@north.example", *running.codes()):
        assert secret not in shown


@pytest.fixture
def manager(vendor: StandIn) -> ServiceManager:
    return a_manager(vendor)


@pytest.fixture
def request_for_ten(vendor: StandIn, manager: ServiceManager) -> ProvisionRequest:
    """Return a wish for ten licenses of an account that the vendor knows."""
    northwind = manager.synchronize_account(NORTHWIND)
    return ProvisionRequest(
        key="AS-00017",
        external_account_id=northwind.external_id,
        external_product_id="BT-MAILBOX",
        quantity=10,
        expire_days=365,
        validity_days=180,
        label="Northwind, ten mailboxes",
    )


def a_manager(vendor: StandIn, **settings: str) -> ServiceManager:
    """Return BitTitan in front of its stand-in."""
    given = {
        "address": vendor.api_url,
        "api_key": API_KEY,
        "workgroup": WORKGROUP,
        "deadline_seconds": str(DEADLINE_SECONDS),
    }
    return BitTitan.build({**given, **settings})
