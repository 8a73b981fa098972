"""The connector behind which there is only a person."""

from collections.abc import Callable

import pytest

from purveyor.connectors.manual.connector import Manual
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ProvisionRequest,
    ServiceManager,
    VendorRejected,
    VendorUnavailable,
)

REQUEST = ProvisionRequest("AS-1", "", "BOX", 1, 365, 365)
ACCOUNT = AccountRequest("A-1", "Northwind", "mia@north.example", "DE")


def test_it_needs_nothing_and_can_nothing() -> None:
    manager = Manual.build({})

    manager.check()
    assert manager.capabilities == frozenset()
    assert manager.services_definition() == ()
    assert manager.account_sync_options() == ()


@pytest.mark.parametrize(
    "write",
    [
        lambda manager: manager.provision(REQUEST),
        lambda manager: manager.synchronize_account(ACCOUNT),
        lambda manager: manager.cancel("CODE-1"),
    ],
    ids=["provision", "synchronize", "cancel"],
)
def test_what_it_cannot_do_is_rejected(
    write: Callable[[ServiceManager], object],
) -> None:
    with pytest.raises(VendorRejected) as rejected:
        write(Manual.build({}))

    assert "CODE-1" not in f"{rejected.value}{rejected.value.facts}"


def test_a_purchase_is_sent_to_a_person() -> None:
    with pytest.raises(VendorRejected, match="enter the code by hand"):
        Manual.build({}).provision(REQUEST)


@pytest.mark.parametrize(
    "read",
    [
        lambda manager: manager.find("AS-1"),
        lambda manager: manager.get("CODE-1"),
        lambda manager: manager.find_account(key="A-1"),
        lambda manager: list(manager.list_accounts()),
        lambda manager: list(manager.list_assets()),
    ],
    ids=["find", "get", "find_account", "list_accounts", "list_assets"],
)
def test_what_nobody_knows_is_never_answered_as_empty(
    read: Callable[[ServiceManager], object],
) -> None:
    with pytest.raises(VendorUnavailable) as unavailable:
        read(Manual.build({}))

    assert "CODE-1" not in f"{unavailable.value}{unavailable.value.facts}"
