"""`purveyor reconcile`, as people and scripts run it against a vendor that answers."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from purveyor.flows.reconciliation.approval import choose_remedy, propose_plan
from purveyor.flows.reconciliation.queries import lines_of, newest_plans
from purveyor.flows.reconciliation.starting import keep_policies
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN
from tests.factories.provisioning import a_setup
from tests.integration.console.shell import PROGRAM, Console, Run, a_console_here
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, a_stand_in

AGREE, CANNOT, DIFFER, LINES_REFUSED, STOPPED = 0, 1, 2, 3, 130


@dataclass(frozen=True)
class Shop:
    """A console, and the vendor that its application BitTitan asks."""

    console: Console
    vendor: StandIn

    def starts(self, *words: str) -> Run:
        return self.console.starts("reconcile", *words, ALLOW_PLAIN_HTTP="on")

    def reconciles(self, *words: str) -> tuple[int, str]:
        """Reconcile to the end; return the exit code and all that was said."""
        run = self.starts(*words)
        return run.ended(), run.said

    def prints(self, *words: str) -> tuple[int, str]:
        """Reconcile to the end; return the exit code and what programs may read."""
        run = self.starts(*words)
        return run.ended(), run.printed

    def decides(self, remedy: str, *, compared: int = 0) -> str:
        """Choose a remedy for every line, and propose the plan; return its number."""
        (plan,) = newest_plans()
        for line in lines_of(plan):
            choose_remedy(
                line=line,
                remedy=remedy,
                for_account=an_account() if remedy == "IMPORT" else None,
                because="A gift.",
                actor=DAN,
                now=clock.now(),
            )
        if compared:
            plan.compared_count = compared
            plan.save(update_fields=["compared_count"])
        propose_plan(run=plan, actor=DAN, now=clock.now())
        return str(plan.pk)


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture
def opens(
    transactional_db: None, stand_in: StandIn, tmp_path: Path
) -> Callable[..., Shop]:
    """Return how a shop is opened anew."""

    def open_it(*, lists: bool = True) -> Shop:
        stand_in.reset()
        a_setup(
            address=stand_in.api_url,
            api_key=API_KEY,
            workgroup=WORKGROUP,
            deadline_seconds=40,
            calls_per_second=1000,
            lists=lists,
        )
        return Shop(a_console_here(tmp_path), stand_in)

    return open_it


@pytest.fixture
def shop(opens: Callable[..., Shop]) -> Shop:
    return opens()


def test_both_sides_agree(shop: Shop) -> None:
    code, said = shop.reconciles("bittitan")

    assert code == AGREE, said
    assert "both sides agree" in said


def test_a_stranger_is_shown_with_its_money_and_nothing_is_changed(shop: Shop) -> None:
    a_product()
    shop.vendor.makes_a_stranger(quantity=7)
    before = shop.vendor.all_coupons()

    code, said = shop.reconciles("BitTitan")

    assert code == DIFFER, said
    assert "Unknown to us" in said
    assert "€49.00" in said
    assert "€69.30" in said
    assert "Nothing was changed" in said
    assert shop.vendor.all_coupons() == before


def test_a_script_reads_json_and_nothing_else(shop: Shop) -> None:
    shop.vendor.makes_strangers(3)

    code, printed = shop.prints("bittitan", "--json")

    assert code == DIFFER
    assert json.loads(printed)
    assert printed.count('"STRANGER"') == 3


def test_a_spreadsheet_gets_a_row_for_each_finding(shop: Shop) -> None:
    shop.vendor.makes_strangers(3)

    code, printed = shop.prints("bittitan", "--csv")

    assert code == DIFFER
    assert len(list(csv.DictReader(io.StringIO(printed)))) == 3


def test_who_stops_reading_is_no_error(shop: Shop) -> None:
    shop.vendor.makes_strangers(400)
    words = (*PROGRAM, "reconcile", "bittitan", "--csv")

    process = shop.console.process(
        words, subprocess.PIPE, subprocess.PIPE, ALLOW_PLAIN_HTTP="on"
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.stderr.close()

    assert process.wait() == DIFFER, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_an_approved_plan_is_applied_and_the_next_look_finds_nothing(
    shop: Shop,
) -> None:
    shop.vendor.makes_a_stranger()
    shop.reconciles("bittitan")
    plan = shop.decides("KNOW")

    code, said = shop.reconciles("bittitan", "--apply", plan)
    twice, said_twice = shop.reconciles("bittitan", "--apply", plan)
    again, said_again = shop.reconciles("bittitan")

    assert code == AGREE, said
    assert twice == CANNOT
    assert "is “Applied”" in said_twice
    assert "done" in said
    assert "Marked as known." in said
    assert again == AGREE, said_again


def test_a_line_that_is_refused_is_told_with_its_reason(shop: Shop) -> None:
    shop.vendor.makes_a_stranger(product="BT-UMB")
    shop.reconciles("bittitan")
    plan = shop.decides("IMPORT")

    code, said = shop.reconciles("bittitan", "--apply", plan)

    assert code == LINES_REFUSED, said
    assert "refused" in said
    assert "No product has the vendor's SKU" in said


def test_a_plan_that_nobody_has_proposed_is_not_applied(shop: Shop) -> None:
    shop.vendor.makes_a_stranger()
    _code, said = shop.prints("bittitan", "--json")
    plan = str(json.loads(said)["plan"])

    code, said = shop.reconciles("bittitan", "--apply", plan)

    assert code == CANNOT
    assert "Propose the plan first" in said
    assert "Operations > Reconciliation" in said
    assert "Traceback" not in said


def test_a_plan_that_changes_too_much_is_applied_only_by_force(shop: Shop) -> None:
    shop.vendor.makes_strangers(4)
    shop.reconciles("bittitan")
    plan = shop.decides("CANCEL", compared=10)

    code, said = shop.reconciles("bittitan", "--apply", plan)
    forced, printed = shop.prints("bittitan", "--apply", plan, "--force", "--json")

    assert code == CANNOT
    assert "4 of 10 assets would be changed" in said
    assert "Here that is --force." in said
    assert forced == AGREE
    assert json.loads(printed)
    assert printed.count("Cancelled at the vendor.") == 4
    assert [each["status"] for each in shop.vendor.all_coupons()] == ["cancelled"] * 4


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["nobody"], "There are: BitTitan (bittitan)"),
        (["bittitan", "--account", "A-4711"], "There is no account A-4711"),
        (["bittitan", "--apply", "4711"], "There is no reconciliation 4711"),
        (["bittitan", "--apply", "all"], "invalid int value"),
        (["bittitan", "--force"], "--force goes with --apply"),
        (["bittitan", "--json", "--csv"], "not allowed with argument"),
    ],
)
def test_what_makes_no_sense_is_told(
    shop: Shop, words: list[str], expected: str
) -> None:
    code, said = shop.reconciles(*words)

    assert code == CANNOT
    assert expected in said
    assert "Traceback" not in said


def test_a_vendor_that_lists_nothing_cannot_be_compared_with(
    opens: Callable[..., Shop],
) -> None:
    code, said = opens(lists=False).reconciles("bittitan")

    assert code == CANNOT
    assert "does not list its coupons" in said


def test_a_living_worker_does_the_work(shop: Shop) -> None:
    shop.vendor.makes_a_stranger()

    with shop.console.running("work", ALLOW_PLAIN_HTTP="on") as worker:
        worker.wait_until(lambda: "worker_started" in worker.said)
        code, said = shop.reconciles("bittitan")

    assert code == DIFFER, said
    assert "Unknown to us" in said


def test_ctrl_c_leaves_the_rest_and_the_next_start_joins_it(shop: Shop) -> None:
    shop.vendor.makes_a_stranger()
    shop.vendor.fails("slow_listing", always=True, seconds=30)
    run = shop.starts("bittitan")
    run.wait_until(lambda: bool(shop.vendor.calls("list_coupons")))

    stopped = run.stopped_by(signal.SIGINT)
    shop.vendor.works_again()
    code, said = shop.reconciles("bittitan")

    assert stopped == STOPPED, run.said
    assert "goes on with reconciliation" in run.said
    assert "Traceback" not in run.said
    assert "is under way already" in said
    assert code == DIFFER, said


def test_a_terminal_shows_how_far_it_is(shop: Shop) -> None:
    shop.vendor.makes_strangers(3)
    shop.vendor.fails("slow_listing", always=True, seconds=2)
    terminal, other_end = pty.openpty()
    words = (*PROGRAM, "reconcile", "bittitan")

    process = shop.console.process(
        words, subprocess.DEVNULL, other_end, ALLOW_PLAIN_HTTP="on"
    )
    os.close(other_end)
    shown = b"".join(iter(lambda: _read(terminal), b""))

    assert process.wait() == DIFFER
    assert "coupons read" in shown.decode(errors="replace")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1024)
    except OSError:  # nobody writes to it any more
        return b""


def test_the_doctor_sees_a_night_that_did_not_begin(shop: Shop) -> None:
    keep_policies(now=clock.now() - timedelta(days=3))

    code, said = shop.console.runs("doctor", ALLOW_PLAIN_HTTP="on")

    assert code == 1
    assert "Reconciliation" in said
    assert "overdue" in said
