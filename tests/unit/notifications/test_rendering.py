"""From the texts of a template to those of a mail."""

from dataclasses import replace

import pytest

from purveyor.domain.notifications.defaults import NOTIFICATIONS, starter_texts
from purveyor.domain.notifications.dialect import BadTemplate
from purveyor.domain.notifications.events import EVENTS, Audience, EventName
from purveyor.domain.notifications.placeholders import (
    names_of,
    placeholders_of,
    samples,
)
from purveyor.domain.notifications.rendering import (
    HTML_MAX,
    SUBJECT_MAX,
    TEXT_MAX,
    Texts,
    check_texts,
    fill_in_all,
)
from purveyor.domain.notifications.starters import starters_of
from purveyor.domain.notifications.welcome import WELCOME, default_texts

KNOWN = placeholders_of(EventName.COUPON_DELIVERED, is_internal=False)
EXAMPLES = samples(KNOWN, has_code=True)
GOOD = Texts("For {{ account_name }}", "{{ coupon_code }}", "<b>{{ coupon_code }}</b>")


@pytest.mark.parametrize("event", EventName)
def test_every_placeholder_says_what_it_is_and_gives_an_example(event) -> None:
    known = placeholders_of(event, is_internal=True)

    assert len(names_of(known)) == len(known)
    assert all(str(each.description) and each.sample for each in known)


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_what_comes_with_the_product_can_be_sent_in_both_languages(name) -> None:
    rule = Named(name)
    texts = starter_texts(rule)

    assert set(texts) == {"en", "de"}
    known = placeholders_of(rule.event, is_internal=rule.is_internal)
    for each in texts.values():
        check_texts(each, known=known, has_code=name == WELCOME)
        filled = fill_in_all(each, samples(known))
        assert "{{" not in filled.text + filled.html


@pytest.mark.parametrize(
    ("event", "is_internal"),
    [
        (each.name, audience == Audience.INTERNAL)
        for each in EVENTS.values()
        for audience in each.audiences
        if each.name != EventName.COUPON_DELIVERED  # the welcome mail has its own
    ],
)
def test_every_event_has_words_to_begin_with(event, is_internal) -> None:
    for texts in starters_of(event, is_internal=is_internal).values():
        known = placeholders_of(event, is_internal=is_internal)
        check_texts(texts, known=known, has_code=False)
        assert ("record_url" in texts.html) == is_internal


class Named:
    """One of the notifications that come with the product."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.event = NOTIFICATIONS[name]["event"]
        self.is_internal = NOTIFICATIONS[name]["audience"] == Audience.INTERNAL


def test_the_welcome_mail_of_the_product_is_a_good_one() -> None:
    texts = default_texts()

    check_texts(texts, known=KNOWN, has_code=True)

    assert texts.subject == "Welcome BitTitan Integration customer"
    assert max(len(line) for line in texts.text.splitlines()) <= 88


@pytest.mark.parametrize("missing", ["recipient_name", "po_code", "redeem_before"])
def test_the_welcome_mail_reads_well_without_what_may_be_empty(missing) -> None:
    full = fill_in_all(default_texts(), EXAMPLES)

    mail = fill_in_all(default_texts(), EXAMPLES | {missing: ""})

    assert EXAMPLES[missing] in full.text
    assert EXAMPLES[missing] not in mail.text
    for text in (mail.text, mail.html):
        assert "EXAMPLE-7KQM-2F9X" in text
        assert "{{" not in text
        assert "{%" not in text


def test_a_welcome_mail_without_a_portal_has_no_button() -> None:
    mail = fill_in_all(default_texts(), EXAMPLES | {"portal_url": ""})

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
        check_texts(texts, known=KNOWN, has_code=True)

    assert said in refusal.value.message


def test_values_cannot_add_lines() -> None:
    values = EXAMPLES | {"account_name": "North\r\nBcc: eve@evil.example\n\nwind"}

    mail = fill_in_all(
        replace(GOOD, text="{{ account_name }}{{ coupon_code }}"), values
    )

    assert mail.subject == "For North Bcc: eve@evil.example wind"
    assert "\n" not in mail.text


def test_a_subject_never_gets_the_code_even_if_it_was_changed_by_hand() -> None:
    mail = fill_in_all(replace(GOOD, subject="Code {{ coupon_code }}."), EXAMPLES)

    assert mail.subject == "Code ."


def test_a_long_subject_is_cut() -> None:
    values = EXAMPLES | {"account_name": "N" * 1_000}

    assert len(fill_in_all(GOOD, values).subject) == 300
