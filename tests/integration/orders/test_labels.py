"""What the distributor calls the statuses of its orders."""

from datetime import datetime

import pytest
from django.utils.translation import override

from purveyor.domain.orders.labels import (
    DefaultLabel,
    LabelNotActive,
    LabelOfAnotherType,
    drop_label,
    establish_labels,
    keep_label,
    label_order,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, StatusLabel
from purveyor.domain.orders.queries import (
    labelled,
    name_of_status,
    with_status_name,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.moments import DAN
from tests.factories.orders import (
    a_draft_order,
    a_label,
    a_submitted_order,
    an_execution,
)

SUBMITTED, EXECUTED = OrderState.SUBMITTED, OrderState.EXECUTED


def default_of(state: OrderState) -> StatusLabel:
    return StatusLabel.objects.get(system_type=state, is_default=True)


def called(order: Order) -> str:
    return name_of_status(Order.objects.get(pk=order.pk))


def test_each_system_type_comes_with_a_default_label() -> None:
    establish_labels()
    establish_labels()

    names = StatusLabel.objects.filter(is_default=True).values_list("name", flat=True)
    assert sorted(names) == sorted(str(state.label) for state in OrderState)
    assert StatusLabel.objects.count() == len(OrderState)


def test_an_order_is_called_by_the_default_of_its_type(now: datetime) -> None:
    order = a_submitted_order()
    assert called(order) == "Submitted"  # before anything is established
    establish_labels()
    label = default_of(SUBMITTED)
    label.name = "Received"

    keep_label(label=label, changed=["name"], actor=DAN, now=now)

    assert called(order) == "Received"


def test_names_that_come_with_the_product_are_told_in_the_readers_language(
    now: datetime,
) -> None:
    establish_labels()
    order, of_our_own = a_submitted_order(), a_label("Waits for payment")

    with override("de"):
        assert called(order) == "Abgesendet"
    label_order(order=order, label=of_our_own, actor=DAN, now=now)
    with override("de"):
        assert called(order) == "Waits for payment"


def test_a_label_is_given_and_told(now: datetime) -> None:
    order, label = a_submitted_order(), a_label("Waits for payment")

    label_order(order=order, label=label, actor=DAN, now=now)

    entry = Entry.objects.latest("pk")
    assert called(order) == "Waits for payment"
    assert (entry.verb, entry.before, entry.after) == (
        "label",
        "Submitted",
        "Waits for payment",
    )


def test_the_default_label_takes_another_away(now: datetime) -> None:
    order = a_submitted_order()
    label_order(order=order, label=a_label("Waits"), actor=DAN, now=now)

    label_order(order=order, label=default_of(SUBMITTED), actor=DAN, now=now)

    assert called(order) == "Submitted"
    assert Order.objects.get().label is None


def test_a_label_counts_as_long_as_the_order_is_of_its_type(now: datetime) -> None:
    order = a_submitted_order()
    label_order(order=order, label=a_label("Waits"), actor=DAN, now=now)

    an_execution(order=order)

    assert called(order) == "Executed"


def test_a_label_of_another_type_is_refused(now: datetime) -> None:
    order, label = a_submitted_order(), a_label("Handed over", state=EXECUTED)

    with pytest.raises(LabelOfAnotherType, match="can not be called Handed over now"):
        label_order(order=order, label=label, actor=DAN, now=now)


def test_an_order_that_has_moved_on_gets_no_label_of_before(now: datetime) -> None:
    order, label = a_submitted_order(), a_label("Waits")
    in_another_tab = Order.objects.get()
    an_execution(order=order)

    with pytest.raises(LabelOfAnotherType):
        label_order(order=in_another_tab, label=label, actor=DAN, now=now)


def test_a_label_that_is_not_active_is_given_no_more(now: datetime) -> None:
    label = a_label("Waits", is_active=False)

    with pytest.raises(LabelNotActive):
        label_order(order=a_submitted_order(), label=label, actor=DAN, now=now)


def test_lists_find_orders_by_their_label(now: datetime) -> None:
    plain, waiting, draft = a_submitted_order(), a_submitted_order(), a_draft_order()
    label = a_label("Waits")
    label_order(order=waiting, label=label, actor=DAN, now=now)
    done = a_submitted_order()
    label_order(order=done, label=label, actor=DAN, now=now)
    an_execution(order=done)

    def found(by: StatusLabel) -> set[Order]:
        return set(Order.objects.filter(labelled(by)))

    assert found(label) == {waiting}
    assert found(default_of(SUBMITTED)) == {plain}
    assert found(default_of(OrderState.DRAFT)) == {draft}
    assert found(default_of(EXECUTED)) == {done}


def test_the_names_of_many_orders_come_in_one_statement(
    now: datetime, django_assert_num_queries
) -> None:
    a_label("Waits")
    for _each in range(3):
        a_submitted_order()

    with django_assert_num_queries(1):
        names = [name_of_status(o) for o in with_status_name(Order.objects.all())]

    assert names == ["Submitted"] * 3


# ------------------------------------------------------------------ the labels


def test_a_new_default_takes_the_place_of_the_old(now: datetime) -> None:
    order, label = a_submitted_order(), a_label("Received")
    label.is_default = True

    keep_label(label=label, changed=["is_default"], actor=DAN, now=now)

    assert default_of(SUBMITTED) == label
    assert called(order) == "Received"


def test_a_type_is_never_without_a_default(now: datetime) -> None:
    establish_labels()
    label = default_of(SUBMITTED)
    label.is_default = False

    with pytest.raises(DefaultLabel, match="Submitted needs a default"):
        keep_label(label=label, changed=["is_default"], actor=DAN, now=now)
    with pytest.raises(DefaultLabel):
        drop_label(label=default_of(SUBMITTED), actor=DAN, now=now)


def test_the_default_of_a_type_stays_active(now: datetime) -> None:
    establish_labels()
    label = default_of(SUBMITTED)
    label.is_active = False

    with pytest.raises(Refused, match="The default of a type stays active"):
        keep_label(label=label, changed=["is_active"], actor=DAN, now=now)


def test_the_type_of_a_label_never_changes(now: datetime) -> None:
    label = a_label("Waits")
    label.system_type = EXECUTED

    with pytest.raises(Refused, match="never changes"):
        keep_label(label=label, changed=["system_type"], actor=DAN, now=now)


def test_two_labels_of_a_type_have_two_names(now: datetime) -> None:
    a_label("Waits")
    again = StatusLabel(system_type=SUBMITTED, name="Waits")

    with pytest.raises(Refused, match="This type has a label of that name"):
        keep_label(label=again, changed=["name"], actor=DAN, now=now)


def test_a_label_is_deleted_while_no_order_has_it(now: datetime) -> None:
    used, unused = a_label("Waits"), a_label("Sleeps")
    label_order(order=a_submitted_order(), label=used, actor=DAN, now=now)

    drop_label(label=unused, actor=DAN, now=now)
    with pytest.raises(Refused, match="is in use"):
        drop_label(label=used, actor=DAN, now=now)

    assert not StatusLabel.objects.filter(name="Sleeps").exists()
