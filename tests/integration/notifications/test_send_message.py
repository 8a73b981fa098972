"""A mail is handed over at most once, and its message says truly what became of it."""

from datetime import timedelta

import pytest
from django.db import transaction

from purveyor.domain.accounts.models import Organization
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.mail import Answer, Receipt
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.operations import _write_receipt, send_message
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import new_key
from purveyor.kernel.work.engine import Due, do_leased, drain
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from tests.factories.notifications import (
    CODE,
    PORTAL,
    a_delivered_asset,
    a_message,
    coupon_columns,
    the_organization,
)

from .conftest import mailers_for, text_of

MAILS = (Due(Message, "due_at", send_message),)
EVERYTHING = (Message, Template, Entry)


def lease_on(message: Message, now) -> Lease:
    [lease] = claim(Message, now=now, limit=1, only=[message.pk])
    return lease


def send(message: Message, now) -> Message:
    send_message(lease=lease_on(message, now), now=now)
    message.refresh_from_db()
    return message


def is_free(message: Message) -> bool:
    return message.leased_until is None and message.lease_token == ""


# ------------------------------------------------------------------ taken


def test_the_mail_holds_the_code_and_the_way_to_the_portal(
    now, profile, mailbox
) -> None:
    message = send(a_message(), now)

    [mail] = mailbox.taken
    assert mail["Subject"] == "Welcome BitTitan Integration customer"
    assert mail["From"] == "Contoso Cloud AG <cloud@contoso.example>"
    assert mail["To"] == "mia@north.example"
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        assert CODE in text_of(mail, kind)
        assert PORTAL in text_of(mail, kind)


def test_afterwards_it_is_sent_and_not_due_any_more(now, profile, mailbox) -> None:
    message = send(a_message(), now)

    assert message.state == MessageState.SENT
    assert message.sent_at == now
    assert message.due_at is None
    assert message.waits_because == ""
    assert is_free(message)
    assert Entry.objects.filter(verb="send", actor="worker").count() == 1


def test_nothing_that_is_stored_holds_the_code(now, profile, mailbox) -> None:
    send(a_message(), now)

    stored = repr([list(model.objects.values()) for model in EVERYTHING])
    assert CODE not in stored
    assert "•••• 8ZPA" in stored


def test_a_worker_sends_each_mail_once(now, profile, mailbox) -> None:
    for number in range(3):
        a_message(asset=a_delivered_asset(code=f"BT-COUPON-NUMBER-{number}"))

    drain(MAILS, now=now)
    drain(MAILS, now=now)

    assert len(mailbox.taken) == 3


def test_a_sent_mail_that_is_looked_at_again_stays_sent(now, profile, mailbox) -> None:
    message = send(a_message(), now)
    Message.objects.update(due_at=now)

    send(message, now)

    assert message.due_at is None
    assert len(mailbox.taken) == 1


def test_it_reads_as_the_template_does_when_it_leaves(now, profile, mailbox) -> None:
    message = a_message()
    Template.objects.update(
        subject="For {{ account_name }}", text="Take {{ coupon_code }}"
    )

    send(message, now)

    assert mailbox.taken[0]["Subject"] == "For Northwind GmbH"
    assert text_of(mailbox.taken[0]).strip() == f"Take {CODE}"
    assert message.subject == "For Northwind GmbH"
    assert message.masked_text == "Take •••• 8ZPA"


@pytest.mark.parametrize(
    "name", ["Müller & Söhne, GmbH", 'The "Cloud" <People>', "Two\nlines"]
)
def test_any_name_of_the_organization_makes_a_sender(now, mailbox, name) -> None:
    the_organization(name=name)

    send(a_message(), now)

    [address] = mailbox.taken[0]["From"].addresses
    assert address.display_name == " ".join(name.split())
    assert address.addr_spec == "cloud@contoso.example"


def test_a_coupon_sealed_with_an_older_key_is_sent(
    now, profile, mailbox, settings
) -> None:
    message = a_message()
    settings.PURVEYOR_SEAL_KEYS = (new_key(), *settings.PURVEYOR_SEAL_KEYS)

    assert send(message, now).state == MessageState.SENT
    assert CODE in text_of(mailbox.taken[0])


# ------------------------------------------------------------------ not handed over


def test_without_a_mail_server_it_waits_and_says_so(now, profile, mailbox, settings):
    settings.MAILERS = mailers_for(port=1)

    message = send(a_message(), now)

    assert message.state == MessageState.QUEUED
    assert message.due_at == now + timedelta(seconds=5)
    assert message.tries_count == 1
    assert message.waits_because.startswith("The mail server was not reached: ")
    assert is_free(message)


def test_it_is_sent_once_the_server_is_back(now, profile, mailbox, settings) -> None:
    settings.MAILERS = mailers_for(port=1)
    message = send(a_message(), now)
    settings.MAILERS = mailers_for(mailbox.port)

    send(message, now + timedelta(seconds=5))

    assert message.state == MessageState.SENT
    assert message.waits_because == ""
    assert message.tries_count == 2


def test_after_a_day_it_fails_with_the_last_reason(now, profile, settings) -> None:
    settings.MAILERS = mailers_for(port=1)
    message = a_message()

    send(message, now + timedelta(hours=settings.PURVEYOR_TRY_HOURS))

    assert message.state == MessageState.FAILED
    assert message.due_at is None
    assert message.waits_because.startswith("The mail server was not reached: ")


def test_without_a_sender_it_waits_until_there_is_one(now, mailbox) -> None:
    message = send(a_message(), now)
    reason = message.waits_because
    the_organization()

    send(message, now + timedelta(seconds=5))

    assert reason == (
        "Mails have no sender yet: fill in name and e-mail under "
        "Setup > Organization profile."
    )
    assert message.state == MessageState.SENT


def test_a_sender_that_is_no_address_makes_it_wait(now, profile, mailbox) -> None:
    Organization.objects.update(email="cloud at contoso")

    message = send(a_message(), now)

    assert message.state == MessageState.QUEUED
    assert "Setup > Organization profile" in message.waits_because
    assert mailbox.taken == []


def test_a_portal_link_that_is_no_link_makes_it_wait(now, profile, mailbox) -> None:
    message = a_message()
    setup = ServiceManagerSetup.objects.get()
    setup.values["portal_url"] = "javascript:alert(1)"
    setup.save()

    send(message, now)

    assert message.state == MessageState.QUEUED
    assert "ortal link" in message.waits_because
    assert mailbox.taken == []


def test_a_template_that_was_broken_by_hand_makes_it_wait(
    now, profile, mailbox
) -> None:
    message = a_message()
    Template.objects.update(html="{% load tz %}{{ coupon_code }}")

    send(message, now)

    assert message.state == MessageState.QUEUED
    assert message.waits_because.startswith("HTML, line 1: {% load %} cannot be used")


# ------------------------------------------------------------------ can never be sent


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"state": AssetState.CANCELLED}, "The asset is cancelled."),
        (
            coupon_columns("BT-OTHER-COUPON-9999"),
            "The asset has another coupon by now.",
        ),
    ],
    ids=["cancelled", "another coupon"],
)
def test_a_coupon_that_is_gone_is_not_sent(
    now, profile, mailbox, columns, reason
) -> None:
    message = a_message()
    Asset.objects.update(**columns)

    send(message, now)

    assert message.state == MessageState.FAILED
    assert message.waits_because == reason
    assert mailbox.taken == []


def test_with_nobody_to_send_it_to_it_fails(now, profile, mailbox) -> None:
    message = a_message(asset=a_delivered_asset(recipient_email=""))

    send(message, now)

    assert message.state == MessageState.FAILED
    assert message.waits_because.startswith("The order names nobody")


# ------------------------------------------------------------------ the server's answers


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
    assert is_free(message)


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
    assert CODE not in repr([list(model.objects.values()) for model in EVERYTHING])


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
    Message.objects.update(copy_to="sales@contoso.example")

    send(message, now)

    first, copy = mailbox.taken
    assert [to for _sender, to in mailbox.envelopes] == [
        ["mia@north.example"],
        ["sales@contoso.example"],
    ]
    for header in ("To", "Cc", "Message-ID", "Subject"):
        assert first[header] == copy[header]


def test_a_refused_copy_is_told_and_the_mail_counts_as_sent(
    now, profile, mailbox
) -> None:
    message = a_message()
    Message.objects.update(copy_to="gone@contoso.example")
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
    Message.objects.update(copy_to="sales@contoso.example")
    mailbox.refused_address = "mia@north.example"

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
