"""What a group of failures is called: its cause, and what the vendor named."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.domain.provisioning.causes import Cause, cause_of

TITLES: dict[Cause, Promise] = {
    Cause.REJECTED: _("Refused by the vendor"),
    Cause.FORGOT_ACCOUNT: _("The vendor does not know the account"),
    Cause.NOT_LINKED: _("The account is not synchronized"),
    Cause.DUE_TIME: _("Not made until the due time"),
    Cause.UNAVAILABLE: _("The vendor was not reached"),
    Cause.BUSY: _("The vendor was busy"),
    Cause.BLOCKED: _("Our credentials are refused"),
    Cause.OUR_FAULT: _("An error of ours"),
}
OTHER = _("Another cause")


def cause_title(code: str) -> str:
    """Return a cause in words: `rejected:invalid:product` is what it says there."""
    return str(TITLES.get(cause_of(code), OTHER))


def cause_detail(code: str) -> str:
    """Return what narrows a cause down: an error code and a field, or a last cause."""
    detail = code.partition(":")[2]
    if detail in Cause and Cause(detail) in TITLES:
        return str(TITLES[Cause(detail)])
    return detail.replace(":", ", ").replace("_", " ")


def cause_words(code: str) -> str:
    """Return a cause with its detail, on one line."""
    title, detail = cause_title(code), cause_detail(code)
    return f"{title} ({detail})" if detail else title
