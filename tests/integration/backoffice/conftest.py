"""The pages of the BSS, signed in by role, and the vendor behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from purveyor.domain.accounts.operations import establish_roles
from tests.factories.accounts import a_staff_user
from tests.support.stand_in import StandIn, a_stand_in


class Staff:
    """The people of the distributor: one browser for each role."""

    def __init__(self) -> None:
        establish_roles(roles=settings.PURVEYOR_ROLES)
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

    def __call__(self, role: str) -> Client:
        """Return a browser in which a person with this role is signed in."""
        user = a_staff_user(email=f"{role.lower()}@aurora.example", name=role)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def staff() -> Staff:
    """Return the people of the distributor, by role."""
    return Staff()


@pytest.fixture(scope="session")
def running_vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as stand_in:
        yield stand_in


@pytest.fixture
def vendor(running_vendor: StandIn) -> StandIn:
    """Return the vendor, new."""
    running_vendor.reset()
    return running_vendor
