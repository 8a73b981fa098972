"""What holds for every connector, whatever its vendor can do."""

from collections.abc import Callable

import pytest

from purveyor.connectors.manual.connector import Manual
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    Capability,
    ProvisionRequest,
    ServiceManager,
    VendorError,
    VendorRejected,
    VendorUnavailable,
)
from tests.contract.conftest import a_manager
from tests.support.stand_in import StandIn

NOBODY = ProvisionRequest("AS-1", "nobody", "nothing", 1, 365, 365)


@pytest.fixture(params=["bittitan", "bittitan, bare", "manual"])
def any_manager(request: pytest.FixtureRequest, vendor: StandIn) -> ServiceManager:
    if request.param == "manual":
        return Manual.build({})
    if request.param == "bittitan":
        return a_manager(vendor)
    return a_manager(vendor, cancel="off", finds_by_key="off", finds_spent="off")


def answer_or_error(question: Callable[[], object]) -> object:
    try:
        return question()
    except VendorError as error:
        return error


def test_it_says_who_it_is_and_what_it_needs(any_manager: ServiceManager) -> None:
    names = [field.name for field in any_manager.settings_fields]

    assert any_manager.name
    assert any_manager.vendor
    assert len(names) == len(set(names))
    assert all(field.label for field in any_manager.settings_fields)
    assert any_manager.capabilities <= set(Capability)


def test_it_can_be_checked_and_asked_what_it_sells(any_manager: ServiceManager) -> None:
    any_manager.check()

    sold = any_manager.services_definition()

    assert len({each.external_id for each in sold}) == len(sold)


def test_it_refuses_what_it_lacks_and_never_says_nothing(
    any_manager: ServiceManager,
) -> None:
    if Capability.FIND_BY_KEY not in any_manager.capabilities:
        with pytest.raises(VendorUnavailable):
            any_manager.find("AS-1")
    if Capability.CANCEL not in any_manager.capabilities:
        with pytest.raises(VendorRejected):
            any_manager.cancel("CODE-1")
    if Capability.SYNCHRONIZE not in any_manager.capabilities:
        with pytest.raises(VendorRejected):
            any_manager.synchronize_account(AccountRequest("A-1", "N", "m@n.io", "DE"))


def test_a_purchase_that_cannot_be_is_rejected_in_words(
    any_manager: ServiceManager,
) -> None:
    with pytest.raises(VendorRejected) as rejected:
        any_manager.provision(NOBODY)

    assert rejected.value.message.endswith(".")


def test_its_errors_are_those_of_the_contract(any_manager: ServiceManager) -> None:
    questions = (
        lambda: any_manager.get("CODE-1"),
        lambda: any_manager.find("AS-1"),
        lambda: any_manager.find_account(key="A-1"),
        lambda: list(any_manager.list_accounts()),
        lambda: list(any_manager.list_assets()),
    )
    for question in questions:
        heard = answer_or_error(question)

        assert isinstance(heard, VendorUnavailable) or not heard
