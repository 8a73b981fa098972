"""
BitTitan's words and ours: every assumption about its API, and nothing else.

Pure: it builds calls and reads answers, and talks to nobody. What it reads it does not
trust: an answer that makes no sense is `Unreadable`, and the message names the field
and never its value, since the value may be a coupon code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from purveyor.domain.provisioning.contract import (
    AccountRequest,
    CharacteristicDefinition,
    ProductTypeDefinition,
    ProvisionRequest,
    VendorAccount,
    VendorAsset,
)
from purveyor.kernel.http import Call

ACCOUNTS = "/v1/accounts"
COUPONS = "/v1/coupons"
COUPON = "/v1/coupons/{code}"
SERVICE_DEFINITION = "/v1/service-definition"

ROWS_PER_PAGE = 500
TEXT_LENGTH_MAX = 500
NUMBER_MAX = 10**9
REASON_LENGTH_MAX = 300
STATUSES = frozenset({"active", "redeemed", "expired", "cancelled"})


class Unreadable(ValueError):
    """An answer that does not say what BitTitan's answers say."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """The documented body of an error."""

    code: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of a listing; `next_cursor` is None on the last one."""

    rows: tuple[T, ...]
    next_cursor: str | None


# Our words to theirs.


def headers(*, api_key: str, workgroup: str) -> dict[str, str]:
    """Return what every request carries."""
    return {"Authorization": f"Bearer {api_key}", "X-Workgroup": workgroup}


def read_definition() -> Call:
    return Call("GET", SERVICE_DEFINITION)


def make_coupon(request: ProvisionRequest) -> Call:
    """Return the call that spends money. The key goes along twice."""
    body = {
        "reference": request.key,
        "product": request.external_product_id,
        "quantity": request.quantity,
        "expire_days": request.expire_days,
        "validity_days": request.validity_days,
        "label": request.label,
        "account": request.external_account_id,
    }
    return Call("POST", COUPONS, headers={"Idempotency-Key": request.key}, body=body)


def read_coupon(code: str) -> Call:
    return Call("GET", COUPON, path_values={"code": code})


def cancel_coupon(code: str) -> Call:
    return Call("DELETE", COUPON, path_values={"code": code})


def list_coupons(cursor: str) -> Call:
    return _list(COUPONS, cursor)


def find_coupons(key: str, cursor: str) -> Call:
    return _list(COUPONS, cursor, reference=key)


def make_account(request: AccountRequest) -> Call:
    """Return the call that makes an account known, with the fields a person filled."""
    body = {
        "reference": request.key,
        "email": request.options.get("email") or request.email,
        "name": request.name,
        "country": request.country,
    }
    if password := request.options.get("password"):
        body["password"] = password
    return Call("POST", ACCOUNTS, body=body)


def list_accounts(cursor: str) -> Call:
    return _list(ACCOUNTS, cursor)


def find_accounts(cursor: str, *, key: str = "", email: str = "") -> Call:
    wanted = {"reference": key} if key else {"email": email}
    return _list(ACCOUNTS, cursor, **wanted)


def _list(path: str, cursor: str, **wanted: str) -> Call:
    query: dict[str, str | int] = dict(wanted)
    if cursor:
        query["cursor"] = cursor
    if not wanted:
        query["limit"] = ROWS_PER_PAGE
    return Call("GET", path, query=query)


def is_a_code(code: str) -> bool:
    """Return whether this can be a coupon code at all, so that asking makes sense."""
    return (
        0 < len(code) <= TEXT_LENGTH_MAX
        and code.isprintable()
        and not re.search(r"\s", code)
        and code not in {".", ".."}
    )


def is_same_code(one: str, other: str) -> bool:
    """Return whether two codes differ in case and separators only."""
    return _bare(one) == _bare(other)


def _bare(code: str) -> str:
    return "".join(letter for letter in code if letter.isalnum()).casefold()


# Their words to ours.


def definition_from(body: object) -> tuple[ProductTypeDefinition, ...]:
    """Return the product types of a service definition."""
    rows = _rows(_mapping(body, "answer"), "product_types")
    return tuple(_product_type_from(row) for row in rows)


def _product_type_from(body: object) -> ProductTypeDefinition:
    row = _mapping(body, "product type")
    return ProductTypeDefinition(
        external_id=_word(row, "id"),
        name=_word(row, "name"),
        description=_prose(row, "description"),
        characteristics=tuple(
            _characteristic_from(each) for each in _rows(row, "properties")
        ),
    )


def _characteristic_from(body: object) -> CharacteristicDefinition:
    row = _mapping(body, "property")
    default = row.get("default")
    if isinstance(default, bool) or not isinstance(default, int | str | None):
        raise Unreadable("`default` is no number and no text.")
    return CharacteristicDefinition(
        external_id=_word(row, "id"),
        name=_word(row, "name"),
        default="" if default is None else str(default),
    )


def account_from(body: object) -> VendorAccount:
    """Return an account as BitTitan names it."""
    row = _mapping(body, "account")
    return VendorAccount(
        external_id=_word(row, "id"),
        key=_word_or_empty(row, "reference"),
        email=_word_or_empty(row, "email"),
        name=_prose(row, "name"),
    )


def asset_from(body: object) -> VendorAsset:
    """Return a coupon as BitTitan names it."""
    row = _mapping(body, "coupon")
    code = _word(row, "code")
    if not is_a_code(code):
        raise Unreadable("`code` is no coupon code.")
    quantity = _number(row, "quantity")
    if quantity is None:
        raise Unreadable("`quantity` is missing.")
    return VendorAsset(
        code=code,
        key=_word_or_empty(row, "reference"),
        external_account_id=_word_or_empty(row, "account"),
        external_product_id=_word(row, "product"),
        quantity=quantity,
        made_at=_moment(row, "made_at"),
        expires_at=_moment(row, "expires_at"),
        status=_status(row),
        label=_prose(row, "label"),
        expire_days=_number(row, "expire_days"),
        validity_days=_number(row, "validity_days"),
    )


def candidate_from(body: object) -> VendorAsset | None:
    """
    Return what can be saved of an answer that names a code and else makes no sense.

    It may have cost money, so a person must see it. What is not known is empty or 0.
    """
    code = body.get("code") if isinstance(body, Mapping) else None
    if not isinstance(code, str) or not is_a_code(code):
        return None
    return VendorAsset(
        code=code,
        key="",
        external_account_id="",
        external_product_id="",
        quantity=0,
        made_at=None,
        expires_at=None,
        status="unknown",
    )


def page_of_assets(body: object) -> Page[VendorAsset]:
    return _page(body, "coupons", asset_from)


def page_of_accounts(body: object) -> Page[VendorAccount]:
    return _page(body, "accounts", account_from)


def _page[T](body: object, name: str, read: Callable[[object], T]) -> Page[T]:
    page = _mapping(body, "answer")
    if "next_cursor" not in page:
        raise Unreadable("`next_cursor` is missing.")
    is_last = page["next_cursor"] is None
    return Page(
        rows=tuple(read(row) for row in _rows(page, name)),
        next_cursor=None if is_last else _word(page, "next_cursor"),
    )


def complaint_from(body: object) -> Complaint | None:
    """Return the documented error in a body, or None if it holds none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    code, message = error.get("code"), error.get("message")
    if not isinstance(code, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", code):
        return None
    if not isinstance(message, str) or not message.strip():
        return None
    about = error.get("field")
    is_word = isinstance(about, str) and re.fullmatch(r"\w{1,60}", about)
    return Complaint(code, message, str(about) if is_word else "")


def reason_from(complaint: Complaint, *, secrets: tuple[str, ...]) -> str:
    """
    Return BitTitan's own words as one short line, without what must not be shown.

    Secrets are struck out whole, in any case and with any separators.
    """
    words = " ".join(_printable(complaint.message).split())
    for secret in filter(None, secrets):
        pattern = r"[\W_]*".join(re.escape(letter) for letter in _letters(secret))
        words = re.sub(pattern, "•••", words, flags=re.IGNORECASE)
    if len(words) > REASON_LENGTH_MAX:
        words = words[: REASON_LENGTH_MAX - 1] + "…"
    return words.rstrip(".")


def _letters(secret: str) -> str:
    return "".join(filter(str.isalnum, secret)) or secret


# One field each.


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"The {name} is no object.")
    return value


def _rows(row: Mapping[str, object], name: str) -> list[object]:
    value = row.get(name)
    if not isinstance(value, list):
        raise Unreadable(f"`{name}` is no list.")
    return value


def _word(row: Mapping[str, object], name: str) -> str:
    word = _word_or_empty(row, name)
    if not word:
        raise Unreadable(f"`{name}` is missing.")
    return word


def _word_or_empty(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX:
        raise Unreadable(f"`{name}` is no text of a sensible length.")
    if not value.isprintable():
        raise Unreadable(f"`{name}` holds characters that cannot be shown.")
    return value.strip()


def _prose(row: Mapping[str, object], name: str) -> str:
    """Return free text. People typed it, so it is cleaned and not refused."""
    value = row.get(name)
    return _printable(value)[:TEXT_LENGTH_MAX].strip() if isinstance(value, str) else ""


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _number(row: Mapping[str, object], name: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"`{name}` is no whole number.")
    if not 0 < value <= NUMBER_MAX:
        raise Unreadable(f"`{name}` is not between 1 and {NUMBER_MAX}.")
    return value


def _moment(row: Mapping[str, object], name: str) -> datetime | None:
    """Return a moment in UTC; one without its offset from UTC is not guessed."""
    value = row.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable(f"`{name}` is no moment with an offset from UTC.")


def _status(row: Mapping[str, object]) -> str:
    status = _word(row, "status")
    if status not in STATUSES:
        raise Unreadable(f"`status` is none of {', '.join(sorted(STATUSES))}.")
    return status
