"""What a buyer was shown at the review: carried through the form, and compared."""

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from purveyor.faces.ui.percents import percent
from purveyor.flows.checkout.baskets import Contents, Row
from purveyor.flows.checkout.operations import (
    AgreedLine,
    Agreement,
    Party,
    agreement_on,
)
from purveyor.kernel.money import Money

SALT = "purveyor.storefront.agreement"


def written_agreement(agreement: Agreement) -> str:
    """Return what a buyer is shown, signed, to be held against what holds then."""
    facts = {**asdict(agreement), "lines": [_plain(ln) for ln in agreement.lines]}
    return signing.dumps(facts, salt=SALT, compress=True)


def read_agreement(written: str) -> Agreement | None:
    """Return what a buyer was shown; nothing if it does not come from us."""
    try:
        facts = signing.loads(written, salt=SALT)
    except signing.BadSignature:
        return None
    lines = (
        AgreedLine(code, quantity, Decimal(price), Decimal(tax))
        for code, quantity, price, tax in facts.pop("lines")
    )
    return Agreement(
        receiver=Party(**facts.pop("receiver")),
        payer=Party(**facts.pop("payer")),
        lines=tuple(lines),
        **facts,
    )


def changes_since(agreed: Agreement, contents: Contents) -> list[str]:
    """Return what is no longer as the buyer was shown it, in words."""
    return [*_around(agreed, agreement_on(contents)), *_of_lines(agreed, contents)]


def _plain(line: AgreedLine) -> list[Any]:
    return [line.code, line.quantity, str(line.unit_price), str(line.tax_percent)]


def _around(then: Agreement, now: Agreement) -> Iterator[str]:
    """Yield what changed beside the lines: for whom, who is billed, who gets it."""
    pairs = (
        (
            _("It is for %(now)s now. It was for %(then)s."),
            (then.receiver.name, now.receiver.name),
            then.receiver.number != now.receiver.number,
        ),
        (
            _("It is billed to %(now)s now. It was billed to %(then)s."),
            (then.payer.name, now.payer.name),
            then.payer.number != now.payer.number,
        ),
        (
            _("The coupon code goes to %(now)s now. It went to %(then)s."),
            (then.recipient, now.recipient),
            then.recipient != now.recipient,
        ),
        (
            _("The PO code is %(now)s now. It was %(then)s."),
            (then.po_code or "–", now.po_code or "–"),
            then.po_code != now.po_code,
        ),
    )
    for words, (before, after), has_changed in pairs:
        if has_changed:
            yield words % {"now": after, "then": before}


def _of_lines(agreed: Agreement, contents: Contents) -> Iterator[str]:
    """Yield what changed of the lines: which products, how many, at which price."""
    before = {line.code: line for line in agreed.lines}
    for row in contents.rows:
        was = before.pop(row.code, None)
        if was is None:
            yield _("%(product)s was added.") % {"product": row.name}
        else:
            yield from _of_line(was, row, agreed.currency)
    for code in before:
        yield _("%(product)s was taken out.") % {"product": code}


def _of_line(was: AgreedLine, row: Row, currency: str) -> Iterator[str]:
    line = row.line
    if line is None:
        return
    if was.unit_price != line.unit_price:
        words = _("The price of %(product)s is now %(now)s. It was %(then)s.")
        then = Money(was.unit_price, currency)
        yield words % {"product": row.name, "now": row.unit_price, "then": then}
    if was.tax_percent != line.tax_percent:
        words = _("The tax on %(product)s is now %(now)s. It was %(then)s.")
        shares = {
            "now": percent(line.tax_percent),
            "then": percent(was.tax_percent),
        }
        yield words % {"product": row.name, **shares}
    if was.quantity != row.quantity:
        words = _("You now order %(now)s × %(product)s. It was %(then)s.")
        counts = {"now": row.quantity, "then": was.quantity}
        yield words % {"product": row.name, **counts}
