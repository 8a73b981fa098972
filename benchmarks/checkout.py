"""
How many orders a second buyers place in the Storefront, over HTTP, at one process.

Data:    10,000 orders and assets of 2,000 accounts (`crowd.py`), PostgreSQL with real
         commits; two direct customers that BitTitan knows, each with a buyer of its
         own. No worker runs: what a vendor does holds back no order.
Measure: a whole purchase as a browser does it, at the real web server with one process
         and two threads: put into the basket, look at it, go to the checkout, say who
         gets the coupon, review, place, look at the order. Eight requests, and what
         they lead to: an executed order, an asset, an issued invoice. Both buyers at
         the same time, 200 purchases, 20 before them not counted. Beside it the median
         of each step.
Budget:  at least 5 purchases/s (40 pages/s), and placing at most 150 ms.
Why:     placing is what a buyer waits for. For comparison: django-oscar makes about 22
         orders/s on a machine of two cores, and no asset.
"""

import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.crowd import Crowd
from benchmarks.report import Figure
from benchmarks.served import STOREFRONT, can_sign_in, token_on, visit, web_server
from purveyor.domain.accounts.membership import add_member
from purveyor.domain.accounts.models import MemberRole
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.models import Order
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN
from tests.factories.provisioning import a_link

EXISTING = 10_000
BUYERS = 2
WARM_UP, MEASURED = 20, 200
PER_SECOND_MIN, PLACING_MS_MAX = 5, 150


def run() -> None:
    """Buy, and say how often in a second, and how long each step takes."""
    Crowd().grow_to(EXISTING)
    establish_notifications()
    code = a_product().code
    emails = [_a_buyer(number) for number in range(BUYERS)]
    with (
        tempfile.TemporaryDirectory() as folder,
        web_server(Path(folder), processes=1) as address,
        ExitStack() as open_browsers,
    ):
        buyers = [
            _Buyer(
                open_browsers.enter_context(
                    visit(address, email=email, door=STOREFRONT)
                ),
                code,
            )
            for email in emails
        ]
        _all_buy(buyers, WARM_UP)
        for buyer in buyers:
            buyer.spans.clear()
        before = Order.objects.count()
        per_second = _all_buy(buyers, MEASURED)
        assert Order.objects.count() == before + MEASURED
    _say(per_second, buyers)


def _a_buyer(number: int) -> str:
    account = an_account(name=f"Buyer {number}")
    a_link(account=account)
    member = add_member(
        account=account,
        email=f"buyer{number}@shop.example",
        name=f"Buyer {number}",
        role=MemberRole.BUYER,
        actor=DAN,
        now=clock.now(),
    )
    can_sign_in(member.user)
    return member.user.email


def _all_buy(buyers: list["_Buyer"], count: int) -> float:
    """Return how many purchases a second are made, all buyers at the same time."""
    each = count // len(buyers)

    def buy(buyer: _Buyer) -> None:
        for _purchase in range(each):
            buyer.buys()

    began = time.perf_counter()
    with ThreadPoolExecutor(len(buyers)) as threads:
        list(threads.map(buy, buyers))
    return count / (time.perf_counter() - began)


@dataclass(slots=True)
class _Buyer:
    """A member at a browser, with a watch."""

    client: httpx.Client
    code: str
    spans: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def buys(self) -> None:
        """Buy ten licenses."""
        token = {"csrfmiddlewaretoken": self.client.cookies["csrftoken"]}
        given = {"code": self.code, "quantity": "10", **token}
        self._sends("put_into_basket", "/basket/add/", given)
        basket = self._opens("basket", "/basket/")
        given = {f"quantity-{self.code}": "10", f"name-{self.code}": "Berlin"}
        given |= {"checkout": "on", **token_on(basket)}
        details = self._sends("go_to_checkout", "/basket/change/", given)
        people = self._opens("details", details)
        given = {"recipient": _found(r'<option value="(\d+)"', people)}
        given |= token_on(people)
        review = self._sends("say_who_gets_it", details, given)
        shown = self._opens("review", review)
        given = {"agreed": _found(r'name="agreed" value="([^"]+)"', shown)}
        given |= {"terms": "on", **token_on(shown)}
        order = self._sends("place", f"{details}place/", given)
        assert order.startswith("/orders/"), order
        self._opens("order", order)

    def _opens(self, step: str, address: str) -> httpx.Response:
        answer = self._timed(step, lambda: self.client.get(address))
        assert answer.status_code == httpx.codes.OK, answer
        return answer

    def _sends(self, step: str, address: str, given: dict[str, str]) -> str:
        """Return where a form leads."""
        answer = self._timed(step, lambda: self.client.post(address, data=given))
        assert answer.status_code == httpx.codes.FOUND, answer.text
        return answer.headers["Location"]

    def _timed(self, step: str, ask: Callable[[], httpx.Response]) -> httpx.Response:
        began = time.perf_counter()
        answer = ask()
        self.spans[step].append((time.perf_counter() - began) * 1000)
        return answer


def _found(pattern: str, page: httpx.Response) -> str:
    found = re.search(pattern, page.text)
    assert found, page.text
    return found[1]


def _say(per_second: float, buyers: list[_Buyer]) -> None:
    facts = {"processes": 1, "buyers": BUYERS, "purchases": MEASURED}
    budget = f">= {PER_SECOND_MIN}"
    Figure("checkout", per_second, "orders/s", budget).say(**facts)
    for step in buyers[0].spans:
        spans = [span for buyer in buyers for span in buyer.spans[step]]
        budget = f"<= {PLACING_MS_MAX}" if step == "place" else "none of its own"
        Figure(f"checkout_{step}", statistics.median(spans), "ms", budget).say()
