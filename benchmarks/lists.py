"""
How long the lists and the dashboard of the BSS take to read over HTTP.

Data:    100,000 orders, assets, invoices, charges, mails, journal lines, contacts,
         accounts and price lists; as many orders that await approval, and as many that
         only staff executes (`crowd.py`, `papers.py`), PostgreSQL. They are spread over
         three years; sums of the dashboard are of the last twelve months.
Measure: GETs of one signed-in person to the real web server (`purveyor serve`), one
         after the other: of each list the first page, with a filter, a search and a
         page in the depth, as far as it has them; the three tabs of the dashboard. p95
         of 60 requests each, 10 before them not counted.
Budget:  p95 at most 150 ms.
Why:     these pages are looked at all day.
"""

import tempfile
from pathlib import Path

from django.conf import settings

from benchmarks.crowd import Crowd
from benchmarks.papers import write_papers
from benchmarks.report import Figure
from benchmarks.served import BSS, can_sign_in, get, p95, visit, web_server
from purveyor.domain.accounts.operations import create_staff, establish_roles
from tests.factories.moments import DAN

ROWS = 100_000
MS_MAX = 150
FIRST = ""

#: The lists by name: their address, and what is asked of each.
LISTS = {
    "dashboard": ("", ("?view=sales", "?view=billing", "?view=operations")),
    "orders": (
        "orders/order/",
        (FIRST, "?currency=EUR", "?q=O-0050777", "?p=900"),
    ),
    "orders_to_approve": ("sales/orders-to-approve/", (FIRST, "?p=100")),
    "manual_orders": ("sales/manual/", (FIRST, "?q=O-0250777", "?p=100")),
    "accounts": (
        "accounts/account/",
        (FIRST, "?kind__exact=END_CUSTOMER", "?q=harbor+1f4", "?p=900"),
    ),
    "contacts": ("accounts/contact/", (FIRST, "?q=miller777", "?p=900")),
    "assets": (
        "assets/asset/",
        (FIRST, "?sync_status__exact=FAILED", "?q=AS-0050777-1", "?p=900"),
    ),
    "pending_invoices": (
        "billing/pending/",
        (FIRST, "?currency=EUR", "?q=A-0050077", "?p=300"),
    ),
    "invoices": (
        "invoices/invoice/",
        (FIRST, "?state__exact=DRAFT", "?q=INV-0050777", "?p=900"),
    ),
    "price_lists": (
        "catalogue/pricelist/",
        (FIRST, "?currency=EUR", "?q=harbor", "?p=900"),
    ),
    "notifications_sent": (
        "notifications/message/",
        (FIRST, "?state__exact=FAILED", "?q=77@people.example", "?p=900"),
    ),
    "journal": (
        "journal/entry/",
        (FIRST, "?who=person7@aurora.example", "?q=O-0050777", "?p=900"),
    ),
    "expiry_radar": (
        "reports/expiry-radar/",
        (FIRST, "?days=30", "?account=harbor", "?by=coupon&p=900"),
    ),
}


def run() -> None:
    """Measure every list."""
    crowd = Crowd()
    crowd.grow_to(ROWS)
    write_papers(crowd)
    establish_roles(roles=settings.PURVEYOR_ROLES)
    roles = ("Sales", "Billing", "Operations")
    dan = create_staff(email=DAN, name="Dan", password=None, roles=roles, actor=DAN)
    can_sign_in(dan)
    with (
        tempfile.TemporaryDirectory() as folder,
        web_server(Path(folder)) as address,
        visit(address, email=DAN, door=BSS) as client,
    ):
        for name, (page, queries) in LISTS.items():
            for query in queries:
                figure = p95(client, get(f"/bss/{page}{query}"))
                Figure(f"list_{name}", figure, "ms", f"<= {MS_MAX}").say(
                    asked=query or "the first page", rows=ROWS
                )
