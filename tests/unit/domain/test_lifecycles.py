"""The lifecycles of the street are the ones that were designed (design, section 4)."""

from typing import cast

import pytest
from django.db.models import TextChoices

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.lifecycle import INVITATION, REGISTRATION
from purveyor.domain.assets.lifecycle import ASSET, SYNC
from purveyor.domain.catalogue.lifecycle import PRICE_IMPORT
from purveyor.domain.invoices.lifecycle import CHARGE, INVOICE
from purveyor.domain.notifications.lifecycle import MESSAGE
from purveyor.domain.orders.lifecycle import APPROVAL, ITEM, ORDER
from purveyor.domain.provisioning.lifecycle import ATTEMPT, DEFINITION, LINK
from purveyor.flows.account_import.lifecycle import ACCOUNT_IMPORT
from purveyor.flows.execution.lifecycle import BULK, BULK_ORDER
from purveyor.flows.reconciliation.lifecycle import FINDING, RUN
from purveyor.kernel.lifecycle import Lifecycle, verbs_from
from purveyor.kernel.lists.lifecycle import EXPORT

#: Each lifecycle, its first state, and the states from which no move leads on.
DESIGNED = [
    (ORDER, "DRAFT", {"EXECUTED", "CANCELLED"}),
    (ITEM, "OPEN", {"EXECUTED", "CANCELLED"}),
    (APPROVAL, "WAITING", {"APPROVED", "REJECTED", "WITHDRAWN"}),
    (BULK, "PREPARED", {"DONE", "STOPPED", "DISCARDED"}),
    (BULK_ORDER, "WAITING", {"EXECUTED", "PARTLY", "REFUSED", "LEFT"}),
    (ASSET, "ACTIVE", {"REDEEMED", "CANCELLED"}),
    (RUN, "LOOKING", {"CLEAN", "APPLIED", "DISCARDED", "FAILED"}),
    (FINDING, "OPEN", {"DONE", "REFUSED"}),
    (SYNC, "PENDING", {"SYNCHRONIZED"}),
    (LINK, "UNSYNCHRONIZED", set()),
    (ATTEMPT, "OPEN", {"MADE", "ADOPTED", "ENTERED", "REJECTED", "UNAVAILABLE"}),
    (DEFINITION, "QUEUED", {"DONE", "FAILED"}),
    (CHARGE, "PENDING", {"DROPPED"}),
    (INVOICE, "DRAFT", {"PAID", "VOIDED"}),
    (MESSAGE, "QUEUED", {"SENT", "FAILED"}),
    (PRICE_IMPORT, "PROPOSED", {"APPLIED", "DISCARDED"}),
    (EXPORT, "QUEUED", {"FAILED", "DELETED"}),
    (INVITATION, "WAITING", set()),
    (REGISTRATION, "ASKED", {"APPROVED", "REJECTED"}),
    (ACCOUNT_IMPORT, "CHECKED", {"DONE", "DISCARDED"}),
]
NAMES = [lifecycle.name for lifecycle, _first, _ends in DESIGNED]
EVERY = pytest.mark.parametrize(
    "lifecycle", [lifecycle for lifecycle, _first, _ends in DESIGNED], ids=NAMES
)


def states_of(lifecycle: Lifecycle) -> type[TextChoices]:
    """Return the states as people read them: the choices of the column."""
    return cast("type[TextChoices]", type(lifecycle.initial))


def is_possible(lifecycle: Lifecycle, source: str, target: str) -> bool:
    """Return whether one move leads from a state to another."""
    moves = lifecycle.moves.values()
    return any(source in move.sources and move.target == target for move in moves)


@pytest.mark.parametrize(("lifecycle", "first", "ends"), DESIGNED, ids=NAMES)
def test_a_record_begins_and_ends_where_it_was_designed_to(
    lifecycle: Lifecycle, first: str, ends: set[str]
) -> None:
    states = states_of(lifecycle).values

    assert lifecycle.initial == first
    assert {s for s in states if not list(verbs_from(lifecycle, s))} == ends


@EVERY
def test_every_state_is_reached_and_no_move_leads_elsewhere(
    lifecycle: Lifecycle,
) -> None:
    assert lifecycle.reachable() == set(states_of(lifecycle).values)


@EVERY
def test_every_move_starts_from_a_state_that_exists(lifecycle: Lifecycle) -> None:
    states = set(states_of(lifecycle).values)

    assert all(set(move.sources) <= states for move in lifecycle.moves.values())
    assert all(move.sources for move in lifecycle.moves.values())


@EVERY
def test_every_state_has_a_label_for_people(lifecycle: Lifecycle) -> None:
    labels = [str(label) for label in states_of(lifecycle).labels]

    assert len(set(labels)) == len(labels)
    assert all(label and label != label.upper() for label in labels)


@EVERY
def test_no_verb_is_told_twice(lifecycle: Lifecycle) -> None:
    assert [verb for verb, move in lifecycle.moves.items() if verb != move.verb] == []


@pytest.mark.parametrize(
    ("lifecycle", "source", "target"),
    [
        (ORDER, "DRAFT", "EXECUTED"),
        (ORDER, "AWAITING_APPROVAL", "EXECUTED"),
        (ORDER, "EXECUTING", "CANCELLED"),
        (ORDER, "SUBMITTED", "DRAFT"),
        (ASSET, "ACTIVE", "CANCELLED"),
        (ASSET, "REDEEMED", "ACTIVE"),
        (SYNC, "UNCLEAR", "UNCLEAR"),
        (SYNC, "FAILED", "UNCLEAR"),
        (LINK, "SYNCHRONIZED", "FAILED"),
        (ATTEMPT, "UNCLEAR", "REJECTED"),
        (CHARGE, "INVOICED", "DROPPED"),
        (INVOICE, "ISSUED", "DRAFT"),
        (INVOICE, "ISSUED", "VOIDED"),
        (INVOICE, "DRAFT", "PAID"),
        (MESSAGE, "PERHAPS_SENT", "QUEUED"),
        (MESSAGE, "SENT", "QUEUED"),
    ],
)
def test_what_must_never_happen_is_no_move(
    lifecycle: Lifecycle, source: str, target: str
) -> None:
    assert not is_possible(lifecycle, source, target)


@pytest.mark.parametrize(
    ("lifecycle", "source", "target"),
    [
        (ORDER, "SUBMITTED", "EXECUTING"),
        (ORDER, "EXECUTING", "EXECUTED"),
        (ASSET, "CANCELLING", "ACTIVE"),
        (ASSET, "VANISHED", "REDEEMED"),
        (SYNC, "FAILED", "PENDING"),
        (ATTEMPT, "UNCLEAR", "ADOPTED"),
        (ATTEMPT, "UNCLEAR", "ENTERED"),
        (CHARGE, "INVOICED", "PENDING"),
        (LINK, "SYNCHRONIZED", "UNSYNCHRONIZED"),
    ],
)
def test_what_must_be_possible_is_a_move(
    lifecycle: Lifecycle, source: str, target: str
) -> None:
    assert is_possible(lifecycle, source, target)


def test_states_are_shown_in_the_words_of_the_source_documents() -> None:
    assert [str(label) for label in states_of(SYNC).labels] == [
        "Pending",
        "Synchronized",
        "Failed",
        "Being checked with the vendor",
    ]
    assert str(states_of(LINK)("UNSYNCHRONIZED").label) == "UnSynchronized"


def test_the_three_invoice_options_stand_in_the_order_of_the_dialog() -> None:
    assert [str(label) for label in InvoiceOption.labels] == [
        "Do not invoice now",
        "Create a draft invoice",
        "Create and issue the invoice",
    ]
