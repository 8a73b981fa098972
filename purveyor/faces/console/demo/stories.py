"""What has happened in the demo so far: one story an order, oldest first."""

from dataclasses import dataclass
from enum import StrEnum

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.faces.console.demo.company import BUNDLE, MAILBOX

TO_BE_ISSUED = InvoiceOption.ISSUE
AS_DRAFT = InvoiceOption.DRAFT
NOT_NOW = InvoiceOption.NONE

TO_BE_PAID = "Waits for payment"


class End(StrEnum):
    """How far an order has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # above its payer's credit it then awaits approval
    CANCELLED = "cancelled"
    PARTLY = "partly delivered"
    EXECUTED = "executed"


class Fate(StrEnum):
    """What became of the assets of an executed order."""

    SYNCHRONIZED = "synchronized"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VANISHED = "vanished"
    STARTS_LATER = "starts later"
    BOUNCED = "synchronized, and the mail came back"
    TOO_DEAR = "failed: no licenses left"
    INVALID = "failed: the vendor found fault with the request"
    OTHER_FACTS = "in doubt: something else was made, a person must decide"
    NO_ANSWER = "in doubt: the vendor never answered"


@dataclass(frozen=True, slots=True)
class Story:
    """
    One order.

    Shape: `lines` are products with quantities.
    Units: days before today; a discount is in percent, on every line.
    """

    days_ago: int
    buyer: str
    lines: tuple[tuple[str, int], ...]
    end: End = End.EXECUTED
    fate: Fate = Fate.SYNCHRONIZED
    option: InvoiceOption = TO_BE_ISSUED
    discount: int = 0
    po_code: str = ""
    label: str = ""  # what its status is called, if it stays submitted
    because: str = ""


def _one(product: str, quantity: int) -> tuple[tuple[str, int], ...]:
    return ((product, quantity),)


STORIES = (
    Story(151, "vandermeer", _one(MAILBOX, 40), fate=Fate.REDEEMED, po_code="PO-7741"),
    Story(139, "northgate", _one(MAILBOX, 12), fate=Fate.REDEEMED),
    Story(126, "brandt", _one(MAILBOX, 9)),
    Story(118, "alpenblick", _one(BUNDLE, 25), fate=Fate.EXPIRED),
    Story(104, "cobalt", _one(MAILBOX, 30), fate=Fate.VANISHED, discount=5),
    Story(97, "kestrel", _one(MAILBOX, 18), po_code="KB-2210"),
    Story(
        90,
        "olivares",
        _one(BUNDLE, 60),
        End.CANCELLED,
        because="The customer moves next year.",
    ),
    Story(83, "elbklinik", ((MAILBOX, 120), (BUNDLE, 15)), discount=10),
    Story(76, "bellucci", _one(MAILBOX, 7), fate=Fate.BOUNCED),
    Story(70, "ashdown", _one(BUNDLE, 22), fate=Fate.REDEEMED, po_code="AC-118"),
    Story(62, "morel", _one(MAILBOX, 16)),
    Story(55, "vandermeer", ((MAILBOX, 35), (BUNDLE, 5)), po_code="PO-7802"),
    Story(47, "harbour", _one(MAILBOX, 50), discount=8, option=AS_DRAFT),
    Story(41, "aubin", _one(BUNDLE, 28), fate=Fate.VANISHED),
    Story(33, "northgate", ((MAILBOX, 45), (BUNDLE, 10)), discount=5),
    Story(27, "alpenblick", _one(MAILBOX, 14), option=NOT_NOW),
    Story(20, "brandt", ((MAILBOX, 6), (BUNDLE, 3)), End.PARTLY),
    Story(
        16,
        "kestrel",
        _one(BUNDLE, 4),
        End.CANCELLED,
        because="Ordered twice by mistake.",
    ),
    Story(12, "cobalt", ((MAILBOX, 20), (BUNDLE, 20)), option=AS_DRAFT, discount=5),
    Story(9, "olivares", _one(MAILBOX, 11), option=NOT_NOW),
    Story(6, "elbklinik", _one(MAILBOX, 25), fate=Fate.TOO_DEAR),
    Story(4, "ashdown", ((BUNDLE, 12), (MAILBOX, 30)), End.PARTLY, option=NOT_NOW),
    Story(3, "bellucci", _one(BUNDLE, 8), fate=Fate.INVALID, option=AS_DRAFT),
    Story(2, "vandermeer", _one(BUNDLE, 40), fate=Fate.STARTS_LATER),
    Story(1, "nordlys", _one(MAILBOX, 10), End.SUBMITTED),
    Story(1, "morel", _one(MAILBOX, 5), fate=Fate.OTHER_FACTS),
    Story(0, "nordlys", _one(MAILBOX, 60), End.SUBMITTED, po_code="NM-204"),
    Story(
        0,
        "northgate",
        _one(BUNDLE, 15),
        End.SUBMITTED,
        po_code="NG-5521",
        label=TO_BE_PAID,
    ),
    Story(0, "harbour", ((MAILBOX, 24), (BUNDLE, 6)), End.DRAFT),
    Story(0, "alpenblick", _one(MAILBOX, 3), End.DRAFT),
    Story(0, "aubin", _one(MAILBOX, 19), fate=Fate.NO_ANSWER),
)
