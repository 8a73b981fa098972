"""
What a person was shown, and what of it is no longer so.

A token holds every fact that a preview shows, signed. Whoever executes sends back the
token of what they saw; if a fact is another by then, nothing is executed, and the
difference is named. A mere digest could only say that there is one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purveyor.flows.execution.mails import MailPreview
from purveyor.flows.execution.preview import ExecutionPreview, LinePreview
from purveyor.flows.execution.vendors import CallPreview
from purveyor.kernel.errors import Refused

SALT = "purveyor.execution.preview"
SENTENCES_MAX = 3


class NothingSeen(Refused):
    """A person executes what they were shown."""

    code = "execution.nothing_seen"


class StalePreview(Refused):
    """What was shown is no longer so; the message names what differs."""

    code = "execution.stale_preview"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a preview shows: its key, what it is about, and what it says."""

    key: str
    about: str
    says: str


def token_of(preview: ExecutionPreview) -> str:
    """Return what a person has to send back to execute what this preview shows."""
    facts = [[fact.key, fact.about, fact.says] for fact in facts_of(preview)]
    return signing.dumps([preview.order_id, facts], salt=SALT, compress=True)


def require_unchanged(*, token: str, preview: ExecutionPreview) -> None:
    """
    Check that a person was shown what an execution would do now.

    :raises NothingSeen: if it is no token of a preview of this order.
    :raises StalePreview: with the first differences as sentences.
    """
    told = differences(seen=_read(token, preview.order_id), preview=preview)
    if not told:
        return
    more = len(told) - SENTENCES_MAX
    words = told[:SENTENCES_MAX]
    if more > 0:
        rest = ngettext(
            "And %(count)s more difference.", "And %(count)s more differences.", more
        )
        words.append(rest % {"count": more})
    message = _("Nothing was executed. %(differences)s Look at it again below.")
    raise StalePreview(message % {"differences": " ".join(words)}, count=len(told))


def differences(*, seen: Mapping[str, Fact], preview: ExecutionPreview) -> list[str]:
    """Return what is another now than it was, as sentences."""
    now = {fact.key: fact for fact in facts_of(preview)}
    return [
        _sentence(seen.get(key), now.get(key))
        for key in (*now, *(key for key in seen if key not in now))
        if _says(seen.get(key)) != _says(now.get(key))
    ]


def facts_of(preview: ExecutionPreview) -> list[Fact]:
    """Return every fact that a preview shows, in the order of the page."""
    return [
        *(fact for line in preview.lines for fact in _of_line(line)),
        *_of_bill(preview),
        *_of_credit(preview),
        *(fact for call in preview.calls for fact in _of_call(call)),
        *(fact for mail in preview.mails for fact in _of_mail(mail)),
        *_of_twins(preview),
    ]


def _of_line(line: LinePreview) -> Iterator[Fact]:
    pk, name = line.item_id, {"product": line.name}
    price = f"{line.unit_price}"
    if line.discount_percent:
        price += f" - {line.discount_percent.normalize():f} %"
    listed = line.list_price or line.unit_price
    tax = f"{line.tax_name} {line.tax_percent.normalize():f} %"
    yield Fact(
        f"quantity/{pk}", _("The quantity of %(product)s") % name, str(line.licenses)
    )
    yield Fact(f"agreed/{pk}", _("The agreed price of %(product)s") % name, price)
    yield Fact(f"price/{pk}", _("The price of %(product)s") % name, str(listed))
    yield Fact(f"tax/{pk}", _("The tax on %(product)s") % name, tax)
    yield Fact(f"cost/{pk}", _("The cost of %(product)s") % name, str(line.cost))
    floor = f"{line.margin_floor.normalize():f} %"
    yield Fact("margin", _("The least margin"), floor)


def _of_bill(preview: ExecutionPreview) -> Iterator[Fact]:
    bill = preview.bill
    buyer = ", ".join(
        filter(None, (bill.buyer.name, *bill.buyer.address, bill.buyer.tax_number))
    )
    yield Fact("buyer", _("The buyer on the invoice"), buyer)
    yield Fact("po", _("The PO code"), bill.po_code or "–")
    yield Fact("issued", _("The invoice date"), bill.issue_date.isoformat())
    yield Fact(
        "due", _("The day on which the invoice is due"), bill.due_date.isoformat()
    )
    waiting = str(bill.waiting_count)
    yield Fact(
        "waiting", _("The number of items that are invoiced on delivery"), waiting
    )


def _of_credit(preview: ExecutionPreview) -> Iterator[Fact]:
    found = preview.credit
    if found is None:
        return
    about = _("The available credit of %(payer)s") % {"payer": found.payer}
    yield Fact("credit", about, str(found.credit.available))
    is_approved = _("given") if found.is_approved else _("not given")
    yield Fact("approved", _("The approval of the order"), is_approved)


def _of_call(call: CallPreview) -> Iterator[Fact]:
    names = {"account": call.account_name, "vendor": call.vendor}
    key = f"{call.application_id}/{call.account_id}"
    about = _("The status of %(account)s at %(vendor)s") % names
    yield Fact(f"link/{key}", about, str(call.status.label))
    about = _("The state of %(vendor)s") % names
    yield Fact(f"vendor/{call.application_id}", about, _state_of(call))


def _state_of(call: CallPreview) -> str:
    if not call.is_on:
        return _("switched off")
    if not call.is_set_up:
        return _("not set up")
    if call.is_blocked:
        return _("refusing our credentials")
    return _("not answering") if call.silent_since is not None else _("ready")


def _of_mail(mail: MailPreview) -> Iterator[Fact]:
    about = {"name": mail.notification}
    key = f"{mail.notification}/{mail.about}"
    recipients = ", ".join(filter(None, (mail.recipient, mail.copy_to))) or "–"
    is_enabled = _("on") if mail.is_enabled else _("off")
    yield Fact(f"mail/{key}", _("The recipient of “%(name)s”") % about, recipients)
    yield Fact(f"mail-on/{key}", _("The notification “%(name)s”") % about, is_enabled)


def _of_twins(preview: ExecutionPreview) -> Iterator[Fact]:
    for twin in preview.twins:
        yield Fact(f"twin/{twin.order_id}", _("A likely duplicate"), twin.number)


def _read(token: str, order_id: int) -> dict[str, Fact]:
    try:
        of_order, facts = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise NothingSeen(_("Look at what will happen, then try again.")) from error
    if of_order != order_id:
        raise NothingSeen(_("This was shown for another order. Look at it again."))
    return {key: Fact(key, about, says) for key, about, says in facts}


def _says(fact: Fact | None) -> str | None:
    return None if fact is None else fact.says


def _sentence(then: Fact | None, now: Fact | None) -> str:
    if now is None:
        assert then is not None
        words = _("%(about)s is gone: it was %(then)s.")
        return words % {"about": then.about, "then": then.says}
    if then is None:
        words = _("%(about)s is new: %(now)s.")
        return words % {"about": now.about, "now": now.says}
    words = _("%(about)s is %(now)s now, it was %(then)s.")
    return words % {"about": now.about, "now": now.says, "then": then.says}
