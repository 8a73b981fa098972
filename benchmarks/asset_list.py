"""
How long the list of assets takes to read over HTTP, by the number of assets.

Data:    10,000, then 1,000,000 assets of the shop of `crowd.py`, PostgreSQL, and as
         many accounts with names of two words.
Measure: GETs of one signed-in person to the real web server (`purveyor serve`), one
         after the other: first page, filtered by status, searched by number and by a
         whole coupon code, page 1,000; then the search over everything (a POST) by
         name, number and coupon. p95 of 60 requests each, 10 before them not counted.
Budget:  p95 at most 150 ms at 1,000,000 and at most 1.3 times the one at 10,000; page
         1,000 at most twice page 1.
Why:     the list of assets is the page operations live on.
"""

import tempfile
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from benchmarks.crowd import CODE, Crowd
from benchmarks.report import Figure
from benchmarks.served import BSS, Ask, can_sign_in, get, p95, visit, web_server
from purveyor.domain.accounts.operations import create_staff, establish_roles
from tests.factories.moments import DAN

SIZES = (10_000, 1_000_000)
MS_MAX, GROWTH_MAX, DEEP_MAX = 150, 1.3, 2.0


def run() -> None:
    """Measure at both sizes, and say how the larger compares with the smaller."""
    crowd = Crowd()
    establish_roles(roles=settings.PURVEYOR_ROLES)
    can_sign_in(
        create_staff(
            email=DAN, name="Dan", password=None, roles=("Operations",), actor=DAN
        )
    )
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            crowd.grow_to(size)
            with (
                web_server(Path(folder)) as address,
                visit(address, email=DAN, door=BSS) as client,
            ):
                for name, ask in _questions(crowd).items():
                    figures.setdefault(name, []).append(p95(client, ask))
    _say(figures)


def _say(figures: dict[str, list[float]]) -> None:
    for name, (small, large) in figures.items():
        facts: dict[str, Any] = {"growth": round(large / small, 2)}
        if name == "deep_page":
            facts["times_page_1"] = round(large / figures["first_page"][-1], 2)
            facts["times_page_1_max"] = DEEP_MAX
        Figure(f"asset_list_{name}", large, "ms", f"<= {MS_MAX}").say(
            assets=max(SIZES),
            ms_at_10_000=round(small, 1),
            growth_max=GROWTH_MAX,
            **facts,
        )


def _questions(crowd: Crowd) -> dict[str, Ask]:
    """Return what is asked of the server, by name."""
    page = "/bss/assets/asset/"
    number = crowd.asset_number(crowd.size - 5)
    return {
        "first_page": get(page),
        "filtered": get(f"{page}?sync_status__exact=FAILED"),
        "by_number": get(f"{page}?q={number}"),
        "by_coupon": get(f"{page}?q={CODE}"),
        "deep_page": get(f"{page}?p={min(1_000, crowd.size // 25)}"),
        "find_by_name": _find("harbor trad"),
        "find_by_number": _find(number),
        "find_by_coupon": _find(CODE),
    }


def _find(term: str) -> Ask:
    def ask(client: httpx.Client) -> httpx.Response:
        token = {"X-CSRFToken": client.cookies["csrftoken"]}
        return client.post("/bss/search/", data={"s": term}, headers=token)

    return ask
