"""
How long a buyer's own list of assets takes to read over HTTP, among 1,000,000.

Data:    1,000,000 assets of the shop of `crowd.py`, PostgreSQL: about 500 of a direct
         customer, as many of an end customer, 50,000 of a reseller and its 100 end
         customers.
Measure: GETs of one signed-in member each to the real web server (`purveyor serve`),
         one after the other: first page, what is being made (3 in 100), searched by
         part of a name, by number and for nothing that is there, and a page in the
         middle of the list; beside it the dashboard and the list of orders. p95 of 60
         requests each, 10 before them not counted.
Budget:  p95 at most 40 ms: it is a shop; its pages come at once. 60 ms beside it.
Why:     buyers look here for their coupon codes. What a reseller sees lies in many
         accounts, which is where such a list gets slow.
"""

import tempfile
from pathlib import Path

from benchmarks.crowd import DIRECT_CUSTOMER, END_CUSTOMER, RESELLER, Crowd
from benchmarks.report import Figure
from benchmarks.served import STOREFRONT, Ask, can_sign_in, get, p95, visit, web_server
from purveyor.domain.accounts.membership import add_member
from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.accounts.queries import held_by
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from tests.factories.moments import DAN

ASSETS = 1_000_000
MS_MAX = 40
MS_MAX_BESIDE = 60
VIEWERS = {
    "direct_customer": DIRECT_CUSTOMER,
    "end_customer": END_CUSTOMER,
    "reseller": RESELLER,
}

#: The other pages that tell of as many records.
BESIDE = {"dashboard": get("/billing/"), "orders": get("/orders/")}


def run() -> None:
    """Measure what each kind of account sees."""
    crowd = Crowd()
    crowd.grow_to(ASSETS)
    with tempfile.TemporaryDirectory() as folder, web_server(Path(folder)) as address:
        for kind, number in VIEWERS.items():
            _measure(address, kind, crowd.buyer(number))


def _measure(address: str, kind: str, account: Account) -> None:
    email = f"{kind}@buyer.example"
    member = add_member(
        account=account,
        email=email,
        name=kind,
        role=MemberRole.BUYER,
        actor=DAN,
        now=clock.now(),
    )
    can_sign_in(member.user)
    numbers = Asset.objects.filter(held_by(account)).order_by("-pk")
    mine = list(numbers.values_list("number", flat=True))
    with visit(address, email=email, door=STOREFRONT) as client:
        asked = [(*each, MS_MAX) for each in _questions(mine).items()]
        asked += [(*each, MS_MAX_BESIDE) for each in BESIDE.items()]
        for name, ask, ms_max in asked:
            figure = p95(client, ask)
            Figure(
                f"storefront_assets_{kind}_{name}", figure, "ms", f"<= {ms_max}"
            ).say(assets=ASSETS, assets_of_the_account=len(mine))


def _questions(mine: list[str]) -> dict[str, Ask]:
    """Return what is asked of the server, by name."""
    middle = len(mine) // 2
    return {
        "first_page": get("/assets/"),
        "filtered": get("/assets/?status=coming"),
        "by_name": get("/assets/?q=branch+4"),
        "by_number": get(f"/assets/?q={mine[middle]}"),
        "by_nothing": get("/assets/?q=zebra"),
        "deep_page": get(f"/assets/?after={mine[middle]}"),
    }
