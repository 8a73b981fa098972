"""Staff edit what mails say; nothing that could not be sent is kept."""

from dataclasses import replace
from datetime import datetime

import pytest

from purveyor.domain.notifications.dialect import BadTemplate
from purveyor.domain.notifications.models import Template
from purveyor.domain.notifications.operations import (
    BadAddress,
    edit_template,
    establish_templates,
)
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.welcome import WELCOME, default_texts
from purveyor.kernel.journal.models import Entry

DAN = "dan@contoso.example"
TEXTS = Texts(
    "For {{ account_name }}", "Take {{ coupon_code }}", "<b>{{ coupon_code }}</b>"
)


@pytest.fixture
def template() -> Template:
    establish_templates()
    return Template.objects.get(name=WELCOME)


def test_the_welcome_mail_comes_with_the_product(template) -> None:
    assert template.name == "Welcome BitTitan Integration customer"
    assert template.subject == "Welcome BitTitan Integration customer"
    assert template.html == default_texts().html
    assert template.is_enabled


def test_an_edited_one_is_never_overwritten(template, now) -> None:
    edit(template, now)

    establish_templates()

    assert Template.objects.get(name=WELCOME).text == TEXTS.text


def edit(
    template: Template,
    now: datetime,
    *,
    texts: Texts = TEXTS,
    copy_to: str = "",
    is_enabled: bool = True,
) -> None:
    edit_template(
        template=template,
        texts=texts,
        copy_to=copy_to,
        is_enabled=is_enabled,
        actor=DAN,
        now=now,
    )


def test_an_edit_is_kept_and_told(template, now) -> None:
    edit(template, now, copy_to=" sales@contoso.example ", is_enabled=False)

    template.refresh_from_db()
    line = Entry.objects.get()
    assert template.subject == "For {{ account_name }}"
    assert template.copy_to == "sales@contoso.example"
    assert not template.is_enabled
    assert line.actor == DAN
    assert line.facts == {
        "changed": ["subject", "text", "html", "copy_to", "is_enabled"],
        "is_enabled": False,
    }


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("subject", "Your code {{ coupon_code }}"),
        ("text", "Nothing in it"),
        ("html", "{{ cupon_code }}"),
    ],
)
def test_a_bad_text_changes_nothing(template, now, part, text) -> None:
    with pytest.raises(BadTemplate):
        edit(template, now, texts=replace(TEXTS, **{part: text}), is_enabled=False)

    template.refresh_from_db()
    assert template.html == default_texts().html
    assert template.is_enabled
    assert not Entry.objects.exists()


def test_the_copy_goes_to_one_address(template, now) -> None:
    with pytest.raises(BadAddress, match="is no e-mail address"):
        edit(template, now, copy_to="a@b.example, c@d.example")
