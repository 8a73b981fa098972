"""From the texts of a template and plain values to the texts of a mail. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.notifications.dialect import (
    BadTemplate,
    fill_in,
    placeholders_shown,
)
from purveyor.domain.notifications.placeholders import (
    COUPON,
    Placeholder,
    names_of,
    samples,
)

SUBJECT = gettext_lazy("Subject")
TEXT = gettext_lazy("Text")
HTML = gettext_lazy("HTML")
SUBJECT_MAX = 200
TEXT_MAX = 20_000
HTML_MAX = 60_000
FILLED_SUBJECT_MAX = 300


@dataclass(frozen=True, slots=True)
class Texts:
    """The three texts of a template, with placeholders; or of a mail, filled in."""

    subject: str
    text: str
    html: str


def check_texts(
    texts: Texts, *, known: Collection[Placeholder], has_code: bool
) -> None:
    """
    Check the texts of a notification, which may use the placeholders that are `known`.

    If it brings the coupon code, that must stand in the text and in the HTML outside of
    every `{% if %}`, so that no mail goes out without it. It never stands in a subject:
    subjects are shown in notifications, lists and logs of every mail server on the way.

    :raises BadTemplate: names the text, the line and the placeholder.
    """
    _check_size(texts.subject, SUBJECT, SUBJECT_MAX)
    _check_size(texts.text, TEXT, TEXT_MAX)
    _check_size(texts.html, HTML, HTML_MAX)
    fill_in_all(texts, samples(known))
    _check_subject(texts.subject)
    if has_code:
        _check_shows_coupon(texts.text, TEXT, known)
        _check_shows_coupon(texts.html, HTML, known)


def fill_in_all(texts: Texts, values: dict[str, str]) -> Texts:
    """
    Return the texts of a mail. Values are plain strings, each put on one line.

    A subject never gets the coupon code, whatever it asks for.

    :raises BadTemplate: if a text is not in the language of templates.
    """
    plain = {name: " ".join(value.split()) for name, value in values.items()}
    hidden = {COUPON: ""} if COUPON in plain else {}
    subject = fill_in(texts.subject, plain | hidden, part=str(SUBJECT))
    return Texts(
        subject=" ".join(subject.split())[:FILLED_SUBJECT_MAX],
        text=fill_in(texts.text, plain, part=str(TEXT)),
        html=fill_in(texts.html, plain, part=str(HTML), is_html=True),
    )


def _check_size(text: str, part: str | Promise, limit: int) -> None:
    facts = {"part": str(part), "count": len(text), "limit": limit}
    if not text.strip():
        raise BadTemplate(_("%(part)s is empty. Write a text.") % facts, **facts)
    if len(text) > limit:
        words = _("%(part)s has %(count)d characters; at most %(limit)d can be kept.")
        raise BadTemplate(words % facts, **facts)


def _check_subject(subject: str) -> None:
    facts: dict[str, object] = {"part": str(SUBJECT), "line": 1}
    if len(subject.splitlines()) > 1:
        raise BadTemplate(_("%(part)s must be one line.") % facts, **facts)
    if COUPON in subject:
        words = _(
            "%(part)s, line %(line)d: {{ coupon_code }} cannot stand here, "
            "because a subject is shown to everybody on the way. Take it out."
        )
        raise BadTemplate(words % facts, placeholder=COUPON, **facts)


def _check_shows_coupon(
    text: str, part: str | Promise, known: Collection[Placeholder]
) -> None:
    if COUPON in placeholders_shown(text, part=str(part), known=names_of(known)):
        return
    words = _("%(part)s must show {{ coupon_code }}, outside of every {%% if %%}.")
    facts: dict[str, object] = {"part": str(part)}
    raise BadTemplate(words % facts, placeholder=COUPON, **facts)
