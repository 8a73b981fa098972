"""From the texts of a template to those of a mail."""

import re
from dataclasses import replace

import pytest

from purveyor.domain.notifications.dialect import BadTemplate
from purveyor.domain.notifications.rendering import (
    HTML_MAX,
    NAMES,
    PLACEHOLDERS,
    SUBJECT_MAX,
    TEXT_MAX,
    Texts,
    check_texts,
    fill_in_all,
    samples,
)
from purveyor.domain.notifications.welcome import default_texts
from tests.support.source import ROOT

GOOD = Texts("For {{ account_name }}", "{{ coupon_code }}", "<b>{{ coupon_code }}</b>")


def test_every_placeholder_says_what_it_is_and_gives_an_example() -> None:
    assert len(NAMES) == len(PLACEHOLDERS)
    assert all(str(each.description) and each.sample for each in PLACEHOLDERS)


def test_the_welcome_mail_of_the_product_is_a_good_one() -> None:
    texts = default_texts()

    check_texts(texts)

    assert texts.subject == "Welcome BitTitan Integration customer"
    assert max(len(line) for line in texts.text.splitlines()) <= 88


@pytest.mark.parametrize("missing", ["recipient_name", "po_code", "redeem_before"])
def test_the_welcome_mail_reads_well_without_what_may_be_empty(missing) -> None:
    full = fill_in_all(default_texts(), samples())

    mail = fill_in_all(default_texts(), samples() | {missing: ""})

    assert samples()[missing] in full.text
    assert samples()[missing] not in mail.text
    for text in (mail.text, mail.html):
        assert "EXAMPLE-7KQM-2F9X" in text
        assert "{{" not in text
        assert "{%" not in text


def test_a_welcome_mail_without_a_portal_has_no_button() -> None:
    mail = fill_in_all(default_texts(), samples() | {"portal_url": ""})

    assert 'href=""' not in mail.html
    assert "1. Sign in to the BitTitan portal.\n" in mail.text


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            replace(GOOD, subject="Code {{ coupon_code }}"),
            "Subject, line 1: {{ coupon_",
        ),
        (
            replace(GOOD, subject="{% if coupon_code %}x{% endif %}"),
            "cannot stand here",
        ),
        (replace(GOOD, subject="Two\nlines"), "Subject must be one line."),
        (replace(GOOD, subject=" "), "Subject is empty."),
        (replace(GOOD, text=""), "Text is empty."),
        (replace(GOOD, html="\n"), "HTML is empty."),
        (replace(GOOD, text="no code"), "Text must show {{ coupon_code }}, outside"),
        (
            replace(GOOD, html="{% if po_code %}{{ coupon_code }}{% endif %}"),
            "HTML must show {{ coupon_code }}, outside of every {% if %}.",
        ),
        (replace(GOOD, html="<!-- -->{{ cupon_code }}"), "HTML, line 1: “cupon_code”"),
        (replace(GOOD, subject="x" * (SUBJECT_MAX + 1)), "at most 200 can be kept"),
        (replace(GOOD, text="x" * (TEXT_MAX + 1)), "Text has 20001 characters"),
        (replace(GOOD, html="x" * (HTML_MAX + 1)), "HTML has 60001 characters"),
    ],
)
def test_texts_that_could_not_be_sent_are_refused(texts, said) -> None:
    with pytest.raises(BadTemplate) as refusal:
        check_texts(texts)

    assert said in refusal.value.message


def test_values_cannot_add_lines() -> None:
    values = samples() | {"account_name": "North\r\nBcc: eve@evil.example\n\nwind"}

    mail = fill_in_all(
        replace(GOOD, text="{{ account_name }}{{ coupon_code }}"), values
    )

    assert mail.subject == "For North Bcc: eve@evil.example wind"
    assert "\n" not in mail.text


def test_a_subject_never_gets_the_code_even_if_it_was_changed_by_hand() -> None:
    mail = fill_in_all(replace(GOOD, subject="Code {{ coupon_code }}."), samples())

    assert mail.subject == "Code ."


def test_a_long_subject_is_cut() -> None:
    values = samples() | {"account_name": "N" * 1_000}

    assert len(fill_in_all(GOOD, values).subject) == 300


def test_every_placeholder_is_explained_on_its_page() -> None:
    page = (ROOT / "docs" / "explanation" / "notifications.md").read_text()
    table = page.partition("| placeholder | stands for |")[2]

    assert set(re.findall(r"`(\w+)`", table)) == NAMES
