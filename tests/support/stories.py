"""A shop to which anything may happen, in any order, and what must stay true."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.db import transaction

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications import operations as notifications
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.explanation import explain
from purveyor.domain.provisioning.models import Breaker, Candidate
from purveyor.domain.provisioning.operations import make
from purveyor.domain.provisioning.operations.gate import forget_gates
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import mask
from tests.factories.accounts import an_account
from tests.factories.assets import fresh
from tests.factories.catalogue import an_application
from tests.factories.provisioning import a_link
from tests.support.desk import Desk, in_the_middle_of

#: What a vendor can tell about what it has made, as settings and as its features.
KINDS = {
    "finds": ({"finds_by_key": True, "lists": True}, True),
    "lists": ({"finds_by_key": False, "lists": True}, False),
    "tells nothing": ({"finds_by_key": False, "lists": False}, False),
}
ASSETS_MAX = 4
ACTS = (
    "cancels",
    "cancels",
    "cancels",  # more often than the others
    "retries",
    "saves",
    "extends",
    "settles",
    "confirms",
    "enters own",
    "enters stranger",
    "enters unknown",
)
ROUNDS_MAX = 30
SETTLE = timedelta(minutes=5)  # so long a vendor may take
SYSTEM = "Nobody: the system"


class WorkerDied(BaseException):
    """What happens to a worker; no handler of ours may catch it."""


class Story:
    """One shop: its assets, what people did to them, and the vendor's books."""

    def __init__(self, desk: Desk, *, vendor: str) -> None:
        self.desk = desk
        self._atomic = transaction.atomic()
        self._atomic._from_testcase = True  # type: ignore[attr-defined]  # as a TestCase
        self._atomic.__enter__()
        forget_gates()
        desk.vendor.reset()
        desk.begins_now()
        columns, can_look_up = KINDS[vendor]
        desk.sets(**columns, breaker_failures=3)
        desk.vendor.turns(lookup_by_reference=can_look_up)
        self.can_look_up = can_look_up
        self.account = an_account()
        known = desk.vendor.knows(reference=self.account.number, email="a@b.example")
        self.external_id = known["id"]
        a_link(account=self.account, external_id=self.external_id)
        self.assets: list[Asset] = []
        self.decided: set[int] = set()  # assets of which a person has said something
        self.typed: set[str] = set()  # codes that a person has entered
        self._codes: set[str] = set()  # those that the vendor has ever made
        self.lost: dict[str, datetime] = {}  # requests, by reference
        self._calls_count = 0

    def ends(self) -> None:
        """Leave no trace of it."""
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)

    @property
    def manager(self) -> Any:
        return manager_for(an_application().setup)

    # -------------------------------------------------------------- what happens

    def buys(self) -> None:
        with suppress(Refused):  # its account is not known just now
            self.assets.append(self.desk.buys(self.account))

    def goes_wrong(self, call: str, fault: str) -> None:
        """Arm a fault, and let a worker run into it, if he makes that call."""
        self.desk.vendor.fails(fault, call=call)
        self.desk.time_passes(seconds=6)

    def waiting(self) -> list[Asset]:
        """Return the assets for which something is left to do."""
        return [asset for asset in self.assets if self._is_unfinished(asset)]

    def worker_dies(self, where: str) -> None:
        """Have a worker end in the middle of its work."""
        self.desk.time_shifts(seconds=6)
        with suppress(WorkerDied), death(self.manager, where):
            self.desk.works()

    def sweeps(self) -> None:
        """Let the leases of the dead run out, and a worker do what is due."""
        self.desk.leases_run_out()
        self.desk.works()

    def does(self, act: Callable[..., Any], asset: Asset, **facts: Any) -> bool:
        """Have a person do something; return False if it was refused."""
        try:
            with transaction.atomic():
                act(asset, **facts)
        except Refused:
            return False
        return True

    def acts(self, asset: Asset, act: str) -> None:
        """Have a person do something to an asset, by its name."""
        verb, _, kind = act.partition(" ")
        match verb:
            case "enters":
                self.enters(asset, kind, is_certain=kind != "stranger")
            case "settles":
                self.says_never_made(asset)
            case "confirms":
                self.confirms(asset)
            case _:
                self.does(getattr(self.desk, verb), asset)

    def has_room(self) -> bool:
        """Return whether one more asset may be bought."""
        return len(self.assets) < ASSETS_MAX

    def enters(self, asset: Asset, kind: str, *, is_certain: bool) -> None:
        """Type in a code: a stranger's, one that nobody knows, or the vendor's own."""
        codes = {"own": self.desk.live(asset), "stranger": [], "unknown": []}[kind]
        if kind == "unknown":
            codes = [f"BT-TYPED-{asset.pk}-{len(self.typed)}"]
        elif not codes:
            codes = [self.desk.vendor.makes_a_stranger(**self.wanted(asset))]
        if self.does(self.desk.enters, asset, code=codes[0], is_certain=is_certain):
            self.typed.add(codes[0])
            self.decided.add(asset.pk)

    def says_never_made(self, asset: Asset) -> None:
        if self.does(self.desk.says_never_made, asset):
            self.decided.add(asset.pk)

    def confirms(self, asset: Asset) -> None:
        candidate = Candidate.objects.filter(asset=asset).order_by("pk").first()
        if candidate is not None:
            with suppress(Refused):
                self.desk.confirms(candidate)
                self.decided.add(asset.pk)

    def vendor_makes_it_after_all(self) -> None:
        """Make what was asked for, within the time that a vendor may take for it."""
        for key, lost_at in self.lost.items():
            if self.desk.time_now() - lost_at < SETTLE:
                facts = self.wanted(Asset.objects.get(key=key))
                self.desk.vendor.makes_a_stranger(**{**facts, "reference": key})
        self.lost.clear()

    def _note_lost(self) -> None:
        """Note which requests the vendor has taken, and perhaps not made yet."""
        calls = self.desk.vendor.calls("make_coupon")
        for call in calls[self._calls_count :]:
            if "hang_up_before" in call["faults"]:
                self.lost[call["reference"]] = self.desk.time_now()
        self._calls_count = len(calls)

    def brings_to(self, call: str) -> Asset | None:
        """Return a new asset for which a call is what a worker does next, if it can."""
        before = len(self.assets)
        if self.has_room():
            self.buys()
        if len(self.assets) == before:
            return None
        asset = self.assets[-1]
        if call in {"find", "list_assets"}:
            self.desk.vendor.fails("hang_up_after", call="make_coupon")
        if call != "provision":
            self.desk.works()
        if call in {"cancel", "get"}:
            self.acts(asset, "cancels")
        return asset

    def meanwhile(self, call: str, act: Callable[[], None]) -> None:
        """Have a person do something while the vendor is being asked."""
        self.desk.time_shifts(seconds=6)
        with in_the_middle_of(self.manager, call, act):
            self.desk.works()

    def wanted(self, asset: Asset) -> dict[str, Any]:
        """Return what the vendor makes for an asset, but for our reference."""
        return {
            "product": asset.external_product_id,
            "quantity": asset.quantity,
            "account": self.external_id,
            "expire_days": asset.expire_days,
            "validity_days": asset.validity_days,
        }

    # -------------------------------------------------------------- what is true

    def check(self) -> None:
        """Check what must be true at every moment."""
        breaker = Breaker.objects.filter(application=an_application()).first()
        self._codes = set(self.desk.vendor.codes())
        self._note_lost()
        for asset in Asset.objects.order_by("pk"):
            live = self.desk.live(asset)
            self._check_coupons(asset, live)
            self._check_waiting(asset)
            assert self.desk.mails(asset) <= 1, f"{asset}: several mails"
        assert breaker is None or breaker.state == "CLOSED" or breaker.due_at

    def _check_coupons(self, asset: Asset, live: list[str]) -> None:
        is_decided = asset.pk in self.decided
        assert len(live) <= 1 or is_decided, f"{asset}: bought twice"
        own = asset.coupon_code.reveal() if asset.has_coupon else ""
        if asset.sync_status == SyncStatus.SYNCHRONIZED:
            is_known = own in self._codes or own in self.typed
            assert is_known, f"{asset}: its coupon does not exist"
        for code in live:
            is_ours = code == own or asset.in_doubt_since is not None
            assert is_ours or is_decided, f"{asset}: its coupon is lost"
        if asset.state == AssetState.CANCELLED and not is_decided:
            assert live == [], f"{asset}: cancelled, with a live coupon"

    def _check_waiting(self, asset: Asset) -> None:
        said = explain(asset=asset, vendor="BitTitan")
        if not self._is_unfinished(asset):
            assert asset.due_at is None
            return
        assert said is not None, f"{asset}: says nothing"
        assert all((said.why, said.who, said.then, said.when))
        assert (asset.due_at is not None) or said.who != SYSTEM, f"{asset}: is stuck"

    # -------------------------------------------------------------- the end of it

    def everything_settles(self) -> None:
        """Let the faults stop, time pass and every decision be taken: all is there."""
        self.desk.vendor.works_again()
        for _round in range(ROUNDS_MAX):
            self.desk.leases_run_out()
            self.desk.time_passes(minutes=10)
            left = [fresh(asset) for asset in self.waiting()]
            if not left:
                break
            for asset in left:
                self._decide(asset)
        self.check()
        assert not self.waiting(), "not settled"
        self.desk.time_passes(times=3, hours=25)
        for asset in self.assets:
            self._check_end(fresh(asset))

    def _is_unfinished(self, asset: Asset) -> bool:
        known = fresh(asset)
        is_delivered = known.state == AssetState.ACTIVE and known.has_coupon
        is_open = known.state in {AssetState.ACTIVE, AssetState.CANCELLING}
        return is_open and not is_delivered

    def _decide(self, asset: Asset) -> None:
        """Do what the page of an asset asks a person to do, knowing the books."""
        if asset.cause == Cause.CANCEL_UNKNOWN:
            code = asset.coupon_code.reveal()
            is_cancelled = code not in self.desk.live(asset)
            self.does(self.desk.says_what_became, asset, is_cancelled=is_cancelled)
        elif asset.parked_at is not None and self.desk.live(asset):
            self.enters(asset, "own", is_certain=True)
        elif asset.parked_at is not None:
            self.says_never_made(asset)
        elif asset.sync_status == SyncStatus.FAILED:
            with suppress(Refused):  # it is known already
                self.desk.synchronizes(self.account)
            self.does(self.desk.retries, asset)

    def _check_end(self, asset: Asset) -> None:
        own = asset.coupon_code.reveal() if asset.has_coupon else ""
        if asset.state == AssetState.ACTIVE:
            assert asset.sync_status == SyncStatus.SYNCHRONIZED
            (mail,) = Message.objects.filter(asset=asset)
            assert mail.coupon_hash == asset.coupon_hash
        others = [mask(code) for code in self.desk.live(asset) if code != own]
        if self.can_look_up:
            shown = self.desk.duplicates(asset)
            assert set(others) <= set(shown), f"{asset}: a duplicate is not shown"
            assert not own or mask(own) not in shown, f"{asset}: its own is doubled"
        assert not others or asset.pk in self.decided


@contextmanager
def death(manager: Any, where: str) -> Iterator[None]:
    """Have a worker die at a point: before or after a call, or at a writing."""
    point, _, name = where.partition(" ")
    places: dict[str, tuple[Any, str]] = {
        "close": (make, "close_as_made"),
        "mail": (notifications, "hand_over"),
    }
    target, attribute = places.get(name, (manager, name))
    real = getattr(target, attribute)

    def die(*args: Any, **facts: Any) -> Any:
        if point == "after":
            real(*args, **facts)
        raise WorkerDied

    with patch.object(target, attribute, die):
        yield
