"""Setup > Notifications, and what they say in each language."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.notifications.events import EventName
from purveyor.domain.notifications.ladder import ladder
from purveyor.domain.notifications.models import Notification, Template
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_account
from tests.factories.catalogue import an_application
from tests.factories.notifications import (
    CODE,
    a_delivered_asset,
    a_rule,
)
from tests.factories.reminders import a_ladder
from tests.support.staff import queries_of, signed_in, value_of, words

RULES = "bss:notifications_notification_changelist"
ADD = "bss:notifications_notification_add"
RULE = "bss:notifications_notification_change"
LANGUAGE = "bss:notifications_notification_add_texts"
CHANGE = "bss:notifications_template_change"
PREVIEW = "bss:notifications_template_preview"
DROP = "bss:notifications_template_drop_texts"
MAIL = "bss:notifications_message_change"
AGAIN = "bss:notifications_message_again"
SENT = "bss:notifications_message_changelist"


@pytest.fixture
def template() -> Template:
    establish_notifications()
    return Template.objects.get(notification__name=WELCOME, language="en")


@pytest.fixture
def reminder() -> Notification:
    a_ladder()
    return Notification.objects.get(name=REMINDER)


@pytest.fixture
def operator() -> Client:
    return signed_in(
        "notifications.view_notification",
        "notifications.add_notification",
        "notifications.change_notification",
        "notifications.view_template",
        "notifications.change_template",
        "notifications.view_message",
        "notifications.send_again",
        "assets.view_asset",
        "accounts.view_account",
        "catalogue.view_product",
    )


def typed(template: Template, **changes: object) -> dict[str, object]:
    """Return what a browser sends of the form of some texts."""
    return {
        "subject": template.subject,
        "text": template.text,
        "html": template.html,
        **changes,
    }


def told(**fields: object) -> dict[str, object]:
    """Return what a browser sends of the form of a rule."""
    empty = {f"{name}_addresses": "" for name in ("to", "cc", "bcc")}
    return {"is_enabled": "on", "sender": "", **empty, **fields}


# ------------------------------------------------------------------ rules


def test_a_rule_is_added_switched_off_and_then_told_whom_to_write_to(
    operator: Client,
) -> None:
    sent = {"name": "Big orders", "event": "ORDER_SUBMITTED", "audience": "INTERNAL"}
    account = an_account()

    operator.post(reverse(ADD), sent)
    rule = Notification.objects.get()
    was_enabled = rule.is_enabled
    page = reverse(RULE, args=[rule.pk])
    operator.post(
        page,
        told(
            to_roles=["SALESPERSON"],
            to_addresses="ops@aurora.example; Boss@aurora.example",
            cc_roles=["ORGANIZATION"],
            account=account.pk,
            account_kind="DIRECT_CUSTOMER",
            application=an_application().pk,
            total_above="1000",
            total_currency="EUR",
        ),
    )

    rule.refresh_from_db()
    assert (was_enabled, rule.is_enabled) == (False, True)
    assert rule.to == ["SALESPERSON", "ops@aurora.example", "Boss@aurora.example"]
    assert rule.cc == ["ORGANIZATION"]
    assert (rule.account, str(rule.total_above)) == (account, "1000.00")
    assert rule.templates.count() == 2
    shown = words(operator.get(page))
    assert "Order submitted" in shown
    assert "Deutsch" in shown


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "Choose who gets the mail, or switch the notification off."),
        ({"to_addresses": "nobody"}, "“nobody” is no e-mail address"),
        ({"to_addresses": "a@b.example", "total_above": "5"}, "Choose the currency"),
    ],
    ids=["nobody", "no address", "no currency"],
)
def test_a_rule_that_cannot_be_is_refused_and_what_was_typed_stays(
    operator: Client, fields: dict[str, str], because: str
) -> None:
    rule = a_rule(EventName.ORDER_SUBMITTED)

    answer = operator.post(reverse(RULE, args=[rule.pk]), told(**fields))

    assert because in words(answer)
    for name, value in fields.items():
        assert value_of(answer, name) == value
    assert Notification.objects.get().to == ["ops@aurora.example"]


def test_internal_mails_cannot_be_sent_to_customers(operator: Client) -> None:
    rule = a_rule(EventName.ORDER_SUBMITTED)

    page = words(operator.get(reverse(RULE, args=[rule.pk])))

    assert "Who created the order" in page
    assert "Billing contacts" not in page


def test_the_welcome_mail_tells_whom_it_follows_and_keeps_its_name(
    operator: Client, template: Template
) -> None:
    rule = template.notification
    page = reverse(RULE, args=[rule.pk])

    operator.post(page, told(name="Other", bcc_addresses="archive@aurora.example"))

    rule.refresh_from_db()
    assert "The address that the order named" in words(operator.get(page))
    assert (rule.name, rule.bcc) == (WELCOME, ["archive@aurora.example"])


def test_the_days_of_reminders_are_changed_on_the_page(
    operator: Client, reminder: Notification
) -> None:
    page = reverse(RULE, args=[reminder.pk])
    assert value_of(operator.get(page), "ladder") == "30, 14, 3"

    operator.post(page, told(ladder="7 21"))

    assert ladder() == (21, 7)
    assert value_of(operator.get(page), "ladder") == "21, 7"


@pytest.mark.parametrize(
    ("written", "because"),
    [("7, soon", "“soon” is no whole number of days"), ("400", "not 400")],
)
def test_days_that_are_none_change_nothing_at_all(
    operator: Client, reminder: Notification, written: str, because: str
) -> None:
    page = reverse(RULE, args=[reminder.pk])

    answer = operator.post(page, told(ladder=written, sender="x@aurora.example"))

    reminder.refresh_from_db()
    assert because in words(answer)
    assert value_of(answer, "ladder") == written
    assert ladder() == (30, 14, 3)
    assert reminder.sender == ""


def test_who_may_only_look_sees_the_days_and_cannot_change_them(
    reminder: Notification,
) -> None:
    onlooker = signed_in("notifications.view_notification")
    page = reverse(RULE, args=[reminder.pk])

    assert "30, 14, 3" in words(onlooker.get(page))
    assert onlooker.post(page, told(ladder="1")).status_code == 403
    assert ladder() == (30, 14, 3)


def test_the_list_of_rules_asks_as_much_for_many_as_for_one(operator: Client) -> None:
    a_rule(EventName.ORDER_SUBMITTED)
    for_one = queries_of(operator, reverse(RULES))
    establish_notifications()

    assert queries_of(operator, reverse(RULES)) == for_one
    assert "Staff in the role Operations" in words(operator.get(reverse(RULES)))


# ------------------------------------------------------------------ texts


def test_a_text_is_changed(operator: Client, template: Template) -> None:
    sent = typed(template, subject="Your licenses")

    operator.post(reverse(CHANGE, args=[template.pk]), sent)

    template.refresh_from_db()
    assert template.subject == "Your licenses"


def test_only_the_text_that_was_changed_is_journaled(
    operator: Client, template: Template
) -> None:
    as_browsers_send = template.text.replace("\n", "\r\n").strip()
    sent = typed(template, subject="Your licenses", text=as_browsers_send)

    operator.post(reverse(CHANGE, args=[template.pk]), sent)

    entry = Entry.objects.filter(verb="edit").latest("pk")
    assert entry.facts["changed"] == ["subject"]


def test_a_wrong_placeholder_is_named_with_its_line_and_the_text_stays(
    operator: Client, template: Template
) -> None:
    text = "Hello,\n{{ coupon_code }}\n{{ acount_name }}"

    answer = operator.post(
        reverse(CHANGE, args=[template.pk]), typed(template, text=text)
    )

    before = template.text
    template.refresh_from_db()
    page = words(answer)
    assert "Text, line 3: “acount_name” is no placeholder." in page
    assert "{{ acount_name }}" in html.unescape(answer.content.decode())
    assert template.text == before


def test_a_language_is_added_and_deleted(operator: Client, template: Template) -> None:
    rule = template.notification
    sent = {"_form_submitted": "True", "language": "el"}

    operator.post(reverse(LANGUAGE, args=[rule.pk]), sent)
    greek = rule.templates.get(language="el")
    refused = operator.post(reverse(LANGUAGE, args=[rule.pk]), sent)
    operator.post(reverse(DROP, args=[greek.pk]), {"_form_submitted": "True"})

    assert greek.subject == template.subject
    assert "There are texts in Ελληνικά already." in words(refused)
    assert not rule.templates.filter(language="el").exists()


def test_the_preview_of_a_reminder_masks_the_code(
    operator: Client, reminder: Notification
) -> None:
    english = reminder.templates.get(language="en")

    answer = operator.post(reverse(PREVIEW, args=[english.pk]), typed(english))

    assert "•••• 2F9X" in words(answer)
    assert "EXAMPLE-7KQM" not in answer.content.decode()


def test_the_placeholders_stand_beside_the_texts(
    operator: Client, template: Template
) -> None:
    answer = operator.get(reverse(CHANGE, args=[template.pk]))

    page = words(answer)
    assert "{{ recipient_name }}" in page
    assert "BitTitan's Coupon Code; in clear only in the welcome mail" in page
    assert 'data-insert="{{ recipient_name }}"' in answer.content.decode()


def test_the_preview_shows_what_is_typed_and_runs_nothing(
    operator: Client, template: Template
) -> None:
    markup = '<p onclick="x()">{{ coupon_code }}</p><script>alert("x")</script>'
    sent = typed(template, html=markup, text="<b>{{ coupon_code }}</b>")

    answer = operator.post(reverse(PREVIEW, args=[template.pk]), sent)

    body = answer.content.decode()
    assert "<script>" not in body
    assert "<b>" not in body
    assert "&lt;script&gt;" in body
    assert '<iframe class="bss-letter" sandbox ' in body
    assert "EXAMPLE-7KQM-2F9X" in body


def test_the_preview_takes_the_values_of_an_asset_but_not_its_code(
    operator: Client, template: Template
) -> None:
    asset = a_delivered_asset(account_name="Lea's Bakery")
    sent = typed(template, preview_number=asset.number.lower())

    page = html.unescape(
        words(operator.post(reverse(PREVIEW, args=[template.pk]), sent))
    )

    assert "Lea" in page
    assert CODE not in page
    assert f"With the values of {asset.number}" in page


@pytest.mark.parametrize("number", ["AS-999999", "O-000001"])
def test_a_preview_with_an_unknown_record_says_so(
    operator: Client, template: Template, number: str
) -> None:
    sent = typed(template, preview_number=number)

    page = words(operator.post(reverse(PREVIEW, args=[template.pk]), sent))

    assert f"There is no record {number} for this event." in page


def test_texts_are_changed_by_those_who_may(template: Template) -> None:
    auditor = signed_in("notifications.view_template")

    answer = auditor.post(
        reverse(CHANGE, args=[template.pk]), typed(template, subject="No")
    )

    template.refresh_from_db()
    assert answer.status_code == 403
    assert template.subject != "No"
