"""A mail is handed over at most once, and its message says truly what became of it."""

from datetime import timedelta

import pytest

from purveyor.domain.accounts.models import Organization
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import new_key
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_organization
from tests.factories.notifications import (
    CODE,
    PORTAL,
    a_delivered_asset,
    a_message,
    a_profile,
    coupon_columns,
)

from .conftest import MAILS, everything_stored, mailers_for, send, text_of

# ------------------------------------------------------------------ taken


def test_the_mail_holds_the_code_and_the_way_to_the_portal(
    now, profile, mailbox
) -> None:
    message = send(a_message(), now)

    [mail] = mailbox.taken
    assert mail["Subject"] == "Welcome BitTitan Integration customer"
    assert mail["From"] == "Aurora Distribution GmbH <hello@aurora.example>"
    assert mail["To"] == message.recipient
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
    assert message.leased_until is None
    assert Entry.objects.filter(verb="send", actor="worker").count() == 1


def test_nothing_that_is_stored_holds_the_code(now, profile, mailbox) -> None:
    send(a_message(), now)

    stored = everything_stored()
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
    message = a_message()
    a_profile(name=name)

    send(message, now)

    [address] = mailbox.taken[0]["From"].addresses
    assert address.display_name == " ".join(name.split())
    assert address.addr_spec == "hello@aurora.example"


def test_a_coupon_sealed_with_an_older_key_is_sent(
    now, profile, mailbox, settings
) -> None:
    message = a_message()
    settings.PURVEYOR_SEAL_KEYS = (new_key(), *settings.PURVEYOR_SEAL_KEYS)

    assert send(message, now).state == MessageState.SENT
    assert CODE in text_of(mailbox.taken[0])


# ------------------------------------------------------------------ not handed over


def test_without_a_mail_server_it_waits_and_says_so(now, profile, settings) -> None:
    settings.MAILERS = mailers_for(port=1)

    message = send(a_message(), now)

    assert message.state == MessageState.QUEUED
    assert message.due_at == now + timedelta(seconds=5)
    assert message.tries_count == 1
    assert message.waits_because.startswith("The mail server was not reached: ")
    assert message.leased_until is None


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
    message = a_message()
    Organization.objects.all().delete()
    reason = send(message, now).waits_because
    an_organization()

    send(message, now + timedelta(seconds=5))

    assert reason == (
        "Mails have no sender yet: fill in name and e-mail under "
        "Setup > Organization profile."
    )
    assert message.state == MessageState.SENT


def test_a_sender_that_is_no_address_makes_it_wait(now, profile, mailbox) -> None:
    message = a_message()
    a_profile(email="cloud at contoso")

    send(message, now)

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
