"""Every change of master data leaves a line; what is refused changes nothing."""

from datetime import datetime, timedelta

import pytest

from purveyor.domain.accounts.models import PaymentMethod
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import (
    LABEL_MAX,
    check,
    drop,
    keep,
    line,
    log,
    log_all,
)
from purveyor.kernel.journal.queries import LINES_MAX, journal_of
from tests.factories.accounts import an_account
from tests.factories.moments import DAN


@pytest.fixture
def method() -> PaymentMethod:
    return PaymentMethod.objects.create(name="Bank transfer", payment_days=30)


def test_keeping_a_new_record_says_that_it_was_created(now: datetime) -> None:
    method = PaymentMethod(name="Cash", payment_days=0)

    keep(method, changed=("name", "payment_days"), actor=DAN, at=now)

    entry = Entry.objects.get()
    assert PaymentMethod.objects.get() == method
    assert (entry.verb, entry.actor, entry.at) == ("create", DAN, now)
    assert (entry.record_type, entry.record_id) == ("accounts.paymentmethod", method.pk)
    assert entry.record_label == "Cash"
    assert entry.facts == {"changes": {}}


def test_keeping_a_known_record_says_what_was_edited(method, now: datetime) -> None:
    method.payment_days = 14

    keep(method, changed={"payment_days"}, actor=DAN, at=now)

    entry = Entry.objects.get()
    assert PaymentMethod.objects.get().payment_days == 14
    assert entry.verb == "edit"
    assert entry.facts == {"changes": {"payment_days": [30, 14]}}


def test_what_breaks_a_rule_is_not_kept_and_every_complaint_is_told(
    method, now: datetime
) -> None:
    twin = PaymentMethod(name="Bank transfer", payment_days=-1)

    with pytest.raises(Refused) as refusal:
        keep(twin, changed=(), actor=DAN, at=now)

    assert refusal.value.facts == {"fields": ["name", "payment_days"]}
    assert "already exists" in refusal.value.message
    assert PaymentMethod.objects.count() == 1
    assert not Entry.objects.exists()


def test_a_record_that_keeps_the_rules_passes_the_check(method) -> None:
    check(method)

    method.name = ""
    with pytest.raises(Refused, match="cannot be blank"):
        check(method)


def test_dropping_a_record_leaves_its_line_behind(method, now: datetime) -> None:
    pk = method.pk

    drop(method, actor=DAN, at=now)

    entry = Entry.objects.get()
    assert not PaymentMethod.objects.exists()
    assert (entry.verb, entry.record_id, entry.record_label) == (
        "delete",
        pk,
        "Bank transfer",
    )


def test_what_is_in_use_is_not_dropped(method, now: datetime) -> None:
    for name in ("Contoso", "Fabrikam"):
        an_account(name=name, payment_method=method)
    Entry.objects.all().delete()

    with pytest.raises(Refused, match="Bank transfer is in use") as refusal:
        drop(method, actor=DAN, at=now)

    assert refusal.value.facts == {"users_count": 2}
    assert PaymentMethod.objects.filter(pk=method.pk).exists()
    assert not Entry.objects.exists()


def test_a_line_is_cut_to_what_its_columns_hold(method, now: datetime) -> None:
    log(method, "edit", actor="a" * 300, at=now, before="b" * 300, after=7)

    entry = Entry.objects.get()
    assert len(entry.actor) == len(entry.before) == LABEL_MAX
    assert (entry.after, entry.facts) == ("7", {})


def test_many_lines_are_written_in_one_statement(
    method, now: datetime, django_assert_num_queries
) -> None:
    lines = [line(method, "edit", actor=DAN, at=now, n=n) for n in range(50)]

    with django_assert_num_queries(1):
        log_all(lines)

    assert Entry.objects.count() == 50


def test_the_journal_of_a_record_is_its_own_newest_first(method, now: datetime) -> None:
    other = PaymentMethod.objects.create(name="Cash")
    log(other, "edit", actor=DAN, at=now)
    for n in range(3):
        at = now + timedelta(minutes=n)
        log(method, "set_days", actor=DAN, at=at, before=n, after=n + 1, why="asked")

    rows = journal_of(method)

    assert [row.before for row in rows] == ["2", "1", "0"]
    assert (rows[0].verb, rows[0].facts) == ("set days", {"why": "asked"})
    assert journal_of(method, limit=1) == rows[:1]


def test_the_journal_of_a_record_is_shown_to_a_limit(method, now: datetime) -> None:
    log_all(line(method, "edit", actor=DAN, at=now, n=n) for n in range(LINES_MAX + 5))

    rows = journal_of(method, limit=10_000)

    assert len(rows) == LINES_MAX
    assert rows[0].facts == {"n": LINES_MAX + 4}
