"""Numbers have no gap and no duplicate, also when something goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest
from django.db import connection, transaction

from purveyor.domain.accounts.models import ACCOUNT_NUMBERS
from purveyor.domain.invoices.models import INVOICE_NUMBERS
from purveyor.domain.orders.models import ORDER_NUMBERS
from purveyor.kernel.numbering.models import Counter
from purveyor.kernel.numbering.operations import Series

PROBES = Series("probe", "P-", 4)


class Mishap(Exception):
    """Something went wrong after a number was taken."""


@transaction.atomic
def take_in_vain() -> None:
    PROBES.take(2)
    raise Mishap


def test_numbers_are_taken_in_order() -> None:
    assert PROBES.take() == ["P-0001"]
    assert PROBES.take(3) == ["P-0002", "P-0003", "P-0004"]
    assert PROBES.take() == ["P-0005"]


@pytest.mark.parametrize(
    ("series", "first"),
    [
        (ACCOUNT_NUMBERS, "A-00001"),
        (ORDER_NUMBERS, "O-000001"),
        (INVOICE_NUMBERS, "INV-000001"),
    ],
)
def test_the_first_number_of_each_series(series: Series, first: str) -> None:
    assert series.take() == [first]


def test_each_series_counts_for_itself() -> None:
    PROBES.take(2)

    assert Series("other", "O-", 2).take() == ["O-01"]


def test_a_series_that_outgrows_its_digits_goes_on() -> None:
    Counter.objects.create(name=PROBES.name, last=9_999)

    assert PROBES.take() == ["P-10000"]


def test_a_number_that_was_rolled_back_is_taken_again() -> None:
    PROBES.take()

    with pytest.raises(Mishap):
        take_in_vain()

    assert PROBES.take(3) == ["P-0002", "P-0003", "P-0004"]


@pytest.mark.django_db(transaction=True)
def test_many_who_take_at_once_and_some_who_fail_leave_no_gap() -> None:
    def take(n: int) -> list[str]:
        with closing(connection), suppress(Mishap):
            if n % 3 == 0:
                take_in_vain()
            with transaction.atomic():
                return PROBES.take()
        return []

    with ThreadPoolExecutor(6) as pool:
        taken = sorted(number for each in pool.map(take, range(30)) for number in each)

    assert taken == [f"P-{n:04d}" for n in range(1, 21)]
