"""
A storm: orders come in, the vendor fails at random, and workers are killed at random.

When it is over the faults stop, a person does what only a person may, and the books of
both sides must agree (`tests/chaos/books.py`). The same seed gives the same faults, the
same pauses between the kills and the same closings of the vendor's door; when exactly
each of them meets which order, the machine decides.
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from django.db import connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import Attempt
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel import clock
from purveyor.kernel.lifecycle import MoveRefused
from tests.chaos import desk
from tests.chaos.books import is_quiet, live_coupons, what_is_wrong
from tests.chaos.weather import Weather
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, copies_of
from tests.factories.provisioning import a_setup
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn, eventually
from tests.support.workers import Crew, Worker

ORDERS_PER_ACCOUNT = 20
ACCOUNTS_MIN = 3
KILL_SECONDS = (1.0, 4.0)
DOOR_SECONDS = (0.3, 1.0)
DOOR_PAUSE_SECONDS = (1.0, 3.0)
PAUSE_SECONDS = 0.2
PRESSES_MAX = 10
SAY_SECONDS = 10.0
STORM_SECONDS_PER_ORDER = 0.3
CALM_SECONDS = 120.0
CALM_SECONDS_PER_ORDER = 0.1
#: The last line of a traceback.
ERROR = re.compile(r"^[\w.]*[A-Z]\w+(?:: .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one storm; `wrong` holds a sentence for each thing amiss."""

    fault: str
    orders: int
    seconds: float
    attempts: int
    kills: int
    adopted: int
    retried: int
    coupons: int
    mails: int
    perhaps_sent: int
    wrong: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Whether the books agree."""
        return f"WRONG: {len(self.wrong)}" if self.wrong else "fine"


class Storm:
    """One weather over an empty shop, with its own vendor and its own workers."""

    def __init__(
        self, weather: Weather, vendor: StandIn, crew: Crew, *, seed: int
    ) -> None:
        self.weather = weather
        self.vendor = vendor
        self.crew = crew
        self.kills = 0
        self.retried = 0
        self._chance = random.Random(f"{seed} {weather.name}")
        self._working: list[Worker] = []
        self._kill_due: float | None = None
        self._door_due = self._say_due = 0.0
        self._orders = 0
        self._say: Callable[[str], None] = lambda _line: None

    def rages(self, *, orders: int, say: Callable[[str], None]) -> Outcome:
        """Sell, be struck, settle; return what became of it."""
        self._say, started = say, time.monotonic()
        self._opens()
        for order in _submitted(orders):
            self._sells(order)
            self._blows()
        ends_at = time.monotonic() + orders * STORM_SECONDS_PER_ORDER
        while _untried() and time.monotonic() < ends_at:
            self._blows()
            time.sleep(PAUSE_SECONDS)
        self._calms()
        for worker in self._working:
            worker.stops()
        return self._outcome(time.monotonic() - started)

    # -------------------------------------------------------------- the storm

    def _opens(self) -> None:
        """Set the shop up, arm the faults, and start the workers."""
        self.vendor.reset()
        establish_notifications()
        a_setup(
            address=self.vendor.api_url,
            api_key=API_KEY,
            workgroup=WORKGROUP,
            deadline_seconds=1,
            settle_seconds=3,
            second_look_seconds=1,
            sync_on_checkout=True,
        )
        for order in self.weather.orders:
            self.vendor.fails(**order)
        count = 1 if connection.vendor == "sqlite" else 2
        self._working = [self.crew.starts() for _n in range(count)]
        now = time.monotonic()
        self._door_due = now + self._chance.uniform(*DOOR_PAUSE_SECONDS)
        self._say_due = now + SAY_SECONDS

    def _sells(self, order: Order) -> None:
        """Execute an order; whoever meets a change of its account presses again."""
        plan = ExecutionPlan(start_date=clock.today(), option=InvoiceOption.ISSUE)
        self._orders += 1
        for _press in range(PRESSES_MAX):
            try:
                execute_order(order=order, plan=plan, actor=DAN, now=clock.now())
            except MoveRefused:
                order.refresh_from_db()
            else:
                return
        message = f"{order} cannot be executed."
        raise AssertionError(message)

    def _blows(self) -> None:
        """Kill a worker and close the vendor's door, whenever it is time for it."""
        self._kills()
        now = time.monotonic()
        if self.weather.closes_the_door and now >= self._door_due:
            seconds = self._chance.uniform(*DOOR_SECONDS)
            pause = self._chance.uniform(*DOOR_PAUSE_SECONDS)
            self._door_due = now + seconds + pause
            self.vendor.fails("refuse_connection", seconds=seconds)
        self._tells()

    def _kills(self) -> None:
        """Kill a worker some seconds after all are at work, and start another."""
        now = time.monotonic()
        if self._kill_due is None:
            if all(worker.is_at_work for worker in self._working):
                self._kill_due = now + self._chance.uniform(*KILL_SECONDS)
        elif now >= self._kill_due:
            place = self._chance.randrange(len(self._working))
            self._working[place].is_killed()
            self._working[place] = self.crew.starts()
            self._kill_due = None
            self.kills += 1

    def _tells(self) -> None:
        if time.monotonic() >= self._say_due:
            self._say_due = time.monotonic() + SAY_SECONDS
            done = Asset.objects.filter(sync_status=SyncStatus.SYNCHRONIZED).count()
            counts = f"{self._orders} orders, {done} synchronized, {self.kills} kills"
            self._say(f"{self.weather.name}: {counts}")

    # -------------------------------------------------------------- the calm

    def _calms(self) -> None:
        """End the faults; a person does the rest, and the workers what follows."""
        self.vendor.works_again()
        self._settles()
        desk.synchronize_lost_accounts()
        self._settles()
        self.retried += desk.decide_about_what_is_parked(self.vendor)
        self.retried += desk.retry_what_failed()
        self._settles()
        desk.send_failed_mails_again()
        self._settles()

    def _settles(self) -> None:
        """Wait until the workers have done what they can; the books judge the rest."""

        def is_done() -> bool:
            self._tells()
            return is_quiet()

        patience = CALM_SECONDS + self._orders * CALM_SECONDS_PER_ORDER
        eventually(is_done, seconds=patience, pause_seconds=PAUSE_SECONDS)

    def _outcome(self, seconds: float) -> Outcome:
        perhaps_sent = Message.objects.filter(state=MessageState.PERHAPS_SENT)
        attempts = Attempt.objects.filter(asset__isnull=False)
        return Outcome(
            fault=self.weather.name,
            orders=self._orders,
            seconds=seconds,
            attempts=attempts.count(),
            kills=self.kills,
            adopted=attempts.filter(outcome=AttemptOutcome.ADOPTED).count(),
            retried=self.retried,
            coupons=sum(len(found) for found in live_coupons(self.vendor).values()),
            mails=len(self.vendor.inbox()),
            perhaps_sent=perhaps_sent.count(),
            wrong=(*what_is_wrong(self.vendor), *_stumbles(self.crew.logs())),
        )


def _submitted(count: int) -> list[Order]:
    """Return submitted orders of accounts that BitTitan does not know yet, by turns."""
    accounts = max(ACCOUNTS_MIN, count // ORDERS_PER_ACCOUNT)
    rows = []
    for number in range(accounts):
        first = a_submitted_order(account=an_account(), is_linked=False)
        size = len(range(number, count, accounts))
        rows.append([first, *copies_of(first, count=size - 1)])
    turns = zip_longest(*rows)
    return [order for turn in turns for order in turn if order is not None]


def _stumbles(logs: str) -> list[str]:
    """
    Return a sentence for each step in which a worker met an error of ours.

    The record waits for a minute then, and is tried again; but it must not happen.
    """
    after_each = logs.split("step_failed")[1:]
    errors = [ERROR.search(text) for text in after_each]
    return [
        f"A worker stumbled over {error[0].strip() if error else 'something'}."
        for error in errors
    ]


def _untried() -> bool:
    """Return whether some asset has not met the storm yet."""
    untouched = Asset.objects.filter(sync_status=SyncStatus.PENDING, attempts=None)
    return untouched.exists()
