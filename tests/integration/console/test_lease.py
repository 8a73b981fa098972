"""A lease must last longer than any call of a vendor."""

import pytest

from purveyor.domain.provisioning.queries import LeaseTooShort, check_lease
from tests.factories.provisioning import a_setup

pytestmark = pytest.mark.both


def test_a_lease_twice_as_long_as_a_call_is_enough(settings) -> None:
    a_setup(deadline_seconds=45)
    settings.PURVEYOR_LEASE_SECONDS = 90

    check_lease()


def test_a_shorter_one_is_refused_with_the_setting_to_change(
    settings,
) -> None:
    a_setup(deadline_seconds=45.5)
    settings.PURVEYOR_LEASE_SECONDS = 90

    with pytest.raises(LeaseTooShort, match="Set PURVEYOR_LEASE_SECONDS to 91"):
        check_lease()


def test_without_a_vendor_any_lease_is_enough(settings) -> None:
    settings.PURVEYOR_LEASE_SECONDS = 1

    check_lease()
