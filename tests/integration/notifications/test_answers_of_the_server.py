"""What the mail server answers, or who dies meanwhile, leads to one true state."""

from datetime import timedelta

import pytest
from django.db import transaction

from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.mail import Answer, Receipt
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import _write_receipt, send_message
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import do_leased
from purveyor.kernel.work.leases import LeaseLost
from tests.factories.notifications import (
    CODE,
    a_message,
)

from .conftest import MAILS, everything_stored, lease_on, send

# ------------------------------------------------------------------ its answers


@pytest.mark.parametrize(
    ("step", "answer", "state"),
    [
        ("MAIL", "451 4.3.0 Try again later", MessageState.QUEUED),
        ("RCPT", "450 4.2.1 Greylisted", MessageState.QUEUED),
        ("RCPT", "421 4.7.0 Too busy", MessageState.QUEUED),
        ("DATA", "451 4.3.0 Try again later", MessageState.QUEUED),
        ("MAIL", "553 5.1.8 Bad sender", MessageState.FAILED),
        ("RCPT", "550 5.1.1 Nobody of that name", MessageState.FAILED),
        ("DATA", "554 5.7.1 Spam", MessageState.FAILED),
        ("DATA", "nonsense", MessageState.PERHAPS_SENT),
        ("DATA", "hang up", MessageState.PERHAPS_SENT),
        ("DATA", "say nothing", MessageState.PERHAPS_SENT),
        ("RCPT", "hang up", MessageState.PERHAPS_SENT),
        ("QUIT", "hang up", MessageState.SENT),
        ("QUIT", "say nothing", MessageState.SENT),
    ],
)
def test_each_answer_leads_to_one_state(
    now, profile, mailbox, step, answer, state
) -> None:
    mailbox.answers[step] = answer

    message = send(a_message(), now)

    is_waiting = state == MessageState.QUEUED
    assert message.state == state
    assert message.due_at == (now + timedelta(seconds=5) if is_waiting else None)
    assert bool(message.waits_because) is (state != MessageState.SENT)
    assert message.leased_until is None


def test_a_refusal_is_told_in_the_servers_own_words(now, profile, mailbox) -> None:
    mailbox.answers["RCPT"] = "550 5.1.1 Nobody of that name"

    message = send(a_message(), now)

    assert message.waits_because == (
        "The mail server refused it: 550 5.1.1 Nobody of that name"
    )


def test_a_server_that_quotes_the_mail_does_not_bring_the_code_in(
    now, profile, mailbox
) -> None:
    mailbox.quotes_the_mail = True

    message = send(a_message(), now)

    assert message.state == MessageState.FAILED
    assert "•••• 8ZPA" in message.waits_because
    assert CODE not in everything_stored()


def test_a_broken_connection_asks_a_person_to_look(now, profile, mailbox) -> None:
    mailbox.answers["DATA"] = "hang up"

    message = send(a_message(), now)

    assert "Ask the recipient before you send it again." in message.waits_because
    assert Entry.objects.get(verb="lose_sight").after == MessageState.PERHAPS_SENT


def test_no_log_line_holds_the_code(now, profile, mailbox, caplog) -> None:
    mailbox.quotes_the_mail = True

    do_leased(MAILS[0], lease_on(a_message(), now), now=now)

    assert CODE not in caplog.text


# ------------------------------------------------------------------ the copy


def test_the_copy_names_the_same_people_and_the_same_mail(
    now, profile, mailbox
) -> None:
    message = a_message()
    Message.objects.update(copy_to=["sales@contoso.example"])

    send(message, now)

    first, copy = mailbox.taken
    assert mailbox.envelopes == [
        [message.recipient],
        ["sales@contoso.example"],
    ]
    for header in ("To", "Cc", "Message-ID", "Subject"):
        assert first[header] == copy[header]


def test_a_refused_copy_is_told_and_the_mail_counts_as_sent(
    now, profile, mailbox
) -> None:
    message = a_message()
    Message.objects.update(copy_to=["gone@contoso.example"])
    mailbox.refused_address = "gone@contoso.example"

    send(message, now)

    assert message.state == MessageState.SENT
    assert message.waits_because.startswith(
        "The copy to gone@contoso.example was not taken"
    )


def test_if_the_recipient_is_refused_no_copy_makes_it_count_as_sent(
    now, profile, mailbox
) -> None:
    message = a_message()
    Message.objects.update(copy_to=["sales@contoso.example"])
    mailbox.refused_address = message.recipient

    send(message, now)

    assert message.state == MessageState.FAILED
    assert mailbox.taken == []


# ------------------------------------------------------------------ workers that die


def test_a_worker_that_died_while_sending_leaves_perhaps_sent(
    now, profile, mailbox
) -> None:
    message = a_message()
    Message.objects.update(state=MessageState.SENDING)

    send(message, now)

    assert message.state == MessageState.PERHAPS_SENT
    assert message.due_at is None
    assert "A worker stopped while it handed the mail over" in message.waits_because
    assert mailbox.taken == []


def test_who_has_lost_the_lease_sends_nothing(now, profile, mailbox) -> None:
    message = a_message()
    lease = lease_on(message, now)
    Message.objects.update(lease_token="of another worker")

    with pytest.raises(LeaseLost):
        send_message(lease=lease, now=now)

    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer.TAKEN, MessageState.SENT),
        (Answer.LATER, MessageState.PERHAPS_SENT),
        (Answer.REFUSED, MessageState.PERHAPS_SENT),
        (Answer.UNKNOWN, MessageState.PERHAPS_SENT),
    ],
)
def test_of_an_answer_that_comes_late_only_taken_counts(
    now, profile, answer, state
) -> None:
    message = a_message()
    lease = lease_on(message, now)
    message.state = MessageState.SENDING
    Message.objects.update(
        state=MessageState.PERHAPS_SENT, due_at=None, lease_token="", leased_until=None
    )

    _write_receipt(message, Receipt(answer), lease=lease, now=now)

    message.refresh_from_db()
    assert message.state == state
    assert message.due_at is None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_mail_is_handed_over(
    now, profile, mailbox
) -> None:
    message = a_message()
    lease = lease_on(message, now)

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        send_message(lease=lease, now=now)

    assert mailbox.taken == []
    send_message(lease=lease, now=now)
    assert len(mailbox.taken) == 1
