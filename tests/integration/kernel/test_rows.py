"""Many new rows at once hold what one by one they would."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.rows import insert_all, insert_each
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import a_draft_order, an_execution

pytestmark = pytest.mark.usefixtures("many")

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
FACTS = st.dictionaries(TEXTS, st.none() | st.booleans() | st.integers(0, 2) | TEXTS)


@pytest.fixture(params=[2, 1_000], ids=["many", "few"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two rows be many, sent by threes, and then be few."""
    monkeypatch.setattr("purveyor.kernel.rows.MANY", request.param)
    monkeypatch.setattr("purveyor.kernel.rows.AT_ONCE", 3)


def an_entry(**fields: Any) -> Entry:
    told = {"at": NOON, "actor": DAN, "record_type": "orders.order", "record_id": 1}
    return Entry(**{**told, "record_label": "O-1", "verb": "edit", **fields})


def an_item(order: Order, position: int, **fields: Any) -> OrderItem:
    terms = {"unit_price": Decimal("9.90"), "unit_cost": 5, "tax_percent": Decimal(19)}
    named = {"product": a_product(), "product_name": "Mailbox", "currency": "EUR"}
    return OrderItem(order=order, position=position, **{**terms, **named, **fields})


def as_text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True)


def values_of(record: Any) -> dict[str, Any]:
    return {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}


def stored(records: list[Any]) -> list[dict[str, Any]]:
    return [values_of(type(each).objects.get(pk=each.pk)) for each in records]


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_new_records_are_written_and_get_their_ids(count: int) -> None:
    made = insert_all(
        an_entry(
            record_id=place,
            facts={"place": place, "of": None},
            news_due_at=NOON + timedelta(seconds=place) if place % 2 else None,
        )
        for place in range(count)
    )

    assert [entry.record_id for entry in made] == list(range(count))
    assert len({entry.pk for entry in made}) == Entry.objects.count() == count
    assert stored(made) == [values_of(entry) for entry in made]


def test_records_may_be_made_as_they_are_asked_for() -> None:
    coming = (an_entry(record_id=place, facts={"place": place}) for place in range(7))

    made = insert_each(Entry, coming, count=7)

    assert [entry.record_id for entry in made] == list(range(7))
    assert stored(made) == [values_of(entry) for entry in made]


def test_if_one_cannot_be_made_none_is_kept() -> None:
    def coming() -> Iterator[Entry]:
        yield from (an_entry() for _place in range(5))
        raise LookupError

    with pytest.raises(LookupError), transaction.atomic():
        insert_each(Entry, coming(), count=6)

    assert not Entry.objects.exists()


@given(rows=st.lists(st.tuples(TEXTS, FACTS), min_size=2, max_size=5))
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_written_is_read_again(rows: list[tuple[str, Any]]) -> None:
    made = insert_all(an_entry(record_label=label, facts=f) for label, f in rows)

    kept = [Entry.objects.get(pk=entry.pk) for entry in made]
    assert [each.record_label for each in kept] == [label for label, _facts in rows]
    # As text: in Python True is equal to 1.
    assert [as_text(each.facts) for each in kept] == [as_text(f) for _label, f in rows]


def test_numbers_days_and_defaults_are_kept_as_their_columns_say() -> None:
    order = a_draft_order(items=0)
    (execution,) = insert_all(
        [
            Execution(
                order=order, actor=DAN, at=NOON, start_date=TODAY, invoice_option="NONE"
            )
        ]
    )

    items = insert_all(
        [
            an_item(order, 1, list_price=None),
            an_item(order, 2, list_price=Decimal("10.5"), discount_percent=3),
            an_item(order, 3, state="EXECUTED", execution=execution),
        ]
    )

    assert stored([execution])[0]["start_date"] == TODAY
    assert stored(items) == [values_of(item) for item in items]
    assert [item["list_price"] for item in stored(items)] == [
        None,
        Decimal("10.5"),
        None,
    ]
    assert [item["discount_percent"] for item in stored(items)] == [0, 3, 0]


def test_what_the_database_computes_is_left_to_it() -> None:
    bought = list(an_execution(items=2).assets.order_by("pk"))
    Asset.objects.all().delete()
    told = [values_of(asset) for asset in bought]

    made = insert_all(
        Asset(**{k: v for k, v in row.items() if k not in ("id", "name_upper")})
        for row in told
    )

    assert [asset.name_upper for asset in made] == [row["name_upper"] for row in told]
    assert [asset.order_item for asset in made] == [each.order_item for each in bought]


def test_records_are_known_as_written() -> None:
    made = insert_all([an_entry(), an_entry()])

    made[0].verb = "mend"
    made[0].save()
    later = an_entry()
    later.save()

    assert Entry.objects.get(pk=made[0].pk).verb == "mend"
    assert later.pk not in {entry.pk for entry in made}
    assert Entry.objects.count() == 3


@pytest.mark.parametrize(
    "second",
    [
        {"position": 1},  # once
        {"position": 2, "quantity": 0},  # out of bounds
        {"position": 2, "product_name": None},
    ],
)
def test_one_row_that_breaks_a_constraint_keeps_all_out(second: dict[str, Any]) -> None:
    order = a_draft_order(items=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([an_item(order, 1), an_item(order, **second)])

    assert not OrderItem.objects.exists()
