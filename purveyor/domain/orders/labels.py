"""
What the distributor calls the statuses of its orders.

An order's state decides what can be done with it. A label is only its name: it counts
as long as the order is in the label's system type; after the next move the order is
called by the default of its new type. So no move needs to know of labels.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, StatusLabel
from purveyor.domain.orders.queries import name_of_status
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import check, drop, log


class LabelOfAnotherType(Refused):
    """A label is given to orders of its own system type only."""

    code = "orders.label_of_another_type"


class LabelNotActive(Refused):
    """A label that is not active is given to no order any more."""

    code = "orders.label_not_active"


class DefaultLabel(Refused):
    """Each system type has exactly one default label."""

    code = "orders.default_label"


def establish_labels() -> None:
    """Make the labels that come with the product, one a system type, if they lack."""
    known = set(StatusLabel.objects.values_list("system_type", flat=True))
    StatusLabel.objects.bulk_create(
        StatusLabel(system_type=state, name=str(state.label), is_default=True)
        for state in OrderState
        if state not in known
    )


def create_label(
    *, state: OrderState, name: str, actor: str, now: datetime
) -> StatusLabel:
    """
    Create a label beside the default of a system type.

    :raises Refused: for all that `keep_label` refuses.
    """
    label = StatusLabel(system_type=state, name=name)
    keep_label(label=label, changed=("name",), actor=actor, now=now)
    return label


@transaction.atomic
def keep_label(
    *, label: StatusLabel, changed: Collection[str], actor: str, now: datetime
) -> None:
    """
    Create a label, or save what was changed of it; a new default takes the old's place.

    :raises DefaultLabel: if its type would be left without a default.
    :raises Refused: if its type was changed, or a field or a constraint says no.
    """
    before = StatusLabel.objects.select_for_update().filter(pk=label.pk).first()
    if before is not None and before.system_type != label.system_type:
        raise Refused(_("The system type of a label never changes. Add another label."))
    others = StatusLabel.objects.filter(system_type=label.system_type)
    others = others.exclude(pk=label.pk)
    if label.is_default:
        others.update(is_default=False)
    elif not others.filter(is_default=True).exists():
        message = _("%(type)s needs a default. Make another label the default instead.")
        type_name = OrderState(label.system_type).label
        raise DefaultLabel(message % {"type": type_name})
    check(label)
    label.save()
    verb = "create" if before is None else "edit"
    log(label, verb, actor=actor, at=now, fields=sorted(changed))


@transaction.atomic
def drop_label(*, label: StatusLabel, actor: str, now: datetime) -> None:
    """
    Delete a label that no order has.

    :raises DefaultLabel: if it is the default of its type.
    :raises Refused: if an order has it; it can be made inactive.
    """
    if label.is_default:
        message = _("%(label)s is the default of its type. Make another the default.")
        raise DefaultLabel(message % {"label": label.name})
    drop(label, actor=actor, at=now)


@transaction.atomic
def label_order(*, order: Order, label: StatusLabel, actor: str, now: datetime) -> None:
    """
    Give an order a label of the system type it is in; the default one takes it away.

    :raises LabelNotActive: if the label is not given any more.
    :raises LabelOfAnotherType: if the order is, by now, in another system type.
    """
    if not label.is_active:
        message = _("%(label)s is not active. Choose another status.")
        raise LabelNotActive(message % {"label": label.name})
    before = name_of_status(order)
    given = None if label.is_default else label
    fitting = Order.objects.filter(pk=order.pk, state=label.system_type)
    if fitting.update(label=given) != 1:
        message = _("%(order)s can not be called %(label)s now. Reload the page.")
        names = {"order": order.number, "label": label.name}
        raise LabelOfAnotherType(message % names)
    order.label = given
    log(order, "label", actor=actor, at=now, before=before, after=label.name)
