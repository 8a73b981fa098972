"""From the texts of a template and plain values to the texts of a mail. Pure."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.notifications.dialect import (
    BadTemplate,
    fill_in,
    placeholders_shown,
)
from purveyor.kernel.sealed import mask

COUPON = "coupon_code"
SUBJECT = gettext_lazy("Subject")
TEXT = gettext_lazy("Text")
HTML = gettext_lazy("HTML")
SUBJECT_MAX = 200
TEXT_MAX = 20_000
HTML_MAX = 60_000
FILLED_SUBJECT_MAX = 300


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A word that a template may use: its name, what it stands for, and an example."""

    name: str
    description: str | Promise
    sample: str


PLACEHOLDERS = (
    Placeholder("account_name", gettext_lazy("Account: name"), "Northwind GmbH"),
    Placeholder("account_number", gettext_lazy("Account: number"), "A-00017"),
    Placeholder(
        "recipient_name",
        gettext_lazy("Recipient: name; empty if the address is nobody's contact"),
        "Mia Berger",
    ),
    Placeholder("order_number", gettext_lazy("Order: number"), "O-000042"),
    Placeholder("po_code", gettext_lazy("Order: PO code; may be empty"), "PO-2030-7"),
    Placeholder("asset_number", gettext_lazy("Asset: number"), "AS-000042"),
    Placeholder(
        "asset_name",
        gettext_lazy("Asset: what the buyer calls it"),
        "Move to the cloud",
    ),
    Placeholder(
        "product_name", gettext_lazy("Product: name"), "BitTitan Mailbox License"
    ),
    Placeholder("licenses", gettext_lazy("Number of licenses"), "10"),
    Placeholder(
        COUPON,
        gettext_lazy("BitTitan's Coupon Code; in clear only in the welcome mail"),
        "EXAMPLE-7KQM-2F9X",
    ),
    Placeholder(
        "portal_url",
        gettext_lazy("Link to the vendor's portal"),
        "https://manage.bittitan.com",
    ),
    Placeholder(
        "redeem_before",
        gettext_lazy("Day on which the coupon code expires; may be empty"),
        "15 January 2031",
    ),
    Placeholder(
        "days_left",
        gettext_lazy("Days until the coupon code expires; may be empty"),
        "14",
    ),
    Placeholder("expire_days", gettext_lazy("Expire(days)"), "365"),
    Placeholder("validity_days", gettext_lazy("Validity(days)"), "365"),
    Placeholder("purchase_date", gettext_lazy("Purchase Date"), "15 January 2030"),
    Placeholder(
        "organization_name", gettext_lazy("Our organization: name"), "Contoso Cloud AG"
    ),
    Placeholder(
        "organization_email",
        gettext_lazy("Our organization: e-mail"),
        "cloud@contoso.example",
    ),
    Placeholder(
        "organization_phone",
        gettext_lazy("Our organization: phone; may be empty"),
        "+49 30 555 0100",
    ),
)
NAMES = frozenset(placeholder.name for placeholder in PLACEHOLDERS)


@dataclass(frozen=True, slots=True)
class Texts:
    """The three texts of a template, with placeholders; or of a mail, filled in."""

    subject: str
    text: str
    html: str


def samples(*, has_code: bool = True) -> dict[str, str]:
    """Return an example value for every placeholder; the code masked, or in clear."""
    examples = {placeholder.name: placeholder.sample for placeholder in PLACEHOLDERS}
    return examples if has_code else examples | {COUPON: mask(examples[COUPON])}


def check_texts(texts: Texts, *, has_code: bool = True) -> None:
    """
    Check the texts of a notification before they are kept.

    If it brings the coupon code, that must stand in the text and in the HTML outside of
    every `{% if %}`, so that no mail goes out without it. It never stands in a subject:
    subjects are shown in notifications, lists and logs of every mail server on the way.

    :raises BadTemplate: names the text, the line and the placeholder.
    """
    _check_size(texts.subject, SUBJECT, SUBJECT_MAX)
    _check_size(texts.text, TEXT, TEXT_MAX)
    _check_size(texts.html, HTML, HTML_MAX)
    fill_in_all(texts, samples())
    _check_subject(texts.subject)
    if has_code:
        _check_shows_coupon(texts.text, TEXT)
        _check_shows_coupon(texts.html, HTML)


def fill_in_all(texts: Texts, values: dict[str, str]) -> Texts:
    """
    Return the texts of a mail. Values are plain strings, each put on one line.

    A subject never gets the coupon code, whatever it asks for.

    :raises BadTemplate: if a text is not in the language of templates.
    """
    missing = NAMES - values.keys()
    assert not missing, f"no value for {sorted(missing)}"
    plain = {name: " ".join(value.split()) for name, value in values.items()}
    subject = fill_in(texts.subject, plain | {COUPON: ""}, part=str(SUBJECT))
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


def _check_shows_coupon(text: str, part: str | Promise) -> None:
    if COUPON in placeholders_shown(text, part=str(part), known=NAMES):
        return
    words = _("%(part)s must show {{ coupon_code }}, outside of every {%% if %%}.")
    facts: dict[str, object] = {"part": str(part)}
    raise BadTemplate(words % facts, placeholder=COUPON, **facts)
