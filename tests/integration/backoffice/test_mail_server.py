"""Setup > Mail server, and test mails that a real server takes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.notifications.events import EventName
from purveyor.domain.notifications.mail import connected
from purveyor.domain.notifications.models import MailServer, Template
from purveyor.domain.notifications.server import mailer_now
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import open_sealed
from tests.factories.accounts import an_organization
from tests.factories.notifications import CODE, a_delivered_asset, a_message, a_rule
from tests.factories.orders import a_submitted_order
from tests.support.staff import signed_in, words
from tests.support.stand_in import StandIn

PAGE, TEST = "bss:notifications_mailserver_changelist", "bss:mail_server_test"
TEST_TEXTS = "bss:notifications_template_test_mail"
GIVEN = {
    "host": "127.0.0.1",
    "port": "25",
    "security": "NONE",
    "user": "",
    "secret-word": "",
    "sender": "",
}


@pytest.fixture
def administrator() -> Client:
    an_organization()
    return signed_in(
        "notifications.view_mailserver",
        "notifications.change_mailserver",
        "notifications.view_notification",
        "notifications.view_template",
        "notifications.test_notification",
    )


@pytest.fixture
def sets(administrator: Client) -> Callable[..., str]:
    """Return how the settings are typed in and saved; it returns the page."""

    def save(**fields: object) -> str:
        sent = {**GIVEN, **fields}
        return words(administrator.post(reverse(PAGE), sent, follow=True))

    return save


def test_until_it_is_set_the_environment_says_where_mails_go(
    administrator: Client, settings
) -> None:
    settings.MAILERS = {"default": {"OPTIONS": {"host": "smtp.env.example"}}}

    page = words(administrator.get(reverse(PAGE)))

    assert "Mails are handed over to smtp.env.example" in page


def test_the_password_is_sealed_kept_and_never_shown(
    administrator: Client, sets: Callable[..., str]
) -> None:
    sets(user="aurora", **{"secret-word": "a secret word"})
    sets(user="aurora", port="26")

    server = MailServer.objects.get()
    answer = administrator.get(reverse(PAGE))
    assert open_sealed(server.password_sealed).reveal() == "a secret word"
    assert server.port == 26
    assert "a secret word" not in answer.content.decode()
    assert "a secret word" not in repr(list(Entry.objects.values()))
    assert "as set here" in words(answer)


def test_codes_do_not_travel_in_clear_to_another_machine(
    sets: Callable[..., str],
) -> None:
    page = sets(host="mail.elsewhere.example")

    assert "Choose an encryption" in page
    assert not MailServer.objects.exists()


def test_a_test_mail_arrives_from_the_sender_that_was_set(
    administrator: Client, sets: Callable[..., str], vendor: StandIn
) -> None:
    sets(port=str(vendor.smtp_port), sender="shop@aurora.example")

    answer = administrator.post(
        reverse(TEST), {"recipient": "dan@aurora.example"}, follow=True
    )

    (mail,) = vendor.inbox()
    assert "has taken the test mail to dan@aurora.example" in words(answer)
    assert mail["subject"] == "Test mail"
    assert "shop@aurora.example" in mail["from"]


def test_a_server_that_is_away_is_said_in_clear_words(
    administrator: Client, sets: Callable[..., str]
) -> None:
    sets(port="9")

    page = words(administrator.post(reverse(TEST), {"recipient": ""}, follow=True))

    assert "was not sent. The mail server was not reached: " in page
    assert "refused" in page


def test_workers_use_the_server_that_was_set(
    sets: Callable[..., str], vendor: StandIn
) -> None:
    sets(port=str(vendor.smtp_port))

    with connected(mailer_now()) as mailer:
        assert vars(mailer)["port"] == vendor.smtp_port


def test_a_test_of_texts_shows_a_record_and_masks_its_code(
    administrator: Client, sets: Callable[..., str], vendor: StandIn
) -> None:
    sets(port=str(vendor.smtp_port))
    asset = a_delivered_asset()
    english = a_message(asset=asset).notification.templates.get(language="en")
    sent = {
        "_form_submitted": "True",
        "recipient": "dan@aurora.example",
        "number": asset.number,
    }

    administrator.post(reverse(TEST_TEXTS, args=[english.pk]), sent)

    (mail,) = vendor.inbox()
    assert "Northwind GmbH" in mail["html"]
    assert "•••• 8ZPA" in mail["html"]
    assert CODE not in str(mail)
    assert Entry.objects.get(verb="test_mail").facts["answer"] == "taken"


def test_a_test_of_texts_with_a_record_of_another_kind_is_refused(
    administrator: Client,
) -> None:
    rule = a_rule(EventName.INVOICE_ISSUED)
    order = a_submitted_order()
    template = Template.objects.get(notification=rule, language="en")
    sent = {"_form_submitted": "True", "recipient": "", "number": order.number}

    answer = administrator.post(reverse(TEST_TEXTS, args=[template.pk]), sent)

    assert f"There is no record {order.number} for this event." in words(answer)
