"""An application is known by its name, and by its service manager if that is one's."""

import pytest

from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.queries import application_called
from purveyor.kernel.errors import NotFound
from tests.factories.catalogue import an_application


@pytest.mark.parametrize("name", ["Coupons", "coupons", " BITTITAN "])
def test_case_does_not_matter(name: str) -> None:
    application = an_application(name="Coupons")

    assert application_called(name=name) == application


def test_a_name_goes_before_a_service_manager() -> None:
    an_application(name="Other")
    named = an_application(name="BitTitan")

    assert application_called(name="bittitan") == named


def test_one_of_several_is_not_guessed() -> None:
    an_application(name="East")
    an_application(name="West")

    with pytest.raises(NotFound, match=r"each of .*East \(bittitan\), West"):
        application_called(name="bittitan")


def test_who_is_unknown_is_told_whom_there_is() -> None:
    Application.objects.create(name="By hand", connector="manual")

    with pytest.raises(NotFound, match=r"There are: By hand \(manual\)\."):
        application_called(name="bittitan")


def test_without_any_it_says_so() -> None:
    with pytest.raises(NotFound, match="There are: none"):
        application_called(name="bittitan")
