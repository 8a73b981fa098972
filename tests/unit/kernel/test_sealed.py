"""What is sealed can be searched and opened, never printed; keys can be rotated."""

import base64
import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from purveyor.kernel.sealed import (
    HIDDEN,
    Secret,
    checked_keys,
    fingerprint,
    fingerprints,
    mask,
    new_key,
    open_sealed,
    seal,
)

CODE = "BT-7KQM-2F9X-TR4D-8ZPA"
OLD, NEW = new_key(), new_key()


@pytest.fixture
def ring(settings: Any) -> Callable[..., None]:
    """Return how the operator changes the key ring."""

    def put(*keys: str) -> None:
        settings.PURVEYOR_SEAL_KEYS = keys

    return put


def test_what_was_sealed_is_opened_again() -> None:
    assert open_sealed(seal(CODE)).reveal() == CODE


def test_a_sealed_value_shows_nothing_and_never_looks_the_same() -> None:
    one, other = seal(CODE), seal(CODE)

    assert one != other
    assert CODE not in one
    assert CODE.encode() not in base64.urlsafe_b64decode(one)


def test_a_new_key_in_front_opens_what_the_old_one_sealed(ring) -> None:
    ring(OLD)
    before = seal(CODE)

    ring(NEW, OLD)

    assert open_sealed(before).reveal() == CODE
    ring(NEW)
    with pytest.raises(ImproperlyConfigured, match="no key of PURVEYOR_SEAL_KEYS fits"):
        open_sealed(before)


def test_what_is_sealed_during_rotation_needs_the_new_key_only(ring) -> None:
    ring(NEW, OLD)
    during = seal(CODE)

    ring(NEW)

    assert open_sealed(during).reveal() == CODE


def test_during_rotation_a_value_is_found_under_both_keys(ring) -> None:
    ring(OLD)
    before = fingerprint(CODE)

    ring(NEW, OLD)

    assert fingerprints(CODE) == [fingerprint(CODE), before]
    assert fingerprint(CODE) != before


def test_a_changed_token_is_not_opened() -> None:
    token = seal(CODE)
    forged = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)

    with pytest.raises(ImproperlyConfigured) as refusal:
        open_sealed(forged)

    assert CODE not in str(refusal.value)


def test_equal_values_have_equal_fingerprints_and_others_do_not() -> None:
    assert fingerprint(CODE) == fingerprint(CODE)
    assert fingerprint(CODE) != fingerprint(CODE.lower())
    assert len(fingerprint(CODE)) == 64


@pytest.mark.parametrize(
    "show", [str, repr, "{}".format, "%s".__mod__, lambda secret: f"{[secret]}"]
)
def test_a_secret_is_never_printed(show) -> None:
    shown = show(Secret(CODE))

    assert CODE not in shown
    assert HIDDEN in shown


def test_a_secret_has_no_dict_and_is_not_pickled() -> None:
    assert not hasattr(Secret(CODE), "__dict__")
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            leave(Secret(CODE))


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(CODE)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (CODE, "•••• 8ZPA"),
        ("123456789", "•••• 6789"),
        ("12345678", HIDDEN),
        ("", HIDDEN),
    ],
)
def test_a_mask_shows_the_end_of_what_is_long_enough(value, shown) -> None:
    assert mask(value) == shown


def test_a_new_key_is_accepted_and_never_the_same() -> None:
    assert checked_keys([f" {NEW} ", "", OLD]) == (NEW, OLD)
    assert NEW != OLD


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["", " "],
        ["secret"],
        ["ä" * 44],
        [base64.urlsafe_b64encode(b"0123456789").decode()],
        [base64.urlsafe_b64encode(b"\0" * 32).decode()],
        [base64.urlsafe_b64encode(b"abcd" * 8).decode()],
        [NEW, "secret"],
    ],
    ids=[
        "none",
        "blank",
        "a word",
        "letters",
        "short",
        "noughts",
        "repeated",
        "one of two",
    ],
)
def test_a_ring_with_a_weak_key_stops_the_start(keys) -> None:
    with pytest.raises(ImproperlyConfigured, match="purveyor new-key") as refusal:
        checked_keys(keys)

    assert NEW not in str(refusal.value)
