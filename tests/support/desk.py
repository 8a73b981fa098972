"""Dan's desk: what he does to assets, what a worker does for him, and what is true."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.models import Message
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.provisioning.explanation import Explanation, explain
from purveyor.domain.provisioning.models import (
    AccountLink,
    Breaker,
    Candidate,
    CouponEntry,
    CouponObservation,
    Watch,
)
from purveyor.domain.provisioning.operations.asks import (
    edit_asset,
    extend_asset,
    retry_asset,
)
from purveyor.domain.provisioning.operations.by_hand import (
    confirm_candidate,
    enter_coupon,
    settle_by_hand,
    settle_cancel_by_hand,
)
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel
from purveyor.domain.provisioning.operations.link import ask_to_synchronize
from purveyor.domain.provisioning.operations.setup import save_setup
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account
from tests.factories.assets import fresh
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

WHY = "the vendor said so on the phone"
HELD = (Asset, AccountLink, Breaker, CouponEntry, Watch)


@dataclass
class Desk:
    """A distributor's operations: one vendor, one clock, and Dan."""

    vendor: StandIn
    time: time_machine.Traveller

    # -------------------------------------------------------------- time and workers

    def works(self) -> None:
        """Let a worker do all that is due."""
        drain(STREET, now=clock.now())

    def time_passes(self, *, times: int = 1, **span: float) -> None:
        """Move the clock, so many times, with a worker at work after each move."""
        for _time in range(times):
            self.time.shift(timedelta(**span))
            self.works()

    def time_shifts(self, **span: float) -> None:
        """Move the clock, while nobody works."""
        self.time.shift(timedelta(**span))

    def begins_now(self) -> None:
        """Set the clock to the vendor's own, which never stands still."""
        self.time.move_to(real_now())

    def time_now(self) -> datetime:
        return clock.now()

    def leases_run_out(self) -> None:
        """Let the leases of dead workers end, which the database counts for itself."""
        for model in HELD:
            model._default_manager.update(leased_until=None)

    # -------------------------------------------------------------- what Dan does

    def knows(self, account: Account | None = None) -> Account:
        """Make an account known at the vendor."""
        account = account or an_account()
        self.synchronizes(account)
        return account

    def synchronizes(self, account: Account, **options: str) -> AccountLink:
        ask_to_synchronize(
            account=account,
            application=an_application(),
            options=options,
            actor=DAN,
            now=clock.now(),
        )
        self.works()
        return AccountLink.objects.get(account=account)

    def buys(self, account: Account, **order: Any) -> Asset:
        """Have an order executed; its asset waits for a worker."""
        submitted = a_submitted_order(account=account, is_linked=False, **order)
        plan = ExecutionPlan(start_date=clock.today(), option=InvoiceOption.ISSUE)
        execution = execute_order(
            order=submitted, plan=plan, actor=DAN, now=clock.now()
        )
        return execution.assets.get()

    def sets(self, **columns: Any) -> None:
        """Change columns of the vendor's settings."""
        setup = an_application().setup
        for name, value in columns.items():
            setattr(setup, name, value)
        setup.save(update_fields=list(columns))

    def saves_settings(self) -> None:
        """Save the settings as they are; the vendor is asked whether they are good."""
        values = {
            "address": self.vendor.api_url,
            "api_key": API_KEY,
            "workgroup": WORKGROUP,
        }
        setup = an_application().setup
        save_setup(setup=setup, values=values, changed=(), actor=DAN, now=clock.now())

    def saves(self, asset: Asset, **changes: Any) -> None:
        edit_asset(
            asset=fresh(asset),
            name=asset.name,
            changes=changes,
            actor=DAN,
            now=clock.now(),
        )

    def retries(self, asset: Asset) -> None:
        retry_asset(asset=fresh(asset), actor=DAN, now=clock.now())

    def extends(self, asset: Asset) -> None:
        extend_asset(asset=fresh(asset), actor=DAN, now=clock.now())

    def cancels(self, asset: Asset) -> None:
        ask_to_cancel(asset=fresh(asset), because=WHY, actor=DAN, now=clock.now())

    def enters(
        self, asset: Asset, code: str, *, is_certain: bool = False
    ) -> CouponEntry:
        return enter_coupon(
            asset=fresh(asset),
            code=code,
            because=WHY,
            is_certain=is_certain,
            actor=DAN,
            now=clock.now(),
        )

    def confirms(self, candidate: Candidate) -> None:
        confirm_candidate(candidate=candidate, because=WHY, actor=DAN, now=clock.now())

    def says_never_made(self, asset: Asset) -> None:
        settle_by_hand(asset=fresh(asset), because=WHY, actor=DAN, now=clock.now())

    def says_what_became(self, asset: Asset, *, is_cancelled: bool) -> None:
        settle_cancel_by_hand(
            asset=fresh(asset),
            is_cancelled=is_cancelled,
            because=WHY,
            actor=DAN,
            now=clock.now(),
        )

    # -------------------------------------------------------------- what is true

    def live(self, asset: Asset) -> list[str]:
        """Return the codes of the coupons with an asset's reference that are worth."""
        made = self.vendor.made(asset.key)
        return [each["code"] for each in made if each["status"] == "active"]

    def mails(self, asset: Asset) -> int:
        """Return how many mails there are about an asset."""
        return Message.objects.filter(asset=asset).count()

    def duplicates(self, asset: Asset) -> list[str]:
        """Return the masks of what is shown as a duplicate of an asset's coupon."""
        seen = CouponObservation.objects.filter(asset=asset, is_duplicate=True)
        return list(seen.order_by("pk").values_list("coupon_mask", flat=True))

    def explains(self, asset: Asset) -> Explanation:
        """Return what an asset's page says of why it waits."""
        said = explain(asset=fresh(asset), vendor="BitTitan")
        assert said is not None
        return said

    def breaker(self) -> Breaker:
        return Breaker.objects.get(application=an_application())

    def calls(self, *names: str) -> int:
        """Return how many calls of these names the vendor has had."""
        return sum(len(self.vendor.calls(name)) for name in names)


@contextmanager
def in_the_middle_of(manager: Any, call: str, act: Any) -> Iterator[None]:
    """Have something happen while the vendor answers the next call of one name."""
    real = getattr(manager, call)
    acts = [act]

    def slowly(*args: Any, **facts: Any) -> Any:
        try:
            return real(*args, **facts)
        finally:
            if acts:
                acts.pop()()

    setattr(manager, call, slowly)
    try:
        yield
    finally:
        delattr(manager, call)


def real_now() -> datetime:
    """Return the moment it really is, whatever the test's clock says."""
    return datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)
