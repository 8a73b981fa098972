"""What can go wrong on request: the names, where each may strike, and what it does."""

from dataclasses import dataclass
from enum import StrEnum

CALLS = (
    "make_coupon",
    "find_coupon",
    "list_coupons",
    "get_coupon",
    "cancel_coupon",
    "make_account",
    "find_account",
    "list_accounts",
    "service_definition",
)
ANY = frozenset(CALLS)
COUPON = frozenset({"make_coupon"})
MAKING = frozenset({"make_coupon", "make_account"})
DEEDS = MAKING | {"cancel_coupon"}
LISTING = frozenset({"list_coupons", "list_accounts"})
NOWHERE: frozenset[str] = frozenset()


class Kind(StrEnum):
    """When a fault strikes. One refusal or one outcome spoils a call, never both."""

    CONNECTION = "connection"  #: before a connection is taken
    DELAY = "delay"  #: before anything else; all armed delays add up
    REFUSAL = "refusal"  #: instead of the deed: nothing is done
    OUTCOME = "outcome"  #: the deed is done, and the answer goes wrong
    LISTING = "listing"  #: rows of a page; all armed ones strike
    MAIL = "mail"  #: in the SMTP inbox


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing that can go wrong.

    Units: `seconds` is the default length of faults that have one, else None.
    """

    name: str
    kind: Kind
    says: str
    may_strike: frozenset[str] = ANY
    strikes: frozenset[str] = ANY  #: unless a call was named when arming
    seconds: float | None = None


_ALL = (
    Fault("latency", Kind.DELAY, "every call takes longer", seconds=0.5),
    Fault(
        "refuse_connection",
        Kind.CONNECTION,
        "the API port is closed",
        NOWHERE,
        NOWHERE,
    ),
    Fault("unauthorized_401", Kind.REFUSAL, "401, as for a wrong key"),
    Fault("redirect_302", Kind.REFUSAL, "302 to another path, nothing done"),
    Fault(
        "unknown_account_404",
        Kind.REFUSAL,
        "404 unknown_account, nothing done",
        strikes=MAKING,
    ),
    Fault("timeout_408", Kind.REFUSAL, "408, nothing done"),
    Fault("conflict_409", Kind.REFUSAL, "409, nothing done", strikes=MAKING),
    Fault(
        "invalid_422", Kind.REFUSAL, "422 with a field, nothing done", strikes=MAKING
    ),
    Fault("too_many_429", Kind.REFUSAL, "429 with Retry-After, nothing done"),
    Fault("error_500_before", Kind.REFUSAL, "500, nothing done", strikes=MAKING),
    Fault("error_500_after", Kind.OUTCOME, "done, then 500", strikes=MAKING),
    Fault(
        "error_503_after", Kind.OUTCOME, "done, then a gateway's 503", strikes=MAKING
    ),
    Fault(
        "hang_up_before",
        Kind.REFUSAL,
        "connection cut, nothing done",
        strikes=MAKING,
    ),
    Fault("hang_up_after", Kind.OUTCOME, "done, then connection cut", strikes=MAKING),
    Fault(
        "made_later",
        Kind.OUTCOME,
        "connection cut at once, made some seconds later",
        MAKING,
        MAKING,
        seconds=3.0,
    ),
    Fault(
        "slow_drip",
        Kind.OUTCOME,
        "done, the answer drips byte by byte",
        strikes=MAKING,
        seconds=5.0,
    ),
    Fault("malformed_201", Kind.OUTCOME, "made, unreadable 201", MAKING, MAKING),
    Fault(
        "wrong_quantity_201",
        Kind.OUTCOME,
        "made with one license more, and 201 says so",
        COUPON,
        COUPON,
    ),
    Fault(
        "slow_listing",
        Kind.DELAY,
        "each page of a listing takes longer",
        LISTING,
        LISTING,
        seconds=2.0,
    ),
    Fault("duplicated_row", Kind.LISTING, "a page shows a row twice", LISTING, LISTING),
    Fault("missing_row", Kind.LISTING, "a page lacks a row", LISTING, LISTING),
    Fault("lost_coupon", Kind.OUTCOME, "made, 201, then forgotten", COUPON, COUPON),
    Fault(
        "revoked_coupon",
        Kind.OUTCOME,
        "made, 201, some seconds later withdrawn",
        COUPON,
        COUPON,
        seconds=3.0,
    ),
    Fault("smtp_refuse", Kind.MAIL, "the mail connection is cut", NOWHERE, NOWHERE),
    Fault("smtp_reject_550", Kind.MAIL, "a recipient gets 550", NOWHERE, NOWHERE),
    Fault(
        "smtp_error_after_data_451",
        Kind.MAIL,
        "451 after the text, mail not kept",
        NOWHERE,
        NOWHERE,
    ),
)
FAULTS = {fault.name: fault for fault in _ALL}
