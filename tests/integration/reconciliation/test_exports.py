"""A plan as a table and for a program."""

import csv
import json

from purveyor.flows.reconciliation.exports import as_csv, as_json
from purveyor.flows.reconciliation.models import Finding
from tests.factories.reconciliation import (
    STRANGE,
    a_different_one,
    a_plan,
    a_run,
    a_stranger,
)

OURS = "BT-OURS-0000-0000-CASH"


def test_a_table_has_a_row_for_each_line_with_both_sides() -> None:
    run = a_plan([a_different_one(code=OURS), a_stranger()])

    different, stranger = csv.DictReader(as_csv(run))

    assert (different["kind"], different["remedy"]) == ("DIFFERENT", "TAKE_FACTS")
    assert "quantity: 10;" in different["ours"]
    assert "quantity: 7;" in different["theirs"]
    assert (different["cost"], different["currency"]) == ("21.00", "EUR")
    assert different["evidence"].startswith("Asset and coupon do not agree.")
    assert (stranger["line"], stranger["ours"]) == ("2", "")
    assert "coupon: •••• CASH;" in stranger["theirs"]


def test_a_program_gets_the_head_and_the_lines() -> None:
    run = a_plan([a_different_one(code=OURS), a_stranger()], compared=12)

    plan = json.loads("".join(as_json(run)))

    assert (plan["plan"], plan["compared"]) == (run.pk, 12)
    assert [line["kind"] for line in plan["findings"]] == ["DIFFERENT", "STRANGER"]
    assert plan["findings"][0]["theirs"]["quantity"] == 7


def test_a_plan_without_lines_is_whole_too() -> None:
    run = a_run()

    assert len(list(csv.reader(as_csv(run)))) == 1
    assert json.loads("".join(as_json(run)))["findings"] == []


def test_no_code_leaves_by_a_plan() -> None:
    run = a_plan([a_different_one(code=OURS), a_stranger()])

    taken = "".join([*as_csv(run), *as_json(run)])

    assert OURS not in taken
    assert STRANGE not in taken


def test_what_looks_like_a_formula_is_made_harmless() -> None:
    run = a_plan([a_stranger()])
    for number, sign in enumerate("=+-@"):
        Finding.objects.create(
            run=run, position=9 + number, drift="LOST", because=f"{sign}SUM(A1)"
        )

    reasons = [row["reason"] for row in csv.DictReader(as_csv(run))]

    assert reasons[1:] == ["'=SUM(A1)", "'+SUM(A1)", "'-SUM(A1)", "'@SUM(A1)"]


def test_a_long_plan_is_read_in_parts(django_assert_num_queries) -> None:
    run = a_plan([a_stranger()])

    with django_assert_num_queries(1):
        list(as_csv(run))
