"""Staff edit what mails say; nothing that could not be sent is kept."""

from dataclasses import replace
from datetime import datetime

import pytest

from purveyor.domain.notifications.dialect import BadTemplate
from purveyor.domain.notifications.models import Notification, Template
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.notifications.sources import news_of_delivery
from purveyor.domain.notifications.values import load_asset
from purveyor.domain.notifications.welcome import WELCOME, default_texts
from purveyor.domain.notifications.wordings import (
    LanguageTaken,
    LastLanguage,
    add_language,
    drop_language,
    edit_texts,
    preview,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.moments import DAN
from tests.factories.notifications import CODE, a_delivered_asset

TEXTS = Texts(
    "For {{ account_name }}", "Take {{ coupon_code }}", "<b>{{ coupon_code }}</b>"
)


def texts_of(name: str, language: str = "en") -> Template:
    establish_notifications()
    wanted = Template.objects.select_related("notification")
    return wanted.get(notification__name=name, language=language)


@pytest.fixture
def template() -> Template:
    return texts_of(WELCOME)


@pytest.fixture
def welcome(template: Template) -> Notification:
    return template.notification


def edit(template: Template, now: datetime, *, texts: Texts = TEXTS) -> None:
    edit_texts(template=template, texts=texts, actor=DAN, now=now)


def test_the_welcome_mail_comes_with_the_product(template) -> None:
    assert template.notification.name == "Welcome BitTitan Integration customer"
    assert template.subject == "Welcome BitTitan Integration customer"
    assert template.html == default_texts().html
    assert template.notification.is_enabled


def test_an_edited_one_is_never_overwritten(template, now) -> None:
    edit(template, now)

    establish_notifications()

    assert texts_of(WELCOME).text == TEXTS.text


def test_an_edit_is_kept_and_told(template, now) -> None:
    edit(template, now)

    template.refresh_from_db()
    line = Entry.objects.get()
    assert template.subject == "For {{ account_name }}"
    assert line.actor == DAN
    assert line.facts == {"changed": ["subject", "text", "html"]}


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("subject", "Your code {{ coupon_code }}"),
        ("text", "Nothing in it"),
        ("html", "{{ cupon_code }}"),
        ("html", "{{ coupon_code }} {{ record_url }}"),
    ],
    ids=["code in the subject", "no code", "unknown", "only for our own people"],
)
def test_a_bad_text_changes_nothing(template, now, part, text) -> None:
    with pytest.raises(BadTemplate):
        edit(template, now, texts=replace(TEXTS, **{part: text}))

    template.refresh_from_db()
    assert template.html == default_texts().html
    assert not Entry.objects.exists()


def test_the_texts_of_a_reminder_need_not_show_the_code(now) -> None:
    reminder = texts_of(REMINDER)

    edit(reminder, now, texts=Texts("Soon", "{{ days_left }} days", "<b>Soon</b>"))

    assert texts_of(REMINDER).text == "{{ days_left }} days"


# ------------------------------------------------------------------ languages


def test_another_language_begins_with_ours_to_be_translated(
    welcome, template, now
) -> None:
    french = add_language(notification=welcome, language="fr", actor=DAN, now=now)

    assert french.html == template.html
    with pytest.raises(LanguageTaken, match="texts in Fran"):
        add_language(notification=welcome, language="fr", actor=DAN, now=now)


def test_a_deleted_language_of_the_product_can_be_begun_anew(welcome, now) -> None:
    drop_language(template=texts_of(WELCOME, "de"), actor=DAN, now=now)

    again = add_language(notification=welcome, language="de", actor=DAN, now=now)

    assert again.subject == "Ihre BitTitan-Lizenzen stehen bereit"


def test_the_last_language_stays(template, now) -> None:
    drop_language(template=texts_of(WELCOME, "de"), actor=DAN, now=now)

    with pytest.raises(LastLanguage, match="Switch the notification off"):
        drop_language(template=template, actor=DAN, now=now)


# ------------------------------------------------------------------ preview


def test_a_preview_without_a_record_shows_examples(template) -> None:
    seen = preview(template=template)

    assert "EXAMPLE-7KQM-2F9X" in seen.html
    assert "Northwind GmbH" in seen.text


def test_a_preview_of_a_reminder_masks_the_example_too() -> None:
    seen = preview(template=texts_of(REMINDER))

    assert "•••• 2F9X" in seen.html
    assert "EXAMPLE-7KQM" not in repr(seen)


def test_a_preview_of_an_asset_masks_its_code(profile, template, now) -> None:
    texts = Texts("{{ asset_number }}", "{{ coupon_code }}", "<b>{{ coupon_code }}</b>")
    asset = load_asset(a_delivered_asset().pk)

    seen = preview(
        template=template, texts=texts, news=news_of_delivery(asset, now=now)
    )

    assert seen == Texts(asset.number, "•••• 8ZPA", "<b>•••• 8ZPA</b>")
    assert CODE not in repr(seen)
