"""Statements that are planned for the values they are asked with."""

import pytest
from django.db import connection

from purveyor.kernel.plans import planned_anew


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        (value,) = cursor.fetchone()
    return str(value)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_it_holds_for_what_stands_in_it_and_ends_with_it() -> None:
    with planned_anew():
        assert setting() == "force_custom_plan"

    assert setting() == "auto"
