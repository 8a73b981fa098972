"""
How long the list of assets takes to read over HTTP, by the number of assets.

Data:    10,000, then 1,000,000 assets of 2,000 accounts, PostgreSQL, copied by the
         database from one: 97 % synchronized with a coupon, 1 % failed, 2 % pending;
         bought on the days of three years. As many accounts with names of two words.
Measure: GETs of one signed-in person to the real web server (`purveyor serve`), one
         after the other: first page, filtered by status, searched by number and by a
         whole coupon code, page 1,000; then the search over everything (a POST) by
         name, number and coupon. p95 of 60 requests each, 10 before them not counted.
Budget:  p95 at most 150 ms at 1,000,000 and at most 1.3 times the one at 10,000; page
         1,000 at most twice page 1.
Why:     the list of assets is the page operations live on.
"""

import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher, make_password
from django.db import connection, transaction

from benchmarks.report import Figure
from purveyor.domain.accounts.operations import create_staff, establish_roles
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from purveyor.kernel.sealed import fingerprints, mask, seal
from tests.factories.accounts import an_account, an_organization
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_link, a_setup

SIZES = (10_000, 1_000_000)
ACCOUNTS = 2_000
MS_MAX, GROWTH_MAX, DEEP_MAX = 150, 1.3, 2.0
WARM_UP, MEASURED = 10, 60
SPREAD = 10_000_000  # the copies' ids begin here
CODE = "BT-BENCH-0000-0000-CASH"
PASSWORD = secrets.token_urlsafe(16)
ANY_POSITION = "ALTER TABLE orders_orderitem DROP CONSTRAINT order_item_position_once"
COPY_ACCOUNTS = """
INSERT INTO accounts_account SELECT copied.*
FROM accounts_account a, generate_series(%(first)s::int, %(last)s::int) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', %(spread)s::bigint + n, 'number', 'A-' || lpad((50000 + n)::text, 7, '0'),
        'name', (ARRAY['North','South','Alpine','Harbor','Quarry'])[1 + n %% 5]
            || ' ' || to_hex(n) || ' Trading',
        'email', n || '@copy.example')) copied
WHERE a.id = %(account)s"""
COPY_ITEMS = """
INSERT INTO orders_orderitem SELECT copied.*
FROM orders_orderitem i, generate_series(%(first)s::int, %(last)s::int) n,
    jsonb_populate_record(i, jsonb_build_object('id', %(spread)s::bigint + n)) copied
WHERE i.id = %(item)s"""
COPY_ASSETS = """
INSERT INTO assets_asset SELECT copied.*
FROM assets_asset a, generate_series(%(first)s::int, %(last)s::int) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', %(spread)s::bigint + n, 'number', 'AS-' || lpad(n::text, 7, '0') || '-1',
        'key', lpad(to_hex(n), 32, '0'), 'order_item_id', %(spread)s::bigint + n,
        'account_id', %(spread)s::bigint + 1 + n %% %(accounts)s::int,
        'purchase_date', (%(today)s::date - n %% 1095)::text,
        'sync_status', CASE WHEN n %% 100 = 0 THEN 'FAILED' WHEN n %% 50 = 1
            THEN 'PENDING' ELSE 'SYNCHRONIZED' END,
        'coupon_hash', CASE WHEN n %% 100 = 0 OR n %% 50 = 1 THEN NULL
            ELSE lpad(to_hex(n), 64, '0') END,
        'coupon_sealed', CASE WHEN n %% 100 = 0 OR n %% 50 = 1 THEN ''
            ELSE 'sealed' END,
        'coupon_mask', '•••• CASH', 'expires_at', %(expires_at)s::timestamptz,
        'due_at', NULL, 'welcome_due_at', NULL)) copied
WHERE a.id = %(asset)s"""

Ask = Callable[[httpx.Client], httpx.Response]


def run() -> None:
    """Measure at both sizes, and say how the larger compares with the smaller."""
    shop = _Shop()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            shop.grow_to(size)
            with _server(Path(folder)) as client:
                for name, ask in _questions(shop).items():
                    figures.setdefault(name, []).append(_p95(client, ask))
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


class _Shop:
    """Very many assets, copied by the database from one."""

    def __init__(self) -> None:
        an_organization()
        establish_roles(roles=settings.PURVEYOR_ROLES)
        dan = create_staff(
            email=DAN, name="Dan", password="", roles=("Operations",), actor=DAN
        )
        # As the server's own settings hash it; those of tests are quicker.
        dan.password = make_password(PASSWORD, hasher=ScryptPasswordHasher())
        dan.save(update_fields=["password"])
        a_setup()
        self.account = an_account(name="Northwind Traders")
        a_link(account=self.account)
        an_execution(order=a_submitted_order(account=self.account))
        self.first = Asset.objects.get()
        self.size = 0
        self._run(ANY_POSITION)
        self._run(COPY_ACCOUNTS, first=1, last=ACCOUNTS, **self.facts)

    @property
    def facts(self) -> dict[str, Any]:
        """What the copies are filled in with."""
        return {
            "spread": SPREAD,
            "account": self.account.pk,
            "accounts": ACCOUNTS,
            "item": self.first.order_item_id,
            "asset": self.first.pk,
            "today": clock.today(),
            "expires_at": (clock.now() + timedelta(days=300)).isoformat(),
        }

    def grow_to(self, size: int) -> None:
        """Add assets, and in the end as many accounts."""
        span = {"first": self.size + 1, "last": size}
        with transaction.atomic():
            self._run(COPY_ITEMS, **self.facts, **span)
            self._run(COPY_ASSETS, **self.facts, **span)
            if size > ACCOUNTS:
                many = {"first": max(self.size, ACCOUNTS) + 1, "last": size}
                self._run(COPY_ACCOUNTS, **self.facts, **many)
        held = Asset.objects.filter(pk=SPREAD + 7)
        held.update(
            coupon_hash=fingerprints(CODE)[0],
            coupon_sealed=seal(CODE),
            coupon_mask=mask(CODE),
        )
        self._run("VACUUM ANALYZE")
        self.size = size

    def _run(self, sql: str, **facts: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, {k: v for k, v in facts.items() if f"%({k})" in sql})


def _questions(shop: _Shop) -> dict[str, Ask]:
    """Return what is asked of the server, by name."""
    page = "/bss/assets/asset/"
    number = f"AS-{shop.size - 5:07}-1"
    return {
        "first_page": _get(page),
        "filtered": _get(f"{page}?sync_status__exact=FAILED"),
        "by_number": _get(f"{page}?q={number}"),
        "by_coupon": _get(f"{page}?q={CODE}"),
        "deep_page": _get(f"{page}?p={min(1_000, shop.size // 25)}"),
        "find_by_name": _find("harbor trad"),
        "find_by_number": _find(number),
        "find_by_coupon": _find(CODE),
    }


def _get(address: str) -> Ask:
    return lambda client: client.get(address)


def _find(term: str) -> Ask:
    def ask(client: httpx.Client) -> httpx.Response:
        token = {"X-CSRFToken": client.cookies["csrftoken"]}
        return client.post("/bss/search/", data={"s": term}, headers=token)

    return ask


def _p95(client: httpx.Client, ask: Ask) -> float:
    """Return the 95th of a hundred answers, in milliseconds."""
    spans = []
    for _request in range(WARM_UP + MEASURED):
        began = time.perf_counter()
        answer = ask(client)
        spans.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == httpx.codes.OK, answer
    return statistics.quantiles(spans[WARM_UP:], n=20)[-1]


@contextmanager
def _server(folder: Path) -> Iterator[httpx.Client]:
    """Yield a browser in which Dan is signed in at the real web server."""
    port = _free_port()
    own = {
        "DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "SEAL_KEYS": ",".join(settings.PURVEYOR_SEAL_KEYS),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    environment = {f"PURVEYOR_{name}": value for name, value in own.items()}
    kept = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    program = [sys.executable, "-m", "purveyor.faces.console.main", "serve"]
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            program, env={**kept, **environment}, stdout=log, stderr=log
        )
    try:
        with httpx.Client(base_url=own["PUBLIC_URL"], timeout=60) as client:
            _sign_in(client)
            yield client
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _sign_in(client: httpx.Client) -> None:
    door = _once_it_serves(client)
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', door.text)
    assert found
    sent = {
        "username": DAN,
        "password": PASSWORD,
        "csrfmiddlewaretoken": found[1],
        "next": "/bss/",
    }
    answer = client.post("/bss/login/", data=sent)
    assert answer.status_code == httpx.codes.FOUND, answer.text


def _once_it_serves(client: httpx.Client) -> httpx.Response:
    for _try in range(120):
        try:
            return client.get("/bss/login/")
        except httpx.TransportError:
            time.sleep(0.5)
    message = "The web server does not answer."
    raise RuntimeError(message)
