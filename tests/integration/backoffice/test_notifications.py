"""Setup > Notifications, and Operations > Notifications sent."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.notifications.ladder import ladder
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.operations import establish_templates
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.welcome import WELCOME
from tests.factories.notifications import CODE, a_delivered_asset, a_message
from tests.factories.reminders import a_ladder
from tests.support.staff import queries_of, signed_in, value_of, words

CHANGE = "bss:notifications_template_change"
PREVIEW = "bss:notifications_template_preview"
MAIL = "bss:notifications_message_change"
AGAIN = "bss:notifications_message_again"
SENT = "bss:notifications_message_changelist"


@pytest.fixture
def template() -> Template:
    establish_templates()
    return Template.objects.get(name=WELCOME)


@pytest.fixture
def reminder() -> Template:
    a_ladder()
    return Template.objects.get(name=REMINDER)


@pytest.fixture
def operator() -> Client:
    return signed_in(
        "notifications.view_template",
        "notifications.change_template",
        "notifications.view_message",
        "notifications.send_again",
        "assets.view_asset",
    )


def typed(template: Template, **changes: object) -> dict[str, object]:
    """Return what a browser sends of the form of a template."""
    return {
        "is_enabled": "on",
        "copy_to": "",
        "subject": template.subject,
        "text": template.text,
        "html": template.html,
        **changes,
    }


def test_a_template_is_changed(operator: Client, template: Template) -> None:
    sent = typed(template, subject="Your licenses", copy_to="desk@aurora.example")

    operator.post(reverse(CHANGE, args=[template.pk]), sent)

    template.refresh_from_db()
    assert template.subject == "Your licenses"
    assert template.copy_to == "desk@aurora.example"


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


def test_the_days_of_reminders_are_changed_on_the_page(
    operator: Client, reminder: Template
) -> None:
    page = reverse(CHANGE, args=[reminder.pk])
    assert value_of(operator.get(page), "ladder") == "30, 14, 3"

    operator.post(page, typed(reminder, ladder="7 21"))

    assert ladder() == (21, 7)
    assert value_of(operator.get(page), "ladder") == "21, 7"


@pytest.mark.parametrize(
    ("written", "because"),
    [("7, soon", "“soon” is no whole number of days"), ("400", "not 400")],
)
def test_days_that_are_none_change_nothing_at_all(
    operator: Client, reminder: Template, written: str, because: str
) -> None:
    page = reverse(CHANGE, args=[reminder.pk])

    answer = operator.post(page, typed(reminder, ladder=written, subject="Hurry"))

    reminder.refresh_from_db()
    assert because in words(answer)
    assert value_of(answer, "ladder") == written
    assert ladder() == (30, 14, 3)
    assert reminder.subject != "Hurry"


def test_another_notification_has_no_such_days(
    operator: Client, template: Template
) -> None:
    a_ladder()
    page = reverse(CHANGE, args=[template.pk])
    assert 'name="ladder"' not in operator.get(page).content.decode()

    operator.post(page, typed(template, ladder="1"))

    assert ladder() == (30, 14, 3)


def test_who_may_only_look_sees_the_days_and_cannot_change_them(
    reminder: Template,
) -> None:
    onlooker = signed_in("notifications.view_template")
    page = reverse(CHANGE, args=[reminder.pk])

    assert "30, 14, 3" in words(onlooker.get(page))
    assert onlooker.post(page, typed(reminder, ladder="1")).status_code == 403
    assert ladder() == (30, 14, 3)


def test_the_preview_of_a_reminder_masks_the_code(
    operator: Client, reminder: Template
) -> None:
    answer = operator.post(reverse(PREVIEW, args=[reminder.pk]), typed(reminder))

    assert "•••• 2F9X" in words(answer)
    assert "EXAMPLE-7KQM" not in answer.content.decode()


def test_the_placeholders_stand_beside_the_texts(
    operator: Client, template: Template
) -> None:
    page = words(operator.get(reverse(CHANGE, args=[template.pk])))

    assert "{{ recipient_name }}" in page
    assert "BitTitan's Coupon Code; in clear only in the welcome mail" in page


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
    sent = typed(template, preview_asset=asset.number)

    page = html.unescape(
        words(operator.post(reverse(PREVIEW, args=[template.pk]), sent))
    )

    assert "Lea" in page
    assert CODE not in page
    assert f"With the values of {asset.number}" in page


def test_a_preview_with_an_unknown_asset_says_so(
    operator: Client, template: Template
) -> None:
    sent = typed(template, preview_asset="AS-999999")

    page = words(operator.post(reverse(PREVIEW, args=[template.pk]), sent))

    assert "There is no asset AS-999999." in page


def test_templates_are_changed_by_those_who_may(template: Template) -> None:
    auditor = signed_in("notifications.view_template")

    answer = auditor.post(
        reverse(CHANGE, args=[template.pk]), typed(template, subject="No")
    )

    template.refresh_from_db()
    assert answer.status_code == 403
    assert template.subject != "No"


def test_a_mail_that_was_perhaps_sent_is_explained(operator: Client) -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)

    answer = operator.get(reverse(MAIL, args=[message.pk]))

    page = words(answer)
    assert "It may have arrived, so it is not repeated by itself." in page
    assert "Send again" in page
    assert CODE not in answer.content.decode()


def test_a_mail_is_sent_again_with_a_reason_only(operator: Client) -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)
    dialog = reverse(AGAIN, args=[message.pk])
    sent = {"_form_submitted": "True", "because": "", "recipient": "tom@north.example"}

    refused = operator.post(dialog, sent)
    operator.post(dialog, {**sent, "because": "It never came"})

    again = Message.objects.exclude(pk=message.pk).get()
    assert "Say why the coupon code is sent again." in words(refused)
    assert "tom@north.example" in refused.content.decode()
    assert (again.recipient, again.because) == ("tom@north.example", "It never came")


def test_sending_again_needs_its_permission() -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)
    auditor = signed_in("notifications.view_message")

    answer = auditor.post(reverse(AGAIN, args=[message.pk]), {"because": "Please"})

    assert answer.status_code == 403
    assert "Send again" not in words(auditor.get(reverse(MAIL, args=[message.pk])))


def test_the_list_asks_as_much_for_many_mails_as_for_one(operator: Client) -> None:
    a_message()
    for_one = queries_of(operator, reverse(SENT))
    for n in range(3):
        a_message(asset=a_delivered_asset(code=f"BT-OTHER-{n}"))

    assert queries_of(operator, reverse(SENT)) == for_one
