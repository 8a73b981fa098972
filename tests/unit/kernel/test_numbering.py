"""Numbers are taken inside a transaction only; how they look is told in a row."""

import pytest
from django.db.transaction import TransactionManagementError

from purveyor.domain.accounts.models import ACCOUNT_NUMBERS
from purveyor.domain.invoices.models import INVOICE_NUMBERS
from purveyor.domain.orders.models import ORDER_NUMBERS
from purveyor.kernel.numbering.operations import Series


@pytest.mark.parametrize("series", [ACCOUNT_NUMBERS, ORDER_NUMBERS, INVOICE_NUMBERS])
def test_a_number_outside_a_transaction_could_leave_a_gap(series: Series) -> None:
    with pytest.raises(TransactionManagementError, match="inside a transaction only"):
        series.take()


def test_each_series_has_a_name_and_a_prefix_of_its_own() -> None:
    every = (ACCOUNT_NUMBERS, ORDER_NUMBERS, INVOICE_NUMBERS)

    assert len({series.name for series in every}) == 3
    assert [series.prefix for series in every] == ["A-", "O-", "INV-"]
