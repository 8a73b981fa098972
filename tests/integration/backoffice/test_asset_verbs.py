"""What can be done with an asset: what fits is offered, does it, or is refused."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, EntryState
from purveyor.domain.provisioning.models import CouponEntry
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel
from purveyor.kernel.journal.models import Entry
from tests.factories.assets import (
    a_failed_asset,
    a_pending_asset,
    a_synchronized_asset,
    fresh,
)
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_setup
from tests.factories.troubles import (
    FOUND,
    TWICE,
    a_candidate,
    a_doubtful_asset,
    a_duplicate,
    an_attempt,
)
from tests.support.staff import FROM_SCRIPT, queries_of, signed_in, words

CODE = "BT-TYPED-4711-0000-CASH"
BECAUSE = "BitTitan said so in ticket 4711"
CHANGE = "bss:assets_asset_change"
STATUS = "bss:assets_asset_status"
VERBS = {
    "retry": "assets.retry_asset",
    "extend": "assets.retry_asset",
    "enter_coupon": "assets.enter_coupon",
    "never_made": "assets.settle_doubt",
    "was_cancelled": "assets.cancel_asset",
    "was_redeemed": "assets.cancel_asset",
    "cancel": "assets.cancel_asset",
}


@pytest.fixture
def operator() -> Client:
    return signed_in("assets.view_asset", *set(VERBS.values()))


def address(asset: Asset, name: str) -> str:
    return reverse(f"bss:assets_asset_{name}", args=[asset.pk])


def press(client: Client, asset: Asset, name: str, **typed: str) -> Any:
    """Return what the browser is told after a dialog was answered."""
    sent = {"_form_submitted": "True", **typed}
    return client.post(address(asset, name), sent, headers=FROM_SCRIPT)


def offered(client: Client, asset: Asset) -> set[str]:
    """Return which verbs the page of an asset offers."""
    page = client.get(reverse(CHANGE, args=[asset.pk])).content.decode()
    return {name for name in VERBS if f'"{address(asset, name)}"' in page}


def an_asset_being_cancelled(*, cause: str = "cancel_unknown") -> Asset:
    """Return an asset of which nobody knows whether it was cancelled or redeemed."""
    asset = a_synchronized_asset()
    ask_to_cancel(asset=asset, because="Too many", actor=DAN, now=NOON)
    Asset.objects.filter(pk=asset.pk).update(
        parked_at=NOON, due_at=None, cause=cause, waits_because="Ask the vendor which."
    )
    return fresh(asset)


# ------------------------------------------------------------------ what is offered


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (a_pending_asset, {"retry", "extend", "enter_coupon", "cancel"}),
        (a_failed_asset, {"retry", "enter_coupon", "cancel"}),
        (a_synchronized_asset, {"cancel"}),
        (
            a_doubtful_asset,
            {"retry", "extend", "enter_coupon", "never_made", "cancel"},
        ),
        (an_asset_being_cancelled, {"retry", "was_cancelled", "was_redeemed"}),
    ],
    ids=["pending", "failed", "synchronized", "in doubt", "fate unknown"],
)
def test_only_what_fits_is_offered(
    operator: Client, make: Any, expected: set[str]
) -> None:
    assert offered(operator, make()) == expected


def test_what_starts_later_is_not_tried_now(operator: Client) -> None:
    asset = a_pending_asset()
    Asset.objects.filter(pk=asset.pk).update(start_date="2030-02-01")

    assert "retry" not in offered(operator, asset)


def test_a_coupon_that_no_vendor_takes_back_is_not_to_be_cancelled(
    operator: Client,
) -> None:
    asset = a_synchronized_asset()
    a_setup(is_cancel_allowed=False)

    assert "cancel" not in offered(operator, asset)
    assert "does not take back a coupon" in words(
        press(operator, asset, "cancel", because=BECAUSE)
    )


@pytest.mark.parametrize("name", VERBS)
def test_without_permission_nothing_is_offered_or_done(name: str) -> None:
    onlooker = signed_in("assets.view_asset")
    asset = a_doubtful_asset()

    assert offered(onlooker, asset) == set()
    answer = press(onlooker, asset, name, because=BECAUSE)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert fresh(asset).in_doubt_since == NOON


# ------------------------------------------------------------------ trying it


def test_extending_has_it_looked_for_longer(operator: Client) -> None:
    asset = a_doubtful_asset()

    answer = press(operator, asset, "extend")

    assert answer["HX-Redirect"] == reverse(CHANGE, args=[asset.pk])
    asset = fresh(asset)
    assert (asset.parked_at, asset.due_at) == (None, NOON)
    history = operator.get(reverse("bss:assets_asset_history", args=[asset.pk]))
    assert "had it tried for longer" in words(history)


def test_a_failed_asset_is_not_extended(operator: Client) -> None:
    answer = press(operator, a_failed_asset(), "extend")

    assert "Press Retry instead." in words(answer)


# ------------------------------------------------------------------ a code by hand


def test_a_code_is_entered_to_be_checked(operator: Client) -> None:
    asset = a_doubtful_asset()
    typed = {"secret-code": CODE, "because": BECAUSE}

    answer = press(operator, asset, "enter_coupon", **typed)
    page = operator.get(answer["HX-Redirect"])

    entry = CouponEntry.objects.get()
    assert (entry.code.reveal(), entry.because) == (CODE, BECAUSE)
    assert not entry.is_certain
    assert "The code •••• CASH is being checked with BitTitan." in words(page)
    assert f"{reverse(STATUS, args=[asset.pk])}?look=1" in page.content.decode()
    assert CODE not in page.content.decode()


def test_a_refused_code_is_not_echoed_and_the_reason_stays_typed(
    operator: Client,
) -> None:
    held = a_synchronized_asset(code=CODE)
    typed = {"secret-code": CODE, "because": BECAUSE}

    answer = press(operator, a_doubtful_asset(), "enter_coupon", **typed)

    assert f"belongs to {held.number} already" in words(answer)
    assert BECAUSE in answer.content.decode()
    assert CODE not in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"secret-code": CODE}, "Say why."),
        ({"because": BECAUSE}, "Type the whole coupon code, without spaces."),
    ],
    ids=["no reason", "no code"],
)
def test_a_code_needs_itself_and_a_reason(
    operator: Client, typed: dict[str, str], told: str
) -> None:
    answer = press(operator, a_doubtful_asset(), "enter_coupon", **typed)

    assert told in words(answer)
    assert "&lt;" not in answer.content.decode()
    assert CODE not in answer.content.decode()
    assert not CouponEntry.objects.exists()


def test_no_code_is_entered_while_the_vendor_is_asked(operator: Client) -> None:
    asset = a_pending_asset()
    an_attempt(asset=asset, outcome=AttemptOutcome.OPEN)
    typed = {"secret-code": CODE, "because": BECAUSE}

    answer = press(operator, asset, "enter_coupon", **typed)

    assert "Wait for its answer, then try again." in words(answer)


def test_only_some_may_overrule_the_vendor(operator: Client) -> None:
    asset, other = a_doubtful_asset(), a_doubtful_asset()
    typed = {"secret-code": CODE, "because": BECAUSE, "is_certain": "on"}
    boss = signed_in(
        "assets.view_asset",
        "assets.enter_coupon",
        "assets.overrule_vendor",
        email="olga@distributor.example",
    )
    label = "Connect it whatever the vendor says"

    assert label not in words(operator.get(address(asset, "enter_coupon")))
    assert label in words(boss.get(address(asset, "enter_coupon")))
    press(operator, asset, "enter_coupon", **typed)
    press(boss, other, "enter_coupon", **{**typed, "secret-code": f"{CODE}-2"})

    assert not CouponEntry.objects.get(asset=asset).is_certain
    assert CouponEntry.objects.get(asset=other).is_certain


def test_the_code_field_is_not_completed_by_the_browser(operator: Client) -> None:
    page = operator.get(address(a_doubtful_asset(), "enter_coupon")).content.decode()
    field = page.partition('name="secret-code"')[2].partition(">")[0]

    assert 'autocomplete="off"' in field


def test_a_code_that_was_refused_says_why(operator: Client) -> None:
    asset = a_doubtful_asset()
    press(operator, asset, "enter_coupon", because=BECAUSE, **{"secret-code": CODE})
    CouponEntry.objects.update(
        state=EntryState.REFUSED,
        ended_at=NOON,
        due_at=None,
        waits_because="The vendor does not know this code.",
    )

    page = words(operator.get(reverse(STATUS, args=[asset.pk])))

    assert "The code •••• CASH was refused. The vendor does not know this code." in page


# ------------------------------------------------------------------ a person's word


def test_that_nothing_was_made_is_warned_about_and_settles_the_doubt(
    operator: Client,
) -> None:
    asset = a_doubtful_asset()

    asked = words(operator.get(address(asset, "never_made"), headers=FROM_SCRIPT))
    silent = words(press(operator, asset, "never_made"))
    press(operator, asset, "never_made", because=BECAUSE)

    assert "It will be bought again." in asked
    assert "Say why." in silent
    asset = fresh(asset)
    assert (asset.sync_status, asset.in_doubt_since) == (SyncStatus.PENDING, None)
    assert Entry.objects.get(verb="settle").facts == {"reason": BECAUSE}


def test_what_is_not_in_doubt_is_not_settled(operator: Client) -> None:
    answer = press(operator, a_pending_asset(), "never_made", because=BECAUSE)

    assert "is not in doubt" in words(answer)


def test_an_asset_is_cancelled_and_nothing_credited(operator: Client) -> None:
    asset = a_synchronized_asset()

    asked = words(operator.get(address(asset, "cancel"), headers=FROM_SCRIPT))
    silent = words(press(operator, asset, "cancel"))
    answer = press(operator, asset, "cancel", because=BECAUSE)
    page = words(operator.get(answer["HX-Redirect"]))

    assert "Nothing is credited by this." in asked
    assert "Say why." in silent
    assert fresh(asset).state == AssetState.CANCELLING
    assert "Nothing is credited by it." in page
    assert "Being cancelled" in page
    assert "It is to be cancelled." in page


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("was_cancelled", AssetState.CANCELLED),
        ("was_redeemed", AssetState.REDEEMED),
    ],
)
def test_a_person_says_what_became_of_a_coupon(
    operator: Client, name: str, state: AssetState
) -> None:
    asset = an_asset_being_cancelled()

    silent = words(press(operator, asset, name))
    press(operator, asset, name, because=BECAUSE)

    assert "Say why." in silent
    assert fresh(asset).state == state


def test_nobody_says_what_became_of_a_living_coupon(operator: Client) -> None:
    answer = press(operator, a_synchronized_asset(), "was_cancelled", because=BECAUSE)

    assert "Nobody has to say what became of" in words(answer)


def test_that_it_could_not_be_cancelled_is_shown(operator: Client) -> None:
    asset = a_synchronized_asset()
    Asset.objects.filter(pk=asset.pk).update(
        cause="cancel_refused", waits_because="BitTitan keeps it."
    )

    page = words(operator.get(reverse(CHANGE, args=[asset.pk])))

    assert "It could not be cancelled. BitTitan keeps it." in page


# ------------------------------------------------------------------ what was found


def test_what_was_found_is_shown_masked_and_confirmed(operator: Client) -> None:
    asset = a_doubtful_asset(cause="proposal", why="One coupon may be the one.")
    confirm = reverse("bss:confirm_candidate", args=[a_candidate(asset=asset).pk])
    sent = {"_form_submitted": "True"}

    page = operator.get(reverse(CHANGE, args=[asset.pk]))
    silent = words(operator.post(confirm, sent, headers=FROM_SCRIPT))
    answer = operator.post(confirm, {**sent, "because": BECAUSE}, headers=FROM_SCRIPT)

    assert "•••• CASH BT-MAILBOX 10" in words(page)
    assert "This is it" in words(page)
    assert FOUND not in page.content.decode()
    assert "Say why." in silent
    assert answer["HX-Redirect"] == reverse(CHANGE, args=[asset.pk])
    asset = fresh(asset)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert asset.coupon_code.reveal() == FOUND


def test_what_was_found_is_only_looked_at_without_permission() -> None:
    asset = a_doubtful_asset()
    confirm = reverse("bss:confirm_candidate", args=[a_candidate(asset=asset).pk])
    onlooker = signed_in("assets.view_asset")

    page = onlooker.get(reverse(CHANGE, args=[asset.pk]))

    assert "•••• CASH" in words(page)
    assert confirm not in page.content.decode()
    assert onlooker.post(confirm).status_code == HTTPStatus.FORBIDDEN


def test_a_coupon_that_another_asset_has_is_not_confirmed(operator: Client) -> None:
    asset = a_doubtful_asset()
    confirm = reverse("bss:confirm_candidate", args=[a_candidate(asset=asset).pk])
    held = a_synchronized_asset(code=FOUND)

    answer = operator.post(confirm, {"_form_submitted": "True", "because": BECAUSE})

    assert f"belongs to {held.number} already" in words(answer)
    assert FOUND not in answer.content.decode()


def test_a_duplicate_is_shown_on_the_page_of_its_asset(operator: Client) -> None:
    asset = a_synchronized_asset()
    a_duplicate(asset=fresh(asset))

    page = operator.get(reverse(CHANGE, args=[asset.pk]))

    assert "Other coupons with its reference" in words(page)
    assert "Duplicate" in words(page)
    assert TWICE not in page.content.decode()


def test_the_page_asks_as_much_for_many_found_as_for_one(operator: Client) -> None:
    asset = a_doubtful_asset()
    a_candidate(asset=asset)
    page = reverse(CHANGE, args=[asset.pk])
    for_one = queries_of(operator, page)

    for number in range(3):
        a_candidate(asset=asset, code=f"{FOUND}-{number}")

    assert queries_of(operator, page) == for_one
