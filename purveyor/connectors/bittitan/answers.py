"""What BitTitan's answers mean for money: the four answers of design, as a table."""

from http import HTTPStatus

from purveyor.connectors.bittitan import wire
from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    VendorAsset,
    VendorBlocked,
    VendorError,
    VendorForgotAccount,
    VendorRedeemed,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.kernel.http import Answer, NoAnswer, NotSent, TransportFailure

VENDOR = "BitTitan"


def failed_write(answer: Answer, *, path: str, secrets: tuple[str, ...]) -> VendorError:
    """
    Return what an answer to a write says, if it is not a success.

    Only a documented refusal proves that nothing was made: a gateway can speak after
    the deed, with any status and a page of its own.
    """
    facts = _facts(answer, path)
    complaint = wire.complaint_from(answer.body)
    match answer.status:
        case 401 | 403:
            return _blocked(answer, path=path, secrets=secrets)
        case 429:
            return VendorUnavailable(f"{VENDOR} is busy. It is asked again.", **facts)
        case 400 | 402 | 404 | 410 | 422 if complaint is not None:
            reason = wire.reason_from(complaint, secrets=secrets)
            forgot = complaint.code == "unknown_account"
            kind = VendorForgotAccount if forgot else VendorRejected
            return kind(f"{VENDOR} refused: {reason}.", **facts)
        case status:
            # BitTitan's words are left out: they may hold the code of what it made.
            words = f"{VENDOR} answered {status}, so it may have done it or not."
            return VendorUnclear(words, candidate=None, **facts)


def failed_cancel(
    answer: Answer, *, path: str, secrets: tuple[str, ...]
) -> VendorError:
    """
    Return what an answer to a cancellation says, if it is not a success.

    A coupon that BitTitan does not know may be redeemed, so its 404 leaves a doubt.
    """
    complaint = wire.complaint_from(answer.body)
    if complaint and (answer.status, complaint.code) == (
        HTTPStatus.CONFLICT,
        "coupon_redeemed",
    ):
        reason = wire.reason_from(complaint, secrets=secrets)
        return VendorRedeemed(f"{VENDOR} refused: {reason}.", **_facts(answer, path))
    if answer.status == HTTPStatus.NOT_FOUND:
        words = f"{VENDOR} does not know the coupon, so it may be redeemed."
        return VendorUnclear(words, candidate=None, **_facts(answer, path))
    return failed_write(answer, path=path, secrets=secrets)


def says_unknown_coupon(answer: Answer) -> bool:
    """Return whether BitTitan itself says so; any other 404 is a wrong address."""
    complaint = wire.complaint_from(answer.body)
    is_complaint = complaint is not None and complaint.code == "unknown_coupon"
    return answer.status == HTTPStatus.NOT_FOUND and is_complaint


def failed_read(
    answer: Answer, *, path: str, secrets: tuple[str, ...]
) -> VendorUnavailable:
    """Return what an answer to a read says, if it is not a success."""
    if answer.status in {401, 403}:
        return _blocked(answer, path=path, secrets=secrets)
    return VendorUnavailable(
        f"{VENDOR} answered {answer.status}.", **_facts(answer, path)
    )


def _blocked(answer: Answer, *, path: str, secrets: tuple[str, ...]) -> VendorBlocked:
    complaint = wire.complaint_from(answer.body)
    said = f": {wire.reason_from(complaint, secrets=secrets)}" if complaint else ""
    return VendorBlocked(
        f"{VENDOR} refused our credentials{said}. Check the API key and the workgroup.",
        **_facts(answer, path),
    )


def _facts(answer: Answer, path: str) -> dict[str, object]:
    """Return what a log may know: no words of BitTitan's but its error code."""
    facts: dict[str, object] = {"status": answer.status, "path": path}
    if complaint := wire.complaint_from(answer.body):
        facts["vendor_code"] = complaint.code
        facts["vendor_field"] = complaint.field
    if answer.retry_after_seconds is not None:
        facts["retry_after_seconds"] = answer.retry_after_seconds
    return facts


def unanswered_write(failure: TransportFailure, *, path: str) -> VendorError:
    """Return what it means for money that a write got no answer."""
    match failure:
        case NotSent():
            return not_reached(failure, path=path)
        case _:
            return VendorUnclear(
                f"{VENDOR} did not answer: {failure.reason}. It may have done it.",
                path=path,
            )


def not_reached(failure: TransportFailure, *, path: str) -> VendorUnavailable:
    """Return what it means that a read, or a request that never left, failed."""
    verb = "did not answer" if isinstance(failure, NoAnswer) else "was not reached"
    return VendorUnavailable(f"{VENDOR} {verb}: {failure.reason}.", path=path)


def unreadable_read(nonsense: wire.Unreadable, *, path: str) -> VendorUnavailable:
    return VendorUnavailable(f"{VENDOR}'s answer makes no sense: {nonsense}", path=path)


def unreadable_write(
    nonsense: wire.Unreadable, *, path: str, candidate: VendorAsset | None = None
) -> VendorUnclear:
    """Return the doubt about a success that makes no sense; keep the code it names."""
    return VendorUnclear(
        f"{VENDOR} did something, but its answer makes no sense: {nonsense}",
        candidate=candidate,
        path=path,
    )


def misfit(made: VendorAsset, request: ProvisionRequest, *, path: str) -> VendorUnclear:
    """Return the doubt about a coupon that is not the one asked for."""
    pairs = {
        "reference": (made.key, request.key),
        "account": (made.external_account_id, request.external_account_id),
        "product": (made.external_product_id, request.external_product_id),
        "quantity": (made.quantity, request.quantity),
        "status": (made.status, "active"),
    }
    unequal = [name for name, (theirs, ours) in pairs.items() if theirs != ours]
    return VendorUnclear(
        f"{VENDOR} made another coupon than the one asked for: it differs in "
        f"{', '.join(unequal)}. A person must look at it.",
        candidate=made,
        path=path,
        unequal=tuple(unequal),
    )
