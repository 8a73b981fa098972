"""
Anything may happen in any order, and the money stays right.

The suite walks the same few stories every time. With `PURVEYOR_TEST_LONG=on` it walks
many more and longer ones, other ones each time.
"""

import os
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from purveyor.domain.assets.models import Asset
from tests.support.desk import Desk
from tests.support.stories import ACTS, ASSETS_MAX, KINDS, Story

pytestmark = pytest.mark.once

IS_LONG = os.environ.get("PURVEYOR_TEST_LONG", "off") == "on"
SHORT = settings(
    max_examples=30,
    stateful_step_count=14,
    derandomize=True,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
LONG = settings(
    max_examples=300,
    stateful_step_count=25,
    deadline=None,
    print_blob=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FAULTS = {
    "make_coupon": (
        "invalid_422",
        "too_many_429",
        "unauthorized_401",
        "unknown_account_404",
        "redirect_302",
        "timeout_408",
        "conflict_409",
        "error_500_before",
        "error_500_after",
        "error_503_after",
        "hang_up_before",
        "hang_up_after",
        "malformed_201",
        "wrong_quantity_201",
    ),
    "find_coupon": ("error_500_before", "unauthorized_401", "too_many_429"),
    "list_coupons": ("error_500_before", "duplicated_row", "missing_row"),
    "get_coupon": ("error_500_before", "unauthorized_401"),
    "cancel_coupon": (
        "error_500_before",
        "error_500_after",
        "hang_up_after",
        "invalid_422",
        "timeout_408",
    ),
}
STRIKES = [(call, fault) for call, faults in FAULTS.items() for fault in faults]
DEATHS = [
    f"{point} {name}"
    for name in ("provision", "find", "get", "cancel", "close", "mail")
    for point in ("before", "after")
]
SPANS = {
    "seconds": {"seconds": 6},
    "a minute": {"minutes": 1},
    "minutes": {"minutes": 6},
    "an hour": {"hours": 1},
    "a day": {"hours": 26},
}
LOSING = ("hang_up_after", "hang_up_before", "wrong_quantity_201", "error_500_after")
AFTERWARDS = ("", "looked", "made", "looked made", "made looked")
CALLS = ("provision", "find", "find", "list_assets", "cancel", "get")
which_asset = st.integers(0, ASSETS_MAX - 1)


class Shop(RuleBasedStateMachine):
    """What people, workers and the vendor do, one after the other."""

    desk: ClassVar[Desk]
    story: Story | None = None

    @initialize(vendor=st.sampled_from((*sorted(KINDS), "finds")))
    def opens(self, vendor: str) -> None:
        self.story = Story(self.desk, vendor=vendor)
        self.story.buys()

    @property
    def now(self) -> Story:
        assert self.story is not None
        return self.story

    def asset(self, number: int) -> Asset:
        """Return one of the assets; one that waits, if any does."""
        chosen = self.now.waiting() or self.now.assets
        return chosen[number % len(chosen)]

    # Few rules with many events: hypothesis leaves whole rules out of an example.

    @rule(fault=st.sampled_from(LOSING), then=st.sampled_from(AFTERWARDS))
    def an_answer_is_lost(self, fault: str, then: str) -> None:
        if self.now.has_room():
            self.now.buys()
        self.now.goes_wrong("make_coupon", fault)
        for event in then.split():
            if event == "looked":
                self.desk.time_passes(seconds=6)
            else:
                self.now.vendor_makes_it_after_all()

    @rule(strike=st.sampled_from(STRIKES), count=st.integers(0, 2))
    def the_vendor_fails(self, strike: tuple[str, str], count: int) -> None:
        call, fault = strike
        if count:
            self.desk.vendor.fails(fault, call=call, next=count)
        else:
            self.now.goes_wrong(call, fault)

    @rule(event=st.sampled_from(("makes it", "refuses", "works again")))
    def the_vendor(self, event: str) -> None:
        if event == "makes it":
            self.now.vendor_makes_it_after_all()
        elif event == "refuses":
            self.desk.vendor.fails("refuse_connection")
        else:
            self.desk.vendor.works_again()

    @rule(event=st.sampled_from((*SPANS, *DEATHS, "sweep")))
    def a_worker(self, event: str) -> None:
        if event == "sweep":
            self.now.sweeps()
        elif event in SPANS:
            self.desk.time_passes(times=1, **SPANS[event])
        else:
            self.now.worker_dies(event)

    @rule(number=which_asset, act=st.sampled_from(ACTS))
    def somebody(self, number: int, act: str) -> None:
        self.now.acts(self.asset(number), act)

    @rule(number=which_asset, act=st.sampled_from(ACTS), call=st.sampled_from(CALLS))
    def somebody_acts_while_the_vendor_is_asked(
        self, number: int, act: str, call: str
    ) -> None:
        asset = self.now.brings_to(call) or self.asset(number)
        self.now.meanwhile(call, lambda: self.now.acts(asset, act))

    # ---------------------------------------------------------- always, and at last

    @invariant()
    def the_money_is_right_and_everything_says_why_it_waits(self) -> None:
        if self.story is not None:
            self.story.check()

    def teardown(self) -> None:
        if self.story is None:
            return
        try:
            self.story.everything_settles()
        finally:
            self.story.ends()


def test_whatever_happens_in_whatever_order(desk: Desk, settings: Any) -> None:
    settings.PURVEYOR_RETRY_DELAYS = [5, 30, 120, 600, 3600]
    Shop.desk = desk

    run_state_machine_as_test(Shop, settings=LONG if IS_LONG else SHORT)
